namespace NexusActors.Coordination;

/// <summary>Types of events on the stream and in a task's history. Stable names.</summary>
internal static class TaskEvents
{
    public const string Submitted = "task.submitted";
    public const string Assigned = "task.assigned";
    public const string Started = "task.started";
    public const string Delegated = "task.delegated";
    public const string Completed = "task.completed";
    public const string AttemptFailed = "task.attempt_failed";
    public const string Failed = "task.failed";
    public const string LeaseLost = "task.lease_lost";
    public const string Returned = "task.returned";
    public const string CancelRequested = "task.cancel_requested";
    public const string Cancelled = "task.cancelled";
    public const string Redriven = "task.redriven";
}

/// <summary>Error codes that the system itself gives to tasks.</summary>
internal static class TaskErrors
{
    public const string WorkerLost = "worker_lost";
    public const string RunTimeout = "run_timeout";
    public const string QueueWaitTimeout = "queue_wait_timeout";
    public const string TotalTimeout = "total_timeout";
    public const string ParentFailed = "parent_failed";
    public const string Cancelled = "cancelled";
}
