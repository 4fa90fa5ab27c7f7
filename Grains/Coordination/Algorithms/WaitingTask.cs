namespace NexusActors.Coordination;

/// <summary>Why a waiting task is where it is.</summary>
internal enum WaitPhase : byte
{
    /// <summary>Could start now.</summary>
    Ready,
    /// <summary>Waits for its time.</summary>
    Delayed,
    /// <summary>Waits for a parent.</summary>
    Blocked,
}

/// <summary>A waiting task as its queue remembers it: compact, without id and payload, which are read when it is given out. Times are UTC ticks.</summary>
internal sealed class WaitingTask
{
    /// <summary>Position in submit order; its name in the queue.</summary>
    public required long Seq { get; init; }
    /// <summary>What an agent must have to take it.</summary>
    public required TaskNeeds Needs { get; init; }
    /// <summary>Key for fairness and limits; empty: none.</summary>
    public required string Key { get; init; }
    /// <summary>1–5 as submitted.</summary>
    public required byte Priority { get; init; }
    /// <summary>Why it waits.</summary>
    public required WaitPhase Phase { get; set; }
    /// <summary>Since when it could start, or when it will be able to; the base of ageing.</summary>
    public required long ReadySince { get; set; }
    /// <summary>Its deadline; <see cref="long.MaxValue"/>: none.</summary>
    public long Deadline { get; init; } = long.MaxValue;
    /// <summary>Longest wait from ready to start, in ticks; 0: no limit.</summary>
    public long QueueWait { get; init; }
    /// <summary>End of its total time; <see cref="long.MaxValue"/>: none.</summary>
    public long EndsAt { get; init; } = long.MaxValue;
    /// <summary>When it ends unserved; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt => Phase == WaitPhase.Blocked || QueueWait == 0 ? EndsAt : Math.Min(EndsAt, ReadySince + QueueWait);

    /// <summary>Wanted by, for the order: set when it becomes ready.</summary>
    public long Due { get; set; }
    /// <summary>Priority with ageing, 1–5.</summary>
    public byte Level { get; set; }
    /// <summary>Its lane while it is ready.</summary>
    public Lane? Lane { get; set; }
    /// <summary>Place in its lane.</summary>
    private int _lanePlace = -1;
    /// <summary>Place among the tasks of its level that will rise.</summary>
    private int _agePlace = -1;

    /// <summary>When it rises a level.</summary>
    public long RisesAt { get; set; }

    /// <summary>Order within a lane: due time, then age.</summary>
    public readonly struct ByDue : IHeapOrder<WaitingTask>
    {
        public static int Compare(WaitingTask first, WaitingTask second) => first.Due != second.Due ? first.Due.CompareTo(second.Due) : first.Seq.CompareTo(second.Seq);
        public static ref int Place(WaitingTask item) => ref item._lanePlace;
    }

    /// <summary>Order of rising.</summary>
    public readonly struct ByRise : IHeapOrder<WaitingTask>
    {
        public static int Compare(WaitingTask first, WaitingTask second) => first.RisesAt != second.RisesAt ? first.RisesAt.CompareTo(second.RisesAt) : first.Seq.CompareTo(second.Seq);
        public static ref int Place(WaitingTask item) => ref item._agePlace;
    }
}

/// <summary>What an agent must have to take a task; one object is shared by all tasks that need the same.</summary>
/// <param name="skills">Capabilities: the task's type and further skills.</param>
/// <param name="units">Capacity units.</param>
/// <param name="resources">Named resources.</param>
internal sealed class TaskNeeds(IReadOnlyList<string> skills, int units, IReadOnlyList<KeyValuePair<string, double>> resources)
{
    public int Units { get; } = units;

    /// <summary>The first of the skills: the task's type.</summary>
    public string Type => skills[0];

    /// <summary>Whether a set of skills is enough.</summary>
    public bool SkilledIn(IReadOnlySet<string> capabilities)
    {
        for (var i = 0; i < skills.Count; i++)
        {
            if (!capabilities.Contains(skills[i])) { return false; }
        }
        return true;
    }

    /// <summary>Whether free amounts are enough.</summary>
    public bool FitsIn(IReadOnlyDictionary<string, double> free)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            if (!Fits(resources[i].Value, free.GetValueOrDefault(resources[i].Key))) { return false; }
        }
        return true;
    }

    /// <summary>Whether an amount is enough. What sums of fractions lose in rounding (three tenths out of 0.3) is not held against it.</summary>
    public static bool Fits(double need, double free) => need <= 0 || free >= need * (1 - 1e-9);

    /// <summary>Takes what it needs out of free amounts.</summary>
    public void TakeFrom(Dictionary<string, double> free)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            if (resources[i].Value > 0) { free[resources[i].Key] -= resources[i].Value; }
        }
    }

    /// <summary>The named amounts.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Resources => resources;

    /// <summary>Text that is equal exactly for equal needs.</summary>
    public static string Signature(IReadOnlyList<string> skills, int units, IReadOnlyList<KeyValuePair<string, double>> resources) =>
        skills.Count == 1 && units == 1 && resources.Count == 0
            ? skills[0]
            : string.Join('\u001f', [.. skills, $"\u001e{units}", .. resources.Select(pair => FormattableString.Invariant($"{pair.Key}\u001d{pair.Value:R}"))]);
}

/// <summary>The ready tasks of one level, one kind of needs and one key, by due time and age.</summary>
internal sealed class Lane(LaneRow row, KeyShare key)
{
    private int _place = -1;

    public LaneRow Row { get; } = row;
    public KeyShare Key { get; } = key;
    public IndexedHeap<WaitingTask, WaitingTask.ByDue> Tasks { get; } = new();
    /// <summary>Whether it stands in the order of its row.</summary>
    public bool IsOpen => _place >= 0;

    /// <summary>Order within a row: share served so far, then due time, then age of the first task.</summary>
    public readonly struct ByShare : IHeapOrder<Lane>
    {
        public static int Compare(Lane first, Lane second) =>
            first.Key.Served != second.Key.Served ? first.Key.Served.CompareTo(second.Key.Served) : WaitingTask.ByDue.Compare(first.Tasks.Peek, second.Tasks.Peek);
        public static ref int Place(Lane item) => ref item._place;
    }
}

/// <summary>The lanes of one level and one kind of needs. Open are those whose keys may start now, the key furthest behind its share first.</summary>
internal sealed class LaneRow(TaskNeeds needs)
{
    public TaskNeeds Needs { get; } = needs;
    public Dictionary<KeyShare, Lane> Lanes { get; } = [];
    public IndexedHeap<Lane, Lane.ByShare> Open { get; } = new();
}
