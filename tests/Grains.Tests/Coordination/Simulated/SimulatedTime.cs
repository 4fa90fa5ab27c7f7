namespace NexusActors.Coordination;

/// <summary>
/// One thread, as a grain has, on which every await of the outside world ends when the test says so: with one seed the same interleaving, with another seed another.
/// </summary>
internal sealed class SimulatedThread(int seed) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Work, object? State)> _posted = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly Random _random = new(seed);

    /// <summary>A moment outside: ends when <see cref="Step"/> picks it.</summary>
    public Task Turn()
    {
        var turn = new TaskCompletionSource();
        _waiting.Add(turn);
        return turn.Task;
    }

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    /// <summary>Ends one moment outside, chosen by chance, and runs what follows. False: nothing is under way.</summary>
    public bool Step()
    {
        Run(() => { });
        if (_waiting.Count == 0) { return false; }
        var pick = _random.Next(_waiting.Count);
        var turn = _waiting[pick];
        _waiting[pick] = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        Run(turn.SetResult);
        return true;
    }

    /// <summary>Does something on this thread, and all that follows at once.</summary>
    public void Run(Action work)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            work();
            while (_posted.TryDequeue(out var next)) { next.Work(next.State); }
        }
        finally { SetSynchronizationContext(before); }
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = Sample.Start;

    public override DateTimeOffset GetUtcNow() => Now;
}
