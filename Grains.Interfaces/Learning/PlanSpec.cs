using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace NexusActors.Learning;

/// <summary>Bounds of what a plan takes.</summary>
public static class PlanLimits
{
    /// <summary>Goals of one plan.</summary>
    public const int GoalsMax = 500;
    /// <summary>Samples of the risk simulation that a caller may ask for.</summary>
    public const int SamplesMax = 100_000;
    /// <summary>Shortest search that a caller may ask for, in seconds.</summary>
    public const double SearchSecondsMin = 0.1;
    /// <summary>Longest search that a caller may ask for, in seconds.</summary>
    public const double SearchSecondsMax = 300;
    /// <summary>Characters of a description or of a success criterion.</summary>
    public const int TextMax = 4_000;
    /// <summary>Dependencies, teams or success criteria of one goal.</summary>
    public const int PartsMax = 100;
    /// <summary>Versions of one plan.</summary>
    public const int VersionsMax = 1_000;
    /// <summary>Plans on one page.</summary>
    public const int PageMax = 100;
    /// <summary>Most units of a team.</summary>
    public const int UnitsMax = 32_767;
    /// <summary>Most money.</summary>
    public const double MoneyMax = 1e15;
    /// <summary>Most working days of one goal.</summary>
    public const double DaysMax = 1_000;
    /// <summary>Most working weeks of a plan.</summary>
    public const double WeeksMax = 5_000;
}

/// <summary>A quantity that is not known exactly: at best, most likely, at worst. All three equal: known exactly.</summary>
/// <param name="Low">Optimistic.</param>
/// <param name="Likely">Most likely.</param>
/// <param name="High">Pessimistic.</param>
[GenerateSerializer, Immutable, Alias("nexus.ThreePoint")]
[method: JsonConstructor]
public readonly record struct ThreePoint([property: Id(0)] double Low, [property: Id(1)] double Likely, [property: Id(2)] double High)
{
    /// <summary>Mean of the beta-PERT distribution (Malcolm, Roseboom, Clark, Fazar 1959).</summary>
    [JsonIgnore] public double Mean => (Low + (4 * Likely) + High) / 6;

    /// <summary>It cannot turn out otherwise.</summary>
    [JsonIgnore] public bool IsExact => Low == High;

    /// <summary>Finite, not negative, and in order.</summary>
    [JsonIgnore] public bool IsValid => double.IsFinite(High) && Low >= 0 && Low <= Likely && Likely <= High;

    /// <summary>A quantity that is known.</summary>
    public static ThreePoint Exactly(double value) => new(value, value, value);
}

/// <summary>Something to be reached.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanGoal")]
public sealed record PlanGoal
{
    /// <summary>Its name within the plan, 1–200 characters.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>What is to be reached.</summary>
    [Id(1)] public string Description { get; init; } = "";
    /// <summary>1 low … 5 emergency. Among plans that end equally early, goals of higher priority come earlier.</summary>
    [Id(2)] public int Priority { get; init; } = 3;
    /// <summary>Ids of goals that must be reached before this one begins.</summary>
    [Id(3)] public ImmutableArray<string> Dependencies { get; init; } = [];
    /// <summary>Working days that it takes with the resources named below; null: derived from <see cref="Complexity"/>.</summary>
    [Id(4)] public ThreePoint? EffortDays { get; init; }
    /// <summary>0 trivial … 1 as hard as it gets; null: 0.5.</summary>
    [Id(5)] public double? Complexity { get; init; }
    /// <summary>Needs one unit of the team <c>specialist</c> beside its other resources.</summary>
    [Id(6)] public bool RequiresSpecialist { get; init; }
    /// <summary>Units of each team that it holds while it runs; empty: one of <c>team</c>.</summary>
    [Id(7)] public ImmutableSortedDictionary<string, int> Resources { get; init; } = ImmutableSortedDictionary<string, int>.Empty;
    /// <summary>What it costs beside the time of its teams.</summary>
    [Id(8)] public ThreePoint Cost { get; init; }
    /// <summary>Last day on which it may end.</summary>
    [Id(9)] public DateOnly? Deadline { get; init; }
    /// <summary>First day on which it may begin.</summary>
    [Id(10)] public DateOnly? NotBefore { get; init; }
    /// <summary>Such as <c>response_time &lt; 1s</c>.</summary>
    [Id(11)] public ImmutableArray<string> SuccessCriteria { get; init; } = [];
}

