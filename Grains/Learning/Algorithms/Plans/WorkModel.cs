using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>A day by which something must have ended.</summary>
/// <param name="Name">The constraint.</param>
/// <param name="Activity">Whose end; null: of all.</param>
/// <param name="EndMax">Slots from the start of the plan; may be negative.</param>
/// <param name="Day">The day, where the constraint names one.</param>
internal sealed record DateLimit(string Name, int? Activity, int EndMax, DateOnly? Day);

/// <summary>A team that is smaller than one goal needs.</summary>
internal sealed record TeamShortage(string Team, int Size, int Needed, string GoalId);

/// <summary>
/// A request as a scheduling problem in slots of a quarter of a working day. Goals that are reached stand fixed where they were and hold no team: what was, is no constraint. Goals in progress are as long as
/// what is left of them, and begin with the first slot that can be planned.
/// </summary>
internal sealed class WorkModel
{
    private readonly Dictionary<string, int> _places;
    private readonly GoalTrack?[] _tracks;

    public WorkModel(PlanRequest request)
    {
        Request = request;
        _places = request.Goals.Select((goal, i) => (goal.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        Calendar = new(request.Start);
        FromSlot = request.From is { } from ? Math.Max(0, Calendar.SlotsBefore(from)) : 0;
        _tracks = new GoalTrack?[request.Goals.Length];
        foreach (var progress in request.Progress) { _tracks[_places[progress.GoalId]] = GoalTrack.Of(progress, Calendar, FromSlot); }
        Efforts = [.. request.Goals.Select((goal, i) => _tracks[i]?.Effort(EffortScale.Of(goal)) ?? EffortScale.Of(goal))];
        Demands = [.. request.Goals.Select(DemandsOf)];
        Limited = [.. Demands.SelectMany(demands => demands.Keys).Distinct(StringComparer.Ordinal).Where(request.Constraints.TeamSizes.ContainsKey).Order(StringComparer.Ordinal)];
        Shortages = [.. Limited.SelectMany(Shortage)];
        ImmutableArray<int> capacities = [.. Limited.Select(team => Math.Max(request.Constraints.TeamSizes[team], Shortages.FirstOrDefault(shortage => shortage.Team == team)?.Needed ?? 0))];
        Paused = [.. Enumerable.Range(0, request.Goals.Length).Where(i => StateOf(i) == GoalState.InProgress).Except(GoingOn(capacities))];
        Project = new([.. request.Goals.Select(Activity)], capacities);
        DateLimits = [.. Limits()];
    }

    public PlanRequest Request { get; }

    public WorkCalendar Calendar { get; }

    /// <summary>The first slot that can still be planned.</summary>
    public int FromSlot { get; }

    /// <summary>By goal; of goals in progress what is left.</summary>
    public ImmutableArray<GoalEffort> Efforts { get; }

    /// <summary>By goal: units of each team.</summary>
    public ImmutableArray<ImmutableSortedDictionary<string, int>> Demands { get; }

    /// <summary>Teams with a size, in the order of the project's resources.</summary>
    public ImmutableArray<string> Limited { get; }

    /// <summary>Teams that no schedule can do with; the project counts on the units that are needed.</summary>
    public ImmutableArray<TeamShortage> Shortages { get; }

    /// <summary>Goals in progress for which there is nobody at first, because the teams have become too small for all of them.</summary>
    public ImmutableArray<int> Paused { get; }

    public Project Project { get; }

    public ImmutableArray<DateLimit> DateLimits { get; }

    /// <summary>Units of each team that a goal holds, those included that it need not spell out.</summary>
    public static ImmutableSortedDictionary<string, int> DemandsOf(PlanGoal goal)
    {
        var demands = goal.Resources.IsEmpty ? goal.Resources.SetItem(Teams.Default, 1) : goal.Resources;
        return goal.RequiresSpecialist ? demands.SetItem(Teams.Specialist, Math.Max(1, demands.GetValueOrDefault(Teams.Specialist))) : demands;
    }

    public GoalState StateOf(int goal) => _tracks[goal] switch { null => GoalState.Planned, { Progress.Finished: null } => GoalState.InProgress, _ => GoalState.Finished };

    /// <summary>What is told of a goal that has begun.</summary>
    public GoalProgress? ProgressOf(int goal) => _tracks[goal]?.Progress;

    /// <summary>The slot in which a goal begins, or began.</summary>
    public int BeginOf(ImmutableArray<int> starts, int goal) => Math.Min(starts[goal], _tracks[goal]?.Begin ?? starts[goal]);

    public int EndOf(ImmutableArray<int> starts, int goal) => starts[goal] + Project.Activities[goal].Duration;

    /// <summary>What each slot of a goal that is to come costs for its teams.</summary>
    public double CostPerSlot(int goal) => StateOf(goal) == GoalState.Finished ? 0 : RatePerSlot(goal);

    /// <summary>What a goal costs beside its slots to come.</summary>
    public ThreePoint CostBase(int goal)
    {
        var cost = Request.Goals[goal].Cost;
        var spent = (_tracks[goal]?.SlotsBehind ?? 0) * RatePerSlot(goal);
        return StateOf(goal) == GoalState.Finished ? ThreePoint.Exactly(_tracks[goal]!.Progress.Cost ?? cost.Mean + spent) : new(cost.Low + spent, cost.Likely + spent, cost.High + spent);
    }

    /// <summary>Expected cost of a goal.</summary>
    public double ExpectedCost(int goal) => CostBase(goal).Mean + (CostPerSlot(goal) * Efforts[goal].Days.Mean * WorkCalendar.SlotsPerDay);

    /// <summary>By goal: the slot by which it must have ended; those without a limit have the end of the longest schedule.</summary>
    public static ImmutableArray<int> LatestEnds(Project project, IEnumerable<DateLimit> limits)
    {
        var latest = Enumerable.Repeat(project.Horizon, project.Count).ToArray();
        foreach (var limit in limits)
        {
            if (limit.Activity is { } one) { latest[one] = Math.Min(latest[one], limit.EndMax); }
            else
            {
                for (var i = 0; i < latest.Length; i++) { latest[i] = Math.Min(latest[i], limit.EndMax); }
            }
        }
        return [.. latest];
    }

    private double RatePerSlot(int goal) => Demands[goal].Sum(demand => demand.Value * Request.Constraints.DayRates.GetValueOrDefault(demand.Key)) / WorkCalendar.SlotsPerDay;

    private IEnumerable<TeamShortage> Shortage(string team)
    {
        int[] open = [.. Enumerable.Range(0, Demands.Length).Where(i => StateOf(i) != GoalState.Finished)];
        if (open.Length == 0) { yield break; }
        var most = open.MaxBy(i => Demands[i].GetValueOrDefault(team));
        var (size, needed) = (Request.Constraints.TeamSizes[team], Demands[most].GetValueOrDefault(team));
        if (needed > size) { yield return new(team, size, needed, Request.Goals[most].Id); }
    }

    /// <summary>Goals in progress that go on at once: all of them, as far as the teams reach, the more important first.</summary>
    private List<int> GoingOn(ImmutableArray<int> capacities)
    {
        var free = capacities.ToArray();
        List<int> going = [];
        foreach (var i in Enumerable.Range(0, Demands.Length).Where(i => StateOf(i) == GoalState.InProgress).OrderByDescending(i => Request.Goals[i].Priority))
        {
            int[] wanted = [.. Limited.Select(team => Demands[i].GetValueOrDefault(team))];
            if (wanted.Zip(free).Any(pair => pair.First > pair.Second)) { continue; }
            for (var k = 0; k < free.Length; k++) { free[k] -= wanted[k]; }
            going.Add(i);
        }
        return going;
    }

    private Activity Activity(PlanGoal goal, int index) => StateOf(index) switch
    {
        GoalState.Finished => new() { Id = goal.Id, Duration = _tracks[index]!.SlotsBehind, Head = _tracks[index]!.Begin, IsFixed = true },
        GoalState.InProgress => Unfinished(goal, index) with { Head = FromSlot, IsFixed = !Paused.Contains(index) },
        _ => Unfinished(goal, index) with
        {
            Predecessors = [.. goal.Dependencies.Distinct(StringComparer.Ordinal).Select(id => _places[id])],
            Head = Math.Max(FromSlot, goal.NotBefore is { } day ? Calendar.SlotsBefore(day) : 0),
        },
    };

    private Activity Unfinished(PlanGoal goal, int index) => new()
    {
        Id = goal.Id,
        Duration = (int)Math.Ceiling((Efforts[index].Days.Mean * WorkCalendar.SlotsPerDay) - 1e-9),
        Demands = [.. Limited.Select(team => Demands[index].GetValueOrDefault(team))],
    };

    private IEnumerable<DateLimit> Limits()
    {
        var constraints = Request.Constraints;
        if (constraints.TimelineWeeks is { } weeks) { yield return new("timeline_weeks", null, (int)Math.Floor((weeks * WorkCalendar.SlotsPerDay * WorkCalendar.DaysPerWeek) + 1e-9), null); }
        if (constraints.Deadline is { } deadline) { yield return new("deadline", null, Calendar.SlotsThrough(deadline), deadline); }
        for (var i = 0; i < Request.Goals.Length; i++)
        {
            // Whether a goal that is reached was in time is history, and nothing to plan.
            if (Request.Goals[i].Deadline is { } day && StateOf(i) != GoalState.Finished) { yield return new($"goals.{Request.Goals[i].Id}.deadline", i, Calendar.SlotsThrough(day), day); }
        }
    }

    /// <summary>A goal that has begun, in slots.</summary>
    /// <param name="Progress">What is told of it.</param>
    /// <param name="Begin">The slot in which it began.</param>
    /// <param name="SlotsBehind">Slots of work on it that lie behind.</param>
    private sealed record GoalTrack(GoalProgress Progress, int Begin, int SlotsBehind)
    {
        public static GoalTrack Of(GoalProgress progress, WorkCalendar calendar, int fromSlot)
        {
            var begin = Math.Clamp(calendar.SlotsBefore(progress.Started), 0, fromSlot);
            var end = progress.Finished is { } last ? Math.Clamp(calendar.SlotsThrough(last), begin, fromSlot) : fromSlot;
            return new(progress, begin, end - begin);
        }

        public GoalEffort Effort(GoalEffort whole) => (Progress.Finished, Progress.RemainingDays) switch
        {
            (not null, _) => new(ThreePoint.Exactly(WorkCalendar.Days(SlotsBehind)), "reached: the working days from its first to its last"),
            (null, { } left) => new(left, "as given, of what is left"),
            _ => new(EffortScale.Without(whole.Days, WorkCalendar.Days(SlotsBehind)), $"what is left after the days since it began; its effort as a whole: {whole.Basis}"),
        };
    }
}
