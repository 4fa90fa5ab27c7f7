using System.Collections.Immutable;
using Orleans.Metadata;

namespace NexusActors.Coordination;

/// <summary>
/// One queue, by its name: the single writer of its tasks. It holds the order of what waits, the leases of what runs, and what it knows of the agents that serve it.
/// A queue of several partitions hands the same calls on to them.
/// </summary>
[GrainInterfaceType("nexus.queue"), Alias("nexus.IQueueGrain"), DefaultGrainType("queue")]
public interface IQueueGrain : IGrainWithStringKey
{
    /// <summary>Takes tasks; each is answered for itself, in order. A later item may depend on an earlier one.</summary>
    [Alias("Submit")] Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation = default);

    /// <summary>Gives the best tasks that the agent can take; empty where there is none, and then remembers to wake the agent if asked.</summary>
    [Alias("Lease")] Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation = default);

    /// <summary>Takes an agent's reports.</summary>
    [Alias("Report")] Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation = default);

    /// <summary>Renews an agent's leases here. Null: all of them.</summary>
    [Alias("Renew")] Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation = default);

    /// <summary>Moves a task as the original API does.</summary>
    [Alias("SetStatus")] Task<TaskView> SetStatusAsync(string taskId, StatusChange change, CancellationToken cancellation = default);

    /// <summary>Calls a task off. A task that has ended is returned as it is.</summary>
    [Alias("Cancel")] Task<TaskView> CancelAsync(string taskId, string? reason, CancellationToken cancellation = default);

    /// <summary>Takes a failed or cancelled task up again.</summary>
    [Alias("Redrive")] Task<TaskView> RedriveAsync(string taskId, CancellationToken cancellation = default);

    /// <summary>Takes failed tasks up again, oldest first. Unknown: <see cref="Errors.NexusError.NotFound"/>.</summary>
    /// <returns>How many.</returns>
    [ResponseTimeout("00:00:30"), Alias("RedriveFailed")] Task<int> RedriveFailedAsync(int max, CancellationToken cancellation = default);

    /// <summary>Tells it that a parent of one of its tasks has ended (by the parent's queue, after the commit).</summary>
    [Alias("ParentEnded")] Task ParentEndedAsync(string childId, string parentId, WorkStatus status, CancellationToken cancellation = default);

    /// <summary>Says why a task runs where it runs or why it waits.</summary>
    [Alias("Explain")] Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation = default);

    /// <summary>Tells it of an agent that serves it, or of a change of it.</summary>
    [Alias("Serve")] Task ServeAsync(AgentPresence presence, CancellationToken cancellation = default);

    /// <summary>Tells it that an agent stopped serving it; what the agent holds here goes back.</summary>
    [Alias("Leave")] Task LeaveAsync(string agentId, string reason, CancellationToken cancellation = default);

    /// <summary>Takes back what the agent holds here but has not started (it changes from passive to pulling).</summary>
    [Alias("Recall")] Task RecallAsync(string agentId, CancellationToken cancellation = default);

    /// <summary>Reads it; null where no such queue was made.</summary>
    [Alias("Get")] Task<QueueView?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Makes it or changes its settings. Another number of partitions divides it anew; nothing is lost by it, and the order within a key holds.</summary>
    [ResponseTimeout("00:00:30"), Alias("Configure")] Task<QueueView> ConfigureAsync(QueueSettings settings, CancellationToken cancellation = default);

    /// <summary>Pauses or resumes it. Unknown: <see cref="Errors.NexusError.NotFound"/>.</summary>
    [Alias("Pause")] Task<QueueView> PauseAsync(bool paused, CancellationToken cancellation = default);

    /// <summary>Tells it that coordination as a whole was started or stopped.</summary>
    [Alias("Coordinate")] Task CoordinateAsync(bool running, CancellationToken cancellation = default);

    /// <summary>Wakes it after a start or a move: it reads its facts and goes on.</summary>
    [Alias("Ensure")] Task EnsureAsync(CancellationToken cancellation = default);

    /// <summary>Reads its settings anew and goes by them; what it did by the old ones has ended when this returns.</summary>
    [Alias("Refresh")] Task RefreshAsync(CancellationToken cancellation = default);
}

/// <summary>One partition of a divided queue: the single writer of the tasks of its keys. Named by queue, place and division; once the queue is divided anew it refuses with <see cref="Errors.NexusError.Moved"/>.</summary>
[GrainInterfaceType("nexus.queue-partition"), Alias("nexus.IQueuePartitionGrain"), DefaultGrainType("queue-partition")]
public interface IQueuePartitionGrain : IQueueGrain
{
    /// <summary>What it remembers.</summary>
    [Alias("Tally")] Task<QueueTally> TallyAsync(CancellationToken cancellation = default);

    /// <summary>Forgets what it remembers; the next call finds it loaded anew.</summary>
    [Alias("Reload")] Task ReloadAsync(CancellationToken cancellation = default);
}

/// <summary>An agent's bid for work: who asks and what it has free.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AgentBid")]
public sealed record AgentBid
{
    /// <summary>The agent.</summary>
    [Id(0)] public required string AgentId { get; init; }
    /// <summary>What it can do.</summary>
    [Id(1)] public ImmutableArray<string> Capabilities { get; init; } = [];
    /// <summary>How many tasks at most.</summary>
    [Id(2)] public int Max { get; init; }
    /// <summary>Capacity units free.</summary>
    [Id(3)] public int FreeUnits { get; init; }
    /// <summary>Named resources free.</summary>
    [Id(4)] public ImmutableSortedDictionary<string, double> FreeResources { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>Whether to wake the agent when something comes.</summary>
    [Id(5)] public bool Wait { get; init; }
    /// <summary>Whether other calls of the agent wait and there is room for them too: it is woken for them also when this one gets something.</summary>
    [Id(6)] public bool OthersWait { get; init; }
}

/// <summary>What a queue knows of an agent.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AgentPresence")]
public sealed record AgentPresence
{
    /// <summary>What it said of itself.</summary>
    [Id(0)] public required AgentProfile Profile { get; init; }
    /// <summary>Whether it is alive.</summary>
    [Id(1)] public bool Active { get; init; }
    /// <summary>Whether it drains.</summary>
    [Id(2)] public bool Draining { get; init; }
    /// <summary>Units that it holds, over all queues.</summary>
    [Id(3)] public int Load { get; init; }
}
