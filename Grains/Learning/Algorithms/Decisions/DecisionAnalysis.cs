using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>What <see cref="DecisionEngine"/> says of a problem. Totals and scores are 0 at the worst bounds and 1 at the best; beyond bounds they lie outside.</summary>
internal sealed record DecisionAnalysis
{
    /// <summary>The best alternative that breaks no constraint; null: there is none.</summary>
    public string? Chosen { get; init; }

    /// <summary>How it was ranked.</summary>
    public RankingMethod Method { get; init; }

    /// <summary>Objectives as they were judged, with the weights that counted.</summary>
    public ImmutableArray<Criterion> Criteria { get; init; } = [];

    /// <summary>Objectives that were not judged, because no alternative states a number for them.</summary>
    public ImmutableArray<string> ObjectivesLeftOut { get; init; } = [];

    /// <summary>Those that break no constraint, from best to worst.</summary>
    public ImmutableArray<RankedAlternative> Ranking { get; init; } = [];

    /// <summary>Those of the ranking that no other is better than in everything, in its order; the chosen one is among them.</summary>
    public ImmutableArray<string> Front { get; init; } = [];

    /// <summary>The others, each with the best ranked member of the front that is nowhere worse and somewhere better.</summary>
    public ImmutableArray<DominatedAlternative> Dominated { get; init; } = [];

    /// <summary>What the other methods choose from the same scores and weights.</summary>
    public ImmutableArray<Witness> Witnesses { get; init; } = [];

    /// <summary>Share of all four methods that choose what was chosen.</summary>
    public double Agreement { get; init; }

    /// <summary>Those that break a constraint.</summary>
    public ImmutableArray<ExcludedAlternative> Excluded { get; init; } = [];

    /// <summary>Constraints on attributes that no alternative has; they excluded nobody.</summary>
    public ImmutableArray<string> ConstraintsNotApplied { get; init; } = [];

    /// <summary>How far each weight can move before the choice changes.</summary>
    public ImmutableArray<WeightFlip> Flips { get; init; } = [];

    /// <summary>What would have to change for each other alternative of the ranking to be chosen; for methods but SPOTIS the first <see cref="RequiredChanges.SearchedMax"/>.</summary>
    public ImmutableArray<RequiredChange> Changes { get; init; } = [];

    /// <summary>Attributes that an objective needs and an alternative lacks.</summary>
    public ImmutableArray<MissingAttribute> Missing { get; init; } = [];

    /// <summary>Other alternatives without which the choice would be another one: none where bounds are declared and the method is SPOTIS. Not looked for beyond <see cref="DecisionEngine.RemovalsMax"/> alternatives.</summary>
    public ImmutableArray<Removal> Removals { get; init; } = [];

    /// <summary>Null: nothing was chosen.</summary>
    public RiskAssessment? Risk { get; init; }

    /// <summary>
    /// 0–1, to be calibrated by outcomes (<see cref="ConfidenceCalibrator"/>): 0.5 × the chance of being the best + 0.3 × agreement + 0.2 × margin ÷ (margin + 0.05), times the chance of success where it is known,
    /// times 0.5 + half the share of objectives that could be judged.
    /// </summary>
    public double RawConfidence { get; init; }

    /// <summary>What to expect of the chosen one.</summary>
    public ImmutableArray<ExpectedOutcome> Expected { get; init; } = [];

    /// <summary>Why, as sentences, the most important first.</summary>
    public ImmutableArray<string> Reasoning { get; init; } = [];
}

/// <summary>One alternative in the ranking.</summary>
/// <param name="Id">The alternative.</param>
/// <param name="Rank">From 1.</param>
/// <param name="Total">By the method; of SPOTIS 1 − the weighted distance from the ideal.</param>
/// <param name="Layer">0: on the front; else how many layers of dominance lie above it.</param>
/// <param name="Success">Chance of success that counted; 1 where nothing is known of any alternative.</param>
/// <param name="Scores">By objective.</param>
internal sealed record RankedAlternative(string Id, int Rank, double Total, int Layer, double Success, ImmutableArray<ObjectiveScore> Scores);

/// <summary>How one alternative does in one objective.</summary>
/// <param name="Objective">Its name.</param>
/// <param name="Belief">What is believed of the attribute.</param>
/// <param name="Score">Of the expected value.</param>
/// <param name="Counted">After risk tolerance and chance of success; this is ranked.</param>
internal sealed record ObjectiveScore(string Objective, Belief Belief, double Score, double Counted);

/// <summary>An alternative that is not on the front.</summary>
/// <param name="Id">The alternative.</param>
/// <param name="By">The best ranked member of the front that dominates it.</param>
internal sealed record DominatedAlternative(string Id, string By);

/// <summary>Another method's word.</summary>
/// <param name="Method">Which.</param>
/// <param name="Choice">What it ranks first.</param>
/// <param name="Agrees">Whether that was chosen.</param>
/// <param name="Order">All, from best to worst.</param>
internal sealed record Witness(RankingMethod Method, string Choice, bool Agrees, ImmutableArray<string> Order);

/// <summary>An alternative that may not be chosen.</summary>
/// <param name="Id">The alternative.</param>
/// <param name="Breaches">Every constraint that it breaks.</param>
/// <param name="WouldWin">Whether it would be chosen if none of these constraints were.</param>
internal sealed record ExcludedAlternative(string Id, ImmutableArray<ConstraintBreach> Breaches, bool WouldWin);

/// <summary>An attribute that is not there.</summary>
/// <param name="Id">The alternative.</param>
/// <param name="Attribute">Its name.</param>
/// <param name="Handling">What it counted as, in words.</param>
internal sealed record MissingAttribute(string Id, string Attribute, string Handling);

/// <summary>An alternative that decides although it is not chosen.</summary>
/// <param name="Id">If this were not offered,</param>
/// <param name="Chosen">this would be chosen.</param>
internal sealed record Removal(string Id, string Chosen);

/// <summary>What to expect of one attribute.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Mean">Expected value, in the attribute's unit.</param>
/// <param name="Low">5 % of outcomes are below.</param>
/// <param name="High">5 % are above.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record ExpectedOutcome(string Attribute, double Mean, double Low, double High, BeliefSource Source);
