using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Answer of GET /learning/patterns.</summary>
internal sealed record PatternsResponse
{
    /// <summary>What was found.</summary>
    public required FoundPatterns Patterns { get; init; }
    /// <summary>Hours that were looked back.</summary>
    public required int AnalysisPeriodHours { get; init; }
    /// <summary>Experiences that were looked at.</summary>
    public required int ExperiencesAnalyzed { get; init; }
    /// <summary>Whether the period had more, which were left out because they are older.</summary>
    public required bool Truncated { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static PatternsResponse From(PatternReport report, int hours, int limit, DateTimeOffset now) => new()
    {
        Patterns = FoundPatterns.From(report, limit),
        AnalysisPeriodHours = hours,
        ExperiencesAnalyzed = report.Experiences,
        Truncated = report.Truncated,
        Timestamp = now,
    };
}

/// <summary>Patterns, or only a message where there is too little data.</summary>
internal sealed record FoundPatterns
{
    /// <summary>Why nothing was looked for; absent otherwise.</summary>
    public string? Message { get; init; }
    /// <summary>Clusters, largest first.</summary>
    public IReadOnlyList<ClusterResponse>? Patterns { get; init; }
    /// <summary>How many clusters there are; 0 where all experiences are the same.</summary>
    public int? TotalClusters { get; init; }
    /// <summary>How well they are set apart, −1 to 1; absent without clusters.</summary>
    public double? SilhouetteScore { get; init; }
    /// <summary>Experiences, spread evenly over those analysed, from which the score was reckoned exactly.</summary>
    public int? SilhouetteSample { get; init; }
    /// <summary>Conditions under which success differs, most significant first. At most one in twenty of them is told wrongly, on average.</summary>
    public IReadOnlyList<SegmentResponse>? Segments { get; init; }
    /// <summary>Actions that follow each other more often than by chance, most significant first; at most one in twenty of them is told wrongly, on average.</summary>
    public IReadOnlyList<SequenceResponse>? Sequences { get; init; }
    /// <summary>Runs of actions that were looked at: those of a session, an agent or a target, without pauses above an hour.</summary>
    public int? SequenceRuns { get; init; }

    /// <summary>Translates.</summary>
    public static FoundPatterns From(PatternReport report, int limit) => report.Message is { } message ? new() { Message = message } : new()
    {
        Patterns = [.. report.Clusters.Take(limit).Select((cluster, i) => ClusterResponse.From(cluster, i))],
        TotalClusters = report.Clusters.Length,
        SilhouetteScore = report.Silhouette,
        SilhouetteSample = report.SilhouetteSample,
        Segments = [.. report.Segments.Take(limit).Select(SegmentResponse.From)],
        Sequences = [.. report.Sequences.Take(limit).Select(SequenceResponse.From)],
        SequenceRuns = report.Runs,
    };
}

/// <summary>Experiences that are alike.</summary>
internal sealed record ClusterResponse
{
    /// <summary>Its place, from 0.</summary>
    public required int ClusterId { get; init; }
    /// <summary>How many.</summary>
    public required int Size { get; init; }
    /// <summary>Of all, 0–1.</summary>
    public required double Share { get; init; }
    /// <summary>Share that succeeded, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>Where the true rate lies with 95 % confidence: from.</summary>
    public required double SuccessRateLow { get; init; }
    /// <summary>To.</summary>
    public required double SuccessRateHigh { get; init; }
    /// <summary>What sets them apart, the most telling first.</summary>
    public required IReadOnlyList<TraitResponse> Conditions { get; init; }
    /// <summary>For people.</summary>
    public required string Description { get; init; }
    /// <summary>Some of them, nearest to the centre first.</summary>
    public required IReadOnlyList<string> ExampleIds { get; init; }

