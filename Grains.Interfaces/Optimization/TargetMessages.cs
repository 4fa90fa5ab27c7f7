using System.Collections.Immutable;

namespace NexusActors.Optimization;

/// <summary>Names of the metrics that a machine tells of itself.</summary>
public static class MetricNames
{
    /// <summary>Busy share of all cores since the last sample, per cent; waiting for disks counts as idle.</summary>
    public const string CpuUsage = "cpu_usage";
    /// <summary>Share of memory that is not available to new work, per cent.</summary>
    public const string MemoryUsage = "memory_usage";
    /// <summary>Used share of the watched file system, per cent, as <c>df</c> counts it.</summary>
    public const string DiskUsage = "disk_usage";
    /// <summary>Bytes received per second over all interfaces but loopback.</summary>
    public const string NetworkReceive = "network_receive_bytes_per_second";
    /// <summary>Bytes sent per second over all interfaces but loopback.</summary>
    public const string NetworkTransmit = "network_transmit_bytes_per_second";
    /// <summary>Bytes read per second from whole disks.</summary>
    public const string DiskRead = "disk_read_bytes_per_second";
    /// <summary>Bytes written per second to whole disks.</summary>
    public const string DiskWritten = "disk_written_bytes_per_second";
    /// <summary>Mean number of tasks that ran or waited over the last minute.</summary>
    public const string LoadAverage = "load_average";
}

/// <summary>One value at one moment.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="At">When.</param>
/// <param name="Value">Its value, in the unit that the metric's name or description states; finite.</param>
[GenerateSerializer, Immutable, Alias("nexus.MetricSample")]
public readonly record struct MetricSample([property: Id(0)] string Metric, [property: Id(1)] DateTimeOffset At, [property: Id(2)] double Value);

/// <summary>A metric over the last five minutes.</summary>
/// <param name="Current">Newest value.</param>
/// <param name="Average">Mean.</param>
/// <param name="Min">Least.</param>
/// <param name="Max">Greatest.</param>
/// <param name="Count">Samples, at least 1.</param>
[GenerateSerializer, Immutable, Alias("nexus.MetricSummary")]
public sealed record MetricSummary([property: Id(0)] double Current, [property: Id(1)] double Average, [property: Id(2)] double Min, [property: Id(3)] double Max, [property: Id(4)] int Count);

/// <summary>How a component is. On the wire in lower case. Appended, never renumbered.</summary>
public enum HealthState
{
    /// <summary>Not judged; never sent.</summary>
    None = 0,
    /// <summary>Below the warning threshold.</summary>
    Ok = 1,
    /// <summary>At or above the warning threshold.</summary>
    Warning = 2,
    /// <summary>At or above the critical threshold.</summary>
    Critical = 3,
}

/// <summary>A component judged by its used share.</summary>
/// <param name="UsedPercent">Used share, per cent.</param>
/// <param name="State">How that is judged.</param>
[GenerateSerializer, Immutable, Alias("nexus.ComponentHealth")]
public sealed record ComponentHealth([property: Id(0)] double UsedPercent, [property: Id(1)] HealthState State);

/// <summary>A target as it is read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TargetView")]
public sealed record TargetView
{
    /// <summary>The service.</summary>
    [Id(0)] public required string Service { get; init; }
    /// <summary>Which instance of it.</summary>
    [Id(1)] public required string Instance { get; init; }
    /// <summary>Each metric with samples within the window.</summary>
    [Id(2)] public ImmutableSortedDictionary<string, MetricSummary> Metrics { get; init; } = ImmutableSortedDictionary<string, MetricSummary>.Empty;
    /// <summary>Each component (<c>cpu</c>, <c>memory</c>, <c>storage</c>) that its metrics allow to judge.</summary>
    [Id(3)] public ImmutableSortedDictionary<string, ComponentHealth> Health { get; init; } = ImmutableSortedDictionary<string, ComponentHealth>.Empty;
    /// <summary>Moment of the newest sample; null where none came within the window.</summary>
    [Id(4)] public DateTimeOffset? LastSampleAt { get; init; }
}

/// <summary>What GET /optimization/status tells.</summary>
[GenerateSerializer, Immutable, Alias("nexus.OptimizationStatus")]
public sealed record OptimizationStatus
{
    /// <summary>The machine of the silo that answers.</summary>
    [Id(0)] public required TargetView Machine { get; init; }
    /// <summary>Whether samples of it keep coming.</summary>
    [Id(1)] public bool MonitoringActive { get; init; }
    /// <summary>Whether an optimizer acts on what it sees; none does yet, it watches.</summary>
    [Id(2)] public bool OptimizationRunning { get; init; }
    /// <summary>Actions taken so far.</summary>
    [Id(3)] public long HistoryCount { get; init; }
    /// <summary>Reliability enhancements in force.</summary>
    [Id(4)] public int ActiveEnhancements { get; init; }
    /// <summary>When an action was taken last; null: never.</summary>
    [Id(5)] public DateTimeOffset? LastOptimization { get; init; }
}
