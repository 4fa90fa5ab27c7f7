using Microsoft.Extensions.Logging;

namespace NexusActors.Coordination;

/// <summary>Log lines of coordination.</summary>
internal static partial class CoordinationLog
{
    [LoggerMessage(1001, LogLevel.Information, "Queue {Queue} is loaded: {Waiting} wait, {Running} run, {Agents} agents, in {Milliseconds:0} ms")]
    public static partial void QueueLoaded(ILogger log, string queue, int waiting, int running, int agents, double milliseconds);

    [LoggerMessage(1002, LogLevel.Warning, "A notice of queue {Queue} could not be delivered and is kept for the next round")]
    public static partial void NoticeDelayed(ILogger log, Exception exception, string queue);

    [LoggerMessage(1003, LogLevel.Warning, "A round of queue {Queue} failed and is made again")]
    public static partial void RoundFailed(ILogger log, Exception exception, string queue);

    [LoggerMessage(1004, LogLevel.Information, "Agent {Agent} has been silent for {Seconds:0} s and is inactive now")]
    public static partial void AgentSilent(ILogger log, string agent, double seconds);

    [LoggerMessage(1005, LogLevel.Warning, "The check of queues and agents failed and is made again")]
    public static partial void KeeperFailed(ILogger log, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "Queue {Queue} does not remember what the ledger holds and is loaded anew")]
    public static partial void QueueDiffers(ILogger log, string queue);

    [LoggerMessage(1006, LogLevel.Information, "Coordination {State}")]
    public static partial void Switched(ILogger log, string state);
}
