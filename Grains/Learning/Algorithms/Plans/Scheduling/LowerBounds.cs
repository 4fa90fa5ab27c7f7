using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>What no schedule can be shorter than, by arithmetic alone.</summary>
/// <param name="CriticalPath">The longest chain of predecessors, heads and tails counted: the length with unlimited resources.</param>
/// <param name="ResourceEnergy">
/// The work that a resource must do between the earliest begin and the latest end of some activities, divided by its capacity, over all choices of both ends
/// (the energy bound; Klein and Scholl 1999 call it the capacity bound on intervals).
/// </param>
internal readonly record struct LowerBounds(int CriticalPath, int ResourceEnergy)
{
    public int Best => Math.Max(CriticalPath, ResourceEnergy);

    public static LowerBounds Of(Project project)
    {
        var window = TimeWindows.Of(project);
        return new(window.Length, Enumerable.Range(0, project.Capacities.Length).Select(resource => Energy(project, window, resource)).DefaultIfEmpty().Max());
    }

    private static int Energy(Project project, TimeWindows window, int resource)
    {
        int[] users = [.. Enumerable.Range(0, project.Count).Where(i => project.Demand(i, resource) > 0 && project.Activities[i].Duration > 0).OrderByDescending(i => window.Tails[i])];
        var (capacity, bound) = (project.Capacities[resource], 0L);
        foreach (var head in users.Select(i => window.Heads[i]).Distinct())
        {
            var energy = 0L;
            foreach (var i in users.Where(i => window.Heads[i] >= head))
            {
                energy += (long)project.Activities[i].Duration * project.Demand(i, resource);
                bound = Math.Max(bound, head + ((energy + capacity - 1) / capacity) + window.Tails[i]);
            }
        }
        return (int)bound;
    }
}

/// <summary>When activities can begin at the earliest and how much must follow them, resources left aside (the critical path method, Kelley and Walker 1959).</summary>
/// <param name="Heads">By activity: the earliest begin.</param>
/// <param name="Tails">By activity: slots between its end and the end of the project at least.</param>
/// <param name="Length">The critical path.</param>
internal sealed record TimeWindows(ImmutableArray<int> Heads, ImmutableArray<int> Tails, int Length)
{
    public static TimeWindows Of(Project project)
    {
        var (heads, tails) = (new int[project.Count], new int[project.Count]);
        foreach (var i in project.Order)
        {
            heads[i] = project.Activities[i].Predecessors.Select(before => heads[before] + project.Activities[before].Duration).Append(project.Activities[i].Head).Max();
        }
        foreach (var i in project.Order.Reverse())
        {
            tails[i] = project.Successors[i].Select(after => tails[after] + project.Activities[after].Duration).Append(project.Activities[i].Tail).Max();
        }
        return new([.. heads], [.. tails], Enumerable.Range(0, project.Count).Select(i => heads[i] + project.Activities[i].Duration + tails[i]).DefaultIfEmpty().Max());
    }

    /// <summary>The latest end that does not make the project longer than its critical path.</summary>
    public int LatestEnd(int activity) => Length - Tails[activity];
}
