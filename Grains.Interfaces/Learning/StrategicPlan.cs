using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace NexusActors.Learning;

/// <summary>How far a goal is. On the wire in snake_case. Appended, never renumbered.</summary>
public enum GoalState
{
    /// <summary>Not stated: planned.</summary>
    None = 0,
    /// <summary>Not begun.</summary>
    Planned = 1,
    /// <summary>Being worked on.</summary>
    InProgress = 2,
    /// <summary>Reached; its dates stand.</summary>
    Finished = 3,
}

/// <summary>How long a goal takes, and where that comes from.</summary>
/// <param name="Days">Working days; of a goal in progress those that are left.</param>
/// <param name="Basis">Said by the user, or derived and how.</param>
[GenerateSerializer, Immutable, Alias("nexus.GoalEffort")]
public sealed record GoalEffort([property: Id(0)] ThreePoint Days, [property: Id(1)] string Basis);

/// <summary>A goal that hands over a team.</summary>
/// <param name="GoalId">Which goal.</param>
/// <param name="Team">The team.</param>
[GenerateSerializer, Immutable, Alias("nexus.TeamHandover")]
public sealed record TeamHandover([property: Id(0)] string GoalId, [property: Id(1)] string Team);

/// <summary>A goal with its place in the plan.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlannedGoal")]
public sealed record PlannedGoal
{
    /// <summary>What is to be reached.</summary>
    [Id(0)] public required PlanGoal Goal { get; init; }
    /// <summary>How far it is.</summary>
    [Id(1)] public GoalState State { get; init; } = GoalState.Planned;
    /// <summary>The first day of work on it.</summary>
    [Id(2)] public required DateOnly Start { get; init; }
    /// <summary>The last day of work on it.</summary>
    [Id(3)] public required DateOnly Finish { get; init; }
    /// <summary>Working days from the start of the plan, in quarters.</summary>
    [Id(4)] public required double StartDay { get; init; }
    /// <summary>Working days from the start of the plan, in quarters.</summary>
    [Id(5)] public required double FinishDay { get; init; }
    /// <summary>How long it takes.</summary>
    [Id(6)] public required GoalEffort Effort { get; init; }
    /// <summary>Units of each team that it holds.</summary>
    [Id(7)] public required ImmutableSortedDictionary<string, int> Resources { get; init; }
    /// <summary>Working days by which it can be late without making the plan longer, if all else keeps its order and its duration.</summary>
    [Id(8)] public required double SlackDays { get; init; }
    /// <summary>Expected cost, its teams included.</summary>
    [Id(9)] public required double Cost { get; init; }
    /// <summary>Number of its phase, from 1.</summary>
    [Id(10)] public required int Phase { get; init; }
    /// <summary>Goals that hand over a team to it; it does not depend on them, but somebody must be free.</summary>
    [Id(11)] public required ImmutableArray<TeamHandover> WaitsForTeams { get; init; }
    /// <summary>The day by which it is reached in four of five simulated plans.</summary>
    [Id(12)] public required DateOnly FinishP80 { get; init; }
    /// <summary>If it is late, the plan is.</summary>
    public bool IsCritical => State != GoalState.Finished && SlackDays <= 0;
}

/// <summary>Goals of the same depth of dependency: each depends only on goals of earlier phases. Phases may overlap in time.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">For people.</param>
/// <param name="Start">First day of work.</param>
/// <param name="Finish">Last day of work.</param>
/// <param name="GoalIds">Its goals, by start.</param>
/// <param name="Cost">Expected.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanPhase")]
public sealed record PlanPhase(
    [property: Id(0)] int Number, [property: Id(1)] string Name, [property: Id(2)] DateOnly Start, [property: Id(3)] DateOnly Finish, [property: Id(4)] ImmutableArray<string> GoalIds, [property: Id(5)] double Cost);

/// <summary>A day to look at: the end of a phase, a goal with a deadline of its own, or the end of the plan.</summary>
/// <param name="Name">What is reached.</param>
/// <param name="Day">Planned.</param>
/// <param name="Due">The limit; null: none.</param>
/// <param name="GoalIds">What must be done by then.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanMilestone")]
public sealed record PlanMilestone([property: Id(0)] string Name, [property: Id(1)] DateOnly Day, [property: Id(2)] DateOnly? Due, [property: Id(3)] ImmutableArray<string> GoalIds);

