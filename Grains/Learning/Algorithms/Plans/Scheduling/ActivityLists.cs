namespace NexusActors.Learning.Plans;

/// <summary>Makes activity lists in which everything comes after its predecessors: by sampling, by crossing two, by shifting within one. Not safe for two threads.</summary>
internal sealed class ActivityLists(Project project)
{
    private const double MutationShare = 0.7;

    private readonly TimeWindows _windows = TimeWindows.Of(project);
    private readonly int[] _positions = new int[project.Count];
    private readonly int[] _waits = new int[project.Count];
    private readonly double[] _keys = new double[project.Count];
    private readonly bool[] _taken = new bool[project.Count];
    private readonly List<int> _ready = [];

    /// <summary>A random list in which what must end early tends to come early: latest end plus noise of random strength decides among those whose predecessors are there.</summary>
    public void Sample(Xoshiro256 random, Span<int> list)
    {
        var noise = _windows.Length * random.NextUnit();
        _ready.Clear();
        for (var i = 0; i < project.Count; i++)
        {
            _keys[i] = _windows.LatestEnd(i) + (noise * random.NextUnit());
            _waits[i] = project.Activities[i].Predecessors.Length;
            if (_waits[i] == 0) { _ready.Add(i); }
        }
        for (var place = 0; place < list.Length; place++)
        {
            var first = 0;
            for (var k = 1; k < _ready.Count; k++)
            {
                if (_keys[_ready[k]] < _keys[_ready[first]]) { first = k; }
            }
            var next = list[place] = _ready[first];
            _ready[first] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            foreach (var after in project.Successors[next])
            {
                if (--_waits[after] == 0) { _ready.Add(after); }
            }
        }
    }

    /// <summary>Two-point crossover: the places between two random points are filled in the father's order, the others in the mother's. The child keeps every order that both agree on.</summary>
    public void Cross(Xoshiro256 random, ReadOnlySpan<int> mother, ReadOnlySpan<int> father, Span<int> child)
    {
        var (from, to) = (random.Next(child.Length + 1), random.Next(child.Length + 1));
        if (from > to) { (from, to) = (to, from); }
        Array.Clear(_taken);
        var place = 0;
        for (; place < from; place++) { Take(mother[place], place, child); }
        for (var k = 0; place < to; k++)
        {
            if (!_taken[father[k]]) { Take(father[k], place++, child); }
        }
        for (var k = 0; place < child.Length; k++)
        {
            if (!_taken[mother[k]]) { Take(mother[k], place++, child); }
        }
    }

    /// <summary>Shifts a few activities to random places between their last predecessor and their first successor.</summary>
    public void Mutate(Xoshiro256 random, Span<int> list)
    {
        while (random.NextUnit() < MutationShare) { Shift(random, list); }
    }

    /// <summary>Shifts one activity.</summary>
    public void Shift(Xoshiro256 random, Span<int> list)
    {
        for (var place = 0; place < list.Length; place++) { _positions[list[place]] = place; }
        var at = random.Next(list.Length);
        var moved = list[at];
        var (first, last) = (0, list.Length - 1);
        foreach (var before in project.Activities[moved].Predecessors) { first = Math.Max(first, _positions[before] + 1); }
        foreach (var after in project.Successors[moved]) { last = Math.Min(last, _positions[after] - 1); }
        var to = first + random.Next(last - first + 1);
        if (to < at) { list[to..at].CopyTo(list[(to + 1)..]); }
        else { list[(at + 1)..(to + 1)].CopyTo(list[at..]); }
        list[to] = moved;
    }

    private void Take(int activity, int place, Span<int> child)
    {
        child[place] = activity;
        _taken[activity] = true;
    }
}
