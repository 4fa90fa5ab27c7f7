namespace NexusActors.Coordination;

/// <summary>Constants of the order of a queue.</summary>
/// <param name="AgeingStep">A ready task rises one priority level each such step.</param>
/// <param name="ImpliedSlack">A task without a deadline counts as wanted this long after it became ready.</param>
internal readonly record struct BacklogOrder(TimeSpan AgeingStep, TimeSpan ImpliedSlack);

/// <summary>What a bidder can take.</summary>
internal interface IBid
{
    /// <summary>Whether tasks of such needs suit it now.</summary>
    bool Suits(TaskNeeds needs);
}

/// <summary>
/// What waits in one queue, in one exact order: priority with ageing, then the key furthest behind its weighted share, then due time, then age.
/// <para>Bound on starvation: after (5 − priority) ageing steps a task stands in the highest level; there, within its key, nothing that becomes ready after its due time
/// goes before it (due = its deadline, but never before it was ready; without a deadline, ready + implied slack).</para>
/// Pure: time is an argument (UTC ticks) that must not run backwards. Not thread-safe.
/// </summary>
internal sealed partial class Backlog(BacklogOrder order, Func<string, KeyLimits> limits)
{
    private const int TopLevel = 5;
    private const int NeedsMax = 10_000;
    private const int StaleMax = 1024;
    private readonly Dictionary<long, WaitingTask> _tasks = [];
    private readonly Dictionary<long, WaitingTask> _picked = [];
    private readonly Dictionary<string, TaskNeeds> _needs = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(long Seq, long At), long> _delays = new();
    private readonly PriorityQueue<(long Seq, long At), long> _expiries = new();

    /// <summary>All that waits.</summary>
    public int Count => _tasks.Count;

    /// <summary>Tasks that could start now, limits of keys aside.</summary>
    public int Ready { get; private set; }

    /// <summary>Tasks that wait for their time.</summary>
    public int Delayed { get; private set; }

    /// <summary>Tasks that wait for a parent.</summary>
    public int Blocked => Count - Ready - Delayed;

    /// <summary>A waiting task; null when it is not here.</summary>
    public WaitingTask? Find(long seq) => _tasks.GetValueOrDefault(seq);

    /// <summary>The one shared object for such needs.</summary>
    public TaskNeeds Intern(IReadOnlyList<string> skills, int units, IReadOnlyList<KeyValuePair<string, double>> resources)
    {
        var signature = TaskNeeds.Signature(skills, units, resources);
        if (_needs.TryGetValue(signature, out var needs)) { return needs; }
        // Sharing saves memory and rows; it is not needed for correctness, so a flood of unlike needs is simply forgotten.
        if (_needs.Count >= NeedsMax) { _needs.Clear(); }
        _needs.Add(signature, needs = new(skills, units, resources));
        return needs;
    }

    /// <summary>Takes a task in, by its phase. A delayed one becomes ready at its <see cref="WaitingTask.ReadySince"/>.</summary>
    public void Add(WaitingTask task, long now) => Add(task, now, arrives: true);

    private void Add(WaitingTask task, long now, bool arrives)
    {
        _tasks.Add(task.Seq, task);
        WatchExpiry(task);
        if (task.Phase == WaitPhase.Delayed) { Delay(task); }
        else if (task.Phase == WaitPhase.Ready) { Enter(task, now, arrives); }
    }

    /// <summary>Takes a task out wherever it stands; null when it is not here.</summary>
    public WaitingTask? Remove(long seq)
    {
        if (!_tasks.Remove(seq, out var task)) { return null; }
        if (task.Phase == WaitPhase.Ready)
        {
            var key = task.Lane!.Key;
            Exit(task);
            Rest(key);
        }
        else if (task.Phase == WaitPhase.Delayed) { Delayed--; }
        return task;
    }

    /// <summary>Lets a blocked task go on: to its delay, or ready.</summary>
    public void Unblock(long seq, long notBefore, long now)
    {
        if (Remove(seq) is not { } task) { return; }
        task.Phase = notBefore > now ? WaitPhase.Delayed : WaitPhase.Ready;
        task.ReadySince = Math.Max(notBefore, now);
        Add(task, now);
    }

    /// <summary>Moves what time moves: delays that ended, ageing, keys whose rate allows again.</summary>
    public void Advance(long now)
    {
        while (_delays.TryPeek(out var delay, out var at) && at <= now)
        {
            _delays.Dequeue();
            if (_tasks.TryGetValue(delay.Seq, out var task) && task.Phase == WaitPhase.Delayed && task.ReadySince == delay.At)
            {
                Delayed--;
                task.Phase = WaitPhase.Ready;
                Enter(task, now, arrives: true);
            }
        }
        Age(now);
        OpenKeys(now);
        ForgetRested(now);
    }

    /// <summary>Tasks whose time ran out, each once; they are still in. Those that stay in are named again a second later, should the caller fail to end them now.</summary>
    public IReadOnlyCollection<WaitingTask> TakeExpired(long now)
    {
        HashSet<WaitingTask> expired = [];
        while (_expiries.TryPeek(out var expiry, out var ends) && ends <= now)
        {
            _expiries.Dequeue();
            if (_tasks.TryGetValue(expiry.Seq, out var task) && task.ExpiresAt == expiry.At && expired.Add(task)) { _expiries.Enqueue(expiry, now + TimeSpan.TicksPerSecond); }
        }
        return expired;
    }

    /// <summary>When <see cref="Advance"/> or <see cref="TakeExpired"/> has something to do next; <see cref="long.MaxValue"/>: nothing is due.</summary>
    public long NextDue()
    {
        var next = NextLaneDue();
        if (_delays.TryPeek(out _, out var delay)) { next = Math.Min(next, delay); }
        if (_expiries.TryPeek(out _, out var expiry)) { next = Math.Min(next, expiry); }
        return next;
    }

    /// <summary>Since when the oldest ready task has been ready; null when none is. Looks at every task.</summary>
    public long? OldestReady()
    {
        long? oldest = null;
        foreach (var task in _tasks.Values)
        {
            if (task.Phase == WaitPhase.Ready && !(task.ReadySince >= oldest)) { oldest = task.ReadySince; }
        }
        return oldest;
    }

    private void Delay(WaitingTask task)
    {
        Delayed++;
        // Entries of tasks that left early stay until their time; too many of them are swept out.
        if (_delays.Count > (2 * Delayed) + StaleMax)
        {
            _delays.Clear();
            foreach (var other in _tasks.Values.Where(other => other.Phase == WaitPhase.Delayed)) { _delays.Enqueue((other.Seq, other.ReadySince), other.ReadySince); }
        }
        else { _delays.Enqueue((task.Seq, task.ReadySince), task.ReadySince); }
    }

    private void WatchExpiry(WaitingTask task)
    {
        if (task.ExpiresAt is var ends && ends == long.MaxValue) { return; }
        if (_expiries.Count > (2 * _tasks.Count) + StaleMax)
        {
            _expiries.Clear();
            foreach (var other in _tasks.Values.Where(other => other.ExpiresAt != long.MaxValue)) { _expiries.Enqueue((other.Seq, other.ExpiresAt), other.ExpiresAt); }
        }
        else { _expiries.Enqueue((task.Seq, ends), ends); }
    }
}
