using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>Finds every fault of a request, not just the first. What is told of goals that have begun is <see cref="PlanRevision"/>'s to check.</summary>
internal static class PlanFaults
{
    private const int TeamsMax = 16;
    private const int YearsMax = 20;

    public static ImmutableArray<PlanFault> Of(PlanRequest request)
    {
        if (request.Goals.IsDefaultOrEmpty) { return [new("goals", "must hold at least one goal")]; }
        if (request.Goals.Length > PlanLimits.GoalsMax) { return [new("goals", $"must hold at most {PlanLimits.GoalsMax} goals; there are {request.Goals.Length}")]; }
        HashSet<string> ids = [.. request.Goals.Select(goal => goal.Id)];
        ImmutableArray<PlanFault> faults = [.. Request(request), .. request.Goals.SelectMany((goal, i) => Goal(request, ids, goal, $"goals[{i}]")), .. Constraints(request, request.Constraints)];
        return faults.IsEmpty ? [.. Cycle(request.Goals)] : faults;
    }

    /// <summary>Whether a day lies in the span that a plan with this start can have.</summary>
    public static bool CanBePlannedFrom(DateOnly start, DateOnly from) => from >= start && from.DayNumber - start.DayNumber <= YearsMax * 366;

    private static IEnumerable<PlanFault> Request(PlanRequest request)
    {
        if (request.Samples is < 1 or > RiskSimulation.SamplesMax) { yield return new("samples", $"must be 1 to {RiskSimulation.SamplesMax}"); }
        foreach (var twice in request.Goals.GroupBy(goal => goal.Id, StringComparer.Ordinal).Where(same => same.Count() > 1)) { yield return new("goals", $"must have ids that differ; '{twice.Key}' is the id of {twice.Count()}"); }
        if (request.Goals.SelectMany(goal => WorkModel.DemandsOf(goal).Keys).Distinct(StringComparer.Ordinal).Count() is > TeamsMax and var teams) { yield return new("goals", $"must name at most {TeamsMax} teams; they name {teams}"); }
        if (request.Start.Year is < 1970 or > 9000) { yield return new("start_date", "must be a day of the years 1970 to 9000"); }
        if (request.From is { } from && !CanBePlannedFrom(request.Start, from)) { yield return new("from", $"must not be before the start of the plan ({request.Start:yyyy-MM-dd}), nor more than {YearsMax} years after it"); }
    }

    private static IEnumerable<PlanFault> Goal(PlanRequest request, HashSet<string> ids, PlanGoal goal, string field)
    {
        if (string.IsNullOrWhiteSpace(goal.Id) || goal.Id.Length > 200) { yield return new($"{field}.id", "must have 1 to 200 characters"); }
        if (goal.Description.Length > PlanLimits.TextMax) { yield return new($"{field}.description", $"must have at most {PlanLimits.TextMax} characters"); }
        if (goal.Priority is < 1 or > 5) { yield return new($"{field}.priority", "must be 1 to 5"); }
        if (goal.Complexity is { } complexity && !(complexity is >= 0 and <= 1)) { yield return new($"{field}.complexity", "must be 0 to 1"); }
        if (goal.EffortDays is { } effort && (!effort.IsValid || effort.High > PlanLimits.DaysMax)) { yield return new($"{field}.effort_days", $"must be optimistic ≤ most likely ≤ pessimistic, 0 to {PlanLimits.DaysMax} working days"); }
        if (!goal.Cost.IsValid || goal.Cost.High > PlanLimits.MoneyMax) { yield return new($"{field}.cost", "must be optimistic ≤ most likely ≤ pessimistic, and not negative"); }
        foreach (var (team, units) in goal.Resources)
        {
            if (units is < 0 or > PlanLimits.UnitsMax) { yield return new($"{field}.resources.{team}", $"must be 0 to {PlanLimits.UnitsMax}"); }
        }
        foreach (var (name, day) in new[] { ("deadline", goal.Deadline), ("not_before", goal.NotBefore) })
        {
            if (IsFar(request, day)) { yield return new($"{field}.{name}", $"must be within {YearsMax} years of the start"); }
        }
        foreach (var unknown in goal.Dependencies.Where(id => !ids.Contains(id))) { yield return new($"{field}.depends_on", $"must name goals of this plan; '{unknown}' is none"); }
    }

    private static IEnumerable<PlanFault> Constraints(PlanRequest request, PlanConstraints constraints)
    {
        if (constraints.Budget is { } budget && !(budget is >= 0 and <= PlanLimits.MoneyMax)) { yield return new("constraints.budget", "must not be negative"); }
        if (constraints.TimelineWeeks is { } weeks && !(weeks is > 0 and <= PlanLimits.WeeksMax)) { yield return new("constraints.timeline_weeks", $"must be above 0, and at most {PlanLimits.WeeksMax}"); }
        if (IsFar(request, constraints.Deadline)) { yield return new("constraints.deadline", $"must be within {YearsMax} years of the start"); }
        foreach (var (team, units) in constraints.TeamSizes)
        {
            if (units is < 0 or > PlanLimits.UnitsMax) { yield return new($"constraints.team_sizes.{team}", $"must be 0 to {PlanLimits.UnitsMax}"); }
        }
        foreach (var (team, rate) in constraints.DayRates)
        {
            if (!(rate is >= 0 and <= PlanLimits.MoneyMax)) { yield return new($"constraints.day_rates.{team}", "must not be negative"); }
        }
    }

    private static bool IsFar(PlanRequest request, DateOnly? day) => day is { } given && request.Start.Year is >= 1970 and <= 9000 && Math.Abs(given.DayNumber - request.Start.DayNumber) > YearsMax * 366;

    private static IEnumerable<PlanFault> Cycle(ImmutableArray<PlanGoal> goals)
    {
        var places = goals.Select((goal, i) => (goal.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        ImmutableArray<int>[] dependencies = [.. goals.Select(goal => goal.Dependencies.Select(id => places[id]).ToImmutableArray())];
        ImmutableArray<string> cycle = [.. Precedence.Cycle(goals.Length, i => dependencies[i]).Select(i => goals[i].Id)];
        if (!cycle.IsEmpty)
        {
            yield return new($"goals[{places[cycle[0]]}].depends_on", cycle.Length == 2 ? $"must not hold the goal itself ('{cycle[0]}')" : $"must not lead back to the goal: {string.Join(" → ", cycle)}", cycle);
        }
    }
}
