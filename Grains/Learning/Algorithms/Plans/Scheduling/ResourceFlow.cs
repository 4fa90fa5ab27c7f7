using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <param name="Before">Hands on.</param>
/// <param name="After">Waits.</param>
/// <param name="Resource">What is handed on; -1: a predecessor that the project states.</param>
internal readonly record struct Link(int Before, int After, int Resource)
{
    /// <summary>The project asks for it; otherwise the plan waits for somebody to be free.</summary>
    public bool IsPrecedence => Resource < 0;
}

/// <summary>
/// Who hands its units of a resource to whom in a schedule (resource flow network; Artigues, Michelon, Reusser 2003): precedences and hand-overs together are an order that keeps every resource within its capacity
/// whatever the durations turn out to be (partial order schedule; Policella and others 2004). A simulation of durations follows this order.
/// </summary>
internal sealed class ResourceFlow
{
    private readonly Project _project;

    private ResourceFlow(Project project, ImmutableArray<int> starts, ImmutableArray<Link> links)
    {
        _project = project;
        Starts = starts;
        Links = links;
        var incoming = links.ToLookup(link => link.After);
        Incoming = [.. Enumerable.Range(0, project.Count).Select(i => incoming[i].ToImmutableArray())];
        Order = [.. Precedence.Order(project.Count, i => [.. Incoming[i].Select(link => link.Before)])!];
        Slack = Slacks();
    }

    public ImmutableArray<int> Starts { get; }

    public ImmutableArray<Link> Links { get; }

    /// <summary>By activity: what it waits for.</summary>
    public ImmutableArray<ImmutableArray<Link>> Incoming { get; }

    /// <summary>Each after all that it waits for.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>By activity: slots by which it can be late without making the project longer, if all else keeps its order and its duration.</summary>
    public ImmutableArray<int> Slack { get; }

    /// <param name="project">What was scheduled.</param>
    /// <param name="starts">A schedule that keeps every rule.</param>
    public static ResourceFlow Of(Project project, ImmutableArray<int> starts)
    {
        var links = new HashSet<Link>();
        var linked = new HashSet<(int Before, int After)>();
        for (var i = 0; i < project.Count; i++)
        {
            foreach (var before in project.Activities[i].Predecessors)
            {
                links.Add(new(before, i, -1));
                linked.Add((before, i));
            }
        }
        var places = new int[project.Count];
        for (var place = 0; place < project.Count; place++) { places[project.Order[place]] = place; }
        int[] order = [.. Enumerable.Range(0, project.Count).OrderBy(i => starts[i]).ThenBy(i => places[i])];
        for (var resource = 0; resource < project.Capacities.Length; resource++)
        {
            // Holders of units that are free or will be: -1 is the pool from which nobody has taken yet.
            var pool = new Dictionary<int, int> { [-1] = project.Capacities[resource] };
            foreach (var i in order.Where(i => project.Demand(i, resource) > 0 && project.Activities[i].Duration > 0))
            {
                var wanted = project.Demand(i, resource);
                // Units without a new wait first, then those that are free the shortest time, so that the others serve whoever comes next.
                foreach (var from in pool.Keys.Where(from => from < 0 || End(from) <= starts[i])
                    .OrderByDescending(from => from >= 0 && linked.Contains((from, i))).ThenByDescending(from => from < 0).ThenByDescending(from => from < 0 ? 0 : End(from)).ThenBy(from => from).ToArray())
                {
                    if (wanted == 0) { break; }
                    var taken = Math.Min(wanted, pool[from]);
                    wanted -= taken;
                    if ((pool[from] -= taken) == 0) { pool.Remove(from); }
                    if (from >= 0 && linked.Add((from, i))) { links.Add(new(from, i, resource)); }
                }
                if (wanted > 0) { throw new ArgumentException($"the schedule uses more of resource {resource} than there is when {project.Activities[i].Id} begins", nameof(starts)); }
                pool[i] = project.Demand(i, resource);
            }
        }
        return new(project, starts, [.. links.OrderBy(link => (link.After, link.Before))]);

        int End(int i) => starts[i] + project.Activities[i].Duration;
    }

    /// <summary>A chain without a gap that ends with the project: what must become shorter if the project shall. Its first activity waits for nothing but its head.</summary>
    public ImmutableArray<int> CriticalPath()
    {
        if (_project.Count == 0) { return []; }
        var at = Enumerable.Range(0, _project.Count).MaxBy(i => End(i) + _project.Activities[i].Tail);
        List<int> path = [at];
        while (Incoming[at].Where(link => End(link.Before) == Starts[at]).OrderByDescending(link => link.IsPrecedence).Select(link => (int?)link.Before).FirstOrDefault() is { } before)
        {
            path.Add(at = before);
        }
        path.Reverse();
        return [.. path];
    }

    private int End(int i) => Starts[i] + _project.Activities[i].Duration;

    private ImmutableArray<int> Slacks()
    {
        var length = _project.Length(Starts.AsSpan());
        int[] latest = [.. _project.Activities.Select(activity => length - activity.Tail)];
        foreach (var i in Order.Reverse())
        {
            foreach (var link in Incoming[i]) { latest[link.Before] = Math.Min(latest[link.Before], latest[i] - _project.Activities[i].Duration); }
        }
        return [.. Enumerable.Range(0, _project.Count).Select(i => latest[i] - End(i))];
    }
}
