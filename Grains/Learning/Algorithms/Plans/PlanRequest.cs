using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>Names of teams that a request need not spell out.</summary>
internal static class Teams
{
    /// <summary>Who works on a goal that names nobody.</summary>
    public const string Default = "team";

    /// <summary>Who is needed beside the others where a goal requires a specialist.</summary>
    public const string Specialist = "specialist";
}

/// <summary>A goal that has begun.</summary>
/// <param name="GoalId">Which.</param>
/// <param name="Started">First day of work on it.</param>
/// <param name="Finished">Last day of work on it; null: it is in progress.</param>
/// <param name="RemainingDays">In progress: working days that are left from the day of planning; null: its effort without the days since it began.</param>
/// <param name="Cost">Finished: what it has cost, its teams included; null: what was expected.</param>
internal sealed record GoalProgress(string GoalId, DateOnly Started, DateOnly? Finished, ThreePoint? RemainingDays, double? Cost);

/// <summary>Goals and constraints, and how far the goals are.</summary>
internal sealed record PlanRequest
{
    public required ImmutableArray<PlanGoal> Goals { get; init; }

    public PlanConstraints Constraints { get; init; } = new();

    /// <summary>First day of work; a weekend day means the Monday after.</summary>
    public required DateOnly Start { get; init; }

    /// <summary>The first day that can still be planned; null: the start. What has not begun before begins on it or later.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Goals that have begun, each at most once. Those that are reached keep their dates; those in progress go on from <see cref="From"/>.</summary>
    public ImmutableArray<GoalProgress> Progress { get; init; } = [];

    /// <summary>Samples of the risk simulation.</summary>
    public int Samples { get; init; } = 10_000;

    /// <summary>The same request with the same seed, and no limit by time, gives the same plan.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>A plan, or why there is none.</summary>
/// <param name="Plan">Null where there are faults.</param>
/// <param name="Faults">Every fault of the request.</param>
internal sealed record PlanOutcome(StrategicPlan? Plan, ImmutableArray<PlanFault> Faults);
