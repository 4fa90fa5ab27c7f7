using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>What comes before what, as a directed graph over indexes.</summary>
internal static class Precedence
{
    /// <summary>Indexes such that each comes after its predecessors, smaller ones first where there is a choice (Kahn 1962); null where some wait for each other.</summary>
    public static int[]? Order(int count, Func<int, ImmutableArray<int>> predecessors)
    {
        var order = Sorted(count, predecessors, out _);
        return order.Length == count ? order : null;
    }

    /// <summary>Indexes that wait for each other: each waits for the next, and the last is the first again. Empty where there is no cycle.</summary>
    public static ImmutableArray<int> Cycle(int count, Func<int, ImmutableArray<int>> predecessors)
    {
        if (Sorted(count, predecessors, out var waits).Length == count) { return []; }

        // Whoever is left waits for somebody who is left: going from one to the next must come back.
        var at = Array.FindIndex(waits, wait => wait > 0);
        var seen = new Dictionary<int, int>();
        List<int> path = [];
        while (seen.TryAdd(at, path.Count))
        {
            path.Add(at);
            at = predecessors(at).First(before => waits[before] > 0);
        }
        return [.. path[seen[at]..], at];
    }

    /// <summary>By index: who waits for it.</summary>
    public static IEnumerable<ImmutableArray<int>> Successors(int count, Func<int, ImmutableArray<int>> predecessors)
    {
        var successors = new SortedSet<int>[count];
        for (var i = 0; i < count; i++) { successors[i] = []; }
        for (var i = 0; i < count; i++)
        {
            foreach (var before in predecessors(i)) { successors[before].Add(i); }
        }
        return successors.Select(after => after.ToImmutableArray());
    }

    private static int[] Sorted(int count, Func<int, ImmutableArray<int>> predecessors, out int[] waits)
    {
        var left = new int[count];
        for (var i = 0; i < count; i++) { left[i] = predecessors(i).Distinct().Count(); }
        ImmutableArray<int>[] successors = [.. Successors(count, predecessors)];
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < count; i++)
        {
            if (left[i] == 0) { ready.Enqueue(i, i); }
        }
        List<int> order = [];
        while (ready.TryDequeue(out var next, out _))
        {
            order.Add(next);
            foreach (var after in successors[next])
            {
                if (--left[after] == 0) { ready.Enqueue(after, after); }
            }
        }
        waits = left;
        return [.. order];
    }
}