    /// <summary>Translates.</summary>
    public static ClusterResponse From(ClusterPattern cluster, int place) => new()
    {
        ClusterId = place,
        Size = cluster.Success.Support,
        Share = cluster.Share,
        SuccessRate = cluster.Success.Rate,
        SuccessRateLow = cluster.Success.Low,
        SuccessRateHigh = cluster.Success.High,
        Conditions = [.. cluster.Traits.Select(trait => new TraitResponse { Condition = trait.Condition, Share = trait.Share, OverallShare = trait.OverallShare, Lift = trait.Lift })],
        Description = cluster.Description,
        ExampleIds = cluster.ExampleIds,
    };
}

/// <summary>A condition that holds more often within a cluster than among all.</summary>
internal sealed record TraitResponse
{
    /// <summary>Such as <c>region = south</c>.</summary>
    public required string Condition { get; init; }
    /// <summary>How often within, 0–1.</summary>
    public required double Share { get; init; }
    /// <summary>How often among all, 0–1.</summary>
    public required double OverallShare { get; init; }
    /// <summary>How many times as often.</summary>
    public required double Lift { get; init; }
}

/// <summary>Conditions under which experiences succeed more often, or less, than the rest; figures are of experiences that the search did not see.</summary>
internal sealed record SegmentResponse
{
    /// <summary>All of them hold.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }
    /// <summary>Experiences that meet them.</summary>
    public required int Support { get; init; }
    /// <summary>Those that succeeded.</summary>
    public required int Successes { get; init; }
    /// <summary>Share that succeeded, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>Where the true rate lies with 95 % confidence: from.</summary>
    public required double SuccessRateLow { get; init; }
    /// <summary>To.</summary>
    public required double SuccessRateHigh { get; init; }
    /// <summary>Share of successes among all others, 0–1.</summary>
    public required double RestSuccessRate { get; init; }
    /// <summary>Its rate over that of all.</summary>
    public required double Lift { get; init; }
    /// <summary>How likely such a difference is by chance.</summary>
    public required double PValue { get; init; }
    /// <summary>For people.</summary>
    public required string Description { get; init; }
    /// <summary>Some of them.</summary>
    public required IReadOnlyList<string> ExampleIds { get; init; }

    /// <summary>Translates.</summary>
    public static SegmentResponse From(SegmentPattern segment) => new()
    {
        Conditions = segment.Conditions,
        Support = segment.Success.Support,
        Successes = segment.Success.Successes,
        SuccessRate = segment.Success.Rate,
        SuccessRateLow = segment.Success.Low,
        SuccessRateHigh = segment.Success.High,
        RestSuccessRate = segment.RestRate,
        Lift = segment.Lift,
        PValue = segment.P,
        Description = segment.Description,
        ExampleIds = segment.ExampleIds,
    };
}

/// <summary>Actions that follow each other more often than by chance.</summary>
internal sealed record SequenceResponse
{
    /// <summary>In order; up to two others may lie between two of them.</summary>
    public required IReadOnlyList<string> Actions { get; init; }
    /// <summary>Runs that have them.</summary>
    public required int Support { get; init; }
    /// <summary>Of all runs, 0–1.</summary>
    public required double Share { get; init; }
    /// <summary>How many times as often the last one comes after the others as it comes at all.</summary>
    public required double Lift { get; init; }
    /// <summary>How likely that is by chance.</summary>
    public required double PValue { get; init; }
    /// <summary>Share of the last steps that succeeded, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>Where the true rate lies with 95 % confidence: from.</summary>
    public required double SuccessRateLow { get; init; }
    /// <summary>To.</summary>
    public required double SuccessRateHigh { get; init; }
    /// <summary>Share of successes of the last action elsewhere, 0–1; absent where it never is elsewhere.</summary>
    public double? RestSuccessRate { get; init; }
    /// <summary>For people.</summary>
    public required string Description { get; init; }
    /// <summary>Some of the last steps.</summary>
    public required IReadOnlyList<string> ExampleIds { get; init; }

    /// <summary>Translates.</summary>
    public static SequenceResponse From(SequencePattern sequence) => new()
    {
        Actions = sequence.Actions,
        Support = sequence.Success.Support,
        Share = sequence.Share,
        Lift = sequence.Lift,
        PValue = sequence.P,
        SuccessRate = sequence.Success.Rate,
        SuccessRateLow = sequence.Success.Low,
        SuccessRateHigh = sequence.Success.High,
        RestSuccessRate = sequence.RestRate,
        Description = sequence.Description,
        ExampleIds = sequence.ExampleIds,
    };
}

/// <summary>Generated serialisation of patterns. A member without a value is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(PatternsResponse))]
internal sealed partial class PatternJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static PatternJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
