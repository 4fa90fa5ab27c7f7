using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>
/// An agent: its registration and sign of life are facts; what it holds is remembered here and known to the queues. Reentrant, because a long poll must not keep a heartbeat out (docs/decisions/0003).
/// </summary>
[GrainType("agent"), Reentrant]
internal sealed class AgentGrain(ILedger ledger, QueueRoutes routes, IOptions<CoordinationOptions> options, ILogger<AgentGrain> log, TimeProvider time) : Grain, IAgentGrain
{
    private static readonly TimeSpan SeenWritePeriod = TimeSpan.FromSeconds(5);
    private readonly TaskGate _changes = new();
    private AgentWork _work = null!;
    private AgentView? _agent;
    private bool _stale;
    private bool _leaving;
    private DateTimeOffset _seenWritten;

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellation)
    {
        _work = new(Id, ledger, routes, time);
        _agent = await ledger.FindAgentAsync(Id, cancellation);
        if (_agent is null) { return; }
        await _work.LoadAsync(cancellation);
        _seenWritten = _agent.LastHeartbeat;
    }

    public async Task RegisterAsync(AgentProfile profile, CancellationToken cancellation)
    {
        foreach (var queue in profile.Queues)
        {
            if (await GrainFactory.GetGrain<IQueueGrain>(queue).GetAsync(cancellation) is null)
            {
                throw new NexusException(NexusError.Impossible, $"There is no queue '{queue}'. Make it with PUT /queues/{queue}.", "queues");
            }
        }
        var now = time.GetUtcNow();
        var agent = new AgentView { Profile = profile, Active = true, LastHeartbeat = now, RegisteredAt = now };
        var data = new EventData().With("type", profile.Type.ToString()).With("capabilities", profile.Capabilities).Json();
        if ((await ledger.CommitAsync([new LedgerEntry { Change = new AgentInsert(agent), Events = [Happened(now, "agent.registered", data)] }], cancellation))[0].Outcome != CommitOutcome.Done)
        {
            throw new NexusException(NexusError.AlreadyExists, $"Agent '{Id}' is registered already. Remove it first (DELETE /agents/{{id}}), or go on using it.", "id");
        }
        (_agent, _seenWritten) = (agent, now);
        await TellQueuesAsync();
    }

    public async Task<AgentView?> GetAsync(CancellationToken cancellation)
    {
        if (_agent is null) { return null; }
        if (_stale)
        {
            _stale = false;
            if (await ledger.FindAgentAsync(Id, cancellation) is { } stored && _agent is not null) { _agent = stored with { LastHeartbeat = Later(stored.LastHeartbeat, _agent.LastHeartbeat) }; }
        }
        return _agent is null ? null : _agent with { CurrentLoad = _work.Units };
    }

    public async Task DeregisterAsync(CancellationToken cancellation)
    {
        var agent = Known();
        // What comes back must not be offered to it again.
        _leaving = true;
        try
        {
            // Its work goes back before it goes: a crash in between leaves an agent without work, not work without an agent.
            foreach (var queue in _work.QueuesOf(agent)) { await routes.ToAllAsync(queue, place => place.LeaveAsync(Id, "the agent was removed", CancellationToken.None), CancellationToken.None); }
            await ledger.CommitAsync([new LedgerEntry { Change = new AgentDelete(Id), Events = [Happened(time.GetUtcNow(), "agent.deregistered", "{}")] }], CancellationToken.None);
        }
        finally { _leaving = false; }
        _agent = null;
        _work.Clear();
    }

    public async Task<ImmutableArray<LeasedTask>> LeaseAsync(LeaseRequest request, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        if (Known().Profile.Mode != AgentMode.Pull) { await BecomePullingAsync(cancellation); }
        var leased = await _work.LeaseAsync(request, () => _agent, cancellation);
        // Each lease leaves a sign of life in its own commit.
        if (leased.Length > 0) { _seenWritten = _agent?.LastHeartbeat ?? _seenWritten; }
        return leased;
    }

    public async Task<HeartbeatReply> HeartbeatAsync(Heartbeat heartbeat, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        return await _work.RenewAsync(Known(), heartbeat);
    }

    public async Task<ImmutableArray<ReportReply>> ReportAsync(ImmutableArray<LeaseReport> reports, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        var replies = await _work.ReportAsync(reports, cancellation);
        _stale = true;
        return replies;
    }

    public async Task<bool> OfferAsync(WorkShare work, CancellationToken cancellation) =>
        !_leaving && _agent is { Active: true, Draining: false, Profile.Mode: AgentMode.Passive } agent && await _work.OfferAsync(agent.Profile, work, cancellation);

    public async Task ReleasedAsync(ImmutableArray<string> taskIds, CancellationToken cancellation)
    {
        _stale = true;
        if (_work.Release(_agent, taskIds) && _agent is not null && !_leaving) { await TellQueuesAsync(); }
    }

    public Task<bool> WakeAsync(string queue, CancellationToken cancellation) => Task.FromResult(_work.Wake(_agent, queue));

    public async Task DrainAsync(bool draining, CancellationToken cancellation)
    {
        if (Known().Draining == draining) { return; }
        await ChangeAsync(agent => agent with { Draining = draining }, draining ? "agent.draining" : "agent.resumed", cancellation);
        _work.Ring();
    }

    public async Task CheckSilenceAsync(CancellationToken cancellation)
    {
        if (_agent is not null && _work.HasListeners) { await SeeAsync(cancellation); }
        var silence = time.GetUtcNow() - _agent?.LastHeartbeat;
        if (_agent is not { Active: true } || silence < options.Value.AgentSilenceLimit) { return; }
        CoordinationLog.AgentSilent(log, Id, silence!.Value.TotalSeconds);
        await ChangeAsync(agent => agent with { Active = false }, "agent.inactive", cancellation);
    }

    public Task SawLifeAsync(CancellationToken cancellation) => _agent is null ? Task.CompletedTask : SeeAsync(cancellation);

    private async Task BecomePullingAsync(CancellationToken cancellation)
    {
        await ChangeAsync(agent => agent with { Profile = agent.Profile with { Mode = AgentMode.Pull } }, "agent.pulls", cancellation);
        foreach (var queue in _work.QueuesOf(Known())) { await routes.ToAllAsync(queue, place => place.RecallAsync(Id, CancellationToken.None), CancellationToken.None); }
    }

    /// <summary>Takes a sign of life. It is on disk at most <see cref="SeenWritePeriod"/> late; coming back from silence is written at once.</summary>
    private async Task SeeAsync(CancellationToken cancellation)
    {
        var agent = Known();
        var now = time.GetUtcNow();
        _agent = agent with { LastHeartbeat = now };
        if (!agent.Active) { await ChangeAsync(known => known with { Active = true }, "agent.active", cancellation); }
        if (now - _seenWritten < SeenWritePeriod) { return; }
        _seenWritten = now;
        await ledger.CommitAsync([new LedgerEntry { Touches = [new AgentSeen(Id, now)] }], cancellation);
    }

    /// <summary>Changes the stored agent, one change at a time, and tells its queues. Carried to its end whatever the caller does.</summary>
    private async Task ChangeAsync(Func<AgentView, AgentView> change, string type, CancellationToken cancellation)
    {
        await _changes.EnterAsync(nameof(ChangeAsync), cancellation);
        try
        {
            var entry = new LedgerEntry { Change = new AgentUpdate(change(Known())), Events = [Happened(time.GetUtcNow(), type, "{}")] };
            if ((await ledger.CommitAsync([entry], CancellationToken.None))[0].Outcome != CommitOutcome.Done)
            {
                DeactivateOnIdle();
                throw Unknown();
            }
            _agent = change(Known());
            _stale = true;
        }
        finally { _changes.Leave(nameof(ChangeAsync)); }
        await TellQueuesAsync();
    }

    private async Task TellQueuesAsync()
    {
        var agent = Known();
        var presence = new AgentPresence { Profile = agent.Profile, Active = agent.Active, Draining = agent.Draining, Load = _work.Units };
        foreach (var queue in _work.QueuesOf(agent)) { await routes.ToAllAsync(queue, place => place.ServeAsync(presence, CancellationToken.None), CancellationToken.None); }
    }

    private AgentView Known() => _agent ?? throw Unknown();

    private NexusException Unknown() => new(NexusError.NotFound, $"There is no agent '{Id}'. Register it first (POST /agents).");

    private LedgerEvent Happened(DateTimeOffset at, string type, string data) => new(at, type, null, Id, null, data);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
