using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>A plan, or how far it is.</summary>
internal sealed record StrategicPlanReply
{
    /// <summary>The plan.</summary>
    public required StrategicPlanResponse StrategicPlan { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A strategic plan. What belongs to a schedule is null while the first version is being planned.</summary>
internal sealed record StrategicPlanResponse
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>The goals as they were given.</summary>
    public required RawJson Goals { get; init; }
    /// <summary>The constraints as they were given.</summary>
    public required RawJson Constraints { get; init; }
    /// <summary>Working weeks from the first day to the last.</summary>
    public required double? TimeHorizon { get; init; }
    /// <summary>Goals of equal depth of dependency.</summary>
    public required IReadOnlyList<PlanPhase>? Phases { get; init; }
    /// <summary>Days to look at.</summary>
    public required IReadOnlyList<PlanMilestone>? Milestones { get; init; }
    /// <summary>From the simulation: finish and cost in half, four of five and 19 of 20 plans, chances of the constraints, drivers.</summary>
    public required PlanRisk? RiskAssessment { get; init; }
    /// <summary>Teams, weeks and cost.</summary>
    public required ResourcesResponse? ResourceRequirements { get; init; }
    /// <summary>When the plan was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>planning while a version is being made, else ready.</summary>
    public required PlanStatus Status { get; init; }
    /// <summary>The version that is shown; 0: there is none yet.</summary>
    public required int Version { get; init; }
    /// <summary>The newest version.</summary>
    public required int NewestVersion { get; init; }
    /// <summary>How far the next version is; null: none is being made.</summary>
    public required PlanProgress? Progress { get; init; }
    /// <summary>When this version was made.</summary>
    public required DateTimeOffset? MadeAt { get; init; }
    /// <summary>The first day of work.</summary>
    public required DateOnly? StartDate { get; init; }
    /// <summary>The day from which this version is planned; null: its start.</summary>
    public required DateOnly? PlannedFrom { get; init; }
    /// <summary>The last day of work.</summary>
    public required DateOnly? FinishDate { get; init; }
    /// <summary>Working days.</summary>
    public required double? LengthDays { get; init; }
    /// <summary>No plan takes fewer working days.</summary>
    public required double? LowerBoundDays { get; init; }
    /// <summary>That no plan is shorter is proven.</summary>
    public required bool? ProvenOptimal { get; init; }
    /// <summary>Every goal with its place, in the order of the request.</summary>
    public required IReadOnlyList<ScheduledGoal>? Schedule { get; init; }
    /// <summary>Goals of a chain without a gap that ends with the plan.</summary>
    public required IReadOnlyList<string>? CriticalPath { get; init; }
    /// <summary>Constraints that the plan breaks, each with the smallest change that would do; empty: it keeps all.</summary>
    public required IReadOnlyList<ConstraintBreach>? Breaches { get; init; }
    /// <summary>Where dates are broken: how large each team would have to be to keep them.</summary>
    public required IReadOnlyList<TeamRelaxation>? TeamRelaxations { get; init; }
    /// <summary>Where dates are broken: working days by which all of them would have to move.</summary>
    public required double? AllDatesLaterDays { get; init; }
    /// <summary>What was assumed because the request does not say it.</summary>
    public required IReadOnlyList<string>? Assumptions { get; init; }
    /// <summary>Members of goals and constraints that were kept and not applied.</summary>
    public required IReadOnlyList<string> NotApplied { get; init; }

    /// <summary>Translates.</summary>
    public static StrategicPlanResponse From(PlanView view) => new()
    {
        Id = view.Id,
        Goals = new(view.Spec.GoalsJson),
        Constraints = new(view.Spec.ConstraintsJson),
        TimeHorizon = view.Plan?.LengthDays / 5,
        Phases = view.Plan?.Phases,
        Milestones = view.Plan?.Milestones,
        RiskAssessment = view.Plan?.Risk,
        ResourceRequirements = view.Plan is { } plan ? new() { Cost = plan.Cost, Teams = plan.TeamUses, Weeks = plan.Weeks } : null,
        CreatedAt = view.CreatedAt,
        Status = view.Status,
        Version = view.Version,
        NewestVersion = view.NewestVersion,
        Progress = view.Progress,
        MadeAt = view.MadeAt,
        StartDate = view.Plan?.Start ?? view.Spec.Start,
        PlannedFrom = view.From,
        FinishDate = view.Plan?.Finish,
        LengthDays = view.Plan?.LengthDays,
        LowerBoundDays = view.Plan?.LowerBoundDays,
        ProvenOptimal = view.Plan?.IsShortest,
        Schedule = view.Plan is { } made ? [.. made.Goals.Select(ScheduledGoal.From)] : null,
        CriticalPath = view.Plan?.CriticalPath,
        Breaches = view.Plan?.Breaches,
        TeamRelaxations = view.Plan?.TeamRelaxations,
        AllDatesLaterDays = view.Plan?.AllDatesLaterDays,
        Assumptions = view.Plan?.Assumptions,
        NotApplied = view.Spec.NotApplied,
    };
}

/// <summary>What a plan takes.</summary>
internal sealed record ResourcesResponse
{
    /// <summary>Expected cost.</summary>
    public required double Cost { get; init; }
    /// <summary>By team: size, most units at once, working days.</summary>
    public required IReadOnlyList<TeamUse> Teams { get; init; }
    /// <summary>By week: work of each team, and cost.</summary>
    public required IReadOnlyList<PlanWeek> Weeks { get; init; }
}

/// <summary>A goal with its place in the plan.</summary>
internal sealed record ScheduledGoal
{
    /// <summary>The goal.</summary>
    public required string GoalId { get; init; }
    /// <summary>How far it is.</summary>
    public required GoalState State { get; init; }
    /// <summary>Number of its phase.</summary>
    public required int Phase { get; init; }
    /// <summary>The first day of work on it.</summary>
    public required DateOnly Start { get; init; }
    /// <summary>The last day of work on it.</summary>
    public required DateOnly Finish { get; init; }
    /// <summary>The day by which it is reached in four of five simulated plans.</summary>
    public required DateOnly FinishP80 { get; init; }
    /// <summary>Working days from the start of the plan, in quarters.</summary>
    public required double StartDay { get; init; }
    /// <summary>Working days from the start of the plan, in quarters.</summary>
    public required double FinishDay { get; init; }
    /// <summary>Working days by which it can be late without making the plan longer.</summary>
    public required double SlackDays { get; init; }
    /// <summary>If it is late, the plan is.</summary>
    public required bool IsCritical { get; init; }
    /// <summary>Expected cost, its teams included.</summary>
    public required double Cost { get; init; }
    /// <summary>Units of each team that it holds.</summary>
    public required IReadOnlyDictionary<string, int> Resources { get; init; }
    /// <summary>Goals that must be reached before.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }
    /// <summary>Goals that hand over a team to it.</summary>
    public required IReadOnlyList<TeamHandover> WaitsForTeams { get; init; }
    /// <summary>Working days, of a goal in progress those that are left.</summary>
    public required EffortResponse EffortDays { get; init; }
    /// <summary>Where the effort comes from.</summary>
    public required string EffortBasis { get; init; }

