using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>
/// A queue: turn-taking and life cycle; the work is in its parts. Reentrant, so that many commits can be under way at once (docs/decisions/0003): memory takes in only what is on disk,
/// one turn at a time per task (<see cref="TaskGate"/>), and the ledger's version is the referee.
/// </summary>
[GrainType("queue"), Reentrant]
internal sealed class QueueGrain(ILedger ledger, IOptions<CoordinationOptions> options, CoordinationMetrics metrics, ILogger<QueueGrain> log, TimeProvider time, LeaseTokens tokens)
    : Grain, IQueueGrain, IDisposable
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private QueueScope _scope = null!;
    private QueueWriter _writer = null!;
    private QueueDispatch _dispatch = null!;
    private QueueControl _control = null!;
    private QueueIntake _intake = null!;
    private QueueRedrive _redrive = null!;
    private IGrainTimer _timer = null!;
    private Task _round = Task.CompletedTask;
    private bool _roundRequested;
    private DateTimeOffset _checked;
    private bool _made;
    private long _timerDue = long.MaxValue;
    private readonly CancellationTokenSource _stopping = new();

    private string Name => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var random = options.Value.Seed is { } seed ? new Random(seed) : new Random();
        _scope = new()
        {
            Name = Name,
            Memory = new(options.Value, key => _scope.LimitsOf(key)),
            Ledger = ledger,
            Grains = GrainFactory,
            Options = options.Value,
            Metrics = metrics,
            Log = log,
            Time = time,
            Tokens = tokens,
            Chance = random.NextDouble,
            RequestRound = RequestRound,
        };
        _writer = new(_scope);
        _dispatch = new(_scope, _writer);
        _control = new(_scope, _writer, _dispatch);
        _intake = new(_scope, _control.LookAtParentsAsync);
        _redrive = new(_scope, _control);
        _timer = this.RegisterGrainTimer(TickAsync, new() { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
        await new QueueLoader(_scope, _dispatch, _control).LoadAsync(cancellation);
        _checked = _scope.Now();
        CoordinationLog.QueueLoaded(log, Name, _scope.Memory.Backlog.Count, _scope.Memory.HeldCount, _dispatch.Seats.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        if (_scope.Settings is not null) { RequestRound(); }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _round.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stopping.Dispose();

    // A command that has begun is carried to its end whatever its caller does: half of one would leave memory behind the ledger.

    public Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation) => _intake.SubmitAsync(submissions, CancellationToken.None);

    public Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation) => _dispatch.LeaseAsync(bid, CancellationToken.None);

    public Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation) => _control.ReportAsync(agentId, reports, CancellationToken.None);

    public Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation) => _control.RenewAsync(agentId, leases, CancellationToken.None);

    public Task<TaskView> SetStatusAsync(string taskId, StatusChange change, CancellationToken cancellation) => _control.SetStatusAsync(taskId, change, CancellationToken.None);

    public Task<TaskView> CancelAsync(string taskId, string? reason, CancellationToken cancellation) => _control.CancelAsync(taskId, reason, CancellationToken.None);

    public Task<TaskView> RedriveAsync(string taskId, CancellationToken cancellation) => _redrive.RedriveAsync(taskId, CancellationToken.None);

    public Task<int> RedriveFailedAsync(int max, CancellationToken cancellation) => _scope.Settings is null ? throw Unknown() : _redrive.RedriveFailedAsync(max, CancellationToken.None);

    public Task ParentEndedAsync(string childId, string parentId, WorkStatus status, CancellationToken cancellation) => _control.ParentEndedAsync(childId, parentId, status, CancellationToken.None);

    public Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation) => new QueueExplainer(_scope).ExplainAsync(taskId, cancellation);

    public async Task ServeAsync(AgentPresence presence, CancellationToken cancellation)
    {
        _dispatch.Seat(presence);
        if (!presence.Active) { await _control.TakeBackAsync(presence.Profile.Id, state => state.HeldBy == AgentMode.Passive ? TaskTransitions.Lose(state, "the agent has been silent for too long", _scope.Now()) : TaskDecision.Same(state), CancellationToken.None); }
        RequestRound();
    }

    public async Task LeaveAsync(string agentId, string reason, CancellationToken cancellation)
    {
        _dispatch.Unseat(agentId);
        await _control.TakeBackAsync(agentId, state => TaskTransitions.Recall(state, reason, _scope.Now()), CancellationToken.None);
    }

    public Task RecallAsync(string agentId, CancellationToken cancellation) =>
        _control.TakeBackAsync(agentId, state => state.View.Status == WorkStatus.Assigned ? TaskTransitions.Recall(state, "the agent asks for its work itself now", _scope.Now()) : TaskDecision.Same(state), CancellationToken.None);

    public Task<QueueView?> GetAsync(CancellationToken cancellation)
    {
        if (_scope.Settings is not null) { return Task.FromResult<QueueView?>(View()); }
        DeactivateOnIdle();
        return Task.FromResult<QueueView?>(null);
    }

    public async Task<QueueView> ConfigureAsync(QueueSettings settings, CancellationToken cancellation)
    {
        var type = _scope.Settings is null ? "queue.created" : settings.Paused == _scope.Settings.Paused ? "queue.configured" : settings.Paused ? "queue.paused" : "queue.resumed";
        await ledger.CommitAsync([new LedgerEntry { Change = new QueuePut(Name, settings), Events = [new(_scope.Now(), type, null, null, Name, "{}")] }], CancellationToken.None);
        _scope.Settings = settings;
        _scope.Memory.Backlog.Relimit(_scope.Now().UtcTicks);
        RequestRound();
        return View();
    }

    public Task<QueueView> PauseAsync(bool paused, CancellationToken cancellation) => _scope.Settings is { } settings
        ? settings.Paused == paused ? Task.FromResult(View()) : ConfigureAsync(settings with { Paused = paused }, cancellation)
        : throw Unknown();

    public Task CoordinateAsync(bool running, CancellationToken cancellation)
    {
        _scope.Running = running;
        RequestRound();
        return Task.CompletedTask;
    }

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        // The queue makes itself, so that silos that start at once do not set back what somebody has changed meanwhile.
        if (Name == QueueNames.Default && !_made)
        {
            if (await ledger.FindQueueAsync(Name, cancellation) is null) { await ConfigureAsync(_scope.Settings ?? new(), CancellationToken.None); }
            _made = true;
        }
        if (_scope.Now() - _checked < CheckPeriod) { return; }
        _checked = _scope.Now();
        if (await new QueueLoader(_scope, _dispatch, _control).CheckAsync(CancellationToken.None)) { return; }
        CoordinationLog.QueueDiffers(log, Name);
        DeactivateOnIdle();
    }

    private NexusException Unknown() => new(NexusError.NotFound, $"There is no queue '{Name}'.");

    private QueueView View() => new()
    {
        Name = Name,
        Settings = _scope.Settings!,
        Ready = _scope.Memory.Backlog.Ready,
        Delayed = _scope.Memory.Backlog.Delayed,
        Blocked = _scope.Memory.Backlog.Blocked,
        Running = _scope.Memory.HeldCount,
        ActiveAgents = _dispatch.Seats.Values.Count(seat => seat.Presence.Active),
        OldestReadySeconds = _scope.Memory.Backlog.OldestReady() is { } since ? Math.Max(0, TimeSpan.FromTicks(_scope.Now().UtcTicks - since).TotalSeconds) : 0,
    };

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
                CoordinationLog.RoundFailed(log, exception, Name);
                pause = RetryPause;
                break;
            }
        }
        var due = TimeSpan.FromTicks(Math.Max(0, Math.Min(_scope.Memory.NextDue(), _dispatch.NextDue()) - _scope.Now().UtcTicks));
        due = due < options.Value.CoordinationInterval ? due : options.Value.CoordinationInterval;
        due = due > pause ? due : pause;
        _timerDue = _scope.Now().UtcTicks + due.Ticks;
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
