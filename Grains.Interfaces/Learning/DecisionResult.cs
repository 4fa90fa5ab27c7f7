using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>A decision with everything that is known of it.</summary>
[GenerateSerializer, Immutable, Alias("nexus.Decision")]
public sealed record Decision
{
    /// <summary>Identity.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>What was asked.</summary>
    [Id(1)] public required DecisionRequest Request { get; init; }
    /// <summary>What was answered.</summary>
    [Id(2)] public required DecisionResult Result { get; init; }
    /// <summary>When it was answered.</summary>
    [Id(3)] public DateTimeOffset DecidedAt { get; init; }
    /// <summary>Seconds that deciding took.</summary>
    [Id(4)] public double DecisionSeconds { get; init; }
    /// <summary>How it turned out; null: not known yet.</summary>
    [Id(5)] public DecisionOutcome? Outcome { get; init; }
    /// <summary>Position among all decisions.</summary>
    [Id(6)] public long Seq { get; init; }
}

/// <summary>What was decided, and why. Totals and scores are 0 at the worst bounds and 1 at the best; beyond bounds they lie outside.</summary>
[GenerateSerializer, Immutable, Alias("nexus.DecisionResult")]
public sealed record DecisionResult
{
    /// <summary>The chosen action's place in the request, from 0.</summary>
    [Id(0)] public required int Selected { get; init; }
    /// <summary>Names of all actions, in the order of the request.</summary>
    [Id(1)] public ImmutableArray<string> Names { get; init; } = [];
    /// <summary>How likely it turns out well, 0–1, calibrated by the outcomes of earlier decisions of the same scenario.</summary>
    [Id(2)] public double Confidence { get; init; }
    /// <summary>The same before calibration.</summary>
    [Id(3)] public double RawConfidence { get; init; }
    /// <summary>Outcomes that it was calibrated by.</summary>
    [Id(4)] public int CalibratedBy { get; init; }
    /// <summary>How it was ranked.</summary>
    [Id(5)] public RankingMethod Method { get; init; }
    /// <summary>Why, as sentences, the most important first.</summary>
    [Id(6)] public ImmutableArray<string> Reasons { get; init; } = [];
    /// <summary>What to expect of the chosen action, by attribute.</summary>
    [Id(7)] public ImmutableArray<ExpectedValue> Expected { get; init; } = [];
    /// <summary>What can go wrong with it.</summary>
    [Id(8)] public required ChoiceRisk Risk { get; init; }
    /// <summary>Objectives as they were judged.</summary>
    [Id(9)] public ImmutableArray<JudgedObjective> Objectives { get; init; } = [];
    /// <summary>Actions that break no constraint, from best to worst.</summary>
    [Id(10)] public ImmutableArray<RankedAction> Ranking { get; init; } = [];
    /// <summary>Those of them that no other is better than in everything.</summary>
    [Id(11)] public ImmutableArray<string> Front { get; init; } = [];
    /// <summary>The others of them.</summary>
    [Id(12)] public ImmutableArray<DominatedAction> Dominated { get; init; } = [];
    /// <summary>Actions that break a constraint.</summary>
    [Id(13)] public ImmutableArray<ExcludedAction> Excluded { get; init; } = [];
    /// <summary>What the other methods choose.</summary>
    [Id(14)] public ImmutableArray<MethodChoice> Witnesses { get; init; } = [];
    /// <summary>How far each weight can move before the ranking's choice changes.</summary>
    [Id(15)] public ImmutableArray<FlipPoint> WeightFlips { get; init; } = [];
    /// <summary>Attributes that an objective needs and an action lacks.</summary>
    [Id(16)] public ImmutableArray<AbsentAttribute> Missing { get; init; } = [];
    /// <summary>Actions that decide although they are not chosen.</summary>
    [Id(17)] public ImmutableArray<PivotalAction> Pivotal { get; init; } = [];
    /// <summary>Objectives that no action states a number for.</summary>
    [Id(18)] public ImmutableArray<string> ObjectivesLeftOut { get; init; } = [];
    /// <summary>Constraints that excluded nobody because they could not be applied, with the reason.</summary>
    [Id(19)] public ImmutableArray<UnappliedConstraint> ConstraintsNotApplied { get; init; } = [];
    /// <summary>What the policy said, where one explores; null: none was asked.</summary>
    [Id(20)] public PolicyDraw? Policy { get; init; }

    /// <summary>Name of the chosen action.</summary>
    public string SelectedName() => Names[Selected];
}

