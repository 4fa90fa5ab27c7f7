using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace NexusActors.Learning.Plans;

/// <summary>
/// Serial schedule generation (Kelley 1963; Kolisch 1996): takes activities in the order of a list and begins each in the first slot in which its predecessors have ended and enough is free for all
/// of its time. One direction of time: <see cref="Backward"/> is the same on the mirrored project, where successors come first and tails are heads.
/// Forward, fixed activities take their places before all others; backward, where the end is not known yet, they are placed like the others.
/// Free units are kept four resources to a word, 16 bits each with a guard bit on top, so that one subtraction compares all four. Not safe for two threads; buffers are reused.
/// </summary>
internal sealed class SerialGeneration
{
    private const int Lanes = 4;
    private const int LaneBits = 16;
    private const ulong Guards = 0x8000_8000_8000_8000;

    private readonly int[] _duration;
    private readonly int[] _head;
    private readonly int[] _tail;
    private readonly int[] _before;
    private readonly int[] _beforeFirst;
    private readonly ulong[][] _demand;
    private readonly ulong[] _capacity;
    private readonly ulong[][] _free;
    private readonly bool[] _isFixed;
    private readonly int[] _fixed;
    private int _used;

    private SerialGeneration(Project project, ImmutableArray<int> order, Func<int, ImmutableArray<int>> before, Func<Activity, int> head, Func<Activity, int> tail, Func<Activity, bool> isFixed)
    {
        Order = [.. order];
        _duration = [.. project.Activities.Select(activity => activity.Duration)];
        _head = [.. project.Activities.Select(head)];
        _tail = [.. project.Activities.Select(tail)];
        _before = [.. Enumerable.Range(0, project.Count).SelectMany(i => before(i))];
        _beforeFirst = new int[project.Count + 1];
        for (var i = 0; i < project.Count; i++) { _beforeFirst[i + 1] = _beforeFirst[i] + before(i).Length; }
        var words = Math.Max(1, (project.Capacities.Length + Lanes - 1) / Lanes);
        var slots = project.Activities.Sum(activity => activity.Duration) + _head.DefaultIfEmpty().Max() + 1;
        _capacity = [.. Enumerable.Range(0, words).Select(word => Pack(project.Capacities, word) | Guards)];
        _demand = [.. Enumerable.Range(0, words).Select(word => project.Activities.Select(activity => Pack(activity.Demands, word)).ToArray())];
        _free = [.. Enumerable.Range(0, words).Select(_ => new ulong[slots])];
        _used = slots;
        _isFixed = [.. project.Activities.Select(isFixed)];
        _fixed = [.. Enumerable.Range(0, project.Count).Where(i => _isFixed[i])];
    }

    /// <summary>Indexes such that each comes after those that come before it in this direction.</summary>
    public int[] Order { get; }

    public static SerialGeneration Forward(Project project) => new(project, project.Order, i => project.Activities[i].Predecessors, activity => activity.Head, activity => activity.Tail, activity => activity.IsFixed);

    public static SerialGeneration Backward(Project project) => new(project, [.. project.Order.Reverse()], i => project.Successors[i], activity => activity.Tail, activity => activity.Head, _ => false);

    /// <summary>Schedules by a list and returns the length, tails counted.</summary>
    /// <param name="list">Every index once, each after those before it in this direction.</param>
    /// <param name="ends">By index: takes the slot after its last one.</param>
    public int Generate(ReadOnlySpan<int> list, Span<int> ends)
    {
        for (var word = 0; word < _free.Length; word++) { _free[word].AsSpan(0, _used).Fill(_capacity[word]); }
        _used = 0;
        var length = 0;
        foreach (var i in _fixed) { length = Math.Max(length, Schedule(i, ends)); }
        foreach (var i in list)
        {
            if (!_isFixed[i]) { length = Math.Max(length, Schedule(i, ends)); }
        }
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Schedule(int i, Span<int> ends)
    {
        var earliest = _head[i];
        for (var k = _beforeFirst[i]; k < _beforeFirst[i + 1]; k++) { earliest = Math.Max(earliest, ends[_before[k]]); }
        var end = _free.Length == 1 ? PlaceInOneWord(i, earliest) : Place(i, earliest);
        ends[i] = end;
        return end + _tail[i];
    }

    private int PlaceInOneWord(int i, int earliest)
    {
        var duration = _duration[i];
        var end = earliest + duration;
        var demand = _demand[0][i];
        if (demand == 0) { return end; }
        var free = _free[0].AsSpan();
        for (var slot = earliest; slot < end; slot++)
        {
            if (((free[slot] - demand) & Guards) != Guards) { end = slot + 1 + duration; }
        }
        foreach (ref var units in free[(end - duration)..end]) { units -= demand; }
        _used = Math.Max(_used, end);
        return end;
    }

    private int Place(int i, int earliest)
    {
        var duration = _duration[i];
        var end = earliest + duration;
        for (var slot = earliest; slot < end; slot++)
        {
            for (var word = 0; word < _free.Length; word++)
            {
                if (((_free[word][slot] - _demand[word][i]) & Guards) != Guards) { end = slot + 1 + duration; }
            }
        }
        for (var word = 0; word < _free.Length; word++)
        {
            foreach (ref var units in _free[word].AsSpan((end - duration)..end)) { units -= _demand[word][i]; }
        }
        _used = Math.Max(_used, end);
        return end;
    }

    private static ulong Pack(ImmutableArray<int> units, int word)
    {
        var packed = 0UL;
        for (var lane = 0; lane < Lanes && (word * Lanes) + lane < units.Length; lane++) { packed |= (ulong)units[(word * Lanes) + lane] << (lane * LaneBits); }
        return packed;
    }
}
