namespace NexusActors.Coordination;

/// <summary>
/// Lets calls of one agent wait for work, and ends their wait: of one call where there is news of work, of all where the agent has changed. If all came for each piece of work,
/// every one but the first would ask in vain. For one grain's scheduler only.
/// </summary>
internal sealed class AgentDoorbell
{
    private readonly LinkedList<TaskCompletionSource> _idle = new();
    private int _listeners;

    /// <summary>Whether a call waits, or asks and will wait if there is nothing.</summary>
    public bool HasListeners => _listeners > 0;

    /// <summary>Whether a call waits and does not ask at the moment.</summary>
    public bool HasIdle => _idle.Count > 0;

    /// <summary>Rings that no idle call took. A call notes it before it asks; if it has changed when there was nothing, it asks again instead of waiting.</summary>
    public long Missed { get; private set; }

    /// <summary>A call listens until it is disposed of.</summary>
    public IDisposable Listen() => new Listener(this);

    /// <summary>Waits for a ring, at most so long.</summary>
    /// <param name="missed">What <see cref="Missed"/> was before the caller asked.</param>
    /// <param name="wait">How long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">The caller has gone.</param>
    public async Task WaitAsync(long missed, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        if (missed != Missed) { return; }
        var turn = _idle.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try { await turn.Value.Task.WaitAsync(wait, time, cancellation); }
        catch (TimeoutException) when (!cancellation.IsCancellationRequested) { return; }
        catch when (turn.List is null)
        {
            RingOne();                                                             // rung in the very moment of giving up: for the next
            throw;
        }
        finally
        {
            if (turn.List is not null) { _idle.Remove(turn); }
        }
    }

    /// <summary>Ends the wait that began first. False: nobody listens.</summary>
    public bool RingOne()
    {
        if (_idle.First is { } first)
        {
            _idle.RemoveFirst();
            first.Value.SetResult();
        }
        else { Missed++; }
        return HasListeners;
    }

    /// <summary>Ends all waits, also of calls that ask at the moment.</summary>
    public void RingAll()
    {
        Missed++;
        while (HasIdle) { RingOne(); }
    }

    private sealed class Listener : IDisposable
    {
        private readonly AgentDoorbell _bell;

        public Listener(AgentDoorbell bell)
        {
            _bell = bell;
            _bell._listeners++;
        }

        public void Dispose() => _bell._listeners--;
    }
}
