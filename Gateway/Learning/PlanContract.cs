using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Body of POST /strategic-plans.</summary>
internal sealed record StrategicPlanRequest
{
    /// <summary>What is to be reached. Members that are not listed here are kept and not applied; the plan names them in not_applied.</summary>
    [MinLength(1), MaxLength(PlanLimits.GoalsMax)] public required IReadOnlyList<GoalRequest> Goals { get; init; }
    /// <summary>What the plan must keep. Members that are not listed here are kept and not applied.</summary>
    public required ConstraintsRequest Constraints { get; init; }
    /// <summary>Identity; made here where left out.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Id { get; init; }
    /// <summary>First day of work; today (UTC) where left out.</summary>
    public DateOnly? StartDate { get; init; }
    /// <summary>Simulated plans.</summary>
    [Range(1, PlanLimits.SamplesMax), DefaultValue(10_000)] public int? Samples { get; init; }
    /// <summary>The same seed gives the same simulation for the same schedule.</summary>
    [Range(0, int.MaxValue), DefaultValue(1)] public int? Seed { get; init; }
    /// <summary>How long to search for a shorter schedule; as configured where left out. A schedule that is proven to be the shortest ends the search.</summary>
    [Range(PlanLimits.SearchSecondsMin, PlanLimits.SearchSecondsMax)] public double? SearchSeconds { get; init; }
    /// <summary>False: the answer is 202 at once, and GET tells how far the plan is.</summary>
    [DefaultValue(true)] public bool? Wait { get; init; }
}

/// <summary>Something to be reached.</summary>
internal sealed record GoalRequest
{
    /// <summary>Its name within the plan.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string Id { get; init; }
    /// <summary>What is to be reached, for people.</summary>
    [MaxLength(PlanLimits.TextMax)] public required string Description { get; init; }
    /// <summary>1 low, 2 medium, 3 high, 4 critical, 5 emergency.</summary>
    [Range(1, 5)] public required int Priority { get; init; }
    /// <summary>Texts such as <c>response_time &lt; 1s</c>; what has no comparison with a number is for people to judge.</summary>
    [MaxLength(PlanLimits.PartsMax)] public required IReadOnlyList<string> SuccessCriteria { get; init; }
    /// <summary>0 trivial … 1 as hard as it gets; the effort is derived from it where none is given. 0.5 where left out.</summary>
    [Range(0.0, 1.0)] public double? Complexity { get; init; }
    /// <summary>Needs one unit of the team <c>specialist</c> beside its other resources.</summary>
    public bool? RequiresSpecialist { get; init; }
    /// <summary>Ids of goals that must be reached before it begins.</summary>
    [MaxLength(PlanLimits.GoalsMax)] public IReadOnlyList<string>? DependsOn { get; init; }
    /// <summary>Working days with the resources named: a number, or <c>{optimistic, most_likely, pessimistic}</c>.</summary>
    public RawJson? EffortDays { get; init; }
    /// <summary>Units of each team while it runs; one of <c>team</c> where left out.</summary>
    public IReadOnlyDictionary<string, int>? Resources { get; init; }
    /// <summary>What it costs beside the time of its teams: a number, or <c>{optimistic, most_likely, pessimistic}</c>.</summary>
    public RawJson? Cost { get; init; }
    /// <summary>Last day on which it may end.</summary>
    public DateOnly? Deadline { get; init; }
    /// <summary>First day on which it may begin.</summary>
    public DateOnly? NotBefore { get; init; }
}

/// <summary>What a plan must keep; what is left out is not limited.</summary>
internal sealed record ConstraintsRequest
{
    /// <summary>Expected cost at most.</summary>
    [Range(0.0, PlanLimits.MoneyMax)] public double? Budget { get; init; }
    /// <summary>Working weeks at most, above 0.</summary>
    [Range(0.0, PlanLimits.WeeksMax)] public double? TimelineWeeks { get; init; }
    /// <summary>Last day on which the plan may end.</summary>
    public DateOnly? Deadline { get; init; }
    /// <summary>Units of each team; a team that is not named is as large as the plan needs it.</summary>
    public IReadOnlyDictionary<string, int>? TeamSizes { get; init; }
    /// <summary>What a working day of one unit of a team costs; nothing where it is not named.</summary>
    public IReadOnlyDictionary<string, double>? DayRates { get; init; }
}

/// <summary>Body of POST /strategic-plans/{plan_id}/replan; may be left out.</summary>
internal sealed record ReplanRequest
{
    /// <summary>Goals reached since the last version; those told before stay reached.</summary>
    [MaxLength(PlanLimits.GoalsMax)] public IReadOnlyList<FinishedGoalRequest>? Finished { get; init; }
    /// <summary>Goals under way; those told before stay so until they are told to be finished.</summary>
    [MaxLength(PlanLimits.GoalsMax)] public IReadOnlyList<StartedGoalRequest>? InProgress { get; init; }
    /// <summary>All goals, where they have changed.</summary>
    [MinLength(1), MaxLength(PlanLimits.GoalsMax)] public IReadOnlyList<GoalRequest>? Goals { get; init; }
    /// <summary>All constraints, where they have changed.</summary>
    public ConstraintsRequest? Constraints { get; init; }
    /// <summary>The first day that can still be planned; today (UTC) where left out, not before the start of the plan.</summary>
    public DateOnly? From { get; init; }
    /// <summary>Simulated plans; as before where left out.</summary>
    [Range(1, PlanLimits.SamplesMax)] public int? Samples { get; init; }
    /// <summary>Seed; as before where left out.</summary>
    [Range(0, int.MaxValue)] public int? Seed { get; init; }
    /// <summary>How long to search; as before where left out.</summary>
    [Range(PlanLimits.SearchSecondsMin, PlanLimits.SearchSecondsMax)] public double? SearchSeconds { get; init; }
    /// <summary>Only if this is the newest version; 409 otherwise. A repeat of the same body is then answered with what it made.</summary>
    [Range(1, PlanLimits.VersionsMax)] public int? IfVersion { get; init; }
    /// <summary>False: the answer is 202 at once.</summary>
    [DefaultValue(true)] public bool? Wait { get; init; }
}

/// <summary>A goal that has been reached.</summary>
internal sealed record FinishedGoalRequest
{
    /// <summary>The goal.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string Id { get; init; }
    /// <summary>First day of work on it; as planned where left out.</summary>
    public DateOnly? StartedOn { get; init; }
    /// <summary>Last day of work on it; as planned where left out, at the latest the working day before from.</summary>
    public DateOnly? FinishedOn { get; init; }
    /// <summary>What it has cost, its teams included; what its days cost where left out.</summary>
    [Range(0.0, PlanLimits.MoneyMax)] public double? Cost { get; init; }
}

/// <summary>A goal that is being worked on.</summary>
internal sealed record StartedGoalRequest
{
    /// <summary>The goal.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string Id { get; init; }
    /// <summary>First day of work on it; as planned where left out.</summary>
    public DateOnly? StartedOn { get; init; }
    /// <summary>Working days that are left: a number, or <c>{optimistic, most_likely, pessimistic}</c>. Its effort without the days since it began where left out.</summary>
    public RawJson? RemainingDays { get; init; }
}
