using System.Collections.Immutable;

namespace NexusActors.Optimization;

/// <summary>Clock ticks that cores spent since the machine started.</summary>
/// <param name="Busy">Working.</param>
/// <param name="Total">Working or idle.</param>
internal readonly record struct CpuTicks(long Busy, long Total);

/// <summary>Bytes that passed through one device since it appeared.</summary>
/// <param name="Name">The device.</param>
/// <param name="In">Received or read.</param>
/// <param name="Out">Sent or written.</param>
internal readonly record struct ByteCounter(string Name, long In, long Out);

/// <summary>What a machine showed at one moment; null or empty: it does not show that.</summary>
internal sealed record MachineReading
{
    /// <summary>Of all cores.</summary>
    public CpuTicks? Cpu { get; init; }
    /// <summary>Memory not available, per cent.</summary>
    public double? MemoryUsedPercent { get; init; }
    /// <summary>Used share of the watched file system, per cent.</summary>
    public double? DiskUsedPercent { get; init; }
    /// <summary>One-minute load.</summary>
    public double? LoadAverage { get; init; }
    /// <summary>Interfaces; default: not shown.</summary>
    public ImmutableArray<ByteCounter> Network { get; init; }
    /// <summary>Whole disks; default: not shown.</summary>
    public ImmutableArray<ByteCounter> Disks { get; init; }

    /// <summary>
    /// The samples that a reading gives. Rates need the reading before it; the first one gives levels alone. A counter that fell (its device was replaced, or wrapped)
    /// and a device seen for the first time count from the next reading on.
    /// </summary>
    /// <param name="before">The reading before; null: this is the first.</param>
    /// <param name="seconds">Time since then.</param>
    /// <param name="at">Moment to put on the samples.</param>
    public ImmutableArray<MetricSample> Samples(MachineReading? before, double seconds, DateTimeOffset at)
    {
        var samples = ImmutableArray.CreateBuilder<MetricSample>(8);
        Add(MetricNames.CpuUsage, CpuPercent(before?.Cpu));
        Add(MetricNames.MemoryUsage, MemoryUsedPercent);
        Add(MetricNames.DiskUsage, DiskUsedPercent);
        Add(MetricNames.LoadAverage, LoadAverage);
        if (before is not null && seconds > 0)
        {
            if (Moved(before.Network, Network) is var (received, sent))
            {
                Add(MetricNames.NetworkReceive, received / seconds);
                Add(MetricNames.NetworkTransmit, sent / seconds);
            }

            if (Moved(before.Disks, Disks) is var (read, written))
            {
                Add(MetricNames.DiskRead, read / seconds);
                Add(MetricNames.DiskWritten, written / seconds);
            }
        }

        return samples.ToImmutable();

        void Add(string metric, double? value)
        {
            if (value is { } number) { samples.Add(new(metric, at, number)); }
        }
    }

    private double? CpuPercent(CpuTicks? before) =>
        before is { } then && Cpu is { } now && now.Total > then.Total ? Math.Clamp(100.0 * (now.Busy - then.Busy) / (now.Total - then.Total), 0, 100) : null;

    private static (double In, double Out)? Moved(ImmutableArray<ByteCounter> before, ImmutableArray<ByteCounter> now)
    {
        if (before.IsDefault || now.IsDefault) { return null; }
        var (received, sent) = (0L, 0L);
        foreach (var counter in now)
        {
            foreach (var earlier in before)
            {
                if (earlier.Name != counter.Name) { continue; }
                received += Math.Max(0, counter.In - earlier.In);
                sent += Math.Max(0, counter.Out - earlier.Out);
            }
        }

        return (received, sent);
    }
}
