using System.Text.Json;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>Why work was stopped before its end.</summary>
internal enum StopReason
{
    /// <summary>It was not.</summary>
    None = 0,
    /// <summary>The task was called off: say so to the coordinator.</summary>
    Cancelled,
    /// <summary>The lease is gone: nothing of it may be reported.</summary>
    Lost,
    /// <summary>The agent stops: give the task back.</summary>
    Shutdown,
}

/// <summary>A lease with the work done under it.</summary>
/// <param name="lease">The lease.</param>
internal sealed class HeldWork(Lease lease) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private JsonElement? _progress;
    private StopReason _reason;
    private bool _ended;

    public Lease Lease { get; } = lease;

    /// <summary>The run, from lease to the answer of its report.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Why it was stopped; the first reason counts, except that a lost lease outweighs all others.</summary>
    public StopReason Reason
    {
        get
        {
            lock (_gate)
            {
                return _reason;
            }
        }
    }

    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether it was told to stop or has ended.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _ended || _reason != StopReason.None;
            }
        }
    }

    public void Stop(StopReason reason)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }
            _reason = _reason == StopReason.None || reason == StopReason.Lost ? reason : _reason;
            _stop.Cancel();
        }
    }

    public void Progress(JsonObject progress)
    {
        using var document = JsonDocument.Parse(progress.ToJsonString());
        var element = document.RootElement.Clone();
        lock (_gate)
        {
            _progress = element;
        }
    }

    /// <summary>What a heartbeat says of it. Progress is sent once.</summary>
    public LeaseState State()
    {
        lock (_gate)
        {
            var state = new LeaseState(Lease.TaskId, Lease.LeaseToken, _progress);
            _progress = null;
            return state;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _stop.Dispose();
        }
    }
}
