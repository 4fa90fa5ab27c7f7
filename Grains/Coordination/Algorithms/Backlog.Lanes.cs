namespace NexusActors.Coordination;

/// <summary>The part of the backlog that orders what is ready.</summary>
internal sealed partial class Backlog
{
    private const int RestingMax = 1024;
    private readonly Dictionary<TaskNeeds, LaneRow>[] _rows = [.. Enumerable.Range(0, TopLevel + 1).Select(_ => new Dictionary<TaskNeeds, LaneRow>())];
    private readonly IndexedHeap<WaitingTask, WaitingTask.ByRise>[] _ageing = [.. Enumerable.Range(0, TopLevel).Select(_ => new IndexedHeap<WaitingTask, WaitingTask.ByRise>())];
    private readonly Dictionary<string, KeyShare> _keys = new(StringComparer.Ordinal);
    private readonly PriorityQueue<KeyShare, long> _heldByRate = new();
    private readonly PriorityQueue<KeyShare, long> _resting = new();
    private double _served;

    /// <summary>The first task in order that suits the bid; null when none does.</summary>
    public WaitingTask? Peek(IBid bid)
    {
        for (var level = TopLevel; level >= 1; level--)
        {
            Lane? best = null;
            foreach (var row in _rows[level].Values)
            {
                if (row.Open.Count > 0 && (best is null || Lane.ByShare.Compare(row.Open.Peek, best) < 0) && bid.Suits(row.Needs)) { best = row.Open.Peek; }
            }
            if (best is not null) { return best.Tasks.Peek; }
        }
        return null;
    }

    /// <summary>Takes the first suitable task out and charges its key. What becomes of it is said with <see cref="Return"/> or <see cref="Settle"/>.</summary>
    public WaitingTask? Pick(IBid bid, long now)
    {
        if (Peek(bid) is not { } task) { return null; }
        var key = task.Lane!.Key;
        _served = Math.Max(_served, key.Served);
        key.Charge(task.Needs.Units, now);
        Remove(task.Seq);
        _picked.Add(task.Seq, task);
        Reorder(key, now);
        return task;
    }

    /// <summary>Tasks that are picked and not yet settled.</summary>
    public int Picked => _picked.Count;

    /// <summary>Puts a picked task back as if it had never been picked. One that was settled meanwhile stays where it is.</summary>
    public void Return(WaitingTask task, long now)
    {
        if (!_picked.Remove(task.Seq)) { return; }
        var key = Share(task.Key, now);
        key.Refund(task.Needs.Units);
        Reorder(key, now);
        Add(task, now, arrives: false);
    }

    /// <summary>Ends the pick of a task whose place is known now. True: it was picked, and counts as running of its key until <see cref="Vacate"/>.</summary>
    public bool Settle(long seq) => _picked.Remove(seq);

    /// <summary>Counts a task that runs without having been picked here (found at a restart, given out by another activation) against its key's concurrency.</summary>
    public void Occupy(string key, long now)
    {
        var share = Share(key, now);
        share.Running++;
        Reorder(share, now);
    }

    /// <summary>A running task of the key has ended.</summary>
    public void Vacate(string key, long now)
    {
        if (!_keys.TryGetValue(key, out var share)) { return; }
        share.Running = Math.Max(0, share.Running - 1);
        Reorder(share, now);
        Rest(share);
        ForgetRested(now);
    }

    /// <summary>Until when a key is at a limit (<see cref="long.MaxValue"/>: until one of its tasks ends); null: it is not.</summary>
    public long? HeldUntil(string key, long now) => _keys.TryGetValue(key, out var share) && share.AdmitsAt(now) is var at && at > now ? at : null;

    /// <summary>The one shared string for a key's name.</summary>
    public string KeyName(string key) => _keys.TryGetValue(key, out var share) ? share.Name : key;

    /// <summary>Takes up changed limits of keys.</summary>
    public void Relimit(long now)
    {
        foreach (var share in _keys.Values)
        {
            share.Relimit(limits(share.Name), now);
            Reorder(share, now);
        }
    }