/// <summary>An objective with the attribute that it speaks of.</summary>
/// <param name="Objective">As wanted.</param>
/// <param name="Attribute">The attribute that was meant.</param>
/// <param name="Weight">Share of the whole, after urgency and risk tolerance; all sum to 1.</param>
/// <param name="Low">Lower bound within which values were judged.</param>
/// <param name="High">Upper bound.</param>
/// <param name="BoundsDeclared">Whether the bounds were given; else they are the range of all actions.</param>
[GenerateSerializer, Immutable, Alias("nexus.JudgedObjective")]
public sealed record JudgedObjective(
    [property: Id(0)] string Objective, [property: Id(1)] string Attribute, [property: Id(2)] double Weight, [property: Id(3)] double Low, [property: Id(4)] double High, [property: Id(5)] bool BoundsDeclared);

/// <summary>One action in the ranking.</summary>
/// <param name="Action">Its name.</param>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Rank">From 1.</param>
/// <param name="Total">By the method; of SPOTIS 1 − the weighted distance from the ideal.</param>
/// <param name="Layer">0: on the Pareto front; else how many layers of dominance lie above it.</param>
/// <param name="Success">Chance of success that counted; 1 where nothing is known of any.</param>
/// <param name="Scores">By objective.</param>
/// <param name="Changes">What would have to change for it to be the best, one attribute each, the smallest step first; empty for the best, and where no single attribute suffices.</param>
[GenerateSerializer, Immutable, Alias("nexus.RankedAction")]
public sealed record RankedAction(
    [property: Id(0)] string Action, [property: Id(1)] int Index, [property: Id(2)] int Rank, [property: Id(3)] double Total, [property: Id(4)] int Layer, [property: Id(5)] double Success,
    [property: Id(6)] ImmutableArray<ActionScore> Scores, [property: Id(7)] ImmutableArray<WinningChange> Changes);

/// <summary>How one action does in one objective.</summary>
/// <param name="Objective">Its name.</param>
/// <param name="Value">What is expected of the attribute.</param>
/// <param name="StandardDeviation">Of that expectation.</param>
/// <param name="Source">Where it comes from: <c>stated</c>, <c>learned</c>, <c>both</c> or <c>missing</c>.</param>
/// <param name="Score">Of the expected value.</param>
/// <param name="Counted">After risk tolerance and chance of success; this is ranked.</param>
[GenerateSerializer, Immutable, Alias("nexus.ActionScore")]
public sealed record ActionScore(
    [property: Id(0)] string Objective, [property: Id(1)] double Value, [property: Id(2)] double StandardDeviation, [property: Id(3)] string Source, [property: Id(4)] double Score, [property: Id(5)] double Counted);

/// <summary>A change of one attribute that suffices to win.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="From">What is expected now; null: it is missing.</param>
/// <param name="To">At this value the action is level with the best; beyond it, it wins.</param>
/// <param name="Step">The change as a share of the attribute's range.</param>
[GenerateSerializer, Immutable, Alias("nexus.WinningChange")]
public sealed record WinningChange([property: Id(0)] string Attribute, [property: Id(1)] double? From, [property: Id(2)] double To, [property: Id(3)] double Step);

/// <summary>An action that is not on the Pareto front.</summary>
/// <param name="Action">Its name.</param>
/// <param name="By">The best ranked of those that are nowhere worse and somewhere better.</param>
[GenerateSerializer, Immutable, Alias("nexus.DominatedAction")]
public sealed record DominatedAction([property: Id(0)] string Action, [property: Id(1)] string By);

/// <summary>An action that may not be chosen.</summary>
/// <param name="Action">Its name.</param>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Breaches">Every constraint that it breaks.</param>
/// <param name="WouldWin">Whether it would be the best if none of these constraints were.</param>
[GenerateSerializer, Immutable, Alias("nexus.ExcludedAction")]
public sealed record ExcludedAction([property: Id(0)] string Action, [property: Id(1)] int Index, [property: Id(2)] ImmutableArray<BrokenConstraint> Breaches, [property: Id(3)] bool WouldWin);

/// <summary>How an action breaks a constraint.</summary>
/// <param name="Constraint">As the user wrote it.</param>
/// <param name="Attribute">The attribute that was meant.</param>
/// <param name="Value">What it is, a number or a word as text; null: missing.</param>
/// <param name="Limit">The bound that is broken, where it is a number.</param>
/// <param name="Excess">By how much, in the attribute's unit; null: it cannot be said in numbers.</param>
/// <param name="Message">The same in words.</param>
[GenerateSerializer, Immutable, Alias("nexus.BrokenConstraint")]
public sealed record BrokenConstraint(
    [property: Id(0)] string Constraint, [property: Id(1)] string Attribute, [property: Id(2)] string? Value, [property: Id(3)] double? Limit, [property: Id(4)] double? Excess, [property: Id(5)] string Message);

