using System.Diagnostics.Metrics;

namespace NexusActors.Telemetry;

/// <summary>The one name under which meters and activity sources of NexusActors are published.</summary>
public static class NexusTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "NexusActors";

    /// <summary>Bounds for histograms of seconds: from half a millisecond to an hour.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600],
    };
}
