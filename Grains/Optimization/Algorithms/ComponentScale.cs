using System.Collections.Immutable;

namespace NexusActors.Optimization;

/// <summary>Judges components by their used share. The processor is judged by its mean over the window, for it may well be busy for a moment; what fills up is judged by its newest value.</summary>
internal static class ComponentScale
{
    /// <summary>Each component whose metric is there.</summary>
    public static ImmutableSortedDictionary<string, ComponentHealth> Judge(IReadOnlyDictionary<string, MetricSummary> metrics, double warningPercent, double criticalPercent)
    {
        var health = ImmutableSortedDictionary.CreateBuilder<string, ComponentHealth>(StringComparer.Ordinal);
        if (metrics.TryGetValue(MetricNames.CpuUsage, out var cpu)) { health.Add("cpu", Of(cpu.Average)); }
        if (metrics.TryGetValue(MetricNames.MemoryUsage, out var memory)) { health.Add("memory", Of(memory.Current)); }
        if (metrics.TryGetValue(MetricNames.DiskUsage, out var storage)) { health.Add("storage", Of(storage.Current)); }
        return health.ToImmutable();

        ComponentHealth Of(double used) => new(used, used >= criticalPercent ? HealthState.Critical : used >= warningPercent ? HealthState.Warning : HealthState.Ok);
    }
}
