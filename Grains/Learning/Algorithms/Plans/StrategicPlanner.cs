using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>From goals and constraints to a plan. Pure: the same request, seed and limits (without a clock) give the same plan.</summary>
internal static class StrategicPlanner
{
    /// <param name="request">What is wanted.</param>
    /// <param name="limits">
    /// How long the search for a schedule may take; its <see cref="SearchLimits.ProofMax"/> also limits each question about a relaxation (1 where it is null). With a clock, no order is improved after 1.2 times that time, and no question is put
    /// after twice that time; the simulation takes what it takes.
    /// </param>
    /// <param name="progress">Lengths in slots of a quarter of a working day.</param>
    /// <param name="cancellation">Ends it without an answer.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PlanOutcome Plan(PlanRequest request, SearchLimits limits, Action<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (PlanFaults.Of(request) is { IsEmpty: false } faults) { return new(null, faults); }
        var model = new WorkModel(request);
        var schedule = Schedule(model, limits, progress, cancellation);
        ImmutableArray<double> weights = [.. request.Goals.Select(goal => Math.Pow(2, goal.Priority - 1))];
        var starts = PriorityOrder.Improve(model.Project, schedule.Starts, weights, WorkModel.LatestEnds(model.Project, model.DateLimits), limits.Seed, IsLate);
        cancellation.ThrowIfCancellationRequested();
        var flow = ResourceFlow.Of(model.Project, starts);
        var risk = Simulate(model, flow, cancellation);
        var breaches = PlanBreaches.Of(model, starts, limits, cancellation);
        return new(Assemble(model, schedule with { Starts = starts }, flow, risk, breaches), []);

