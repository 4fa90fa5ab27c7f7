namespace NexusActors.Ledger.Sqlite;

/// <summary>Wakes those who wait for an event, after the commit that holds it.</summary>
internal sealed class EventSignal(long last)
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last = last;

    /// <summary>The newest position on disk.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Events up to a position are on disk.</summary>
    public void Publish(long last)
    {
        Volatile.Write(ref _last, last);
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Completes when there is an event after a position.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var next = Volatile.Read(ref _next);                                   // taken before the look at the position, so that no commit falls between
            if (Last > after) { return; }
            await next.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