/// <summary>What a plan must keep. What is null or not named is not limited.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanConstraints")]
public sealed record PlanConstraints
{
    /// <summary>Expected cost at most.</summary>
    [Id(0)] public double? Budget { get; init; }
    /// <summary>Working weeks at most, from the start of the plan.</summary>
    [Id(1)] public double? TimelineWeeks { get; init; }
    /// <summary>Last day on which the plan may end.</summary>
    [Id(2)] public DateOnly? Deadline { get; init; }
    /// <summary>Units of each team. A team that is not named here is as large as the plan needs it; the plan says how large that is.</summary>
    [Id(3)] public ImmutableSortedDictionary<string, int> TeamSizes { get; init; } = ImmutableSortedDictionary<string, int>.Empty;
    /// <summary>What a working day of one unit of a team costs; teams that are not named cost nothing.</summary>
    [Id(4)] public ImmutableSortedDictionary<string, double> DayRates { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

/// <summary>A plan that is asked for.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanSpec")]
public sealed record PlanSpec
{
    /// <summary>At least one, at most <see cref="PlanLimits.GoalsMax"/>.</summary>
    [Id(0)] public required ImmutableArray<PlanGoal> Goals { get; init; }
    /// <summary>What it must keep.</summary>
    [Id(1)] public PlanConstraints Constraints { get; init; } = new();
    /// <summary>First day of work; null: the day on which it is asked for.</summary>
    [Id(2)] public DateOnly? Start { get; init; }
    /// <summary>Samples of the risk simulation, 1 to <see cref="PlanLimits.SamplesMax"/>.</summary>
    [Id(3)] public int Samples { get; init; } = 10_000;
    /// <summary>Seed of search and simulation.</summary>
    [Id(4)] public int Seed { get; init; } = 1;
    /// <summary>How long to search for a shorter schedule; null: as configured.</summary>
    [Id(5)] public double? SearchSeconds { get; init; }
    /// <summary>The goals as they were written, JSON text of an array.</summary>
    [Id(6)] public string GoalsJson { get; init; } = "[]";
    /// <summary>The constraints as they were written, JSON text of an object.</summary>
    [Id(7)] public string ConstraintsJson { get; init; } = "{}";
    /// <summary>Members of both that mean nothing to the planner, by path; they are kept and not applied.</summary>
    [Id(8)] public ImmutableArray<string> NotApplied { get; init; } = [];
}

/// <summary>A goal that has been reached.</summary>
/// <param name="GoalId">Which.</param>
/// <param name="StartedOn">First day of work on it; null: as planned.</param>
/// <param name="FinishedOn">Last day of work on it; null: as planned, at the latest the last working day before the day of replanning.</param>
/// <param name="Cost">What it has cost, its teams included; null: what was expected.</param>
[GenerateSerializer, Immutable, Alias("nexus.FinishedGoal")]
public sealed record FinishedGoal([property: Id(0)] string GoalId, [property: Id(1)] DateOnly? StartedOn, [property: Id(2)] DateOnly? FinishedOn, [property: Id(3)] double? Cost);

/// <summary>A goal that is being worked on.</summary>
/// <param name="GoalId">Which.</param>
/// <param name="StartedOn">First day of work on it; null: as planned, at the latest the day of replanning.</param>
/// <param name="RemainingDays">Working days that are left; null: its effort without the days since it began.</param>
[GenerateSerializer, Immutable, Alias("nexus.StartedGoal")]
public sealed record StartedGoal([property: Id(0)] string GoalId, [property: Id(1)] DateOnly? StartedOn, [property: Id(2)] ThreePoint? RemainingDays);

/// <summary>What has changed since a plan was made, and from when on to plan anew.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PlanChange")]
public sealed record PlanChange
{
    /// <summary>Goals reached since the last version; those told before stay reached.</summary>
    [Id(0)] public ImmutableArray<FinishedGoal> Finished { get; init; } = [];
    /// <summary>Goals under way; those told before stay under way until they are told to be finished.</summary>
    [Id(1)] public ImmutableArray<StartedGoal> InProgress { get; init; } = [];
    /// <summary>All goals, where they have changed; null: as they were.</summary>
    [Id(2)] public ImmutableArray<PlanGoal>? Goals { get; init; }
    /// <summary>The same as written.</summary>
    [Id(3)] public string? GoalsJson { get; init; }
    /// <summary>All constraints, where they have changed; null: as they were.</summary>
    [Id(4)] public PlanConstraints? Constraints { get; init; }
    /// <summary>The same as written.</summary>
    [Id(5)] public string? ConstraintsJson { get; init; }
    /// <summary>Members of new goals and constraints that mean nothing to the planner.</summary>
    [Id(6)] public ImmutableArray<string> NotApplied { get; init; } = [];
    /// <summary>The first day that can still be planned; null: the day on which it is asked for, not before the start of the plan.</summary>
    [Id(7)] public DateOnly? From { get; init; }
    /// <summary>Samples of the risk simulation; null: as before.</summary>
    [Id(8)] public int? Samples { get; init; }
    /// <summary>Seed; null: as before.</summary>
    [Id(9)] public int? Seed { get; init; }
    /// <summary>How long to search; null: as before.</summary>
    [Id(10)] public double? SearchSeconds { get; init; }
    /// <summary>Only if this is the newest version; null: whichever is.</summary>
    [Id(11)] public int? IfVersion { get; init; }
}

/// <summary>A request that cannot be planned at all, in contrast to constraints that cannot be kept.</summary>
/// <param name="Field">Where, such as <c>goals[3].depends_on</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Cycle">Ids of goals that wait for each other, each for the next, the last being the first again; empty for other faults.</param>
[GenerateSerializer, Immutable, Alias("nexus.PlanFault")]
public sealed record PlanFault([property: Id(0)] string Field, [property: Id(1)] string Message, [property: Id(2)] ImmutableArray<string> Cycle)
{
    /// <summary>A fault other than a cycle.</summary>
    public PlanFault(string field, string message) : this(field, message, [])
    {
    }
}
