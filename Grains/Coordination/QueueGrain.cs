using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>
/// A queue: its settings and its division, and turn-taking. The work is done here (<see cref="QueueWork"/>) or, where it is divided, by its partitions, to which the same calls are handed on (docs/decisions/0016).
/// Reentrant, so that many commits can be under way at once (docs/decisions/0003).
/// </summary>
[GrainType("queue"), Reentrant]
internal sealed class QueueGrain(QueueTools tools) : Grain, IQueueGrain, IDisposable
{
    private readonly TaskGate _changes = new();
    private readonly NewestRead _reads = new();
    private DividedQueue _divided = null!;
    private QueueSettings? _settings;
    private QueueWork? _work;
    private Task _handedOver = Task.CompletedTask;
    private Task _farewell = Task.CompletedTask;
    private bool _made;

    private string Name => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellation)
    {
        _divided = new(Name, tools);
        // The default queue is there from the first call on; its row follows.
        _settings = await tools.Ledger.FindQueueAsync(Name, cancellation) ?? (Name == QueueNames.Default ? new() : null);
        if (_settings is { Partitions: > 1 }) { tools.Routes.Learn(Name, _settings); } else { Open(); }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        if (_work is { } work) { await work.CancelRoundsAsync(cancellation); }
        await _farewell.WaitAsync(cancellation);
    }

    public void Dispose() => _work?.Dispose();

    public async Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.SubmitAsync(submissions) : await _divided.SubmitAsync(submissions, cancellation);

    public async Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.LeaseAsync(bid) : await _divided.LeaseAsync(bid, cancellation);

    public async Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.ReportAsync(agentId, reports) : await _divided.ReportAsync(agentId, reports, cancellation);

    public async Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.RenewAsync(agentId, leases) : await _divided.RenewAsync(agentId, leases, cancellation);

    public async Task<TaskView> SetStatusAsync(string taskId, StatusChange change, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.SetStatusAsync(taskId, change) : await _divided.OnTaskAsync(taskId, place => place.SetStatusAsync(taskId, change, cancellation), cancellation);

    public async Task<TaskView> CancelAsync(string taskId, string? reason, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.CancelAsync(taskId, reason) : await _divided.OnTaskAsync(taskId, place => place.CancelAsync(taskId, reason, cancellation), cancellation);

    public async Task<TaskView> RedriveAsync(string taskId, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.RedriveAsync(taskId) : await _divided.OnTaskAsync(taskId, place => place.RedriveAsync(taskId, cancellation), cancellation);

    public async Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.ExplainAsync(taskId, cancellation) : await _divided.OnTaskAsync(taskId, place => place.ExplainAsync(taskId, cancellation), cancellation);

    public async Task<int> RedriveFailedAsync(int max, CancellationToken cancellation) => _settings is null
        ? throw Unknown()
        : await WorkAsync(cancellation) is { } work ? await work.RedriveFailedAsync(max) : await _divided.RedriveFailedAsync(max, cancellation);

    public async Task ParentEndedAsync(string childId, string parentId, WorkStatus status, CancellationToken cancellation) =>
        await (await WorkAsync(cancellation) is { } work ? work.ParentEndedAsync(childId, parentId, status) : _divided.OnAllAsync(place => place.ParentEndedAsync(childId, parentId, status, cancellation), cancellation));

    public async Task ServeAsync(AgentPresence presence, CancellationToken cancellation) =>
        await (await WorkAsync(cancellation) is { } work ? work.ServeAsync(presence) : _divided.OnAllAsync(place => place.ServeAsync(presence, cancellation), cancellation));

    public async Task LeaveAsync(string agentId, string reason, CancellationToken cancellation) =>
        await (await WorkAsync(cancellation) is { } work ? work.LeaveAsync(agentId, reason) : _divided.OnAllAsync(place => place.LeaveAsync(agentId, reason, cancellation), cancellation));

    public async Task RecallAsync(string agentId, CancellationToken cancellation) =>
        await (await WorkAsync(cancellation) is { } work ? work.RecallAsync(agentId) : _divided.OnAllAsync(place => place.RecallAsync(agentId, cancellation), cancellation));

    public async Task CoordinateAsync(bool running, CancellationToken cancellation) =>
        await (await WorkAsync(cancellation) is { } work ? work.CoordinateAsync(running) : _divided.OnAllAsync(place => place.CoordinateAsync(running, cancellation), cancellation));

    public async Task<QueueView?> GetAsync(CancellationToken cancellation)
    {
        if (_settings is not null) { return await ViewAsync(cancellation); }
        DeactivateOnIdle();
        return null;
    }

    public async Task<QueueView> ConfigureAsync(QueueSettings settings, CancellationToken cancellation)
    {
        await _changes.EnterAsync(nameof(ConfigureAsync), CancellationToken.None);
        try
        {
            await RefreshAsync(CancellationToken.None);
            await StoreAsync(QueueChange.Of(Name, _settings, settings, tools.Time.GetUtcNow()));
            await SettleAsync();
        }
        finally { _changes.Leave(nameof(ConfigureAsync)); }
        return await ViewAsync(cancellation);
    }

    public async Task<QueueView> PauseAsync(bool paused, CancellationToken cancellation)
    {
        if (_settings is not { } settings) { throw Unknown(); }
        if (settings.Paused != paused) { return await ConfigureAsync(settings with { Paused = paused }, cancellation); }
        // One that the first call did not reach hears of it now.
        await FinishAsync();
        return await ViewAsync(cancellation);
    }

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        // The queue makes itself, so that silos that start at once do not set back what somebody has changed meanwhile.
        if (Name == QueueNames.Default && !_made)
        {
            if (await tools.Ledger.FindQueueAsync(Name, cancellation) is null) { await ConfigureAsync(_settings ?? new(), CancellationToken.None); }
            _made = true;
        }
        await RefreshAsync(cancellation);
        if (_settings is { Split.Former.Length: > 0 }) { await FinishAsync(); }
        if (await WorkAsync(cancellation) is not { } work) { await _divided.EnsureAsync(cancellation); }
        else if (!await work.CheckAsync())
        {
            CoordinationLog.QueueDiffers(tools.Log, Name);
            DeactivateOnIdle();
        }
    }

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var read = _reads.Begin();
        var settings = await tools.Ledger.FindQueueAsync(Name, cancellation);
        if (settings is not null && _reads.IsNewest(read)) { Adopt(settings); }
        await _handedOver;
    }

    /// <summary>What a change of settings left undone, because a silo fell or storage did.</summary>
    private async Task FinishAsync()
    {
        await _changes.EnterAsync(nameof(ConfigureAsync), CancellationToken.None);
        try
        {
            await RefreshAsync(CancellationToken.None);
            await SettleAsync();
        }
        finally { _changes.Leave(nameof(ConfigureAsync)); }
    }

    /// <summary>Sees that everybody goes by the settings on disk when this returns.</summary>
    private async Task SettleAsync()
    {
        var settings = _settings!;
        if (settings.Split.Former.Length > 0)
        {
            await _handedOver;
            await new QueueMap(tools.Grains, Name, settings).RelieveAsync(settings.Split.Former, SlotRange.All, isQueueItself: true, CancellationToken.None);
            await StoreAsync(QueueChange.Settled(Name, settings));
        }
        if (settings.Partitions > 1) { await _divided.OnAllAsync(place => place.RefreshAsync(CancellationToken.None), CancellationToken.None); }
    }

    private async Task StoreAsync(LedgerEntry change)
    {
        await tools.Ledger.CommitAsync([change], CancellationToken.None);
        if (_reads.IsNewest(_reads.Begin())) { Adopt(((QueuePut)change.Change!).Settings); }
    }

    /// <summary>Goes by settings that are on disk.</summary>
    private void Adopt(QueueSettings settings)
    {
        var before = _settings?.Split.Epoch ?? 0;
        if (before > settings.Split.Epoch) { return; }
        _settings = settings;
        tools.Routes.Learn(Name, settings);
        if (before == settings.Split.Epoch && (_work is null) == (settings.Partitions > 1))
        {
            _work?.Apply(settings);
            return;
        }
        if (_work is { } work)
        {
            _work = null;
            _handedOver = HandOverAsync(work, _handedOver);
        }
        if (settings.Partitions == 1) { Open(); }
    }

    private async Task HandOverAsync(QueueWork work, Task before)
    {
        await before;
        await work.StopAsync();
        _farewell = Task.WhenAll(_farewell, work.Farewell);
    }

    private void Open()
    {
        var (settings, handedOver) = (_settings, _handedOver);
        _work = new(tools, this, null, settings, async stopping =>
        {
            await handedOver;
            if (settings is { Split.Former.Length: > 0 }) { await new QueueMap(tools.Grains, Name, settings).RelieveAsync(settings.Split.Former, SlotRange.All, isQueueItself: true, stopping); }
        });
    }

    /// <summary>The work, where it is done here; null: the queue is divided.</summary>
    private async ValueTask<QueueWork?> WorkAsync(CancellationToken cancellation)
    {
        // Another activation may have divided it anew.
        if (_work is null && (await tools.Routes.MapAsync(Name, cancellation)).Epoch != _settings?.Split.Epoch) { await RefreshAsync(cancellation); }
        return _work;
    }

    private async Task<QueueView> ViewAsync(CancellationToken cancellation) =>
        await WorkAsync(cancellation) is { } work ? await work.ViewAsync() : await _divided.ViewAsync(_settings!, cancellation);

    private NexusException Unknown() => new(NexusError.NotFound, $"There is no queue '{Name}'.");
}