/// <summary>What a team does in the whole plan.</summary>
/// <param name="Team">Its name.</param>
/// <param name="Size">Units that there are; null: not limited.</param>
/// <param name="Peak">Most units at work at once.</param>
/// <param name="UnitDays">Working days, over all units.</param>
/// <param name="Utilisation">Share of what it could do until the end of the plan; null where it is not limited.</param>
[GenerateSerializer, Immutable, Alias("nexus.TeamUse")]
public sealed record TeamUse([property: Id(0)] string Team, [property: Id(1)] int? Size, [property: Id(2)] int Peak, [property: Id(3)] double UnitDays, [property: Id(4)] double? Utilisation);

/// <summary>A week of the plan.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Start">Its first working day within the plan.</param>
/// <param name="UnitDays">By team: working days over all units.</param>
/// <param name="Peak">By team: most units at work at once.</param>
/// <param name="Cost">Expected cost that falls into it; a goal's own cost is spread evenly over its time.</param>
/// <param name="CumulativeCost">Until its end.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanWeek")]
public sealed record PlanWeek(
    [property: Id(0)] int Number, [property: Id(1)] DateOnly Start, [property: Id(2)] ImmutableSortedDictionary<string, double> UnitDays,
    [property: Id(3)] ImmutableSortedDictionary<string, int> Peak, [property: Id(4)] double Cost, [property: Id(5)] double CumulativeCost);

/// <summary>A constraint that the plan breaks, and the smallest change of it with which all others can be kept.</summary>
/// <param name="Constraint">Such as <c>budget</c>, <c>timeline_weeks</c>, <c>goals.g1.deadline</c>, <c>team_sizes.qa</c>.</param>
/// <param name="Limit">As it was given: money, weeks, units, or working days from the start.</param>
/// <param name="Planned">What the plan comes to, in the same unit.</param>
/// <param name="Smallest">What the limit would have to be, in the same unit; null: changing this one alone does not help, or no way was found in time.</param>
/// <param name="SmallestDay">The same as a day, where the constraint is one.</param>
/// <param name="IsProven">Proven that nothing smaller helps.</param>
/// <param name="Message">The same for people.</param>
[GenerateSerializer, Immutable, Alias("nexus.ConstraintBreach")]
public sealed record ConstraintBreach(
    [property: Id(0)] string Constraint, [property: Id(1)] double Limit, [property: Id(2)] double Planned, [property: Id(3)] double? Smallest,
    [property: Id(4)] DateOnly? SmallestDay, [property: Id(5)] bool IsProven, [property: Id(6)] string Message);

/// <summary>Another way to keep the dates: a larger team, all else as it was given.</summary>
/// <param name="Team">Its name.</param>
/// <param name="Size">Now.</param>
/// <param name="Smallest">The least size with which every date can be kept; null: no size helps, or none was found in time.</param>
/// <param name="IsProven">Proven.</param>
[GenerateSerializer, Immutable, Alias("nexus.TeamRelaxation")]
public sealed record TeamRelaxation([property: Id(0)] string Team, [property: Id(1)] int Size, [property: Id(2)] int? Smallest, [property: Id(3)] bool IsProven);

/// <summary>Where a simulated quantity lies.</summary>
/// <param name="Mean">Expected value.</param>
/// <param name="P50">Half of the samples are at or below.</param>
/// <param name="P80">Four of five are.</param>
/// <param name="P95">19 of 20 are.</param>
[GenerateSerializer, Immutable, Alias("nexus.RiskQuantiles")]
[method: JsonConstructor]
public readonly record struct RiskQuantiles([property: Id(0)] double Mean, [property: Id(1)] double P50, [property: Id(2)] double P80, [property: Id(3)] double P95);

/// <summary>How likely a constraint is kept.</summary>
/// <param name="Name">The constraint; <c>all</c>: every one at once.</param>
/// <param name="Chance">Share of the samples that keep it.</param>
/// <param name="StandardError">Of that share, from the number of samples.</param>
[GenerateSerializer, Immutable, Alias("nexus.RiskChance")]
public sealed record RiskChance([property: Id(0)] string Name, [property: Id(1)] double Chance, [property: Id(2)] double StandardError);

