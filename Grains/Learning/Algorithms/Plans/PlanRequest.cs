using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>Something to be reached.</summary>
internal sealed record PlanGoal
{
    public required string Id { get; init; }

    public string Description { get; init; } = "";

    /// <summary>1 low … 5 emergency. Among plans that end equally early, goals of higher priority come earlier.</summary>
    public int Priority { get; init; } = 3;

    /// <summary>Ids of goals that must be reached before this one begins.</summary>
    public ImmutableArray<string> Dependencies { get; init; } = [];

    /// <summary>Working days that it takes with the resources named below; null: derived from <see cref="Complexity"/>.</summary>
    public ThreePoint? EffortDays { get; init; }

    /// <summary>0 trivial … 1 as hard as it gets; null: 0.5.</summary>
    public double? Complexity { get; init; }

    /// <summary>Needs one unit of the team <see cref="Teams.Specialist"/> beside its other resources.</summary>
    public bool RequiresSpecialist { get; init; }

    /// <summary>Units of each team that it holds while it runs; empty: one of <see cref="Teams.Default"/>.</summary>
    public ImmutableSortedDictionary<string, int> Resources { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>What it costs beside the time of its teams.</summary>
    public ThreePoint Cost { get; init; }

    /// <summary>Last day on which it may end.</summary>
    public DateOnly? Deadline { get; init; }

    /// <summary>First day on which it may begin.</summary>
    public DateOnly? NotBefore { get; init; }

    /// <summary>Such as <c>response_time &lt; 1s</c>.</summary>
    public ImmutableArray<string> SuccessCriteria { get; init; } = [];
}

/// <summary>Names of teams that a request need not spell out.</summary>
internal static class Teams
{
    /// <summary>Who works on a goal that names nobody.</summary>
    public const string Default = "team";

    /// <summary>Who is needed beside the others where a goal requires a specialist.</summary>
    public const string Specialist = "specialist";
}

/// <summary>What a plan must keep. What is null or not named is not limited.</summary>
internal sealed record PlanConstraints
{
    /// <summary>Expected cost at most.</summary>
    public double? Budget { get; init; }

    /// <summary>Working weeks at most, from the start of the plan.</summary>
    public double? TimelineWeeks { get; init; }

    /// <summary>Last day on which the plan may end.</summary>
    public DateOnly? Deadline { get; init; }

    /// <summary>Units of each team. A team that is not named here is as large as the plan needs it; the plan says how large that is.</summary>
    public ImmutableSortedDictionary<string, int> TeamSizes { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>What a working day of one unit of a team costs; teams that are not named cost nothing.</summary>
    public ImmutableSortedDictionary<string, double> DayRates { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

/// <summary>Goals and constraints. To plan anew when goals have been reached, leave them out (and out of the dependencies), and start today.</summary>
internal sealed record PlanRequest
{
    public const int GoalsMax = 500;

    public required ImmutableArray<PlanGoal> Goals { get; init; }

    public PlanConstraints Constraints { get; init; } = new();

    /// <summary>First day of work; a weekend day means the Monday after.</summary>
    public required DateOnly Start { get; init; }

    /// <summary>Samples of the risk simulation.</summary>
    public int Samples { get; init; } = 10_000;

    /// <summary>The same request with the same seed, and no limit by time, gives the same plan.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>A request that cannot be planned at all, in contrast to constraints that cannot be kept.</summary>
/// <param name="Field">Where, such as <c>goals[3].dependencies</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Cycle">Ids of goals that wait for each other, each for the next, the last being the first again; empty for other faults.</param>
internal sealed record PlanFault(string Field, string Message, ImmutableArray<string> Cycle)
{
    public PlanFault(string field, string message) : this(field, message, [])
    {
    }
}
