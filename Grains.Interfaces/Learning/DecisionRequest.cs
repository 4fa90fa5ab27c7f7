using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>What a decision is about. On the wire in lower case. Appended, never renumbered.</summary>
public enum ScenarioType
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>Who gets what.</summary>
    ResourceAllocation = 1,
    /// <summary>What comes first.</summary>
    TaskPrioritization = 2,
    /// <summary>How to be faster.</summary>
    PerformanceOptimization = 3,
    /// <summary>What to do about a threat.</summary>
    SecurityResponse = 4,
    /// <summary>How much will be needed.</summary>
    CapacityPlanning = 5,
    /// <summary>What to do about a failure.</summary>
    IncidentResponse = 6,
    /// <summary>Where to go.</summary>
    StrategicPlanning = 7,
}

/// <summary>How alternatives are ranked; the others are witnesses. All work on scores that are normalised by the same bounds. On the wire in lower case. Appended, never renumbered.</summary>
public enum RankingMethod
{
    /// <summary>Not stated: SPOTIS.</summary>
    None = 0,
    /// <summary>Distance from the ideal within fixed bounds: no rank reversal (Dezert, Tchamova, Han and Tacnet 2020).</summary>
    Spotis = 1,
    /// <summary>Closeness to the ideal against the anti-ideal (Hwang and Yoon 1981), both at the bounds.</summary>
    Topsis = 2,
    /// <summary>Net outranking flow (Brans and Vincke 1985), linear preference.</summary>
    Promethee = 3,
    /// <summary>Compromise of group utility and greatest regret (Opricovic and Tzeng 2004).</summary>
    Vikor = 4,
}

/// <summary>What a missing attribute counts as. On the wire in lower case. Appended, never renumbered.</summary>
public enum MissingRule
{
    /// <summary>Not stated: unknown.</summary>
    None = 0,
    /// <summary>Any value within the bounds, each as likely.</summary>
    Unknown = 1,
    /// <summary>The worst bound.</summary>
    Worst = 2,
    /// <summary>A reason to exclude the alternative.</summary>
    Exclude = 3,
}

/// <summary>Who chooses. On the wire in lower case. Appended, never renumbered.</summary>
public enum DecisionMode
{
    /// <summary>Not stated: the ranking.</summary>
    None = 0,
    /// <summary>The ranking.</summary>
    Rank = 1,
    /// <summary>A policy that learns from the outcomes of decisions that come again and again.</summary>
    Explore = 2,
}

/// <summary>A choice that somebody has to make.</summary>
[GenerateSerializer, Immutable, Alias("nexus.DecisionRequest")]
public sealed record DecisionRequest
{
    /// <summary>What it is about.</summary>
    [Id(0)] public required ScenarioType ScenarioType { get; init; }
    /// <summary>In words.</summary>
    [Id(1)] public required string Description { get; init; }
    /// <summary>The situation, JSON text of an object.</summary>
    [Id(2)] public string ContextJson { get; init; } = "{}";
    /// <summary>What is wanted: <c>maximize_X</c> or <c>minimize_X</c>, X an attribute of the actions.</summary>
    [Id(3)] public ImmutableArray<string> Objectives { get; init; } = [];
    /// <summary>What can be chosen, JSON text of an object each.</summary>
    [Id(4)] public ImmutableArray<string> ActionsJson { get; init; } = [];
    /// <summary>What must hold, JSON text of an object.</summary>
    [Id(5)] public string ConstraintsJson { get; init; } = "{}";
    /// <summary>0–1; above 0.5 objectives about time weigh more.</summary>
    [Id(6)] public double Urgency { get; init; } = 0.5;
    /// <summary>0–1; the more, the less stated numbers are trusted.</summary>
    [Id(7)] public double Complexity { get; init; } = 0.5;
    /// <summary>0–1; below 0.5 uncertain values count as worse than expected, above as better.</summary>
    [Id(8)] public double RiskTolerance { get; init; } = 0.5;
    /// <summary>Importance of objectives, by their name or by X alone, not negative; 1 where none is given.</summary>
    [Id(9)] public ImmutableSortedDictionary<string, double> Weights { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>Range of attributes over everything that could be offered.</summary>
    [Id(10)] public ImmutableSortedDictionary<string, NumberRange> Bounds { get; init; } = ImmutableSortedDictionary<string, NumberRange>.Empty;
    /// <summary>How to rank.</summary>
    [Id(11)] public RankingMethod Method { get; init; }
    /// <summary>What a missing attribute counts as.</summary>
    [Id(12)] public MissingRule Missing { get; init; }
    /// <summary>The stream of experiences that it learns from and adds to; null: <c>decision.</c> and the scenario's type.</summary>
    [Id(13)] public string? Stream { get; init; }
    /// <summary>Who chooses.</summary>
    [Id(14)] public DecisionMode Mode { get; init; }
    /// <summary>The policy that explores; null: named like the scenario's type.</summary>
    [Id(15)] public string? Policy { get; init; }
}

/// <summary>A range of numbers.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
[GenerateSerializer, Immutable, Alias("nexus.NumberRange")]
public sealed record NumberRange([property: Id(0)] double Low, [property: Id(1)] double High);

/// <summary>How a decision turned out.</summary>
[GenerateSerializer, Immutable, Alias("nexus.DecisionOutcome")]
public sealed record DecisionOutcome
{
    /// <summary>Whether it turned out well.</summary>
    [Id(0)] public required bool Success { get; init; }
    /// <summary>Numbers measured.</summary>
    [Id(1)] public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>What came of it, JSON text of an object.</summary>
    [Id(2)] public string OutcomeJson { get; init; } = "{}";
    /// <summary>How well, 0–1; null: not said.</summary>
    [Id(3)] public double? FeedbackScore { get; init; }
    /// <summary>When it was told; set by the silo.</summary>
    [Id(4)] public DateTimeOffset ReportedAt { get; init; }
}

/// <summary>Bounds of what is taken.</summary>
public static class DecisionLimits
{
    /// <summary>Actions of one decision.</summary>
    public const int ActionsMax = 500;
    /// <summary>Objectives of one decision.</summary>
    public const int ObjectivesMax = 32;
    /// <summary>Characters of a description.</summary>
    public const int DescriptionMax = 10_000;
    /// <summary>Decisions on one page.</summary>
    public const int PageMax = 500;
}
