using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Plans;

/// <summary>How long a goal takes, and where that comes from.</summary>
/// <param name="Days">Working days.</param>
/// <param name="Basis">Said by the user, or derived and how.</param>
internal sealed record GoalEffort(ThreePoint Days, string Basis)
{
    private const double DaysLeast = 2;
    private const double DaysRatio = 20;
    private const double OptimisticShare = 0.6;
    private const double DefaultComplexity = 0.5;

    /// <summary>
    /// Effort as given; otherwise by complexity c: most likely 2 · 20^c working days (2 days at 0, 9 at 0.5, 40 at 1), at best 60 % and at worst (150 + 150 c) % of it. This scale is a convention, not a measurement.
    /// </summary>
    public static GoalEffort Of(PlanGoal goal)
    {
        if (goal.EffortDays is { } given) { return new(given, "as given"); }
        var complexity = goal.Complexity ?? DefaultComplexity;
        var likely = DaysLeast * Math.Pow(DaysRatio, complexity);
        var worst = 1.5 + (1.5 * complexity);
        var source = goal.Complexity is null ? $"neither effort nor complexity is given, so complexity {DefaultComplexity.ToString(CultureInfo.InvariantCulture)} is assumed" : string.Create(CultureInfo.InvariantCulture, $"derived from complexity {complexity:0.##}");
        return new(
            new(OptimisticShare * likely, likely, worst * likely),
            string.Create(CultureInfo.InvariantCulture, $"{source}: most likely {DaysLeast} · {DaysRatio}^{complexity:0.##} = {likely:0.#} working days, at best {OptimisticShare:P0} and at worst {worst:P0} of that"));
    }
}

/// <summary>A day by which something must have ended.</summary>
/// <param name="Name">The constraint.</param>
/// <param name="Activity">Whose end; null: of all.</param>
/// <param name="EndMax">Slots from the start of the plan; may be negative.</param>
/// <param name="Day">The day, where the constraint names one.</param>
internal sealed record DateLimit(string Name, int? Activity, int EndMax, DateOnly? Day);

/// <summary>A team that is smaller than one goal needs.</summary>
internal sealed record TeamShortage(string Team, int Size, int Needed, string GoalId);

/// <summary>A request as a scheduling problem in slots of a quarter of a working day.</summary>
internal sealed class WorkModel
{
    private readonly Dictionary<string, int> _places;

    public WorkModel(PlanRequest request)
    {
        Request = request;
        _places = request.Goals.Select((goal, i) => (goal.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        Calendar = new(request.Start);
        Efforts = [.. request.Goals.Select(GoalEffort.Of)];
        Demands = [.. request.Goals.Select(DemandsOf)];
        Limited = [.. Demands.SelectMany(demands => demands.Keys).Distinct(StringComparer.Ordinal).Where(request.Constraints.TeamSizes.ContainsKey).Order(StringComparer.Ordinal)];
        Shortages = [.. Limited.SelectMany(Shortage)];
        Project = new([.. request.Goals.Select(Activity)], [.. Limited.Select(team => Math.Max(request.Constraints.TeamSizes[team], Shortages.FirstOrDefault(shortage => shortage.Team == team)?.Needed ?? 0))]);
        DateLimits = [.. Limits()];
    }

    public PlanRequest Request { get; }

    public WorkCalendar Calendar { get; }

    /// <summary>By goal.</summary>
    public ImmutableArray<GoalEffort> Efforts { get; }

    /// <summary>By goal: units of each team.</summary>
    public ImmutableArray<ImmutableSortedDictionary<string, int>> Demands { get; }

    /// <summary>Teams with a size, in the order of the project's resources.</summary>
    public ImmutableArray<string> Limited { get; }

    /// <summary>Teams that no schedule can do with; the project counts on the units that are needed.</summary>
    public ImmutableArray<TeamShortage> Shortages { get; }

    public Project Project { get; }

    public ImmutableArray<DateLimit> DateLimits { get; }

    /// <summary>Units of each team that a goal holds, those included that it need not spell out.</summary>
    public static ImmutableSortedDictionary<string, int> DemandsOf(PlanGoal goal)
    {
        var demands = goal.Resources.IsEmpty ? goal.Resources.SetItem(Teams.Default, 1) : goal.Resources;
        return goal.RequiresSpecialist ? demands.SetItem(Teams.Specialist, Math.Max(1, demands.GetValueOrDefault(Teams.Specialist))) : demands;
    }

    /// <summary>What each slot of a goal costs for its teams.</summary>
    public double CostPerSlot(int goal) => Demands[goal].Sum(demand => demand.Value * Request.Constraints.DayRates.GetValueOrDefault(demand.Key)) / WorkCalendar.SlotsPerDay;

    /// <summary>Expected cost of a goal.</summary>
    public double ExpectedCost(int goal) => Request.Goals[goal].Cost.Mean + (CostPerSlot(goal) * Efforts[goal].Days.Mean * WorkCalendar.SlotsPerDay);

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

    private IEnumerable<TeamShortage> Shortage(string team)
    {
        var most = Enumerable.Range(0, Demands.Length).MaxBy(i => Demands[i].GetValueOrDefault(team));
        var (size, needed) = (Request.Constraints.TeamSizes[team], Demands[most].GetValueOrDefault(team));
        if (needed > size) { yield return new(team, size, needed, Request.Goals[most].Id); }
    }

    private Activity Activity(PlanGoal goal, int index) => new()
    {
        Id = goal.Id,
        Duration = (int)Math.Ceiling((Efforts[index].Days.Mean * WorkCalendar.SlotsPerDay) - 1e-9),
        Predecessors = [.. goal.Dependencies.Distinct(StringComparer.Ordinal).Select(id => _places[id])],
        Demands = [.. Limited.Select(team => Demands[index].GetValueOrDefault(team))],
        Head = goal.NotBefore is { } day ? Math.Max(0, Calendar.SlotsBefore(day)) : 0,
    };

    private IEnumerable<DateLimit> Limits()
    {
        var constraints = Request.Constraints;
        if (constraints.TimelineWeeks is { } weeks) { yield return new("timeline_weeks", null, (int)Math.Floor((weeks * WorkCalendar.SlotsPerDay * WorkCalendar.DaysPerWeek) + 1e-9), null); }
        if (constraints.Deadline is { } deadline) { yield return new("deadline", null, Calendar.SlotsThrough(deadline), deadline); }
        for (var i = 0; i < Request.Goals.Length; i++)
        {
            if (Request.Goals[i].Deadline is { } day) { yield return new($"goals.{Request.Goals[i].Id}.deadline", i, Calendar.SlotsThrough(day), day); }
        }
    }
}
