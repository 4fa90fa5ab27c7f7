namespace NexusActors.Learning.Plans;

/// <summary>
/// Decodes activity lists and improves schedules by double justification (Valls, Ballestín, Quintanilla 2005): every activity is moved as late as it can go, the last first, and then as early as it
/// can go, the first first. Neither pass lengthens a schedule, and in most both together shorten it. Fixed activities may stand in the way of that; then the schedule stays as it was. Not safe for two threads.
/// </summary>
internal sealed class Justification(Project project)
{
    private readonly SerialGeneration _forward = SerialGeneration.Forward(project);
    private readonly SerialGeneration _backward = SerialGeneration.Backward(project);
    private readonly int[] _list = new int[project.Count];
    private readonly int[] _mirrored = new int[project.Count];
    private readonly int[] _given = new int[project.Count];
    private readonly int[] _durations = [.. project.Activities.Select(activity => activity.Duration)];
    private int[] _places = new int[256];

    /// <summary>Passes of schedule generation so far: the usual measure of effort in the literature.</summary>
    public long Schedules { get; private set; }

    /// <summary>The schedule of a list, everything as early as possible; returns its length.</summary>
    public int Decode(ReadOnlySpan<int> list, Span<int> ends)
    {
        Schedules++;
        return _forward.Generate(list, ends);
    }

    /// <summary>Moves everything to the right and back to the left. Returns the new length, at most <paramref name="length"/>.</summary>
    public int Improve(Span<int> ends, int length)
    {
        Schedules += 2;
        ends.CopyTo(_given);
        ByKeyDescending(ends, length, _backward.Order, _list);
        var shorter = _backward.Generate(_list, _mirrored);
        ByKeyDescending(_mirrored, shorter, _forward.Order, _list);
        var improved = _forward.Generate(_list, ends);
        if (improved <= length) { return improved; }
        _given.CopyTo(ends);
        return length;
    }

    /// <summary>The list that gives this schedule again: by start, predecessors first.</summary>
    public void ListOf(ReadOnlySpan<int> ends, int length, Span<int> list)
    {
        for (var i = 0; i < ends.Length; i++) { _mirrored[i] = length - ends[i] + _durations[i]; }
        ByKeyDescending(_mirrored, length, _forward.Order, list);
    }

    /// <summary>Sorts by counting; those of one key keep the given order.</summary>
    private void ByKeyDescending(ReadOnlySpan<int> keys, int max, int[] order, Span<int> list)
    {
        if (_places.Length < max + 2) { _places = new int[Math.Max(max + 2, _places.Length * 2)]; }
        var places = _places.AsSpan(0, max + 2);
        places.Clear();
        foreach (var key in keys) { places[max - key + 1]++; }
        for (var i = 1; i < places.Length; i++) { places[i] += places[i - 1]; }
        foreach (var i in order) { list[places[max - keys[i]]++] = i; }
    }
}
