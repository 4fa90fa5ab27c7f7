using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Optimization;

/// <summary>A metric over the last five minutes.</summary>
internal sealed record MetricResponse
{
    /// <summary>Newest value.</summary>
    public required double Current { get; init; }
    /// <summary>Mean.</summary>
    public required double Average { get; init; }
    /// <summary>Least.</summary>
    public required double Min { get; init; }
    /// <summary>Greatest.</summary>
    public required double Max { get; init; }
    /// <summary>Samples.</summary>
    public required int Count { get; init; }

    /// <summary>Translates.</summary>
    public static IReadOnlyDictionary<string, MetricResponse> From(IReadOnlyDictionary<string, MetricSummary> metrics) => metrics.ToDictionary(
        metric => metric.Key,
        metric => new MetricResponse { Current = metric.Value.Current, Average = metric.Value.Average, Min = metric.Value.Min, Max = metric.Value.Max, Count = metric.Value.Count });
}

/// <summary>A component judged by its used share.</summary>
internal sealed record ComponentResponse
{
    /// <summary>Used share, per cent: the processor's mean over five minutes, the newest value of memory and storage.</summary>
    public required double UsedPercent { get; init; }
    /// <summary>ok, warning or critical, by the configured thresholds (80 and 95 where nothing else is set).</summary>
    public required HealthState State { get; init; }
}

/// <summary>Answer of GET /performance/metrics.</summary>
internal sealed record MetricsResponse
{
    /// <summary>What was measured, by metric type; nothing that was not.</summary>
    public required IReadOnlyDictionary<string, MetricResponse> Metrics { get; init; }
    /// <summary>The service that was measured.</summary>
    public required string Service { get; init; }
    /// <summary>Which instance of it.</summary>
    public required string Instance { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer of GET /optimization/status.</summary>
internal sealed record OptimizationStatusResponse
{
    /// <summary>Whether an optimizer acts on what it sees. It does not yet: it watches, see <c>monitoring_active</c>.</summary>
    public required bool OptimizationRunning { get; init; }
    /// <summary>What was measured, by metric type.</summary>
    public required IReadOnlyDictionary<string, MetricResponse> PerformanceMetrics { get; init; }
    /// <summary>How cpu, memory and storage are.</summary>
    public required IReadOnlyDictionary<string, ComponentResponse> SystemHealth { get; init; }
    /// <summary>Actions taken so far.</summary>
    public required long OptimizationHistoryCount { get; init; }
    /// <summary>Reliability enhancements in force.</summary>
    public required int ActiveEnhancements { get; init; }
    /// <summary>When an action was taken last; null: never.</summary>
    public required DateTimeOffset? LastOptimization { get; init; }
    /// <summary>Whether samples keep coming.</summary>
    public required bool MonitoringActive { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static OptimizationStatusResponse From(OptimizationStatus status, DateTimeOffset now) => new()
    {
        OptimizationRunning = status.OptimizationRunning,
        PerformanceMetrics = MetricResponse.From(status.Machine.Metrics),
        SystemHealth = status.Machine.Health.ToDictionary(part => part.Key, part => new ComponentResponse { UsedPercent = part.Value.UsedPercent, State = part.Value.State }),
        OptimizationHistoryCount = status.HistoryCount,
        ActiveEnhancements = status.ActiveEnhancements,
        LastOptimization = status.LastOptimization,
        MonitoringActive = status.MonitoringActive,
        Timestamp = now,
    };
}

/// <summary>Generated serialisation of the optimizer's answers. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<HealthState>)])]
[JsonSerializable(typeof(MetricsResponse))]
[JsonSerializable(typeof(OptimizationStatusResponse))]
internal sealed partial class OptimizationJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static OptimizationJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