/// <summary>How a goal's uncertainty reaches the whole plan.</summary>
/// <param name="GoalId">The goal.</param>
/// <param name="Criticality">Share of the samples in which the chain that ends last goes through it (criticality index; Van Slyke 1963).</param>
/// <param name="EndCorrelation">Spearman rank correlation of its duration with the end of the plan (cruciality; Williams 1992).</param>
/// <param name="CostCorrelation">Spearman rank correlation of its cost with the cost of the plan.</param>
/// <param name="EndShare">Its part of the sum of squared end correlations: about its part of the variance.</param>
[GenerateSerializer, Immutable, Alias("nexus.GoalRisk")]
public sealed record GoalRisk(
    [property: Id(0)] string GoalId, [property: Id(1)] double Criticality, [property: Id(2)] double EndCorrelation, [property: Id(3)] double CostCorrelation, [property: Id(4)] double EndShare);

/// <summary>How likely the plan holds; in working days, days and money.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanRisk")]
public sealed record PlanRisk
{
    /// <summary>Working days from the start.</summary>
    [Id(0)] public required RiskQuantiles FinishDays { get; init; }
    /// <summary>Half of the simulated plans end by this day.</summary>
    [Id(1)] public required DateOnly FinishP50 { get; init; }
    /// <summary>Four of five do.</summary>
    [Id(2)] public required DateOnly FinishP80 { get; init; }
    /// <summary>19 of 20 do.</summary>
    [Id(3)] public required DateOnly FinishP95 { get; init; }
    /// <summary>Money.</summary>
    [Id(4)] public required RiskQuantiles Cost { get; init; }
    /// <summary>By constraint, and <c>all</c> at once.</summary>
    [Id(5)] public required ImmutableArray<RiskChance> Chances { get; init; }
    /// <summary>Goals by their influence, the strongest first.</summary>
    [Id(6)] public required ImmutableArray<GoalRisk> Drivers { get; init; }
    /// <summary>Simulated plans.</summary>
    [Id(7)] public required int Samples { get; init; }
    /// <summary>The same seed gives the same samples.</summary>
    [Id(8)] public required int Seed { get; init; }
}

/// <summary>A schedule for goals, what it takes, what it risks, and what cannot be kept.</summary>
[GenerateSerializer, Immutable, Alias("nexus.StrategicPlan")]
public sealed record StrategicPlan
{
    /// <summary>The first day of work.</summary>
    [Id(0)] public required DateOnly Start { get; init; }
    /// <summary>The last day of work.</summary>
    [Id(1)] public required DateOnly Finish { get; init; }
    /// <summary>Working days, in quarters.</summary>
    [Id(2)] public required double LengthDays { get; init; }
    /// <summary>No plan is shorter than this many working days.</summary>
    [Id(3)] public required double LowerBoundDays { get; init; }
    /// <summary>In the order of the request.</summary>
    [Id(4)] public required ImmutableArray<PlannedGoal> Goals { get; init; }
    /// <summary>By number.</summary>
    [Id(5)] public required ImmutableArray<PlanPhase> Phases { get; init; }
    /// <summary>By day.</summary>
    [Id(6)] public required ImmutableArray<PlanMilestone> Milestones { get; init; }
    /// <summary>Ids of a chain without a gap that ends with the plan, teams' hand-overs included; goals that are reached are left out.</summary>
    [Id(7)] public required ImmutableArray<string> CriticalPath { get; init; }
    /// <summary>By team.</summary>
    [Id(8)] public required ImmutableArray<TeamUse> TeamUses { get; init; }
    /// <summary>By number.</summary>
    [Id(9)] public required ImmutableArray<PlanWeek> Weeks { get; init; }
    /// <summary>Expected cost.</summary>
    [Id(10)] public required double Cost { get; init; }
    /// <summary>From the simulation.</summary>
    [Id(11)] public required PlanRisk Risk { get; init; }
    /// <summary>Constraints that cannot be kept, or for which no way was found in time; empty: all are kept.</summary>
    [Id(12)] public required ImmutableArray<ConstraintBreach> Breaches { get; init; }
    /// <summary>Where dates are broken: what larger teams would do.</summary>
    [Id(13)] public required ImmutableArray<TeamRelaxation> TeamRelaxations { get; init; }
    /// <summary>Where dates are broken: working days that would do if all of them moved together; the least, unless the search ended before.</summary>
    [Id(14)] public double? AllDatesLaterDays { get; init; }
    /// <summary>What was assumed because the request does not say it.</summary>
    [Id(15)] public required ImmutableArray<string> Assumptions { get; init; }
    /// <summary>Schedules that the genetic search made.</summary>
    [Id(16)] public required long Schedules { get; init; }
    /// <summary>That no plan is shorter is proven.</summary>
    public bool IsShortest => LengthDays <= LowerBoundDays;
}