        bool IsLate() => cancellation.IsCancellationRequested || limits.Elapsed?.Invoke() >= 1.2 * limits.TimeMax;
    }

    /// <summary>The shortest schedule; where it breaks dates, one that keeps them, or else the one with the smallest largest lateness.</summary>
    private static FoundSchedule Schedule(WorkModel model, SearchLimits limits, Action<SearchProgress>? progress, CancellationToken cancellation)
    {
        var project = model.Project;
        var hasGoalDates = model.DateLimits.Any(limit => limit.Activity is not null);
        var shortest = ScheduleSearch.Run(project, hasGoalDates ? limits with { TimeMax = limits.TimeMax / 2 } : limits, progress, cancellation);
        var latest = WorkModel.LatestEnds(project, model.DateLimits);
        if (!hasGoalDates || (Keeps(shortest.Starts) && shortest.IsOptimal)) { return shortest; }
        if (Keeps(shortest.Starts))
        {
            // Half of the time is left, and no date in the way.
            var again = ScheduleSearch.Run(
                project,
                limits with { Seed = limits.Seed + 1 },
                progress is null ? null : told => progress(told with { Best = Math.Min(told.Best, shortest.Length), LowerBound = Math.Max(told.LowerBound, shortest.LowerBound) }),
                cancellation);
            var better = again.Length < shortest.Length && Keeps(again.Starts) ? again : shortest;
            return better with { LowerBound = Math.Min(better.Length, Math.Max(again.LowerBound, shortest.LowerBound)), Schedules = again.Schedules + shortest.Schedules };
        }

        // Length with these tails is the reference plus the largest lateness.
        var reference = Math.Max(shortest.Length, latest.Max());
        var tailed = new Project([.. project.Activities.Select((activity, i) => activity with { Tail = Math.Min(Project.HorizonMax, reference - latest[i]) })], project.Capacities);
        var punctual = ScheduleSearch.Run(tailed, limits, progress is null ? null : told => progress(told with { Best = Math.Max(told.Best, shortest.Length), LowerBound = shortest.LowerBound }), cancellation).Starts;
        var lower = shortest.LowerBound;
        if (Keeps(punctual) && project.Length(punctual.AsSpan()) > shortest.LowerBound)
        {
            var answer = ExactSearch.Solve(
                new()
                {
                    Project = project,
                    LowerBound = shortest.LowerBound,
                    UpperBound = project.Length(punctual.AsSpan()),
                    Hint = punctual,
                    LatestEnds = latest,
                    Workers = limits.Workers,
                    Seed = limits.Seed,
                    WorkMax = limits.ProofMax is { } work and > 0 ? work : 1,
                },
                cancellation: cancellation);
            if (!answer.Starts.IsEmpty) { punctual = answer.Starts; }
            lower = answer.LowerBound;
        }
        return shortest with { Starts = punctual, Length = project.Length(punctual.AsSpan()), LowerBound = lower };

        bool Keeps(ImmutableArray<int> starts) => !Enumerable.Range(0, project.Count).Any(i => starts[i] + project.Activities[i].Duration > latest[i]);
    }

    private static RiskProfile Simulate(WorkModel model, ResourceFlow flow, CancellationToken cancellation)
    {
        IEnumerable<RiskLimit> limits = model.DateLimits.Select(limit => new RiskLimit(limit.Name, limit.Activity, limit.EndMax, null));
        if (model.Request.Constraints.Budget is { } budget) { limits = limits.Append(new("budget", null, null, budget)); }
        return RiskSimulation.Run(
            new()
            {
                Project = model.Project,
                Flow = flow,
                Durations = [.. model.Efforts.Select(effort => new ThreePoint(effort.Days.Low * WorkCalendar.SlotsPerDay, effort.Days.Likely * WorkCalendar.SlotsPerDay, effort.Days.High * WorkCalendar.SlotsPerDay))],
                Costs = [.. Enumerable.Range(0, model.Project.Count).Select(model.CostBase)],
                CostPerSlot = [.. Enumerable.Range(0, model.Project.Count).Select(model.CostPerSlot)],
                Limits = [.. limits],
                Samples = model.Request.Samples,
                Seed = (ulong)model.Request.Seed,
            },
            cancellation);
    }

    private static StrategicPlan Assemble(WorkModel model, FoundSchedule schedule, ResourceFlow flow, RiskProfile risk, PlanBreaches breaches)
    {
        var (project, calendar) = (model.Project, model.Calendar);
        var phases = PlanProfile.Depths(project);
        ImmutableArray<PlannedGoal> goals = [.. Enumerable.Range(0, project.Count).Select(i => Goal(model, schedule.Starts, flow, risk, phases[i], i))];
        var length = project.Length(schedule.Starts.AsSpan());
        return new()
        {
            Start = calendar.Start,
            Finish = goals.Max(goal => goal.Finish),
            LengthDays = WorkCalendar.Days(length),
            LowerBoundDays = WorkCalendar.Days(schedule.LowerBound),
            Goals = goals,
            Phases = [.. PlanProfile.Phases(goals)],
            Milestones = [.. PlanProfile.Milestones(model, goals)],
            CriticalPath = [.. flow.CriticalPath().Where(i => model.StateOf(i) != GoalState.Finished).Select(i => project.Activities[i].Id)],
            TeamUses = [.. PlanProfile.TeamUses(model, schedule.Starts, length)],
            Weeks = [.. PlanProfile.Weeks(model, schedule.Starts, length)],
            Cost = goals.Sum(goal => goal.Cost),
            Risk = new()
            {
                FinishDays = new(WorkCalendar.Days(risk.End.Mean), WorkCalendar.Days(risk.End.P50), WorkCalendar.Days(risk.End.P80), WorkCalendar.Days(risk.End.P95)),
                FinishP50 = DayOfEnd(calendar, risk.End.P50),
                FinishP80 = DayOfEnd(calendar, risk.End.P80),
                FinishP95 = DayOfEnd(calendar, risk.End.P95),
                Cost = risk.Cost,
                Chances = risk.Chances,
                Drivers = [.. risk.Drivers.Select(driver => new GoalRisk(project.Activities[driver.Activity].Id, driver.Criticality, driver.EndCorrelation, driver.CostCorrelation, driver.EndShare))],
                Samples = risk.Samples,
                Seed = model.Request.Seed,
            },
            Breaches = breaches.Breaches,
            TeamRelaxations = breaches.Teams,
            AllDatesLaterDays = breaches.AllDatesLaterDays,
            Assumptions = [.. PlanProfile.Assumptions(model)],
            Schedules = schedule.Schedules,
        };
    }

    private static PlannedGoal Goal(WorkModel model, ImmutableArray<int> starts, ResourceFlow flow, RiskProfile risk, int phase, int i)
    {
        var (goal, begin, end, progress) = (model.Request.Goals[i], model.BeginOf(starts, i), model.EndOf(starts, i), model.ProgressOf(i));
        return new()
        {
            Goal = goal,
            State = model.StateOf(i),
            Start = progress?.Started ?? model.Calendar.DayOf(begin),
            Finish = progress?.Finished ?? model.Calendar.LastDay(begin, end),
            StartDay = WorkCalendar.Days(begin),
            FinishDay = WorkCalendar.Days(end),
            Effort = model.Efforts[i],
            Resources = model.Demands[i],
            SlackDays = WorkCalendar.Days(flow.Slack[i]),
            Cost = model.ExpectedCost(i),
            Phase = phase,
            WaitsForTeams = [.. flow.Incoming[i].Where(link => !link.IsPrecedence).Select(link => new TeamHandover(model.Project.Activities[link.Before].Id, model.Limited[link.Resource]))],
            FinishP80 = progress?.Finished ?? DayOfEnd(model.Calendar, risk.ActivityEnds[i].P80),
        };
    }

    /// <summary>The day on which something ends that ends at a time within a slot.</summary>
    private static DateOnly DayOfEnd(WorkCalendar calendar, double end) => calendar.LastDay(0, (int)Math.Ceiling(end - 1e-6));
}
