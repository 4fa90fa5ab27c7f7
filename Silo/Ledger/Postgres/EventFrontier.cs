namespace NexusActors.Ledger.Postgres;

/// <summary>How far events can be read.</summary>
/// <param name="Frontier">All events below this position are there and stay all there are.</param>
/// <param name="Last">The newest of them.</param>
internal sealed record Reach(long Frontier, long Last);

/// <summary>
/// Knows up to where events can be read: behind the oldest open transaction of all processes. Those who wait for an event share one look at it; a commit of this process makes them look at once,
/// those of others are seen at the next look.
/// </summary>
/// <param name="look">Asks the database.</param>
/// <param name="time">The clock.</param>
internal sealed class EventFrontier(Func<Task<Reach>> look, TimeProvider time)
{
    /// <summary>Between two looks while nothing is written here.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two looks for what was written here, while a transaction elsewhere is still open.</summary>
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest wait for what was written here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _commit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<Reach>? _look;
    private long _lookedFor, _written;
    private Reach _reached = new(0, 0);

    /// <summary>This process has committed an event.</summary>
    public void Written(long seq)
    {
        Volatile.Write(ref _written, seq);
        Interlocked.Exchange(ref _commit, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>How far events can be read now, with patience at least as far as this process has written.</summary>
    public async Task<Reach> ReachAsync(CancellationToken cancellation)
    {
        var written = Volatile.Read(ref _written);
        var until = time.GetUtcNow() + Patience;
        while (true)
        {
            var reach = await LookAsync(fresh: true).WaitAsync(cancellation).ConfigureAwait(false);
            if (reach.Frontier > written || time.GetUtcNow() >= until) { return reach; }
            await Task.Delay(CloseLook, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>How far events could be read a moment ago; waits only where this process has written what could not be read then.</summary>
    public Task<Reach> RecentAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _reached).Frontier > Volatile.Read(ref _written) ? LookAsync(fresh: false).WaitAsync(cancellation) : ReachAsync(cancellation);

    /// <summary>Completes when there is an event after a position.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var commit = Volatile.Read(ref _commit).Task;                          // taken before the look, so that no commit falls between
            var written = Volatile.Read(ref _written);
            var reach = await LookAsync(fresh: written >= Volatile.Read(ref _reached).Frontier).WaitAsync(cancellation).ConfigureAwait(false);
            if (reach.Last > after) { return; }
            if (written >= reach.Frontier) { await Task.Delay(CloseLook, time, cancellation).ConfigureAwait(false); }
            else
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny(commit, Task.Delay(Period, time, ended.Token)).ConfigureAwait(false);
                await ended.CancelAsync().ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>One look at a time for all. A fresh one begins after the call; others may take the answer of the last quarter of a period.</summary>
    private Task<Reach> LookAsync(bool fresh)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_look is { } last && (!last.IsCompleted || (last.IsCompletedSuccessfully && time.GetElapsedTime(_lookedFor, now) < Period / 4)))
            {
                if (!fresh) { return last; }
                if (!last.IsCompleted)
                {
                    _look = AfterAsync(last);
                    _lookedFor = now;
                    return _look;
                }
            }
            _lookedFor = now;
            return _look = AskAsync();
        }
    }

    private async Task<Reach> AfterAsync(Task<Reach> earlier)
    {
        await ((Task)earlier).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);                   // its callers hear of its failure
        return await AskAsync().ConfigureAwait(false);
    }

    private async Task<Reach> AskAsync()
    {
        var reach = await look().ConfigureAwait(false);
        var known = Volatile.Read(ref _reached);
        if (reach.Frontier < known.Frontier) { return known; }
        Volatile.Write(ref _reached, reach);
        return reach;
    }
}