    /// <summary>Translates.</summary>
    public static ScheduledGoal From(PlannedGoal goal) => new()
    {
        GoalId = goal.Goal.Id,
        State = goal.State,
        Phase = goal.Phase,
        Start = goal.Start,
        Finish = goal.Finish,
        FinishP80 = goal.FinishP80,
        StartDay = goal.StartDay,
        FinishDay = goal.FinishDay,
        SlackDays = goal.SlackDays,
        IsCritical = goal.IsCritical,
        Cost = goal.Cost,
        Resources = goal.Resources,
        DependsOn = goal.Goal.Dependencies,
        WaitsForTeams = goal.WaitsForTeams,
        EffortDays = new() { Optimistic = goal.Effort.Days.Low, MostLikely = goal.Effort.Days.Likely, Pessimistic = goal.Effort.Days.High },
        EffortBasis = goal.Effort.Basis,
    };
}

/// <summary>Working days, as they are asked for.</summary>
internal sealed record EffortResponse
{
    /// <summary>At best.</summary>
    public required double Optimistic { get; init; }
    /// <summary>Most likely.</summary>
    public required double MostLikely { get; init; }
    /// <summary>At worst.</summary>
    public required double Pessimistic { get; init; }
}

/// <summary>A page of plans, newest first.</summary>
internal sealed record PlansResponse
{
    /// <summary>The plans.</summary>
    public required IReadOnlyList<PlanSummary> StrategicPlans { get; init; }
    /// <summary>How many are in this page.</summary>
    public required int Count { get; init; }
    /// <summary>Send it as <c>cursor</c> for the next page; null: this was the last.</summary>
    public required string? NextCursor { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Success criteria of a plan beside what is measured.</summary>
internal sealed record CriteriaResponse
{
    /// <summary>The plan.</summary>
    public required string PlanId { get; init; }
    /// <summary>Its version.</summary>
    public required int Version { get; init; }
    /// <summary>By goal, in the order of the request.</summary>
    public required IReadOnlyList<CriterionView> Criteria { get; init; }
    /// <summary>How many hold.</summary>
    public required int Holding { get; init; }
    /// <summary>How many do not.</summary>
    public required int Failing { get; init; }
    /// <summary>How many cannot be told; each says why.</summary>
    public required int Unknown { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static CriteriaResponse From(string id, PlanCriteria found, DateTimeOffset now) => new()
    {
        PlanId = id,
        Version = found.Version,
        Criteria = found.Criteria,
        Holding = found.Criteria.Count(criterion => criterion.Holds == true),
        Failing = found.Criteria.Count(criterion => criterion.Holds == false),
        Unknown = found.Criteria.Count(criterion => criterion.Holds is null),
        Timestamp = now,
    };
}

/// <summary>Generated serialisation of what is said of plans. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<PlanStatus>), typeof(WireNameConverter<GoalState>)])]
[JsonSerializable(typeof(StrategicPlanReply))]
[JsonSerializable(typeof(PlansResponse))]
[JsonSerializable(typeof(CriteriaResponse))]
internal sealed partial class PlanWireJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static PlanWireJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
