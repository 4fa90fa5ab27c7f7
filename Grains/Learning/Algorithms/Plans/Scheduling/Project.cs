using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>A piece of work that runs without a break. Times are whole slots; how long a slot is, is the caller's affair.</summary>
internal sealed record Activity
{
    /// <summary>What faults and exports call it.</summary>
    public required string Id { get; init; }

    /// <summary>Slots that it takes; 0: a mere point.</summary>
    public required int Duration { get; init; }

    /// <summary>Indexes of the activities that must have ended before it begins.</summary>
    public ImmutableArray<int> Predecessors { get; init; } = [];

    /// <summary>Units of each resource that it holds while it runs, in the order of <see cref="Project.Capacities"/>; empty: none.</summary>
    public ImmutableArray<int> Demands { get; init; } = [];

    /// <summary>The first slot in which it may begin.</summary>
    public int Head { get; init; }

    /// <summary>It begins in the slot <see cref="Head"/> and in no other; nothing precedes it.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Slots that must pass after its end before the project counts as ended. Due dates are tails: see <see cref="Project.Length"/>.</summary>
    public int Tail { get; init; }
}

/// <summary>
/// The resource-constrained project scheduling problem: activities, what precedes what, and renewable resources of constant capacity. Finding the shortest schedule is NP-hard in the
/// strong sense (Blazewicz, Lenstra, Rinnooy Kan 1983).
/// </summary>
internal sealed class Project
{
    /// <summary>Largest capacity and demand: what fits into one lane of <see cref="SerialGeneration"/>.</summary>
    public const int UnitsMax = PlanLimits.UnitsMax;

    /// <summary>Most slots that a schedule may span when everything is done one after another.</summary>
    public const int HorizonMax = 4_000_000;

    /// <exception cref="ArgumentException">A number is out of bounds, a predecessor is unknown, an activity needs more than there is, fixed activities do not fit, or activities wait for each other; the message names which.</exception>
    public Project(ImmutableArray<Activity> activities, ImmutableArray<int> capacities)
    {
        Activities = activities;
        Capacities = capacities;
        Check();
        Order = [.. Precedence.Order(activities.Length, i => activities[i].Predecessors) ?? throw new ArgumentException(CycleOf(activities), nameof(activities))];
        Successors = [.. Precedence.Successors(activities.Length, i => activities[i].Predecessors)];
    }

    public ImmutableArray<Activity> Activities { get; }

    /// <summary>Units of each resource.</summary>
    public ImmutableArray<int> Capacities { get; }

    public int Count => Activities.Length;

    /// <summary>Indexes such that each comes after its predecessors.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>By activity: who waits for it.</summary>
    public ImmutableArray<ImmutableArray<int>> Successors { get; }

    /// <summary>No schedule that leaves no slot idle is longer than this; tails are not counted.</summary>
    public int Horizon { get; private set; }

    /// <summary>Units of a resource that an activity holds.</summary>
    public int Demand(int activity, int resource) => Activities[activity].Demands is { IsEmpty: false } demands ? demands[resource] : 0;

    /// <summary>Length of a schedule: the largest end plus tail. With tail = D − due date it is D + the largest lateness.</summary>
    public int Length(ReadOnlySpan<int> starts)
    {
        var length = 0;
        for (var i = 0; i < Count; i++) { length = Math.Max(length, starts[i] + Activities[i].Duration + Activities[i].Tail); }
        return length;
    }

    /// <summary>What a schedule breaks, in words; empty where it keeps every rule.</summary>
    public IEnumerable<string> Faults(ImmutableArray<int> starts)
    {
        for (var i = 0; i < Count; i++)
        {
            if (starts[i] < Activities[i].Head) { yield return $"{Activities[i].Id} begins at {starts[i]}, before {Activities[i].Head}"; }
            if (Activities[i].IsFixed && starts[i] > Activities[i].Head) { yield return $"{Activities[i].Id} begins at {starts[i]}, not at {Activities[i].Head}"; }
            foreach (var before in Activities[i].Predecessors.Where(before => starts[before] + Activities[before].Duration > starts[i])) { yield return $"{Activities[i].Id} begins before {Activities[before].Id} ends"; }
        }

        // Use rises only where something begins.
        foreach (var slot in starts.Distinct())
        {
            for (var resource = 0; resource < Capacities.Length; resource++)
            {
                var used = Enumerable.Range(0, Count).Where(i => starts[i] <= slot && slot < starts[i] + Activities[i].Duration).Sum(i => Demand(i, resource));
                if (used > Capacities[resource]) { yield return $"{used} units of resource {resource} are used in slot {slot}, there are {Capacities[resource]}"; }
            }
        }
    }

    private void Check()
    {
        if (Capacities.Any(capacity => capacity is < 0 or > UnitsMax)) { throw new ArgumentException($"a capacity is not within 0 and {UnitsMax}"); }
        var (sum, head) = (0L, 0L);
        foreach (var activity in Activities)
        {
            if (activity.Duration is < 0 or > HorizonMax || activity.Head is < 0 or > HorizonMax || activity.Tail is < 0 or > HorizonMax) { throw new ArgumentException($"a time of {activity.Id} is not within 0 and {HorizonMax}"); }
            if (activity.Predecessors.Any(before => before < 0 || before >= Count)) { throw new ArgumentException($"{activity.Id} waits for an activity that is not there"); }
            if (!activity.Demands.IsEmpty && activity.Demands.Length != Capacities.Length) { throw new ArgumentException($"{activity.Id} has {activity.Demands.Length} demands, there are {Capacities.Length} resources"); }
            for (var resource = 0; resource < activity.Demands.Length; resource++)
            {
                if (activity.Demands[resource] < 0 || activity.Demands[resource] > Capacities[resource]) { throw new ArgumentException($"{activity.Id} needs {activity.Demands[resource]} of resource {resource}, there are {Capacities[resource]}"); }
            }
            if (activity.IsFixed && !activity.Predecessors.IsEmpty) { throw new ArgumentException($"{activity.Id} is fixed and waits for others"); }
            sum += activity.Duration;
            head = Math.Max(head, activity.Head);
        }
        CheckFixed([.. Activities.Where(activity => activity.IsFixed && !activity.Demands.IsEmpty)]);
        if (sum + head > HorizonMax) { throw new ArgumentException($"the activities take {sum + head} slots one after another, at most {HorizonMax}"); }
        Horizon = (int)(sum + head);
    }

    private void CheckFixed(ImmutableArray<Activity> placed)
    {
        foreach (var slot in placed.Select(activity => activity.Head).Distinct())
        {
            for (var resource = 0; resource < Capacities.Length; resource++)
            {
                var used = placed.Where(activity => activity.Head <= slot && slot < activity.Head + activity.Duration).Sum(activity => activity.Demands[resource]);
                if (used > Capacities[resource]) { throw new ArgumentException($"fixed activities use {used} of resource {resource} in slot {slot}, there are {Capacities[resource]}"); }
            }
        }
    }

    private static string CycleOf(ImmutableArray<Activity> activities) =>
        $"activities wait for each other: {string.Join(" → ", Precedence.Cycle(activities.Length, i => activities[i].Predecessors).Select(i => activities[i].Id))}";
}
