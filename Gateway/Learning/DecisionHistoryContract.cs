using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>How a decision turned out.</summary>
internal sealed record OutcomeView
{
    /// <summary>Whether it turned out well.</summary>
    public required bool Success { get; init; }
    /// <summary>Numbers measured.</summary>
    public required IReadOnlyDictionary<string, double> PerformanceMetrics { get; init; }
    /// <summary>What came of it.</summary>
    public required RawJson Outcome { get; init; }
    /// <summary>How well, 0–1; null: not said.</summary>
    public required double? FeedbackScore { get; init; }
    /// <summary>When it was told.</summary>
    public required DateTimeOffset ReportedAt { get; init; }
}

/// <summary>A decision with what was asked, what was answered, and how it turned out.</summary>
internal sealed record DecisionView
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>What it is about.</summary>
    public required ScenarioType ScenarioType { get; init; }
    /// <summary>The same in words.</summary>
    public required string Description { get; init; }
    /// <summary>The situation.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What was wanted.</summary>
    public required ImmutableArray<string> Objectives { get; init; }
    /// <summary>What could be chosen.</summary>
    public required IReadOnlyList<RawJson> AvailableActions { get; init; }
    /// <summary>What had to hold.</summary>
    public required RawJson Constraints { get; init; }
    /// <summary>As asked.</summary>
    public required double Urgency { get; init; }
    /// <summary>As asked.</summary>
    public required double Complexity { get; init; }
    /// <summary>As asked.</summary>
    public required double RiskTolerance { get; init; }
    /// <summary>As asked.</summary>
    public required IReadOnlyDictionary<string, double> Weights { get; init; }
    /// <summary>As asked.</summary>
    public required IReadOnlyDictionary<string, double[]> Bounds { get; init; }
    /// <summary>What was answered.</summary>
    public required DecisionResultView DecisionResult { get; init; }
    /// <summary>How it turned out; null: not known yet.</summary>
    public required OutcomeView? Outcome { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static DecisionView From(Decision decision, DateTimeOffset now) => new()
    {
        Id = decision.Id,
        ScenarioType = decision.Request.ScenarioType,
        Description = decision.Request.Description,
        Context = new(decision.Request.ContextJson),
        Objectives = decision.Request.Objectives,
        AvailableActions = [.. decision.Request.ActionsJson.Select(action => new RawJson(action))],
        Constraints = new(decision.Request.ConstraintsJson),
        Urgency = decision.Request.Urgency,
        Complexity = decision.Request.Complexity,
        RiskTolerance = decision.Request.RiskTolerance,
        Weights = decision.Request.Weights,
        Bounds = decision.Request.Bounds.ToDictionary(pair => pair.Key, pair => new[] { pair.Value.Low, pair.Value.High }),
        DecisionResult = DecisionResultView.From(decision),
        Outcome = decision.Outcome is { } outcome
            ? new()
            {
                Success = outcome.Success,
                PerformanceMetrics = outcome.Metrics,
                Outcome = new(outcome.OutcomeJson),
                FeedbackScore = outcome.FeedbackScore,
                ReportedAt = outcome.ReportedAt,
            }
            : null,
        Timestamp = now,
    };
}

/// <summary>What a list tells of a decision.</summary>
internal sealed record DecisionItem
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>What it is about.</summary>
    public required ScenarioType ScenarioType { get; init; }
    /// <summary>The same in words.</summary>
    public required string Description { get; init; }
    /// <summary>The chosen action as it was sent.</summary>
    public required RawJson SelectedAction { get; init; }
    /// <summary>Its name.</summary>
    public required string SelectedName { get; init; }
    /// <summary>As stated.</summary>
    public required double Confidence { get; init; }
    /// <summary>The policy that was asked; null: none.</summary>
    public required string? Policy { get; init; }
    /// <summary>When it was decided.</summary>
    public required DateTimeOffset DecidedAt { get; init; }
    /// <summary>Whether it turned out well; null: not known yet.</summary>
    public required bool? Success { get; init; }
    /// <summary>When that was told.</summary>
    public required DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Translates.</summary>
    public static DecisionItem From(DecisionSummary decision) => new()
    {
        Id = decision.Id,
        ScenarioType = decision.ScenarioType,
        Description = decision.Description,
        SelectedAction = new(decision.ActionJson),
        SelectedName = decision.ActionName,
        Confidence = decision.Confidence,
        Policy = decision.Policy,
        DecidedAt = decision.DecidedAt,
        Success = decision.Success,
        ReportedAt = decision.ReportedAt,
    };
}

/// <summary>A page of decisions, newest first.</summary>
internal sealed record DecisionsResponse
{
    /// <summary>The decisions.</summary>
    public required IReadOnlyList<DecisionItem> Decisions { get; init; }
    /// <summary>How many are in this page.</summary>
    public required int Count { get; init; }
    /// <summary>Send it as <c>cursor</c>, with the same filters, for the next page; null: this was the last. A page may hold fewer than asked for although there are more.</summary>
    public required string? NextCursor { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>An outcome was stored.</summary>
internal sealed record OutcomeRecorded
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>The decision.</summary>
    public required string DecisionId { get; init; }
    /// <summary>The experience that was stored with it.</summary>
    public required string ExperienceId { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>How far stated confidence was right. Each decision counts with what was stated when it was made.</summary>
internal sealed record ConfidenceResponse
{
    /// <summary>Over all scenarios.</summary>
    public required OverallConfidence All { get; init; }
    /// <summary>Those with outcomes.</summary>
    public required ImmutableArray<ScenarioConfidence> Scenarios { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Confidence against outcomes, over all scenarios.</summary>
internal sealed record OverallConfidence
{
    /// <summary>Decisions whose outcome is known; at most the newest 20,000.</summary>
    public required int Outcomes { get; init; }
    /// <summary>Share of them that turned out well.</summary>
    public required double BaseRate { get; init; }
    /// <summary>As stated, calibrated by what was known then.</summary>
    public required Reliability Stated { get; init; }
    /// <summary>Before calibration.</summary>
    public required Reliability Raw { get; init; }

    /// <summary>Translates.</summary>
    public static OverallConfidence From(ScenarioConfidence all) => new() { Outcomes = all.Outcomes, BaseRate = all.BaseRate, Stated = all.Stated, Raw = all.Raw };
}

/// <summary>Generated serialisation of what is said of decisions. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters =
    [
        typeof(UtcTimeConverter), typeof(WireNameConverter<ScenarioType>), typeof(WireNameConverter<RankingMethod>), typeof(WireNameConverter<MissingRule>), typeof(WireNameConverter<DecisionMode>),
        typeof(WireNameConverter<PolicyMode>),
    ])]
[JsonSerializable(typeof(DecisionResponse))]
[JsonSerializable(typeof(DecisionView))]
[JsonSerializable(typeof(DecisionsResponse))]
[JsonSerializable(typeof(OutcomeRecorded))]
[JsonSerializable(typeof(ConfidenceResponse))]
[JsonSerializable(typeof(PolicyResponse))]
[JsonSerializable(typeof(PoliciesResponse))]
internal sealed partial class DecisionWireJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static DecisionWireJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
