using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>A change of a queue's settings: what is stored, and what is said of it. Another number of partitions begins another division, and notes the one before.</summary>
internal static class QueueChange
{
    /// <summary>What follows from settings that are asked for.</summary>
    /// <param name="name">The queue.</param>
    /// <param name="known">Its settings so far; null: it is made.</param>
    /// <param name="asked">As asked for; which division it is the queue knows better.</param>
    /// <param name="now">The time.</param>
    public static LedgerEntry Of(string name, QueueSettings? known, QueueSettings asked, DateTimeOffset now)
    {
        if (asked.Partitions is < 1 or > QueueNames.PartitionsMax) { throw new NexusException(NexusError.Invalid, $"partitions must be 1 to {QueueNames.PartitionsMax}.", "partitions"); }
        var (split, before) = (known?.Split ?? new(), known?.Partitions ?? 1);
        var divides = asked.Partitions != before;
        var type = known is null ? "queue.created"
            : divides ? "queue.divided"
            : asked.Paused == known.Paused ? "queue.configured" : asked.Paused ? "queue.paused" : "queue.resumed";
        var data = divides ? new EventData().With("partitions", asked.Partitions).Json() : "{}";
        var next = asked with { Split = divides ? new() { Epoch = split.Epoch + 1, Former = split.Former.Add(new(split.Epoch, before)) } : split };
        return new() { Change = new QueuePut(name, next), Events = [new(now, type, null, null, name, data)] };
    }

    /// <summary>All those that did the work before have stopped.</summary>
    public static LedgerEntry Settled(string name, QueueSettings settings) =>
        new() { Change = new QueuePut(name, settings with { Split = settings.Split with { Former = [] } }) };
}
