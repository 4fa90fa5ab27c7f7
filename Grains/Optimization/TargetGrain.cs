using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using Orleans.Placement;

namespace NexusActors.Optimization;

/// <summary>Keeps the samples of one target. It starts where it is called first: for a machine, on that machine.</summary>
[GrainType("target"), PreferLocalPlacement]
internal sealed class TargetGrain(IOptionsMonitor<OptimizationOptions> options, OptimizationMetrics metrics, TimeProvider time) : Grain, ITargetGrain
{
    private readonly SortedDictionary<string, RollingWindow> _windows = new(StringComparer.Ordinal);
    private DateTimeOffset? _lastSampleAt;

    public Task RecordAsync(ImmutableArray<MetricSample> samples, CancellationToken cancellation)
    {
        Check(samples);
        var capacity = (int)(OptimizationOptions.Window / options.CurrentValue.SamplingPeriod) + 1;
        foreach (var sample in samples)
        {
            if (!_windows.TryGetValue(sample.Metric, out var window)) { _windows.Add(sample.Metric, window = new(capacity)); }
            window.Add(sample.At, sample.Value);
            _lastSampleAt = sample.At;
        }

        metrics.Recorded(samples.Length);
        return Task.CompletedTask;
    }

    public Task<TargetView> GetAsync(CancellationToken cancellation)
    {
        var (service, instance) = TargetKeys.Split(this.GetPrimaryKeyString());
        var oldest = time.GetUtcNow() - OptimizationOptions.Window;
        var summaries = ImmutableSortedDictionary.CreateBuilder<string, MetricSummary>(StringComparer.Ordinal);
        foreach (var (metric, window) in _windows)
        {
            if (window.After(oldest) is { } summary) { summaries.Add(metric, summary); }
        }

        var settings = options.CurrentValue;
        return Task.FromResult(new TargetView
        {
            Service = service,
            Instance = instance,
            Metrics = summaries.ToImmutable(),
            Health = ComponentScale.Judge(summaries, settings.WarningPercent, settings.CriticalPercent),
            LastSampleAt = _lastSampleAt > oldest ? _lastSampleAt : null,
        });
    }

    private void Check(ImmutableArray<MetricSample> samples)
    {
        var added = 0;
        foreach (var sample in samples)
        {
            if (string.IsNullOrEmpty(sample.Metric) || sample.Metric.Length > TargetLimits.NameMax)
            {
                throw new NexusException(NexusError.Invalid, $"a metric's name must have 1 to {TargetLimits.NameMax} characters", "metric");
            }

            if (!double.IsFinite(sample.Value))
            {
                throw new NexusException(NexusError.Invalid, $"the value of '{sample.Metric}' must be a finite number", "value");
            }

            if (!_windows.ContainsKey(sample.Metric)) { added++; }
        }

        if (_windows.Count + added > TargetLimits.MetricsMax && added > 0)
        {
            throw new NexusException(NexusError.LimitReached, $"a target has at most {TargetLimits.MetricsMax} metrics", "metric");
        }
    }
}
