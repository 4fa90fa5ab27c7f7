using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>The grains that do a queue's work in one division of it: the queue itself, or its partitions.</summary>
internal sealed class QueueMap
{
    private readonly IGrainFactory _grains;
    private readonly string _queue;

    public QueueMap(IGrainFactory grains, string queue, QueueSettings? settings)
    {
        (_grains, _queue) = (grains, queue);
        (Partitions, Epoch) = (settings?.Partitions ?? 1, settings?.Split.Epoch ?? 0);
        Parts = Partitions == 1 ? [] : [.. Enumerable.Range(0, Partitions).Select(place => Partition(new(queue, place, Partitions, Epoch)))];
        Places = Partitions == 1 ? [grains.GetGrain<IQueueGrain>(queue)] : [.. Parts];
    }

    /// <summary>How many there are.</summary>
    public int Partitions { get; }

    /// <summary>Which division it is.</summary>
    public int Epoch { get; }

    /// <summary>The grains in order of their slots.</summary>
    public ImmutableArray<IQueueGrain> Places { get; }

    /// <summary>The partitions; none where the queue does its work itself.</summary>
    public ImmutableArray<IQueuePartitionGrain> Parts { get; }

    /// <summary>The grain that has a slot.</summary>
    public IQueueGrain At(int slot) => Places[PlaceOf(slot)];

    /// <summary>The place of a slot.</summary>
    public int PlaceOf(int slot) => QueueSlots.PartitionOf(slot, Partitions);

    /// <summary>Asks those who had some of the slots in former divisions to stop, and waits until they have.</summary>
    /// <param name="former">Divisions that may still be at work.</param>
    /// <param name="slots">The slots.</param>
    /// <param name="isQueueItself">Whether the queue itself asks; then it is not asked.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RelieveAsync(ImmutableArray<FormerSplit> former, SlotRange slots, bool isQueueItself, CancellationToken cancellation) =>
        Task.WhenAll(former.SelectMany(split => FormerPlaces(split, slots, isQueueItself)).Select(place => place.RefreshAsync(cancellation)));

    private IEnumerable<IQueueGrain> FormerPlaces(FormerSplit split, SlotRange slots, bool isQueueItself) => split.Partitions == 1
        ? isQueueItself ? [] : [_grains.GetGrain<IQueueGrain>(_queue)]
        : Enumerable.Range(0, split.Partitions).Where(place => SlotRange.Of(place, split.Partitions).Meets(slots)).Select(place => Partition(new(_queue, place, split.Partitions, split.Epoch)));

    private IQueuePartitionGrain Partition(QueuePart part) => _grains.GetGrain<IQueuePartitionGrain>(part.ToString());
}
