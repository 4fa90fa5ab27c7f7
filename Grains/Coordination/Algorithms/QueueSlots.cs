using System.Text;

namespace NexusActors.Coordination;

/// <summary>
/// Where a task belongs in a queue of several partitions. Its key has one of 256 slots for ever; partition p of n has the slots s with s·n/256 = p. So nothing about partitions is stored with a task,
/// and all tasks of a key (those without one have the empty key) are with one partition, whatever n is. The slots are on disk: the hash never changes.
/// </summary>
internal static class QueueSlots
{
    /// <summary>How many there are.</summary>
    public const int Count = 256;

    /// <summary>Slot of a task that was written before slots were.</summary>
    public const int Unknown = -1;

    /// <summary>The slot of a key: FNV-1a of its UTF-8 bytes, folded to eight bits.</summary>
    public static int Of(string? key)
    {
        if (string.IsNullOrEmpty(key)) { return 0; }
        var bytes = Encoding.UTF8.GetBytes(key);
        var hash = 2_166_136_261u;
        foreach (var part in bytes) { hash = (hash ^ part) * 16_777_619u; }
        hash ^= hash >> 16;
        return (int)((hash ^ (hash >> 8)) & 255);
    }

    /// <summary>The partition that has a slot.</summary>
    public static int PartitionOf(int slot, int partitions) => slot * partitions / Count;
}

/// <summary>Neighbouring slots.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
internal readonly record struct SlotRange(int First, int Last)
{
    /// <summary>All slots.</summary>
    public static SlotRange All { get; } = new(0, QueueSlots.Count - 1);

    /// <summary>Those of one partition.</summary>
    public static SlotRange Of(int partition, int partitions) =>
        new(((partition * QueueSlots.Count) + partitions - 1) / partitions, ((((partition + 1) * QueueSlots.Count) + partitions - 1) / partitions) - 1);

    /// <summary>Whether a slot is among them.</summary>
    public bool Has(int slot) => slot >= First && slot <= Last;

    /// <summary>Whether some slots are in both.</summary>
    public bool Meets(SlotRange other) => First <= other.Last && other.First <= Last;
}
