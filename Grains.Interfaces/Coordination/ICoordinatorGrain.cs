using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>Coordination as a whole (key 0): the switch for all queues.</summary>
[GrainInterfaceType("nexus.coordinator"), Alias("nexus.ICoordinatorGrain")]
public interface ICoordinatorGrain : IGrainWithIntegerKey
{
    /// <summary>Starts or stops giving out work, durably. Running work goes on.</summary>
    [Alias("Switch")] Task SwitchAsync(bool running, CancellationToken cancellation = default);
}

/// <summary>Reads over many agents, tasks and queues, straight from the ledger (stateless, any key).</summary>
[GrainInterfaceType("nexus.catalog"), Alias("nexus.ICatalogGrain")]
public interface ICatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Counts for the status page.</summary>
    [ReadOnly, Alias("Status")] Task<CoordinationStatus> StatusAsync(CancellationToken cancellation = default);

    /// <summary>All agents by id.</summary>
    [ReadOnly, Alias("Agents")] Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation = default);

    /// <summary>One page of tasks, newest first.</summary>
    [ReadOnly, Alias("Tasks")] Task<TaskPage> TasksAsync(TaskFilter filter, CancellationToken cancellation = default);

    /// <summary>All queues by name.</summary>
    [ReadOnly, Alias("Queues")] Task<ImmutableArray<QueueView>> QueuesAsync(CancellationToken cancellation = default);
}

/// <summary>Takes batches whose items may lie in several queues and depend on each other (stateless, any key).</summary>
[GrainInterfaceType("nexus.intake"), Alias("nexus.IIntakeGrain")]
public interface IIntakeGrain : IGrainWithIntegerKey
{
    /// <summary>Orders the batch by dependency, refuses cycles with their path, and hands each part to its queue. Answers in the order of the items.</summary>
    [ResponseTimeout("00:00:30"), Alias("Submit")] Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation = default);
}

/// <summary>The event stream, resumable by position (stateless, any key).</summary>
[GrainInterfaceType("nexus.events"), Alias("nexus.IEventFeedGrain")]
public interface IEventFeedGrain : IGrainWithIntegerKey
{
    /// <summary>Reads events after a position, waiting up to <paramref name="wait"/> (at most 20 s) when there are none. A negative position reads the newest position alone.</summary>
    [ResponseTimeout("00:00:30"), AlwaysInterleave, Alias("Read")] Task<EventPage> ReadAsync(long after, EventFilter filter, int max, TimeSpan wait, CancellationToken cancellation = default);
}
