namespace NexusActors.Coordination;

/// <summary>A task in an agent's hands, as its queue remembers it.</summary>
internal sealed class HeldTask(TaskState state)
{
    public TaskState State { get; set; } = state;

    /// <summary>The lease ends here; null for passive agents.</summary>
    public DateTimeOffset? LeaseEnds { get; set; } = state.ExpiresAt;

    /// <summary>When something must be done about it at the latest.</summary>
    public DateTimeOffset Due
    {
        get
        {
            var due = LeaseEnds ?? DateTimeOffset.MaxValue;
            if (RunEnds is { } run && run < due) { due = run; }
            if (TotalEnds is { } total && total < due) { due = total; }
            return due;
        }
    }

    /// <summary>End of the attempt's run time.</summary>
    public DateTimeOffset? RunEnds => State.View.StartedAt + State.View.Spec.Timeouts.Run;

    /// <summary>End of the task's total time.</summary>
    public DateTimeOffset? TotalEnds => State.View.CreatedAt + State.View.Spec.Timeouts.Total;
}

/// <summary>
/// All that a queue remembers of its tasks; rebuilt from the ledger at any time. It only ever takes in states that the ledger holds (<see cref="Place"/>).
/// Not thread-safe: it belongs to one grain.
/// </summary>
internal sealed class QueueMemory(CoordinationOptions options, Func<string, KeyLimits> limits)
{
    private const int WarmMax = 8192;
    private readonly Dictionary<string, HeldTask> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _heldByAgent = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _heldDue = new();
    private readonly Dictionary<long, TaskState> _warm = [];
    private readonly Queue<long> _warmOrder = new();

    /// <summary>What waits.</summary>
    public Backlog Backlog { get; } = new(new(options.AgeingStep, options.ImpliedSlack), limits);

    /// <summary>Who waits for which parents.</summary>
    public ParentBook Parents { get; } = new();

    /// <summary>Tasks in agents' hands.</summary>
    public int HeldCount => _held.Count;

    /// <summary>A task in an agent's hands; null when it is in nobody's.</summary>
    public HeldTask? Held(string taskId) => _held.GetValueOrDefault(taskId);

    /// <summary>Tasks that an agent holds here.</summary>
    public IReadOnlyCollection<string> HeldBy(string agentId) => _heldByAgent.TryGetValue(agentId, out var held) ? held : [];

    /// <summary>Agents that hold something here.</summary>
    public IReadOnlyCollection<string> Holders => _heldByAgent.Keys;

    /// <summary>A state read or written lately, so that it need not be read again; null when it is not at hand.</summary>
    public TaskState? Warm(long seq) => _warm.GetValueOrDefault(seq);

    /// <summary>Puts a task where its state says it belongs, from wherever it was.</summary>
    public void Place(TaskState state, DateTimeOffset now)
    {
        Drop(state, now);
        if (state.View.Status == WorkStatus.Pending)
        {
            Backlog.Add(Compact(state, now), now.UtcTicks);
            KeepWarm(state);
        }
        else if (state.IsHeld) { Hold(state); }
        else { Parents.Remove(state.Id); }
    }

    /// <summary>A task found running at a start: like <see cref="Place"/>, with a full lease of grace, and counted against its key.</summary>
    public void Restore(TaskState state, DateTimeOffset now)
    {
        if (!state.IsHeld) { Place(state, now); return; }
        Backlog.Occupy(state.View.Spec.Key ?? "", now.UtcTicks);
        var grace = now + state.View.Spec.Timeouts.Heartbeat;
        Hold(state.ExpiresAt is { } ends && ends < grace ? state with { ExpiresAt = grace } : state);
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
        while (_heldDue.TryPeek(out var id, out var at) && at <= now.UtcTicks)
        {
            _heldDue.Dequeue();
            if (_held.GetValueOrDefault(id) is not { } task) { continue; }
            if (task.Due <= now) { due.Add(task); }
            // It was renewed meanwhile, or will be dealt with by the caller: look again no earlier than in a moment.
            var next = Math.Max(task.Due.UtcTicks, now.UtcTicks + TimeSpan.TicksPerSecond);
            _heldDue.Enqueue(id, next);
        }
        return due;
    }

    /// <summary>When something is due next.</summary>
    public long NextDue() => Math.Min(Backlog.NextDue(), _heldDue.TryPeek(out _, out var at) ? at : long.MaxValue);

    private void Drop(TaskState state, DateTimeOffset now)
    {
        _warm.Remove(state.Seq);
        Backlog.Remove(state.Seq);
        if (_held.Remove(state.Id, out var held) && held.State.View.AssignedAgent is { } agent && _heldByAgent.TryGetValue(agent, out var ids))
        {
            ids.Remove(state.Id);
            if (ids.Count == 0) { _heldByAgent.Remove(agent); }
            if (!state.IsHeld) { Backlog.Vacate(state.View.Spec.Key ?? "", now.UtcTicks); }
        }
    }

    private void Hold(TaskState state)
    {
        var task = new HeldTask(state);
        _held[state.Id] = task;
        var agent = state.View.AssignedAgent!;
        if (!_heldByAgent.TryGetValue(agent, out var ids)) { _heldByAgent.Add(agent, ids = new(StringComparer.Ordinal)); }
        ids.Add(state.Id);
        if (task.Due != DateTimeOffset.MaxValue) { _heldDue.Enqueue(state.Id, task.Due.UtcTicks); }
    }

    private WaitingTask Compact(TaskState state, DateTimeOffset now)
    {
        var (view, spec) = (state.View, state.View.Spec);
        var readySince = (view.NextAttemptAt ?? view.CreatedAt).UtcTicks;
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
            EndsAt = (view.CreatedAt + spec.Timeouts.Total)?.UtcTicks ?? long.MaxValue,
        };
    }

    private TaskNeeds Needs(TaskSpec spec) =>
        Backlog.Intern(spec.Capabilities.Length == 0 ? [spec.Type.Wire()] : [spec.Type.Wire(), .. spec.Capabilities.Order(StringComparer.Ordinal)], spec.Units, spec.Resources.Count == 0 ? [] : [.. spec.Resources]);

    private void KeepWarm(TaskState state)
    {
        if (_warm.TryAdd(state.Seq, state)) { _warmOrder.Enqueue(state.Seq); }
        while (_warmOrder.Count > WarmMax) { _warm.Remove(_warmOrder.Dequeue()); }
    }
}
