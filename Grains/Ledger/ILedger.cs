using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Learning;

namespace NexusActors.Ledger;

/// <summary>
/// The port to durable facts. Every adapter passes the same conformance suite.
/// All methods throw <see cref="Errors.NexusException"/> with <see cref="Errors.NexusError.StorageUnavailable"/> when storage does not answer or refuses writes.
/// </summary>
internal interface ILedger : ITaskFacts, IAgentFacts, IEventFacts, IExperienceFacts, IDocumentFacts
{
    /// <summary>
    /// Commits entries in their order, in one transaction with those of other callers. Returns when they are on disk (fsync), with an outcome for each.
    /// A thrown storage error means that none of them is written. Cancellation gives up waiting for a place in the queue; once an entry is being written its outcome is awaited.
    /// </summary>
    Task<ImmutableArray<CommitResult>> CommitAsync(ImmutableArray<LedgerEntry> entries, CancellationToken cancellation = default);
}

/// <summary>Reads of tasks and queues.</summary>
internal interface ITaskFacts
{
    /// <summary>One task by id.</summary>
    Task<TaskState?> FindTaskAsync(string id, CancellationToken cancellation = default);

    /// <summary>Tasks by number, in the order asked; unknown ones are left out.</summary>
    Task<ImmutableArray<TaskState>> FindTasksAsync(ImmutableArray<long> seqs, CancellationToken cancellation = default);

    /// <summary>Every task of a queue that has not ended and whose key lies in some slots, in submit order, in pages.</summary>
    IAsyncEnumerable<ImmutableArray<TaskState>> LiveTasksAsync(string queue, SlotRange slots, CancellationToken cancellation = default);

    /// <summary>The parents of every such task, in child order. There may be parents of others among them.</summary>
    Task<ImmutableArray<ParentEdge>> LiveEdgesAsync(string queue, SlotRange slots, CancellationToken cancellation = default);

    /// <summary>Where the named tasks stand, with their results; unknown ones are left out.</summary>
    Task<ImmutableArray<ParentResult>> OutcomesAsync(ImmutableArray<string> ids, CancellationToken cancellation = default);

    /// <summary>Ids of the tasks that depend directly on one.</summary>
    Task<ImmutableArray<ChildEdge>> ChildrenAsync(string parentId, CancellationToken cancellation = default);

    /// <summary>One page, newest first.</summary>
    Task<ImmutableArray<TaskState>> ListTasksAsync(TaskFilter filter, CancellationToken cancellation = default);

    /// <summary>Failed tasks of a queue, oldest first.</summary>
    Task<ImmutableArray<string>> FailedTasksAsync(string queue, int max, CancellationToken cancellation = default);

    /// <summary>True counts of all tasks by queue and status, without counting them one by one.</summary>
    Task<ImmutableArray<(string Queue, WorkStatus Status, long Count)>> CountTasksAsync(CancellationToken cancellation = default);

    /// <summary>A queue's settings; null where it was never made.</summary>
    Task<QueueSettings?> FindQueueAsync(string name, CancellationToken cancellation = default);

    /// <summary>All queues that were made, by name.</summary>
    Task<ImmutableArray<(string Name, QueueSettings Settings)>> QueuesAsync(CancellationToken cancellation = default);

    /// <summary>One named setting.</summary>
    Task<string?> FindSettingAsync(string name, CancellationToken cancellation = default);

    /// <summary>What was stored under an idempotency key.</summary>
    Task<Operation?> FindOperationAsync(string key, CancellationToken cancellation = default);
}

/// <summary>Reads of agents.</summary>
internal interface IAgentFacts
{
    /// <summary>One agent by id.</summary>
    Task<AgentView?> FindAgentAsync(string id, CancellationToken cancellation = default);

    /// <summary>All agents by id.</summary>
    Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation = default);

    /// <summary>Active agents whose last sign of life is older than a moment.</summary>
    Task<ImmutableArray<string>> SilentAgentsAsync(DateTimeOffset before, CancellationToken cancellation = default);

    /// <summary>Tasks that an agent holds now.</summary>
    Task<ImmutableArray<TaskState>> HeldTasksAsync(string agentId, CancellationToken cancellation = default);
}

/// <summary>Reads of events.</summary>
internal interface IEventFacts
{
    /// <summary>Events after a position in commit order, at most <paramref name="max"/> looked at; <see cref="EventPage.NextAfter"/> is the last position looked at.
    /// <see cref="EventPage.TrimmedUpTo"/> tells of events in that range that <see cref="ILedgerRetention"/> removed.</summary>
    Task<EventPage> ReadEventsAsync(long after, EventFilter filter, int max, CancellationToken cancellation = default);

    /// <summary>The history of one task, in order.</summary>
    Task<ImmutableArray<EventView>> TaskEventsAsync(string taskId, CancellationToken cancellation = default);

    /// <summary>The newest position; 0 where nothing happened yet.</summary>
    Task<long> LastEventAsync(CancellationToken cancellation = default);

    /// <summary>Completes when there is an event after a position (it may complete early, never late by more than a second).</summary>
    Task WaitForEventAsync(long after, CancellationToken cancellation = default);
}

/// <summary>Reads of experiences.</summary>
internal interface IExperienceFacts
{
    /// <summary>One experience by id.</summary>
    Task<Experience?> FindExperienceAsync(string id, CancellationToken cancellation = default);

    /// <summary>One page, newest arrival first.</summary>
    Task<ImmutableArray<Experience>> ListExperiencesAsync(ExperienceFilter filter, CancellationToken cancellation = default);

    /// <summary>The streams that there are, by name, each with the newest position in it.</summary>
    Task<ImmutableArray<(string Stream, long NewestSeq)>> ExperienceStreamsAsync(CancellationToken cancellation = default);

    /// <summary>True counts, without counting one by one where it can be helped.</summary>
    Task<ExperienceCounts> CountExperiencesAsync(DateTimeOffset recentSince, CancellationToken cancellation = default);
}
