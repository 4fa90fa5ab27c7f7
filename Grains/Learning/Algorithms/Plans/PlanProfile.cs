using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Plans;

/// <summary>What a schedule means over time: phases, milestones, teams, weeks.</summary>
internal static class PlanProfile
{
    /// <summary>By activity: 1 where nothing precedes it, else one more than the deepest predecessor.</summary>
    public static ImmutableArray<int> Depths(Project project)
    {
        var depths = new int[project.Count];
        foreach (var i in project.Order) { depths[i] = 1 + project.Activities[i].Predecessors.Select(before => depths[before]).DefaultIfEmpty().Max(); }
        return [.. depths];
    }

    public static IEnumerable<PlanPhase> Phases(IEnumerable<PlannedGoal> goals) =>
        goals.GroupBy(goal => goal.Phase).OrderBy(phase => phase.Key).Select(phase =>
            new PlanPhase(phase.Key, $"Phase {phase.Key}", phase.Min(goal => goal.Start), phase.Max(goal => goal.Finish), [.. phase.OrderBy(goal => goal.StartDay).Select(goal => goal.Goal.Id)], phase.Sum(goal => goal.Cost)));

    public static IEnumerable<PlanMilestone> Milestones(WorkModel model, ImmutableArray<PlannedGoal> goals)
    {
        var phases = Phases(goals).Select(phase => new PlanMilestone($"Phase {phase.Number} reached", phase.Finish, null, phase.GoalIds)).ToArray();
        var due = model.DateLimits.Where(limit => limit.Activity is null).OrderBy(limit => limit.EndMax).FirstOrDefault();
        var day = due is { EndMax: > 0 } ? model.Calendar.LastDay(0, due.EndMax) : due?.Day;
        return phases.Concat(goals.Where(goal => goal.Goal.Deadline is not null).Select(goal => new PlanMilestone($"{goal.Goal.Id} reached", goal.Finish, goal.Goal.Deadline, [goal.Goal.Id])))
            .OrderBy(milestone => milestone.Day).Append(new("Plan reached", goals.Max(goal => goal.Finish), day, [.. goals.Select(goal => goal.Goal.Id)]));
    }

    public static IEnumerable<TeamUse> TeamUses(WorkModel model, ImmutableArray<int> starts, int length)
    {
        foreach (var team in TeamsOf(model))
        {
            var days = Users(model, team).Sum(i => model.Demands[i][team] * WorkCalendar.Days(model.EndOf(starts, i) - model.BeginOf(starts, i)));
            int? size = model.Request.Constraints.TeamSizes.TryGetValue(team, out var given) ? given : null;
            yield return new(team, size, Peak(model, starts, team, 0, length), days, size > 0 && length > 0 ? days / (size * WorkCalendar.Days(length)) : null);
        }
    }

    public static IEnumerable<PlanWeek> Weeks(WorkModel model, ImmutableArray<int> starts, int length)
    {
        const int week = WorkCalendar.SlotsPerDay * WorkCalendar.DaysPerWeek;
        var sum = 0.0;
        for (var from = 0; from < Math.Max(length, 1); from += week)
        {
            var to = from + week;
            var cost = Enumerable.Range(0, model.Project.Count).Sum(i => model.ExpectedCost(i) * Share(model, starts, i, from, to));
            sum += cost;
            yield return new(
                (from / week) + 1,
                model.Calendar.DayOf(from),
                TeamsOf(model).ToImmutableSortedDictionary(team => team, team => Users(model, team).Sum(i => model.Demands[i][team] * WorkCalendar.Days(Overlap(model, starts, i, from, to))), StringComparer.Ordinal),
                TeamsOf(model).ToImmutableSortedDictionary(team => team, team => Peak(model, starts, team, from, to), StringComparer.Ordinal),
                cost,
                sum);
        }
    }

    public static IEnumerable<string> Assumptions(WorkModel model)
    {
        yield return "Work is done Monday to Friday in quarters of a day; holidays are not known. A goal is worked on without a break, with the resources that it names, and takes its expected time.";
        if (model.Request.From is { } from)
        {
            yield return $"Planned from {from:yyyy-MM-dd} on: {Count(model, GoalState.Finished)} of {model.Project.Count} goals are reached and keep their dates, {Count(model, GoalState.InProgress)} are in progress and go on without a break.";
        }
        if (model.Paused.Length > 0) { yield return $"In progress, but the teams are too small for all at once, so that they wait: {string.Join(", ", model.Paused.Select(i => model.Request.Goals[i].Id))}."; }
        if (model.Request.Goals.Where((goal, i) => model.StateOf(i) == GoalState.Planned && goal.EffortDays is null).Select(goal => goal.Id).ToArray() is { Length: > 0 } derived)
        {
            yield return $"Effort is derived, not given, for {string.Join(", ", derived)}; each goal says how.";
        }
        if (model.Request.Goals.Where(goal => goal.Resources.IsEmpty).Select(goal => goal.Id).ToArray() is { Length: > 0 } silent) { yield return $"One of '{Teams.Default}' works on what names no resources: {string.Join(", ", silent)}."; }
        foreach (var team in TeamsOf(model).Where(team => !model.Request.Constraints.TeamSizes.ContainsKey(team))) { yield return $"The size of '{team}' is not given: it is as large as the plan needs it."; }
        if (model.Project.Activities.Zip(model.Efforts).Where(pair => !pair.First.IsFixed && WorkCalendar.Days(pair.First.Duration) - pair.Second.Days.Mean > 1e-9).Sum(pair => WorkCalendar.Days(pair.First.Duration) - pair.Second.Days.Mean) is > 0 and var rounded)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Expected times are rounded up to quarters of a day, {rounded:0.##} days in all; the risk simulation does not round.");
        }
    }

    private static int Count(WorkModel model, GoalState state) => Enumerable.Range(0, model.Project.Count).Count(i => model.StateOf(i) == state);

    private static IEnumerable<string> TeamsOf(WorkModel model) => model.Demands.SelectMany(demands => demands.Where(demand => demand.Value > 0).Select(demand => demand.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<int> Users(WorkModel model, string team) => Enumerable.Range(0, model.Project.Count).Where(i => model.Demands[i].GetValueOrDefault(team) > 0);

    private static int Overlap(WorkModel model, ImmutableArray<int> starts, int i, int from, int to) => Math.Max(0, Math.Min(to, model.EndOf(starts, i)) - Math.Max(from, model.BeginOf(starts, i)));

    /// <summary>The part of a goal that falls into a span; a goal without duration falls into the span that it lies in.</summary>
    private static double Share(WorkModel model, ImmutableArray<int> starts, int i, int from, int to)
    {
        var duration = model.EndOf(starts, i) - model.BeginOf(starts, i);
        if (duration > 0) { return (double)Overlap(model, starts, i, from, to) / duration; }
        var at = Math.Max(0, starts[i] == model.Project.Length(starts.AsSpan()) ? starts[i] - 1 : starts[i]);
        return from <= at && at < to ? 1 : 0;
    }

    /// <summary>Most units at once within a span: use rises only where something begins.</summary>
    private static int Peak(WorkModel model, ImmutableArray<int> starts, string team, int from, int to)
    {
        int[] users = [.. Users(model, team).Where(i => Overlap(model, starts, i, from, to) > 0)];
        return users.Select(i => Math.Max(from, model.BeginOf(starts, i))).Distinct().Select(slot => users.Where(i => model.BeginOf(starts, i) <= slot && slot < model.EndOf(starts, i)).Sum(i => model.Demands[i][team])).DefaultIfEmpty().Max();
    }
}
