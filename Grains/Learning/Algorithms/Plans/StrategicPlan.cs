using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>A goal with its place in the plan.</summary>
internal sealed record PlannedGoal
{
    public required PlanGoal Goal { get; init; }

    public required DateOnly Start { get; init; }

    /// <summary>The last day of work on it.</summary>
    public required DateOnly Finish { get; init; }

    /// <summary>Working days from the start of the plan, in quarters.</summary>
    public required double StartDay { get; init; }

    /// <summary>Working days from the start of the plan, in quarters.</summary>
    public required double FinishDay { get; init; }

    public required GoalEffort Effort { get; init; }

    /// <summary>Units of each team that it holds.</summary>
    public required ImmutableSortedDictionary<string, int> Resources { get; init; }

    /// <summary>Working days by which it can be late without making the plan longer, if all else keeps its order and its duration.</summary>
    public required double SlackDays { get; init; }

    public bool IsCritical => SlackDays <= 0;

    /// <summary>Expected cost, its teams included.</summary>
    public required double Cost { get; init; }

    /// <summary>Number of its phase, from 1.</summary>
    public required int Phase { get; init; }

    /// <summary>Goals that hand over a team to it; it does not depend on them, but somebody must be free.</summary>
    public required ImmutableArray<(string GoalId, string Team)> WaitsForTeams { get; init; }

    /// <summary>The day by which it is reached in four of five simulated plans.</summary>
    public required DateOnly FinishP80 { get; init; }

    /// <summary>Its criteria that can be measured; null in the place of one that people must judge.</summary>
    public required ImmutableArray<SuccessCriterion?> Criteria { get; init; }
}

/// <summary>Goals of the same depth of dependency: each depends only on goals of earlier phases. Phases may overlap in time.</summary>
internal sealed record PlanPhase(int Number, DateOnly Start, DateOnly Finish, ImmutableArray<string> GoalIds, double Cost);

/// <summary>A day to look at: the end of a phase, a goal with a deadline of its own, or the end of the plan.</summary>
/// <param name="Name">What is reached.</param>
/// <param name="Day">Planned.</param>
/// <param name="Due">The limit; null: none.</param>
/// <param name="GoalIds">What must be done by then.</param>
internal sealed record PlanMilestone(string Name, DateOnly Day, DateOnly? Due, ImmutableArray<string> GoalIds);

/// <summary>What a team does in the whole plan.</summary>
/// <param name="Team">Its name.</param>
/// <param name="Size">Units that there are; null: not limited.</param>
/// <param name="Peak">Most units at work at once.</param>
/// <param name="UnitDays">Working days, over all units.</param>
/// <param name="Utilisation">Share of what it could do until the end of the plan; null where it is not limited.</param>
internal sealed record TeamUse(string Team, int? Size, int Peak, double UnitDays, double? Utilisation);

/// <summary>A week of the plan.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Start">Its first working day within the plan.</param>
/// <param name="UnitDays">By team: working days over all units.</param>
/// <param name="Peak">By team: most units at work at once.</param>
/// <param name="Cost">Expected cost that falls into it; a goal's own cost is spread evenly over its time.</param>
/// <param name="CumulativeCost">Until its end.</param>
internal sealed record PlanWeek(int Number, DateOnly Start, ImmutableSortedDictionary<string, double> UnitDays, ImmutableSortedDictionary<string, int> Peak, double Cost, double CumulativeCost);

/// <summary>A constraint that the plan breaks, and the smallest change of it with which all others can be kept.</summary>
/// <param name="Constraint">Such as <c>budget</c>, <c>timeline_weeks</c>, <c>goals.g1.deadline</c>, <c>team_sizes.qa</c>.</param>
/// <param name="Limit">As it was given: money, weeks, units, or working days from the start.</param>
/// <param name="Planned">What the plan comes to, in the same unit.</param>
/// <param name="Smallest">What the limit would have to be, in the same unit; null: changing this one alone does not help, or no way was found in time.</param>
/// <param name="SmallestDay">The same as a day, where the constraint is one.</param>
/// <param name="IsProven">Proven that nothing smaller helps.</param>
/// <param name="Message">The same for people.</param>
internal sealed record ConstraintBreach(string Constraint, double Limit, double Planned, double? Smallest, DateOnly? SmallestDay, bool IsProven, string Message);

