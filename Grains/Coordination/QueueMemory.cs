namespace NexusActors.Coordination;

/// <summary>A task in an agent's hands, as its queue remembers it.</summary>
internal sealed class HeldTask(TaskState state)
{
    public TaskState State { get; set; } = state;

    /// <summary>The moment (UTC ticks) at which it is looked at next.</summary>
    public long WatchedAt { get; set; }

    /// <summary>The lease ends here; null for passive agents.</summary>
    public DateTimeOffset? LeaseEnds { get; set; } = state.ExpiresAt;

    /// <summary>When something must be done about it at the latest.</summary>
    public DateTimeOffset Due
    {
        get
        {
            var due = LeaseEnds ?? DateTimeOffset.MaxValue;
            if (State.RunEnds is { } run && run < due) { due = run; }
            if (State.TotalEnds is { } total && total < due) { due = total; }
            return due;
        }
    }
}

/// <summary>
/// All that a queue remembers of its tasks; rebuilt from the ledger at any time. It only ever takes in states that the ledger holds (<see cref="Place(TaskState, DateTimeOffset)"/>).
/// Not thread-safe: it belongs to one grain.
/// </summary>
internal sealed class QueueMemory(CoordinationOptions options, Func<string, KeyLimits> limits)
{
    private const int WarmMax = 8192;
    private const int StaleMax = 1024;
    private readonly Dictionary<string, HeldTask> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _heldByAgent = new(StringComparer.Ordinal);
    private readonly PriorityQueue<HeldTask, long> _heldDue = new();
    private readonly Dictionary<string, long> _blocked = new(StringComparer.Ordinal);
    private readonly Dictionary<long, TaskState> _warm = [];
    private readonly Queue<long> _warmOrder = new();

    /// <summary>What waits.</summary>
    public Backlog Backlog { get; } = new(new(options.AgeingStep, options.ImpliedSlack), limits);

    /// <summary>Who waits for which parents.</summary>
    public ParentBook Parents { get; } = new();

    /// <summary>Tasks in agents' hands.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Tasks that have not ended.</summary>
    public int Live => Backlog.Count + Backlog.Picked + HeldCount;

    /// <summary>A task in an agent's hands; null when it is in nobody's.</summary>
    public HeldTask? Held(string taskId) => _held.GetValueOrDefault(taskId);

    /// <summary>Tasks that an agent holds here.</summary>
    public IReadOnlyCollection<string> HeldBy(string agentId) => _heldByAgent.TryGetValue(agentId, out var held) ? held : [];

    /// <summary>Agents that hold something here.</summary>
    public IReadOnlyCollection<string> Holders => _heldByAgent.Keys;

    /// <summary>A state read or written lately, so that it need not be read again; null when it is not at hand.</summary>
    public TaskState? Warm(long seq) => _warm.GetValueOrDefault(seq);

    /// <summary>Puts a task where its state says it belongs, from wherever it was.</summary>
    public void Place(TaskState state, DateTimeOffset now) => Place(state, now, null);

    private void Place(TaskState state, DateTimeOffset now, DateTimeOffset? freedAt)
    {
        var before = Held(state.Id);
        var (key, counted) = (state.View.Spec.Key ?? "", Drop(state));
        if (counted && !state.IsHeld) { Backlog.Vacate(key, now.UtcTicks); }
        if (!counted && state.IsHeld) { Backlog.Occupy(key, now.UtcTicks); }
        if (state.View.Status == WorkStatus.Pending)
        {
            var task = Compact(state, now, freedAt);
            if (task.Phase == WaitPhase.Blocked) { _blocked[state.Id] = state.Seq; }
            Backlog.Add(task, now.UtcTicks);
            KeepWarm(state);
        }
        else if (state.IsHeld) { Hold(state, before); }
        else { Parents.Remove(state.Id); }
    }

    /// <summary>A task found at a start: like <see cref="Place(TaskState, DateTimeOffset)"/>, with a full lease of grace where it runs.</summary>
    /// <param name="state">The task.</param>
    /// <param name="now">The time.</param>
    /// <param name="freedAt">When the last of its parents ended; null: it has none, or none ended.</param>
    public void Restore(TaskState state, DateTimeOffset now, DateTimeOffset? freedAt = null)
    {
        var grace = now + state.View.Spec.Timeouts.Heartbeat;
        Place(state.IsHeld && state.ExpiresAt < grace ? state with { ExpiresAt = grace } : state, now, freedAt);
    }

    /// <summary>The last parent that a task waited for has ended: it goes on.</summary>
    public void Unblock(string taskId, DateTimeOffset now)
    {
        if (_blocked.Remove(taskId, out var seq) && Backlog.Find(seq) is { Phase: WaitPhase.Blocked } task) { Backlog.Unblock(seq, task.ReadySince, now.UtcTicks); }
    }

