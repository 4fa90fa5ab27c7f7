namespace NexusActors.Coordination;

/// <summary>The part of the backlog that orders what is ready.</summary>
internal sealed partial class Backlog
{
    private readonly Dictionary<TaskNeeds, LaneRow>[] _rows = [.. Enumerable.Range(0, TopLevel + 1).Select(_ => new Dictionary<TaskNeeds, LaneRow>())];
    private readonly IndexedHeap<WaitingTask, WaitingTask.ByRise>[] _ageing = [.. Enumerable.Range(0, TopLevel).Select(_ => new IndexedHeap<WaitingTask, WaitingTask.ByRise>())];
    private readonly Dictionary<string, KeyShare> _keys = new(StringComparer.Ordinal);
    private readonly PriorityQueue<KeyShare, long> _heldByRate = new();
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

    /// <summary>Takes the first suitable task out and charges its key.</summary>
    public WaitingTask? Pick(IBid bid, long now)
    {
        if (Peek(bid) is not { } task) { return null; }
        var key = task.Lane!.Key;
        _served = Math.Max(_served, key.Served);
        key.Charge(task.Needs.Units, now);
        Remove(task.Seq);
        Reorder(key, now);
        return task;
    }

    /// <summary>Puts a picked task back as if it had never been picked.</summary>
    public void Return(WaitingTask task, long now)
    {
        var key = Share(task.Key, now);
        key.Refund(task.Needs.Units);
        Reorder(key, now);
        // It may have been placed anew meanwhile.
        if (!_tasks.ContainsKey(task.Seq)) { Add(task, now); }
    }

    /// <summary>Counts a task that runs already (found at a restart) against its key's concurrency.</summary>
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
        ForgetIdle(share);
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

    private void Enter(WaitingTask task, long now)
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
        ForgetIdle(lane.Key);
    }

    /// <summary>The key's share. A key that was idle starts level with the one served last: rest earns no credit.</summary>
    private KeyShare Share(string name, long now)
    {
        if (!_keys.TryGetValue(name, out var share))
        {
            _keys.Add(name, share = new(name, limits(name), now) { Served = _served });
        }
        else if (share.Lanes.Count == 0) { share.Served = Math.Max(share.Served, _served); }
        return share;
    }

    private void ForgetIdle(KeyShare share)
    {
        // What it was served beyond the others, or a half-empty bucket, must outlive an idle moment.
        if (share is { Lanes.Count: 0, Running: 0, Held: false } && share.Served <= _served) { _keys.Remove(share.Name); }
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
            if (key.Held && _keys.GetValueOrDefault(key.Name) == key) { Reorder(key, now); ForgetIdle(key); }
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
                Enter(oldest, now);
            }
        }
    }
}
