using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>One agent, by its id: its registration, capacity, liveness and leases.</summary>
[GrainInterfaceType("nexus.agent"), Alias("nexus.IAgentGrain")]
public interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>Registers it. The same id again: <see cref="Errors.NexusError.AlreadyExists"/>; an unknown queue: <see cref="Errors.NexusError.Impossible"/>.</summary>
    [Alias("Register")] Task RegisterAsync(AgentProfile profile, CancellationToken cancellation = default);

    /// <summary>Reads it; null where there is none.</summary>
    [Alias("Get")] Task<AgentView?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Removes it; its unfinished tasks go back to pending. Unknown: <see cref="Errors.NexusError.NotFound"/>.</summary>
    [Alias("Deregister")] Task DeregisterAsync(CancellationToken cancellation = default);

    /// <summary>Gives it up to N tasks, waiting up to the time asked for. Empty: there was nothing, it has no room, or it drains.</summary>
    [ResponseTimeout("00:01:15"), Alias("Lease")] Task<ImmutableArray<LeasedTask>> LeaseAsync(LeaseRequest request, CancellationToken cancellation = default);

    /// <summary>Takes a sign of life: renews leases, stores progress, returns orders.</summary>
    [Alias("Heartbeat")] Task<HeartbeatReply> HeartbeatAsync(Heartbeat heartbeat, CancellationToken cancellation = default);

    /// <summary>Takes reports on leases, each answered for itself, in order.</summary>
    [Alias("Report")] Task<ImmutableArray<ReportReply>> ReportAsync(ImmutableArray<LeaseReport> reports, CancellationToken cancellation = default);

    /// <summary>Starts or ends draining: finish what is held, take nothing new.</summary>
    [Alias("Drain")] Task DrainAsync(bool draining, CancellationToken cancellation = default);

    /// <summary>Asks for room for one task to be assigned to it (by its queue, for passive agents). False: full, inactive or gone.</summary>
    [Alias("Offer")] Task<bool> OfferAsync(WorkShare work, CancellationToken cancellation = default);

    /// <summary>Tells it that tasks left its hands by other ways than its own report (by their queue).</summary>
    [Alias("Released")] Task ReleasedAsync(ImmutableArray<string> taskIds, CancellationToken cancellation = default);

    /// <summary>Tells it that a queue that it waits on has work. False: nobody waits here.</summary>
    [AlwaysInterleave, Alias("Wake")] Task<bool> WakeAsync(string queue, CancellationToken cancellation = default);

    /// <summary>Tells it that it has been silent for too long; it checks for itself, becomes inactive and gives its passive work back.</summary>
    [Alias("CheckSilence")] Task CheckSilenceAsync(CancellationToken cancellation = default);

    /// <summary>Notes a sign of life that came by another way (PUT …/status on a task it holds).</summary>
    [Alias("SawLife")] Task SawLifeAsync(CancellationToken cancellation = default);
}

/// <summary>What one task takes of an agent.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Units">Capacity units.</param>
/// <param name="Resources">Named resources.</param>
[GenerateSerializer, Immutable, Alias("nexus.WorkShare")]
public sealed record WorkShare([property: Id(0)] string TaskId, [property: Id(1)] string Queue, [property: Id(2)] int Units, [property: Id(3)] ImmutableSortedDictionary<string, double> Resources)
{
    /// <summary>Its key; null: none. With the queue it says which partition has it.</summary>
    [Id(4)] public string? Key { get; init; }
}