    /// <summary>Renews a lease.</summary>
    public static void Renew(HeldTask task, DateTimeOffset now)
    {
        if (task.LeaseEnds is not null) { task.LeaseEnds = now + task.State.View.Spec.Timeouts.Heartbeat; }
    }

    /// <summary>Held tasks whose time has come; each is named once per call.</summary>
    public List<HeldTask> TakeDue(DateTimeOffset now)
    {
        List<HeldTask> due = [];
        while (_heldDue.TryPeek(out var task, out var at) && at <= now.UtcTicks)
        {
            _heldDue.Dequeue();
            if (_held.GetValueOrDefault(task.State.Id) != task || task.WatchedAt != at) { continue; }
            if (task.Due <= now) { due.Add(task); }
            // It was renewed meanwhile, or will be dealt with by the caller: look again no earlier than in a moment.
            Watch(task, Math.Max(task.Due.UtcTicks, now.UtcTicks + TimeSpan.TicksPerSecond));
        }
        return due;
    }

    /// <summary>When something is due next.</summary>
    public long NextDue() => Math.Min(Backlog.NextDue(), _heldDue.TryPeek(out _, out var at) ? at : long.MaxValue);

    /// <summary>Takes the task out of wherever it stands. True: it counted as running of its key (held, or picked to be given out), and still does.</summary>
    private bool Drop(TaskState state)
    {
        _warm.Remove(state.Seq);
        _blocked.Remove(state.Id);
        Backlog.Remove(state.Seq);
        var picked = Backlog.Settle(state.Seq);
        if (!_held.Remove(state.Id, out var held)) { return picked; }
        var agent = held.State.View.AssignedAgent!;
        var ids = _heldByAgent[agent];
        ids.Remove(state.Id);
        if (ids.Count == 0) { _heldByAgent.Remove(agent); }
        return true;
    }

    private void Hold(TaskState state, HeldTask? before)
    {
        var task = new HeldTask(state);
        // Renewals are remembered only here: the same lease goes on (a cancel was asked for, say) with the time that it had.
        if (before?.State.Token == state.Token && before?.LeaseEnds > task.LeaseEnds) { task.LeaseEnds = before.LeaseEnds; }
        _held[state.Id] = task;
        var agent = state.View.AssignedAgent!;
        if (!_heldByAgent.TryGetValue(agent, out var ids)) { _heldByAgent.Add(agent, ids = new(StringComparer.Ordinal)); }
        ids.Add(state.Id);
        if (task.Due != DateTimeOffset.MaxValue) { Watch(task, task.Due.UtcTicks); }
    }

    private void Watch(HeldTask task, long at)
    {
        task.WatchedAt = at;
        _heldDue.Enqueue(task, at);
        // Entries of tasks that ended early stay until their time; too many of them are swept out.
        if (_heldDue.Count <= (2 * _held.Count) + StaleMax) { return; }
        _heldDue.Clear();
        _heldDue.EnqueueRange(_held.Values.Where(held => held.WatchedAt != 0).Select(held => (held, held.WatchedAt)));
    }

    private WaitingTask Compact(TaskState state, DateTimeOffset now, DateTimeOffset? freedAt)
    {
        var (view, spec) = (state.View, state.View.Spec);
        var readySince = (freedAt > state.ReadySince ? freedAt.Value : state.ReadySince).UtcTicks;
        return new()
        {
            Seq = state.Seq,
            Needs = Needs(spec),
            Key = Backlog.KeyName(spec.Key ?? ""),
            Priority = (byte)spec.Priority,
            Phase = Parents.UnmetOf(state.Id).Count > 0 ? WaitPhase.Blocked : readySince > now.UtcTicks ? WaitPhase.Delayed : WaitPhase.Ready,
            ReadySince = readySince,
            Deadline = spec.Deadline?.UtcTicks ?? long.MaxValue,
            QueueWait = view.Attempt == 0 ? spec.Timeouts.QueueWait?.Ticks ?? 0 : 0,
            EndsAt = state.TotalEnds?.UtcTicks ?? long.MaxValue,
        };
    }

    private TaskNeeds Needs(TaskSpec spec) =>
        Backlog.Intern(spec.Capabilities.Length == 0 ? [spec.Type.Wire()] : [spec.Type.Wire(), .. spec.Capabilities.Order(StringComparer.Ordinal)], spec.Units, spec.Resources.Count == 0 ? [] : [.. spec.Resources]);

    /// <summary>Only while few wait: behind a long line it would be forgotten before its turn, and what lives that long and dies is the dearest garbage.</summary>
    private void KeepWarm(TaskState state)
    {
        if (Backlog.Count > WarmMax) { return; }
        if (_warm.TryAdd(state.Seq, state)) { _warmOrder.Enqueue(state.Seq); }
        while (_warmOrder.Count > WarmMax) { _warm.Remove(_warmOrder.Dequeue()); }
    }
}
