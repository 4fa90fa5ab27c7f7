using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Whose choice is answered. On the wire in lower case. Appended, never renumbered.</summary>
public enum PolicyMode
{
    /// <summary>Not stated: shadow.</summary>
    None = 0,
    /// <summary>The ranking's; the policy's is only kept.</summary>
    Shadow = 1,
    /// <summary>The policy's, in the share of decisions that is given to it.</summary>
    Live = 2,
}

/// <summary>
/// A policy, by its name, that chooses in decisions that come again and again, tries others as long as they may be better, and learns from outcomes. What it has learned can be made again from the ledger.
/// </summary>
[GrainInterfaceType("nexus.decision-policy"), Alias("nexus.IDecisionPolicyGrain")]
public interface IDecisionPolicyGrain : IGrainWithStringKey
{
    /// <summary>Chooses, with the probability of what is answered.</summary>
    [AlwaysInterleave, Alias("Choose")] Task<PolicyDraw> ChooseAsync(PolicyQuestion question, CancellationToken cancellation = default);

    /// <summary>Says that there is a new outcome in the ledger.</summary>
    [Alias("Notice")] Task NoticeAsync(CancellationToken cancellation = default);

    /// <summary>Forgets what it has at hand, because outcomes were removed from the ledger; it learns anew from those that are left.</summary>
    [Alias("Forget")] Task ForgetAsync(CancellationToken cancellation = default);

    /// <summary>What it is and how it does; null where there is none of this name.</summary>
    [ReadOnly, AlwaysInterleave, ResponseTimeout("00:00:10"), Alias("Get")] Task<PolicyView?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Says whose choice is answered; makes the policy where there is none.</summary>
    [ResponseTimeout("00:00:10"), Alias("Configure")] Task<PolicyView> ConfigureAsync(PolicySettings settings, CancellationToken cancellation = default);
}

/// <summary>Whose choice is answered.</summary>
/// <param name="Mode">Shadow or live.</param>
/// <param name="Share">Share of decisions, above 0 to 1, in which the policy's choice is answered when it is live.</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicySettings")]
public sealed record PolicySettings([property: Id(0)] PolicyMode Mode, [property: Id(1)] double Share);

/// <summary>What a list tells of a policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Whose choice is answered.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its settings changed last.</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicySummary")]
public sealed record PolicySummary([property: Id(0)] string Name, [property: Id(1)] PolicySettings Settings, [property: Id(2)] DateTimeOffset CreatedAt, [property: Id(3)] DateTimeOffset UpdatedAt);

/// <summary>A choice for a policy.</summary>
/// <param name="ContextJson">The situation, JSON text of an object.</param>
/// <param name="Actions">Names of those that may be chosen; at least one.</param>
/// <param name="Ranked">The one that the ranking chooses.</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicyQuestion")]
public sealed record PolicyQuestion([property: Id(0)] string ContextJson, [property: Id(1)] ImmutableArray<string> Actions, [property: Id(2)] string Ranked);

/// <summary>What a policy says, with what must be kept to judge policies later.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PolicyDraw")]
public sealed record PolicyDraw
{
    /// <summary>The policy.</summary>
    [Id(0)] public required string Policy { get; init; }
    /// <summary>Whose choice was to be answered.</summary>
    [Id(1)] public PolicyMode Mode { get; init; }
    /// <summary>Share of decisions that the policy answers; 0 in shadow.</summary>
    [Id(2)] public double Share { get; init; }
    /// <summary>What is answered.</summary>
    [Id(3)] public required string Answered { get; init; }
    /// <summary>Probability with which that was answered, above 0.</summary>
    [Id(4)] public double Propensity { get; init; }
    /// <summary>What the ranking chooses.</summary>
    [Id(5)] public required string Ranked { get; init; }
    /// <summary>What the policy chose, whether answered or not.</summary>
    [Id(6)] public required string Explored { get; init; }
    /// <summary>What it expects to cost least.</summary>
    [Id(7)] public required string Greedy { get; init; }
    /// <summary>Of each action that could be chosen.</summary>
    [Id(8)] public ImmutableArray<PolicyOption> Options { get; init; } = [];
    /// <summary>Outcomes that the policy had learned from.</summary>
    [Id(9)] public int LearnedFrom { get; init; }
}

