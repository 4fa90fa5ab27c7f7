using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>One task, by its id: read it and act on it. Its queue is the single writer; this grain finds the queue.</summary>
[GrainInterfaceType("nexus.task"), Alias("nexus.ITaskGrain")]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>Reads the task; null where there is none.</summary>
    [ReadOnly, Alias("Get")] Task<TaskView?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Reads every transition in order. Unknown task: <see cref="Errors.NexusError.NotFound"/>.</summary>
    [ReadOnly, Alias("History")] Task<ImmutableArray<EventView>> HistoryAsync(CancellationToken cancellation = default);

    /// <summary>Says why it runs where it runs, or why it waits. Unknown task: <see cref="Errors.NexusError.NotFound"/>.</summary>
    [Alias("Explain")] Task<TaskExplanation> ExplainAsync(CancellationToken cancellation = default);

    /// <summary>Moves it as the original API does. A repeat of a change that holds is accepted; one that the state forbids is refused with <see cref="Errors.NexusError.WrongState"/> or <see cref="Errors.NexusError.LeaseLost"/>.</summary>
    [Alias("SetStatus")] Task<TaskView> SetStatusAsync(StatusChange change, CancellationToken cancellation = default);

    /// <summary>Calls it off: at once where it waits or is held by a passive agent, by an order with the next heartbeat where a pulling agent works on it.</summary>
    /// <param name="reason">Why, for the history.</param>
    /// <param name="children">Whether all that depend on it, directly or not, are called off too.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The task and every other task that was called off or asked to stop.</returns>
    [Alias("Cancel")] Task<ImmutableArray<TaskView>> CancelAsync(string? reason, bool children, CancellationToken cancellation = default);

    /// <summary>Takes a failed or cancelled task up again with fresh retries. In any other state: <see cref="Errors.NexusError.WrongState"/>.</summary>
    [Alias("Redrive")] Task<TaskView> RedriveAsync(CancellationToken cancellation = default);
}
