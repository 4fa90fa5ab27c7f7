using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace NexusActors.Coordination;

/// <summary>Places the partitions of a queue in different silos, as far as there are enough.</summary>
internal sealed class SpreadPlacement : PlacementStrategy;

/// <summary>Marks grains that are placed so.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SpreadPlacementAttribute() : PlacementAttribute(new SpreadPlacement());

/// <summary>Takes the silos in turn: neighbouring partitions are in different ones, and the first partitions of different queues too.</summary>
internal sealed class SpreadPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var part = QueuePart.Parse(target.GrainIdentity.Key.ToString()!);
        SiloAddress[] silos = [.. context.GetCompatibleSilos(target).Order()];
        return Task.FromResult(silos[(QueueSlots.Of(part.Queue) + part.Place) % silos.Length]);
    }
}
