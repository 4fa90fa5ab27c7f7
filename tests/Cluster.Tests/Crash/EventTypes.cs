namespace NexusActors.Crash;

/// <summary>The words of a task's history.</summary>
internal static class EventTypes
{
    public const string Submitted = "task.submitted";
    public const string Assigned = "task.assigned";
    public const string Completed = "task.completed";
    public const string AttemptFailed = "task.attempt_failed";
    public const string Failed = "task.failed";
    public const string LeaseLost = "task.lease_lost";
    public const string Returned = "task.returned";
    public const string Cancelled = "task.cancelled";

    /// <summary>Whether the task ends with it.</summary>
    public static bool IsEnd(string type) => type is Completed or Failed or Cancelled;

    /// <summary>Whether it ends a lease, where one is open.</summary>
    public static bool EndsLease(string type) => IsEnd(type) || type is AttemptFailed or LeaseLost or Returned;
}
