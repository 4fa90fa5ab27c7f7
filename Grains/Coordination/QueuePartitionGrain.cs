using System.Collections.Immutable;
using NexusActors.Errors;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>
/// One partition of a divided queue: the same work, of the tasks in its slots. It works as long as the queue is divided as its key says; afterwards it refuses, and whoever has its slots then waits until it has stopped
/// (docs/decisions/0016). Reentrant like the queue.
/// </summary>
[GrainType("queue-partition"), Reentrant, SpreadPlacement]
internal sealed class QueuePartitionGrain(QueueTools tools) : Grain, IQueuePartitionGrain, IDisposable
{
    private static readonly TimeSpan PlacePeriod = TimeSpan.FromSeconds(30);
    private QueuePart _part;
    private QueueWork? _work;
    private readonly NewestRead _reads = new();
    private DateTimeOffset _placed = tools.Time.GetUtcNow();

    public override async Task OnActivateAsync(CancellationToken cancellation)
    {
        _part = QueuePart.Parse(this.GetPrimaryKeyString());
        if (await tools.Ledger.FindQueueAsync(_part.Queue, cancellation) is not { } settings || !_part.IsOf(settings)) { return; }
        var map = tools.Routes.Learn(_part.Queue, settings);
        _work = new(tools, this, _part, settings, stopping => map.RelieveAsync(settings.Split.Former, _part.Slots, isQueueItself: false, stopping));
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        if (_work is null) { return; }
        await _work.CancelRoundsAsync(cancellation);
        await _work.Farewell.WaitAsync(cancellation);
    }

    public void Dispose() => _work?.Dispose();

    /// <summary>The refusal of a partition that is no more.</summary>
    public static NexusException Moved(string queue) => new(NexusError.Moved, $"Queue '{queue}' was divided anew; ask again.", retryAfter: TimeSpan.FromSeconds(1));

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var read = _reads.Begin();
        var settings = await tools.Ledger.FindQueueAsync(_part.Queue, cancellation);
        if (_work is null) { DeactivateOnIdle(); }
        else if (!_part.IsOf(settings))
        {
            await _work.StopAsync();
            DeactivateOnIdle();
        }
        else if (_reads.IsNewest(read)) { _work.Apply(settings); }
    }

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await RefreshAsync(cancellation);
        if (!await Work().CheckAsync()) { await ReloadAsync(cancellation); }
        if (tools.Time.GetUtcNow() - _placed < PlacePeriod) { return; }
        _placed = tools.Time.GetUtcNow();
        // Where silos have come or gone, placement may choose another one; where it does not, nothing happens.
        this.MigrateOnIdle();
    }

    public Task<QueueTally> TallyAsync(CancellationToken cancellation) => Work().TallyAsync();

    public Task ReloadAsync(CancellationToken cancellation)
    {
        CoordinationLog.QueueDiffers(tools.Log, this.GetPrimaryKeyString());
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation) => Work().SubmitAsync(submissions);

    public Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation) => Work().LeaseAsync(bid);

    public Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation) => Work().ReportAsync(agentId, reports);

    public Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation) => Work().RenewAsync(agentId, leases);

    public Task<TaskView> SetStatusAsync(string taskId, StatusChange change, CancellationToken cancellation) => Work().SetStatusAsync(taskId, change);

    public Task<TaskView> CancelAsync(string taskId, string? reason, CancellationToken cancellation) => Work().CancelAsync(taskId, reason);

    public Task<TaskView> RedriveAsync(string taskId, CancellationToken cancellation) => Work().RedriveAsync(taskId);

    public Task ParentEndedAsync(string childId, string parentId, WorkStatus status, CancellationToken cancellation) => Work().ParentEndedAsync(childId, parentId, status);

    public Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation) => Work().ExplainAsync(taskId, cancellation);

    public Task ServeAsync(AgentPresence presence, CancellationToken cancellation) => Work().ServeAsync(presence);

    public Task LeaveAsync(string agentId, string reason, CancellationToken cancellation) => Work().LeaveAsync(agentId, reason);

    public Task RecallAsync(string agentId, CancellationToken cancellation) => Work().RecallAsync(agentId);

    public async Task<QueueView?> GetAsync(CancellationToken cancellation) => await Work().ViewAsync();

    public Task CoordinateAsync(bool running, CancellationToken cancellation) => Work().CoordinateAsync(running);

    public Task<int> RedriveFailedAsync(int max, CancellationToken cancellation) => throw OfTheQueue();

    public Task<QueueView> ConfigureAsync(QueueSettings settings, CancellationToken cancellation) => throw OfTheQueue();

    public Task<QueueView> PauseAsync(bool paused, CancellationToken cancellation) => throw OfTheQueue();

    private QueueWork Work()
    {
        if (_work is not null) { return _work; }
        DeactivateOnIdle();
        throw Moved(_part.Queue);
    }

    private NexusException OfTheQueue() => new(NexusError.Invalid, $"'{this.GetPrimaryKeyString()}' is a partition; ask the queue '{_part.Queue}' itself.");
}
