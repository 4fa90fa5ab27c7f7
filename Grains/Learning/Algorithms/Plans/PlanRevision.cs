using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>All that a version of a plan was made from.</summary>
internal sealed record PlanBasis
{
    /// <summary>What was asked for; its start is known.</summary>
    public required PlanSpec Spec { get; init; }

    /// <summary>The first day that could still be planned; null: the start.</summary>
    public DateOnly? From { get; init; }

    public ImmutableArray<GoalProgress> Progress { get; init; } = [];

    /// <summary>Of a first version.</summary>
    public static PlanBasis First(PlanSpec spec, DateOnly today) => new() { Spec = spec with { Start = spec.Start ?? today } };

    /// <summary>The same as the planner takes it.</summary>
    public PlanRequest ToRequest() => new()
    {
        Goals = Spec.Goals,
        Constraints = Spec.Constraints,
        Start = Spec.Start ?? throw new InvalidOperationException("the start of a plan that is to be made is known"),
        From = From,
        Progress = Progress,
        Samples = Spec.Samples,
        Seed = Spec.Seed,
    };
}

/// <summary>From a version of a plan and what has changed to what the next version is made from. What was told of goals before holds until something else is told.</summary>
internal static class PlanRevision
{
    /// <param name="before">What the version was made from.</param>
    /// <param name="plan">The version: it says when goals were to begin and to end.</param>
    /// <param name="change">What has changed.</param>
    /// <param name="today">The day of asking.</param>
    /// <returns>The basis of the next version, and every fault; where there is one, the basis is of no use.</returns>
    public static (PlanBasis Next, ImmutableArray<PlanFault> Faults) Of(PlanBasis before, StrategicPlan plan, PlanChange change, DateOnly today)
    {
        var start = before.Spec.Start ?? plan.Start;
        var from = change.From ?? Later(today, before.From ?? start);
        var spec = before.Spec with
        {
            Goals = change.Goals ?? before.Spec.Goals,
            GoalsJson = change.GoalsJson ?? before.Spec.GoalsJson,
            Constraints = change.Constraints ?? before.Spec.Constraints,
            ConstraintsJson = change.ConstraintsJson ?? before.Spec.ConstraintsJson,
            NotApplied = [.. before.Spec.NotApplied.Where(path => path.StartsWith("goals", StringComparison.Ordinal) ? change.Goals is null : change.Constraints is null), .. change.NotApplied],
            Samples = change.Samples ?? before.Spec.Samples,
            Seed = change.Seed ?? before.Spec.Seed,
            SearchSeconds = change.SearchSeconds ?? before.Spec.SearchSeconds,
        };
        // A day that cannot be is a fault of its own; what is told of goals is then held against the start.
        var book = new ProgressBook(before, plan, spec.Goals, start, PlanFaults.CanBePlannedFrom(start, from) ? from : start);
        for (var i = 0; i < change.Finished.Length; i++) { book.Add(change.Finished[i], $"finished[{i}]"); }
        for (var i = 0; i < change.InProgress.Length; i++) { book.Add(change.InProgress[i], $"in_progress[{i}]"); }
        book.Keep();
        var next = new PlanBasis { Spec = spec, From = from, Progress = [.. book.Progress] };
        return (next, [.. PlanFaults.Of(next.ToRequest()), .. book.Faults]);
    }

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;

    private sealed class ProgressBook(PlanBasis before, StrategicPlan plan, ImmutableArray<PlanGoal> goals, DateOnly start, DateOnly from)
    {
        private readonly HashSet<string> _known = [.. goals.Select(goal => goal.Id)];
        private readonly HashSet<string> _told = [];

        public List<GoalProgress> Progress { get; } = [];

        public List<PlanFault> Faults { get; } = [];

        public void Add(FinishedGoal told, string field)
        {
            if (!IsNew(told.GoalId, field)) { return; }
            var finished = told.FinishedOn ?? Later(start, Earlier(Planned(told.GoalId)?.Finish ?? from, WorkdayBefore(from)));
            var started = told.StartedOn ?? Earlier(Began(told.GoalId) ?? finished, finished);
            if (finished > from) { Faults.Add(new($"{field}.finished_on", $"must not be after the day from which is planned ({from:yyyy-MM-dd})")); }
            if (started > finished) { Faults.Add(new($"{field}.started_on", $"must not be after the last day of work on it ({finished:yyyy-MM-dd})")); }
            if (told.Cost is { } cost && !(cost is >= 0 and <= PlanLimits.MoneyMax)) { Faults.Add(new($"{field}.cost", "must not be negative")); }
            Progress.Add(new(told.GoalId, started, finished, null, told.Cost));
        }

        public void Add(StartedGoal told, string field)
        {
            if (!IsNew(told.GoalId, field)) { return; }
            var started = told.StartedOn ?? Earlier(Began(told.GoalId) ?? from, from);
            if (started > from) { Faults.Add(new($"{field}.started_on", $"must not be after the day from which is planned ({from:yyyy-MM-dd})")); }
            if (told.RemainingDays is { } left && (!left.IsValid || left.High > PlanLimits.DaysMax)) { Faults.Add(new($"{field}.remaining_days", $"must be optimistic ≤ most likely ≤ pessimistic, 0 to {PlanLimits.DaysMax} working days")); }
            Progress.Add(new(told.GoalId, started, null, told.RemainingDays, null));
        }

        /// <summary>What was told before, and is not told anew. Work on what is in progress has gone on since.</summary>
        public void Keep()
        {
            var calendar = new WorkCalendar(start);
            var passed = WorkCalendar.Days(Math.Max(0, calendar.SlotsBefore(from) - calendar.SlotsBefore(before.From ?? start)));
            foreach (var known in before.Progress.Where(known => _known.Contains(known.GoalId) && !_told.Contains(known.GoalId)))
            {
                if ((known.Finished ?? known.Started) > from) { Faults.Add(new("from", $"must not be before {known.Finished ?? known.Started:yyyy-MM-dd}, when '{known.GoalId}' {(known.Finished is null ? "began" : "was reached")}")); }
                Progress.Add(known.RemainingDays is { } left ? known with { RemainingDays = EffortScale.Without(left, passed) } : known);
            }
        }

        private bool IsNew(string id, string field)
        {
            if (!_known.Contains(id)) { Faults.Add(new($"{field}.id", $"must name a goal of this plan; '{id}' is none")); }
            else if (!_told.Add(id)) { Faults.Add(new($"{field}.id", $"must not be named before; '{id}' is")); }
            else { return true; }
            return false;
        }

        private DateOnly? Began(string id) => before.Progress.FirstOrDefault(known => known.GoalId == id)?.Started ?? Planned(id)?.Start;

        private PlannedGoal? Planned(string id) => plan.Goals.FirstOrDefault(goal => goal.Goal.Id == id);

        private static DateOnly WorkdayBefore(DateOnly day) => day.AddDays(day.DayOfWeek switch { DayOfWeek.Monday => -3, DayOfWeek.Sunday => -2, _ => -1 });
    }
}