/// <summary>A constraint that could not be applied.</summary>
/// <param name="Constraint">As the user wrote it.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("nexus.UnappliedConstraint")]
public sealed record UnappliedConstraint([property: Id(0)] string Constraint, [property: Id(1)] string Reason);

/// <summary>Another method's word.</summary>
/// <param name="Method">Which.</param>
/// <param name="Choice">What it ranks first.</param>
/// <param name="Agrees">Whether the asked method ranks that first too.</param>
/// <param name="Order">All, from best to worst.</param>
[GenerateSerializer, Immutable, Alias("nexus.MethodChoice")]
public sealed record MethodChoice([property: Id(0)] RankingMethod Method, [property: Id(1)] string Choice, [property: Id(2)] bool Agrees, [property: Id(3)] ImmutableArray<string> Order);

/// <summary>How far the weight of one objective can move, the others keeping their proportions, before another action is the best.</summary>
/// <param name="Objective">Its name.</param>
/// <param name="Weight">Its weight now, as a share of all.</param>
/// <param name="Below">Below this weight the best changes; null: never.</param>
/// <param name="BelowTo">Who is the best then.</param>
/// <param name="Above">Above this weight the best changes; null: never.</param>
/// <param name="AboveTo">Who is the best then.</param>
[GenerateSerializer, Immutable, Alias("nexus.FlipPoint")]
public sealed record FlipPoint(
    [property: Id(0)] string Objective, [property: Id(1)] double Weight, [property: Id(2)] double? Below, [property: Id(3)] string? BelowTo, [property: Id(4)] double? Above, [property: Id(5)] string? AboveTo);

/// <summary>An attribute that is not there.</summary>
/// <param name="Action">The action.</param>
/// <param name="Attribute">Its name.</param>
/// <param name="Handling">What it counted as, in words.</param>
[GenerateSerializer, Immutable, Alias("nexus.AbsentAttribute")]
public sealed record AbsentAttribute([property: Id(0)] string Action, [property: Id(1)] string Attribute, [property: Id(2)] string Handling);

/// <summary>An action that decides although it is not chosen.</summary>
/// <param name="Action">If this were not offered,</param>
/// <param name="Chosen">this would be the best.</param>
[GenerateSerializer, Immutable, Alias("nexus.PivotalAction")]
public sealed record PivotalAction([property: Id(0)] string Action, [property: Id(1)] string Chosen);

/// <summary>What to expect of one attribute.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Mean">Expected value, in the attribute's unit.</param>
/// <param name="Low">5 % of outcomes are below.</param>
/// <param name="High">5 % are above.</param>
/// <param name="Source">Where it comes from: <c>stated</c>, <c>learned</c>, <c>both</c> or <c>missing</c>.</param>
[GenerateSerializer, Immutable, Alias("nexus.ExpectedValue")]
public sealed record ExpectedValue([property: Id(0)] string Attribute, [property: Id(1)] double Mean, [property: Id(2)] double Low, [property: Id(3)] double High, [property: Id(4)] string Source);

/// <summary>What can go wrong with a choice.</summary>
/// <param name="Level"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="ChanceBest">Probability that it turns out the best of all that may be chosen.</param>
/// <param name="ChanceWorse">Probability that it turns out worse than the best of the others; null: there is none.</param>
/// <param name="ChanceFailure">Learned probability that it fails; null: nothing is known.</param>
/// <param name="ExpectedTotal">Its total as expected.</param>
/// <param name="Downside">Its total in the worst 5 %.</param>
/// <param name="DownsideOfRunnerUp">The same of the best of the others; null: there is none.</param>
/// <param name="WorstValues">Values that its attributes reach only in the worst 5 %.</param>
[GenerateSerializer, Immutable, Alias("nexus.ChoiceRisk")]
public sealed record ChoiceRisk(
    [property: Id(0)] string Level, [property: Id(1)] double ChanceBest, [property: Id(2)] double? ChanceWorse, [property: Id(3)] double? ChanceFailure, [property: Id(4)] double ExpectedTotal,
    [property: Id(5)] double Downside, [property: Id(6)] double? DownsideOfRunnerUp, [property: Id(7)] ImmutableSortedDictionary<string, double> WorstValues);
