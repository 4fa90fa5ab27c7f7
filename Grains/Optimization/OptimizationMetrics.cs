using System.Diagnostics.Metrics;
using NexusActors.Telemetry;

namespace NexusActors.Optimization;

/// <summary>What the optimization room counts.</summary>
internal sealed class OptimizationMetrics
{
    private readonly Counter<long> _samples;
    private readonly Counter<long> _failures;

    public OptimizationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NexusTelemetry.Name);
        _samples = meter.CreateCounter<long>("nexus.optimization.samples", "{sample}", "Samples taken in by targets.");
        _failures = meter.CreateCounter<long>("nexus.optimization.sampling_failures", "{failure}", "Ticks at which this machine could not be sampled.");
    }

    public void Recorded(int samples) => _samples.Add(samples);

    public void SamplingFailed() => _failures.Add(1);
}
