namespace NexusActors.Ledger.Postgres;

/// <summary>
/// Knows up to where events can be read: behind the oldest open transaction of all processes. Those who wait for an event share one look at it; a commit of this process makes them look at once,
/// those of others are seen at the next look.
/// </summary>
/// <param name="look">Asks the database.</param>
/// <param name="time">The clock.</param>
internal sealed class EventFrontier(Func<CancellationToken, Task<long>> look, TimeProvider time)
{
    /// <summary>Between two looks while nothing is written here.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two looks for what was written here, while a transaction elsewhere is still open.</summary>
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest wait for what was written here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _commit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<long>? _look;
    private long _lookedFor, _written, _reached;

    /// <summary>This process has committed an event.</summary>
    public void Written(long seq)
    {
        Volatile.Write(ref _written, seq);
        Interlocked.Exchange(ref _commit, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>The newest position that can be read, and with patience not before what this process has written.</summary>
    public async Task<long> ReachAsync(CancellationToken cancellation)
    {
        var written = Volatile.Read(ref _written);
        var until = time.GetUtcNow() + Patience;
        while (true)
        {
            var last = await LookAsync(fresh: true).WaitAsync(cancellation).ConfigureAwait(false);
            if (last >= written || time.GetUtcNow() >= until) { return last; }
            await Task.Delay(CloseLook, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits, where this process has written what cannot be read yet.</summary>
    public Task CatchUpAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _reached) >= Volatile.Read(ref _written) ? Task.CompletedTask : ReachAsync(cancellation);

    /// <summary>Completes when there is an event after a position.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var commit = Volatile.Read(ref _commit).Task;                          // taken before the look, so that no commit falls between
            var written = Volatile.Read(ref _written);
            var last = await LookAsync(fresh: written > Volatile.Read(ref _reached)).WaitAsync(cancellation).ConfigureAwait(false);
            if (last > after) { return; }
            if (written > last) { await Task.Delay(CloseLook, time, cancellation).ConfigureAwait(false); }
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
    private Task<long> LookAsync(bool fresh)
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

    private async Task<long> AfterAsync(Task<long> earlier)
    {
        await ((Task)earlier).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);                   // its callers hear of its failure
        return await AskAsync().ConfigureAwait(false);
    }

    private async Task<long> AskAsync()
    {
        var last = await look(CancellationToken.None).ConfigureAwait(false);
        for (var reached = Volatile.Read(ref _reached); last > reached;)
        {
            var seen = Interlocked.CompareExchange(ref _reached, last, reached);
            if (seen == reached) { break; }
            reached = seen;
        }
        return last;
    }
}