/// <summary>Another way to keep the dates: a larger team, all else as it was given.</summary>
/// <param name="Team">Its name.</param>
/// <param name="Size">Now.</param>
/// <param name="Smallest">The least size with which every date can be kept; null: no size helps, or none was found in time.</param>
/// <param name="IsProven">Proven.</param>
internal sealed record TeamRelaxation(string Team, int Size, int? Smallest, bool IsProven);

/// <summary>How likely the plan holds; in working days, days and money.</summary>
internal sealed record PlanRisk
{
    /// <summary>Working days from the start.</summary>
    public required RiskQuantiles FinishDays { get; init; }

    public required DateOnly FinishP50 { get; init; }

    public required DateOnly FinishP80 { get; init; }

    public required DateOnly FinishP95 { get; init; }

    public required RiskQuantiles Cost { get; init; }

    /// <summary>By constraint, and <c>all</c> at once.</summary>
    public required ImmutableArray<RiskChance> Chances { get; init; }

    /// <summary>Goals by their influence, the strongest first; <see cref="RiskDriver.Activity"/> is the index of the goal in the request.</summary>
    public required ImmutableArray<RiskDriver> Drivers { get; init; }

    public required int Samples { get; init; }

    public required ulong Seed { get; init; }
}

/// <summary>A schedule for goals, what it takes, what it risks, and what cannot be kept.</summary>
internal sealed record StrategicPlan
{
    public required DateOnly Start { get; init; }

    /// <summary>The last day of work.</summary>
    public required DateOnly Finish { get; init; }

    /// <summary>Working days, in quarters.</summary>
    public required double LengthDays { get; init; }

    /// <summary>No plan is shorter than this many working days.</summary>
    public required double LowerBoundDays { get; init; }

    /// <summary>That no plan is shorter is proven.</summary>
    public bool IsShortest => LengthDays <= LowerBoundDays;

    /// <summary>In the order of the request.</summary>
    public required ImmutableArray<PlannedGoal> Goals { get; init; }

    public required ImmutableArray<PlanPhase> Phases { get; init; }

    public required ImmutableArray<PlanMilestone> Milestones { get; init; }

    /// <summary>Ids of a chain without a gap that ends with the plan, teams' hand-overs included.</summary>
    public required ImmutableArray<string> CriticalPath { get; init; }

    public required ImmutableArray<TeamUse> TeamUses { get; init; }

    public required ImmutableArray<PlanWeek> Weeks { get; init; }

    /// <summary>Expected cost.</summary>
    public required double Cost { get; init; }

    public required PlanRisk Risk { get; init; }

    /// <summary>Constraints that cannot be kept, or for which no way was found in time; empty: all are kept.</summary>
    public required ImmutableArray<ConstraintBreach> Breaches { get; init; }

    /// <summary>Where dates are broken: what larger teams would do.</summary>
    public required ImmutableArray<TeamRelaxation> TeamRelaxations { get; init; }

    /// <summary>Where dates are broken: working days by which all of them together would have to move at least.</summary>
    public double? AllDatesLaterDays { get; init; }

    /// <summary>What was assumed because the request does not say it.</summary>
    public required ImmutableArray<string> Assumptions { get; init; }

    /// <summary>Schedules that the genetic search made.</summary>
    public required long Schedules { get; init; }
}

/// <summary>A plan, or why there is none.</summary>
/// <param name="Plan">Null where there are faults.</param>
/// <param name="Faults">Every fault of the request.</param>
internal sealed record PlanOutcome(StrategicPlan? Plan, ImmutableArray<PlanFault> Faults);
