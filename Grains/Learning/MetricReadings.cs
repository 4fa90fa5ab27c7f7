using System.Collections.Immutable;
using NexusActors.Learning.Plans;
using NexusActors.Optimization;

namespace NexusActors.Learning;

/// <summary>The port to what is measured now.</summary>
internal interface IMetricReadings
{
    /// <summary>Each metric with samples of the last five minutes, by name.</summary>
    Task<ImmutableSortedDictionary<string, MeasuredMetric>> ReadAsync(CancellationToken cancellation = default);
}

/// <summary>The metrics that the optimizer keeps of the machine of the silo that asks.</summary>
internal sealed class OptimizerReadings(IGrainFactory grains) : IMetricReadings
{
    public async Task<ImmutableSortedDictionary<string, MeasuredMetric>> ReadAsync(CancellationToken cancellation)
    {
        var status = await grains.GetGrain<IOptimizerGrain>(0).StatusAsync(cancellation);
        return status.Machine.Metrics.ToImmutableSortedDictionary(metric => metric.Key, metric => new MeasuredMetric(metric.Value.Current, metric.Value.Average, metric.Value.Count), StringComparer.Ordinal);
    }
}