/// <summary>What a policy thinks of an action.</summary>
/// <param name="Action">Its name.</param>
/// <param name="Probability">With which the policy chooses it here.</param>
/// <param name="ExpectedCost">0 a full success, 1 a failure; null: nothing is learned yet.</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicyOption")]
public sealed record PolicyOption([property: Id(0)] string Action, [property: Id(1)] double Probability, [property: Id(2)] double? ExpectedCost);

/// <summary>A policy with how it does.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PolicyView")]
public sealed record PolicyView
{
    /// <summary>Its name.</summary>
    [Id(0)] public required string Name { get; init; }
    /// <summary>Whose choice is answered.</summary>
    [Id(1)] public required PolicySettings Settings { get; init; }
    /// <summary>When it was made.</summary>
    [Id(2)] public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its settings changed last.</summary>
    [Id(3)] public DateTimeOffset UpdatedAt { get; init; }
    /// <summary>Decisions with an outcome that are judged here; the newest.</summary>
    [Id(4)] public int Outcomes { get; init; }
    /// <summary>Outcomes that what it has learned was made from.</summary>
    [Id(5)] public int LearnedFrom { get; init; }
    /// <summary>Those of the outcomes that any action could have been answered in; only they can show what another policy would have cost.</summary>
    [Id(6)] public int Explored { get; init; }
    /// <summary>What they cost; null: there are none.</summary>
    [Id(7)] public PolicyCost? Logged { get; init; }
    /// <summary>What others would have cost in them: <c>greedy</c> (always the least expected cost), <c>explorer</c> (the policy itself, live in all decisions) and <c>ranking</c>. Costs expected then count, so that no policy is judged by outcomes that it knew.</summary>
    [Id(8)] public ImmutableArray<PolicyEvaluation> Evaluations { get; init; } = [];
    /// <summary>Decisions in shadow in which the policy chose what was answered, and what they cost on average; null: there are none.</summary>
    [Id(9)] public PolicyCost? ShadowAgreed { get; init; }
    /// <summary>Decisions in shadow in which it chose something else, and what the ranking's choice cost there; null: there are none.</summary>
    [Id(10)] public PolicyCost? ShadowDiffered { get; init; }
}

/// <summary>A mean cost with its 95 % interval.</summary>
/// <param name="Decisions">How many it is over.</param>
/// <param name="Mean">Estimate; 0 all full successes, 1 all failures.</param>
/// <param name="Low">The true mean is above this with 97.5 % confidence; null: one decision tells nothing of that.</param>
/// <param name="High">And below this.</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicyCost")]
public sealed record PolicyCost([property: Id(0)] int Decisions, [property: Id(1)] double Mean, [property: Id(2)] double? Low, [property: Id(3)] double? High);

/// <summary>What a policy would have cost.</summary>
/// <param name="Judged">Which.</param>
/// <param name="Ips">Inverse propensity score: unbiased, wide where the policies differ much.</param>
/// <param name="Snips">The same divided by the mean weight; null: it never would have done what was done.</param>
/// <param name="DoublyRobust">The cost expected, corrected where it was seen to be wrong.</param>
/// <param name="EffectiveDecisions">As many decisions as the weights leave: (Σ weights)² ÷ Σ weights².</param>
[GenerateSerializer, Immutable, Alias("nexus.PolicyEvaluation")]
public sealed record PolicyEvaluation([property: Id(0)] string Judged, [property: Id(1)] PolicyCost Ips, [property: Id(2)] PolicyCost? Snips, [property: Id(3)] PolicyCost DoublyRobust, [property: Id(4)] double EffectiveDecisions);
