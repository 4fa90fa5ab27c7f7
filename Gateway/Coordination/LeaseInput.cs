using System.Collections.Immutable;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Reads what working agents say.</summary>
internal static class LeaseInput
{
    /// <summary>Most tasks of one lease call.</summary>
    public const int LeasesMax = 1_000;
    /// <summary>Longest wait of one lease call in seconds.</summary>
    public const double WaitSecondsMax = 60;
    /// <summary>Most leases named in one heartbeat.</summary>
    public const int HeldMax = 10_000;
    /// <summary>Longest error text or reason.</summary>
    public const int MessageLengthMax = 32_768;

    /// <summary>Reads the body of POST /agents/{id}/leases.</summary>
    public static LeaseRequest ReadLease(JsonInput input) => new()
    {
        Max = input.Integer("max", 1, LeasesMax) ?? 1,
        Wait = input.Seconds("wait_seconds", 0, WaitSecondsMax) ?? TimeSpan.Zero,
    };

    /// <summary>Reads the body of POST /agents/{id}/heartbeat.</summary>
    public static Heartbeat ReadHeartbeat(JsonInput input) => new()
    {
        Leases = input.Has("leases") ? input.List("leases", HeldMax, required: false, static (element, path, faults) =>
        {
            var lease = JsonInput.Of(element, path, faults);
            return new LeaseProgress(lease.Id("task_id", required: true) ?? "", lease.Word("lease_token", required: true) ?? "", lease.Any("progress"));
        }, "leases") : (ImmutableArray<LeaseProgress>?)null,
    };

    /// <summary>Reads one item of POST /agents/{id}/reports.</summary>
    public static LeaseReport ReadReport(JsonInput input) =>
        Read(input, input.Id("task_id", required: true) ?? "", input.Choice<ReportOutcome>("outcome", required: true));

    /// <summary>Reads the body of POST /tasks/{id}/complete, fail or return.</summary>
    public static (string AgentId, LeaseReport Report) ReadSingle(JsonInput input, string taskId, ReportOutcome outcome) =>
        (input.Id("agent_id", required: true) ?? "", Read(input, taskId, outcome));

    private static LeaseReport Read(JsonInput input, string taskId, ReportOutcome outcome) => new()
    {
        TaskId = taskId,
        Token = input.Word("lease_token", required: true) ?? "",
        Verb = outcome switch
        {
            ReportOutcome.Complete => ReportVerb.Complete,
            ReportOutcome.Fail => ReportVerb.Fail,
            ReportOutcome.Return => ReportVerb.GiveBack,
            _ => ReportVerb.None,
        },
        ResultJson = input.Any("result"),
        ErrorCode = input.Word("error_code"),
        ErrorMessage = input.Text("error_message", MessageLengthMax),
        Retryable = input.Flag("retryable") ?? true,
        Delay = input.Seconds("delay_seconds", 0, Limits.SecondsMax),
    };
}
