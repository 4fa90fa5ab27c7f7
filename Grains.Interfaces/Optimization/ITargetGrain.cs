using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Optimization;

/// <summary>One watched instance of a service, by <see cref="TargetKeys.Of"/>: its samples of the last five minutes and what they say. Memory alone: it relearns after a move.</summary>
[GrainInterfaceType("nexus.target"), Alias("nexus.ITargetGrain")]
public interface ITargetGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes samples, all of one tick in one call. A value that is not finite or a name that is empty or too long: <see cref="Errors.NexusError.Invalid"/>;
    /// more than <see cref="TargetLimits.MetricsMax"/> metrics: <see cref="Errors.NexusError.LimitReached"/>; either refuses the whole call.
    /// </summary>
    [Alias("Record")] Task RecordAsync(ImmutableArray<MetricSample> samples, CancellationToken cancellation = default);

    /// <summary>Reads it; without samples where nothing came within the window.</summary>
    [ReadOnly, Alias("Get")] Task<TargetView> GetAsync(CancellationToken cancellation = default);
}

/// <summary>The optimizer as a whole (stateless, any key): what it watches without being told to.</summary>
[GrainInterfaceType("nexus.optimizer"), Alias("nexus.IOptimizerGrain")]
public interface IOptimizerGrain : IGrainWithIntegerKey
{
    /// <summary>Reads what runs and how the machine of the answering silo is.</summary>
    [ReadOnly, Alias("Status")] Task<OptimizationStatus> StatusAsync(CancellationToken cancellation = default);
}

/// <summary>Keys of targets.</summary>
public static class TargetKeys
{
    /// <summary>The service under which each machine of the cluster watches itself; the instance is its host name.</summary>
    public const string System = "system";

    /// <summary>The key of an instance of a service (no <c>@</c> in the service's name).</summary>
    public static string Of(string service, string instance) => $"{service}@{instance}";

    /// <summary>Service and instance of a key; the instance is empty where the key names none.</summary>
    public static (string Service, string Instance) Split(string key) => key.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (key[..at], key[(at + 1)..]) : (key, "");
}

/// <summary>Bounds of what a target takes.</summary>
public static class TargetLimits
{
    /// <summary>Metrics of one target.</summary>
    public const int MetricsMax = 1_000;
    /// <summary>Characters of a metric's name.</summary>
    public const int NameMax = 200;
}