    /// <param name="task">A ready task.</param>
    /// <param name="now">The time.</param>
    /// <param name="arrives">Whether it was not in the order a moment ago: then a key that was idle starts level with the one served last, for rest earns no credit.</param>
    private void Enter(WaitingTask task, long now, bool arrives)
    {
        Ready++;
        task.Due = task.Deadline == long.MaxValue ? task.ReadySince + order.ImpliedSlack.Ticks : Math.Max(task.Deadline, task.ReadySince);
        task.Level = (byte)Math.Min(TopLevel, task.Priority + Math.Max(0, (now - task.ReadySince) / order.AgeingStep.Ticks));
        if (task.Level < TopLevel)
        {
            task.RisesAt = task.ReadySince + ((task.Level - task.Priority + 1) * order.AgeingStep.Ticks);
            _ageing[task.Level].Add(task);
        }
        var key = Share(task.Key, now);
        if (arrives && key.Lanes.Count == 0) { key.Served = Math.Max(key.Served, _served); }
        var rows = _rows[task.Level];
        if (!rows.TryGetValue(task.Needs, out var row)) { rows.Add(task.Needs, row = new(task.Needs)); }
        if (!row.Lanes.TryGetValue(key, out var lane))
        {
            row.Lanes.Add(key, lane = new(row, key));
            key.Lanes.Add(lane);
        }
        lane.Tasks.Add(task);
        task.Lane = lane;
        if (lane.IsOpen) { row.Open.Moved(lane); }
        else if (!key.Held) { row.Open.Add(lane); }
    }

    private void Exit(WaitingTask task)
    {
        Ready--;
        if (task.Level < TopLevel) { _ageing[task.Level].Remove(task); }
        var lane = task.Lane!;
        task.Lane = null;
        // A lane leaves the order before its last task does: the order looks at its first task.
        if (lane.Tasks.Count > 1)
        {
            lane.Tasks.Remove(task);
            if (lane.IsOpen) { lane.Row.Open.Moved(lane); }
            return;
        }
        if (lane.IsOpen) { lane.Row.Open.Remove(lane); }
        lane.Tasks.Remove(task);
        lane.Row.Lanes.Remove(lane.Key);
        lane.Key.Lanes.Remove(lane);
        if (lane.Row.Lanes.Count == 0) { _rows[task.Level].Remove(lane.Row.Needs); }
    }

    private KeyShare Share(string name, long now)
    {
        if (!_keys.TryGetValue(name, out var share))
        {
            _keys.Add(name, share = new(name, limits(name), now) { Served = _served });
            share.Held = share.AdmitsAt(now) > now;
        }
        return share;
    }

    private void Rest(KeyShare share)
    {
        if (!share.IsIdle || share.Resting) { return; }
        share.Resting = true;
        _resting.Enqueue(share, 0);
    }

    /// <summary>
    /// Forgets idle keys of which there is nothing left to remember. A bucket that is not full must outlive the rest, or the rate would be exceeded;
    /// so should what a key was served beyond the others, but only of so many keys that a stream of ever new ones does not fill the memory.
    /// </summary>
    private void ForgetRested(long now)
    {
        while (_resting.TryPeek(out var share, out var at) && at <= now)
        {
            if (share.IsIdle && share.FullAt(now) is var full && full > now)
            {
                _resting.DequeueEnqueue(share, full);
                continue;
            }
            if (share.IsIdle && share.Served > _served && _resting.Count <= RestingMax) { return; }
            _resting.Dequeue();
            share.Resting = false;
            if (share.IsIdle) { _keys.Remove(share.Name); }
        }
    }

    /// <summary>Opens or closes a key's lanes by its limits, and puts them where its share says.</summary>
    private void Reorder(KeyShare key, long now)
    {
        var admitsAt = key.AdmitsAt(now);
        key.Held = admitsAt > now;
        if (key.Held && admitsAt != long.MaxValue) { _heldByRate.Enqueue(key, admitsAt); }
        foreach (var lane in key.Lanes)
        {
            if (lane.IsOpen && key.Held) { lane.Row.Open.Remove(lane); }
            else if (lane.IsOpen) { lane.Row.Open.Moved(lane); }
            else if (!key.Held) { lane.Row.Open.Add(lane); }
        }
    }

    private void OpenKeys(long now)
    {
        while (_heldByRate.TryPeek(out var key, out var at) && at <= now)
        {
            _heldByRate.Dequeue();
            if (key.Held && _keys.GetValueOrDefault(key.Name) == key) { Reorder(key, now); }
        }
    }

    private long NextLaneDue()
    {
        var next = _heldByRate.TryPeek(out _, out var opens) ? opens : long.MaxValue;
        foreach (var level in _ageing)
        {
            if (level.Count > 0) { next = Math.Min(next, level.Peek.RisesAt); }
        }
        return next;
    }

    private void Age(long now)
    {
        for (var level = TopLevel - 1; level >= 1; level--)
        {
            while (_ageing[level].Count > 0 && _ageing[level].Peek is var oldest && oldest.RisesAt <= now)
            {
                Exit(oldest);
                Enter(oldest, now, arrives: false);
            }
        }
    }
}
