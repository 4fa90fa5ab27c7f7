using System.Collections.Immutable;
using System.Diagnostics;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>
/// The work of a queue, or of one partition of it: the parts put together, loaded, kept in rounds and brought to an end. For one grain's scheduler only. Many commits can be under way at once (docs/decisions/0003):
/// memory takes in only what is on disk, one turn at a time per task (<see cref="TaskGate"/>), and the ledger's version is the referee.
/// </summary>
internal sealed class QueueWork : IDisposable
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);
    private readonly QueueTools _tools;
    private readonly QueueScope _scope;
    private readonly QueueWriter _writer;
    private readonly QueueDispatch _dispatch;
    private readonly QueueControl _control;
    private readonly QueueIntake _intake;
    private readonly QueueRedrive _redrive;
    private readonly Action _giveUp;
    private readonly IGrainTimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loaded;
    private Task _round = Task.CompletedTask;
    private Task? _end;
    private TaskCompletionSource? _idle;
    private int _busy;
    private bool _roundRequested;
    private long _timerDue = long.MaxValue;
    private DateTimeOffset _checked;

    /// <summary>Starts.</summary>
    /// <param name="tools">What it works with.</param>
    /// <param name="grain">The grain that it belongs to; it is deactivated when loading fails or memory must be made anew.</param>
    /// <param name="part">Which partition it is; null: the whole queue.</param>
    /// <param name="settings">The settings as they were read; null: the queue was never made.</param>
    /// <param name="relieve">Waits until those who did this work before have stopped.</param>
    public QueueWork(QueueTools tools, IGrainBase grain, QueuePart? part, QueueSettings? settings, Func<CancellationToken, Task> relieve)
    {
        _tools = tools;
        var random = tools.Options.Value.Seed is { } seed ? new Random(seed) : new Random();
        QueueScope scope = null!;
        _scope = scope = new()
        {
            Name = part?.Queue ?? grain.GrainContext.GrainId.Key.ToString()!,
            Key = grain.GrainContext.GrainId.Key.ToString()!,
            Slots = part?.Slots ?? SlotRange.All,
            Memory = new(tools.Options.Value, key => scope.LimitsOf(key)),
            Ledger = tools.Ledger,
            Grains = tools.Grains,
            Routes = tools.Routes,
            Options = tools.Options.Value,
            Metrics = tools.Metrics,
            Log = tools.Log,
            Time = tools.Time,
            Tokens = tools.Tokens,
            Chance = random.NextDouble,
            Fit = tools.Fit,
            Pseudonyms = tools.Pseudonyms,
            Rules = tools.Rules,
            RequestRound = RequestRound,
            Settings = settings,
        };
        _writer = new(_scope);
        _dispatch = new(_scope, _writer);
        _control = new(_scope, _writer, _dispatch);
        _intake = new(_scope, _control.LookAtParentsAsync);
        _redrive = new(_scope, _control);
        _giveUp = grain.DeactivateOnIdle;
        _timer = grain.RegisterGrainTimer(TickAsync, new() { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
        _loaded = LoadAsync(relieve);
        // Whoever calls hears of a failure; where nobody does, the next activation loads anew.
        _loaded.Ignore();
    }

    private async Task LoadAsync(Func<CancellationToken, Task> relieve)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await relieve(_stopping.Token);
            await new QueueLoader(_scope, _dispatch, _control).LoadAsync(_stopping.Token);
        }
        catch when (_stopping.IsCancellationRequested) { throw Moved(); }
        catch
        {
            _giveUp();
            throw;
        }
        _checked = _scope.Now();
        CoordinationLog.QueueLoaded(_tools.Log, _scope.Key, _scope.Memory.Backlog.Count, _scope.Memory.HeldCount, _dispatch.Seats.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        if (_scope.Settings is not null) { RequestRound(); }
    }

    /// <summary>Ends it: nothing is begun any more, and what was begun has ended when this returns.</summary>
    public Task StopAsync() => _end ??= EndAsync();

    /// <summary>After its end: whoever waits is sent to those who come after, and news that was not told yet is.</summary>
    public Task Farewell { get; private set; } = Task.CompletedTask;

    private async Task EndAsync()
    {
        await CancelRoundsAsync(CancellationToken.None);
        await _loaded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_busy > 0)
        {
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await _idle.Task;
        }
        // Those who come after wait for this end, and must not be waited for before it.
        Farewell = SayFarewellAsync();
    }

    private async Task SayFarewellAsync()
    {
        using var limit = new CancellationTokenSource(FarewellMax, _tools.Time);
        await _dispatch.SendAwayAsync(limit.Token);
        _timer.Dispose();
        try { await _writer.DeliverAsync((child, parent, status, stop) => _tools.Routes.ParentEndedAsync(new(child, _scope.Name, QueueSlots.Unknown), parent, status, stop), limit.Token); }
        // The regular check of those who come after finds what was not told.
        catch (OperationCanceledException notTold) { CoordinationLog.NoticeDelayed(_tools.Log, notTold, _scope.Key); }
    }

    /// <summary>Ends its rounds, as the grain goes.</summary>
    public async Task CancelRoundsAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _round.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stopping.Dispose();
    }

    // A command that has begun is carried to its end whatever its caller does: half of one would leave memory behind the ledger.

    public Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions) => DoAsync(() => _intake.SubmitAsync(submissions, CancellationToken.None));

    public Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid) => DoAsync(() => _dispatch.LeaseAsync(bid, CancellationToken.None));

    public Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports) => DoAsync(() => _control.ReportAsync(agentId, reports, CancellationToken.None));

    public Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases) => DoAsync(() => _control.RenewAsync(agentId, leases, CancellationToken.None));

    public Task<TaskView> SetStatusAsync(string taskId, StatusChange change) => DoAsync(() => _control.SetStatusAsync(taskId, change, CancellationToken.None));

    public Task<TaskView> CancelAsync(string taskId, string? reason) => DoAsync(() => _control.CancelAsync(taskId, reason, CancellationToken.None));

    public Task<TaskView> RedriveAsync(string taskId) => DoAsync(() => _redrive.RedriveAsync(taskId, CancellationToken.None));

    public Task<int> RedriveFailedAsync(int max) => DoAsync(() => _redrive.RedriveFailedAsync(max, CancellationToken.None));

    public Task ParentEndedAsync(string childId, string parentId, WorkStatus status) => DoAsync(async () =>
    {
        await _control.ParentEndedAsync(childId, parentId, status, CancellationToken.None);
        return true;
    });

    public Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation) => DoAsync(() => new QueueExplainer(_scope).ExplainAsync(taskId, cancellation));

    public Task ServeAsync(AgentPresence presence) => DoAsync(async () =>
    {
        _dispatch.Seat(presence);
        if (!presence.Active) { await _control.TakeBackAsync(presence.Profile.Id, state => state.HeldBy == AgentMode.Passive ? TaskTransitions.Lose(state, "the agent has been silent for too long", _scope.Now()) : TaskDecision.Same(state), CancellationToken.None); }
        RequestRound();
        return true;
    });

    public Task LeaveAsync(string agentId, string reason) => DoAsync(async () =>
    {
        _dispatch.Unseat(agentId);
        await _control.TakeBackAsync(agentId, state => TaskTransitions.Recall(state, reason, _scope.Now()), CancellationToken.None);
        return true;
    });

    public Task RecallAsync(string agentId) => DoAsync(async () =>
    {
        await _control.TakeBackAsync(agentId, state => state.View.Status == WorkStatus.Assigned ? TaskTransitions.Recall(state, "the agent asks for its work itself now", _scope.Now()) : TaskDecision.Same(state), CancellationToken.None);
        return true;
    });

    public Task CoordinateAsync(bool running) => DoAsync(() =>
    {
        _scope.Running = running;
        RequestRound();
        return Task.FromResult(true);
    });

    /// <summary>Takes up settings that changed.</summary>
    public void Apply(QueueSettings? settings)
    {
        var before = _scope.Settings;
        _scope.Settings = settings;
        if (before is null || settings is null || before.DefaultKey != settings.DefaultKey || !before.Keys.SequenceEqual(settings.Keys)) { _scope.Memory.Backlog.Relimit(_scope.Now().UtcTicks); }
        RequestRound();
    }

    /// <summary>What readers see of it.</summary>
    public Task<QueueView> ViewAsync() => DoAsync(() => Task.FromResult(new QueueView
    {
        Name = _scope.Name,
        Settings = _scope.Settings!,
        Ready = _scope.Memory.Backlog.Ready,
        Delayed = _scope.Memory.Backlog.Delayed,
        Blocked = _scope.Memory.Backlog.Blocked,
        Running = _scope.Memory.HeldCount,
        ActiveAgents = _dispatch.Seats.Values.Count(seat => seat.Presence.Active),
        OldestReadySeconds = _scope.Memory.Backlog.OldestReady() is { } since ? Math.Max(0, TimeSpan.FromTicks(_scope.Now().UtcTicks - since).TotalSeconds) : 0,
    }));

    /// <summary>What it remembers, to be compared with counts.</summary>
    public Task<QueueTally> TallyAsync() => DoAsync(() => Task.FromResult(new QueueTally(_scope.Memory.Live, _scope.Writing, _scope.Written)));

    /// <summary>The regular check, when it is time. False: the facts are not what is remembered; it must be made anew.</summary>
    public Task<bool> CheckAsync() => DoAsync(async () =>
    {
        if (_scope.Now() - _checked < CheckPeriod) { return true; }
        _checked = _scope.Now();
        return await new QueueLoader(_scope, _dispatch, _control).CheckAsync(CancellationToken.None);
    });

    private async Task<T> DoAsync<T>(Func<Task<T>> command)
    {
        if (!_loaded.IsCompletedSuccessfully) { await _loaded; }
        if (_end is not null) { throw Moved(); }
        _busy++;
        try { return await command(); }
        finally
        {
            if (--_busy == 0) { _idle?.TrySetResult(); }
        }
    }

    private NexusException Moved() => QueuePartitionGrain.Moved(_scope.Name);

    private Task TickAsync(CancellationToken cancellation)
    {
        _dispatch.AskAgain();
        _timerDue = long.MaxValue;
        RequestRound();
        return Task.CompletedTask;
    }

    /// <summary>Rounds run one after another on this grain's scheduler; a request during one makes another follow. None is made when there is nobody to serve or tell and nothing due earlier than the timer.</summary>
    private void RequestRound()
    {
        if (!_dispatch.HasTakers && !_writer.HasNotices && _scope.Memory.NextDue() >= _timerDue) { return; }
        _roundRequested = true;
        if (_round.IsCompleted && !_stopping.IsCancellationRequested) { _round = RoundsAsync(_stopping.Token); }
    }

    private async Task RoundsAsync(CancellationToken cancellation)
    {
        // Gather what comes in this turn: a batch makes one round, not hundreds.
        await Task.Yield();
        var pause = TimeSpan.FromMilliseconds(1);
        while (_roundRequested && !cancellation.IsCancellationRequested)
        {
            _roundRequested = false;
            try
            {
                await _control.ExpireAsync(cancellation);
                await _writer.DeliverAsync(_control.ParentEndedAsync, cancellation);
                await _dispatch.RoundAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { return; }
            catch (Exception exception)
            {
                // Owned here: nobody awaits a round. What it did not do is still due, and is done by the next.
                CoordinationLog.RoundFailed(_tools.Log, exception, _scope.Key);
                pause = RetryPause;
                break;
            }
        }
        if (cancellation.IsCancellationRequested) { return; }
        var due = TimeSpan.FromTicks(Math.Max(0, Math.Min(_scope.Memory.NextDue(), _dispatch.NextDue()) - _scope.Now().UtcTicks));
        due = due < _tools.Options.Value.CoordinationInterval ? due : _tools.Options.Value.CoordinationInterval;
        due = due > pause ? due : pause;
        _timerDue = _scope.Now().UtcTicks + due.Ticks;
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
