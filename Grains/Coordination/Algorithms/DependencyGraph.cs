namespace NexusActors.Coordination;

/// <summary>Dependencies inside one batch of submissions.</summary>
internal static class DependencyGraph
{
    /// <summary>
    /// Orders items by level (0: depends on none of the batch; else one above its highest parent) and within a level as given, so that each comes after those it depends on
    /// and a batch is taken in as many waves as it is deep; items on or behind a cycle are left out.
    /// </summary>
    /// <param name="ids">Id of each item; a repeated id means its first item.</param>
    /// <param name="parents">Ids that each item depends on; ids outside the batch are no concern.</param>
    /// <returns>The order, the level of each item, and one cycle as a path of ids that begins and ends alike; null where there is none.</returns>
    public static (List<int> Order, int[] Levels, IReadOnlyList<string>? Cycle) Sort(IReadOnlyList<string> ids, Func<int, IEnumerable<string>> parents)
    {
        Dictionary<string, int> first = new(StringComparer.Ordinal);
        for (var i = 0; i < ids.Count; i++) { first.TryAdd(ids[i], i); }
        var inside = new int[ids.Count][];
        var children = new List<int>?[ids.Count];
        var open = new int[ids.Count];
        var levels = new int[ids.Count];
        PriorityQueue<int, (int Level, int Item)> ready = new();
        for (var i = 0; i < ids.Count; i++)
        {
            inside[i] = [.. parents(i).Where(first.ContainsKey).Select(id => first[id]).Distinct()];
            open[i] = inside[i].Length;
            foreach (var parent in inside[i]) { (children[parent] ??= []).Add(i); }
            if (open[i] == 0) { ready.Enqueue(i, (0, i)); }
        }
        List<int> order = new(ids.Count);
        while (ready.TryDequeue(out var item, out _))
        {
            order.Add(item);
            foreach (var child in children[item] ?? [])
            {
                levels[child] = Math.Max(levels[child], levels[item] + 1);
                if (--open[child] == 0) { ready.Enqueue(child, (levels[child], child)); }
            }
        }
        return (order, levels, order.Count == ids.Count ? null : FindCycle(ids, inside, open));
    }

    /// <summary>Walks from an unordered item to an unordered parent until an item comes again: every unordered item has an unordered parent.</summary>
    private static List<string> FindCycle(IReadOnlyList<string> ids, int[][] inside, int[] open)
    {
        List<int> walk = [];
        var place = new int[ids.Count];
        var at = Array.FindIndex(open, count => count > 0);
        while (place[at] == 0)
        {
            walk.Add(at);
            place[at] = walk.Count;
            at = inside[at].First(parent => open[parent] > 0);
        }
        return [.. walk.Skip(place[at] - 1).Append(at).Select(item => ids[item])];
    }
}
