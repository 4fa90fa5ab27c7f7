using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace NexusActors.Learning;

/// <summary>Body of PUT /decisions/policies/{name}.</summary>
internal sealed record PolicyBody
{
    /// <summary>Whose choice is answered.</summary>
    public required PolicyMode Mode { get; init; }
    /// <summary>Share of decisions in which the policy's choice is answered when it is live.</summary>
    [Range(0.001, 1.0), DefaultValue(1.0)] public double? Share { get; init; }
}

/// <summary>A policy with how it does. Costs are 0 for a full success and 1 for a failure.</summary>
internal sealed record PolicyResponse
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Whose choice is answered.</summary>
    public required PolicyMode Mode { get; init; }
    /// <summary>Share of decisions in which the policy's choice is answered when it is live.</summary>
    public required double Share { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its settings changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
    /// <summary>Decisions with an outcome that are judged here; the newest 2,000.</summary>
    public required int Outcomes { get; init; }
    /// <summary>Outcomes that what it knows was learned from.</summary>
    public required int LearnedFrom { get; init; }
    /// <summary>Those of the outcomes that any action could have been answered in; only they can show what another policy would have cost.</summary>
    public required int Explored { get; init; }
    /// <summary>What they cost.</summary>
    public required PolicyCost? Logged { get; init; }
    /// <summary>What others would have cost in them. Intervals that overlap show nothing.</summary>
    public required ImmutableArray<PolicyEvaluation> Evaluations { get; init; }
    /// <summary>Decisions in shadow in which the policy chose what was answered, with what they cost.</summary>
    public required PolicyCost? ShadowAgreed { get; init; }
    /// <summary>Decisions in shadow in which it chose something else, with what the answered choice cost.</summary>
    public required PolicyCost? ShadowDiffered { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static PolicyResponse From(PolicyView policy, DateTimeOffset now) => new()
    {
        Name = policy.Name,
        Mode = policy.Settings.Mode,
        Share = policy.Settings.Share,
        CreatedAt = policy.CreatedAt,
        UpdatedAt = policy.UpdatedAt,
        Outcomes = policy.Outcomes,
        LearnedFrom = policy.LearnedFrom,
        Explored = policy.Explored,
        Logged = policy.Logged,
        Evaluations = policy.Evaluations,
        ShadowAgreed = policy.ShadowAgreed,
        ShadowDiffered = policy.ShadowDiffered,
        Timestamp = now,
    };
}

/// <summary>What a list tells of a policy.</summary>
internal sealed record PolicyItem
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Whose choice is answered.</summary>
    public required PolicyMode Mode { get; init; }
    /// <summary>Share of decisions in which the policy's choice is answered when it is live.</summary>
    public required double Share { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its settings changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Policies by name.</summary>
internal sealed record PoliciesResponse
{
    /// <summary>The policies.</summary>
    public required IReadOnlyList<PolicyItem> Policies { get; init; }
    /// <summary>How many.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}
