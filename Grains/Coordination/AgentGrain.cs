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
internal sealed class AgentGrain(ILedger ledger, IOptions<CoordinationOptions> options, ILogger<AgentGrain> log, TimeProvider time) : Grain, IAgentGrain
{
    private static readonly TimeSpan SeenWritePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromSeconds(10);
    private readonly AgentHands _hands = new();
    private readonly AgentDoorbell _doorbell = new();
    private readonly TaskGate _changes = new();
    private readonly HashSet<string> _turnedAway = new(StringComparer.Ordinal);
    private AgentView? _agent;
    private bool _stale;
    private DateTimeOffset _seenWritten;
    private DateTimeOffset _settled;

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellation)
    {
        _agent = await ledger.FindAgentAsync(Id, cancellation);
        if (_agent is null) { return; }
        foreach (var state in await ledger.HeldTasksAsync(Id, cancellation)) { _hands.Take(new(state.Id, state.View.Spec.Queue, state.View.Spec.Units, state.View.Spec.Resources), state.Token); }
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
        return _agent is null ? null : _agent with { CurrentLoad = _hands.Units };
    }

    public async Task DeregisterAsync(CancellationToken cancellation)
    {
        var agent = Known();
        // Its work goes back before it goes: a crash in between leaves an agent without work, not work without an agent.
        foreach (var queue in Queues(agent)) { await queue.LeaveAsync(Id, "the agent was removed", CancellationToken.None); }
        await ledger.CommitAsync([new LedgerEntry { Change = new AgentDelete(Id), Events = [Happened(time.GetUtcNow(), "agent.deregistered", "{}")] }], CancellationToken.None);
        _agent = null;
        _hands.Clear();
        _doorbell.Ring();
    }

    public async Task<ImmutableArray<LeasedTask>> LeaseAsync(LeaseRequest request, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        if (Known().Profile.Mode != AgentMode.Pull) { await BecomePullingAsync(cancellation); }
        var until = time.GetUtcNow() + request.Wait;
        while (true)
        {
            var rung = _doorbell.Listen();
            var wait = until - time.GetUtcNow();
            if (await TryLeaseAsync(request.Max, wait > TimeSpan.Zero) is { Length: > 0 } leased)
            {
                if (!cancellation.IsCancellationRequested) { return leased; }
                await GiveBackAsync(leased, "the agent was gone when its tasks came");
                cancellation.ThrowIfCancellationRequested();
            }
            if (wait <= TimeSpan.Zero || _agent is null or { Draining: true }) { return []; }
            await _doorbell.WaitAsync(rung, wait, time, cancellation);
        }
    }

    public async Task<HeartbeatReply> HeartbeatAsync(Heartbeat heartbeat, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        var agent = Known();
        var byQueue = (heartbeat.Leases ?? []).ToLookup(lease => _hands.QueueOf(lease.TaskId), StringComparer.Ordinal);
        var (orders, held) = (ImmutableArray.CreateBuilder<AgentOrder>(), ImmutableArray.CreateBuilder<HeldLease>());
        HashSet<LeaseProgress> lost = [.. heartbeat.Leases ?? []];
        foreach (var queue in QueueNamesOf(agent))
        {
            // A lease that is not known here may be known there: a grant whose answer was lost on its way.
            ImmutableArray<LeaseProgress> named = [.. byQueue[queue], .. byQueue[null]];
            var reply = await GrainFactory.GetGrain<IQueueGrain>(queue).RenewAsync(Id, heartbeat.Leases is null ? null : named, CancellationToken.None);
            orders.AddRange(reply.Orders);
            held.AddRange(reply.Held);
            lost.ExceptWith(named.Where(lease => !reply.Lost.Contains(lease.TaskId)));
        }
        foreach (var lease in lost) { _hands.Lose(lease.TaskId, lease.Token); }
        if (agent.Draining) { orders.Add(new(OrderKind.Drain, null, null)); }
        return new() { Orders = orders.ToImmutable(), Held = held.ToImmutable(), Lost = [.. lost.Select(lease => lease.TaskId)] };
    }

    public async Task<ImmutableArray<ReportReply>> ReportAsync(ImmutableArray<LeaseReport> reports, CancellationToken cancellation)
    {
        await SeeAsync(cancellation);
        var replies = new ReportReply[reports.Length];
        var places = new string?[reports.Length];
        for (var i = 0; i < reports.Length; i++)
        {
            places[i] = _hands.QueueOf(reports[i].TaskId) ?? (await ledger.FindTaskAsync(reports[i].TaskId, cancellation))?.View.Spec.Queue;
            if (places[i] is null) { replies[i] = new() { TaskId = reports[i].TaskId, Error = NexusError.NotFound, Message = $"There is no task '{reports[i].TaskId}'." }; }
        }
        foreach (var queue in places.OfType<string>().Distinct(StringComparer.Ordinal).ToList())
        {
            int[] items = [.. Enumerable.Range(0, reports.Length).Where(i => places[i] == queue)];
            var answers = await GrainFactory.GetGrain<IQueueGrain>(queue).ReportAsync(Id, [.. items.Select(i => reports[i])], CancellationToken.None);
            for (var k = 0; k < items.Length; k++) { replies[items[k]] = answers[k]; }
        }
        for (var i = 0; i < reports.Length; i++)
        {
            // By token, also when accepted: a repeat of an old report must not free what is held anew.
            if (replies[i].Error is NexusError.None or NexusError.LeaseLost) { _hands.Lose(reports[i].TaskId, reports[i].Token); }
        }
        _stale = true;
        _doorbell.Ring();
        return ImmutableArray.Create(replies);
    }

    public async Task DrainAsync(bool draining, CancellationToken cancellation)
    {
        if (Known().Draining == draining) { return; }
        await ChangeAsync(agent => agent with { Draining = draining }, draining ? "agent.draining" : "agent.resumed", cancellation);
        _doorbell.Ring();
    }

    public async Task<bool> OfferAsync(WorkShare work, CancellationToken cancellation)
    {
        if (_agent is not { Active: true, Draining: false, Profile.Mode: AgentMode.Passive } agent) { return false; }
        if (!_hands.HasRoom(agent.Profile, work))
        {
            await SettleHandsAsync(cancellation);
            if (!_hands.HasRoom(agent.Profile, work))
            {
                _turnedAway.Add(work.Queue);
                return false;
            }
        }
        _hands.Take(work);
        return true;
    }

    public async Task ReleasedAsync(ImmutableArray<string> taskIds, CancellationToken cancellation)
    {
        foreach (var taskId in taskIds) { _hands.Drop(taskId); }
        _stale = true;
        _doorbell.Ring();
        if (_agent is null || _turnedAway.Count == 0) { return; }
        // Queues whose offers found no room do not see what leaves these hands elsewhere.
        _turnedAway.Clear();
        await TellQueuesAsync();
    }

    // One that is full by now is rung all the same, but must not keep the work from the next in line.
    public Task<bool> WakeAsync(string queue, CancellationToken cancellation) =>
        Task.FromResult(_doorbell.Ring() && _agent is { Draining: false } agent && _hands.HeldUnits < agent.Profile.MaxCapacity);

    public async Task CheckSilenceAsync(CancellationToken cancellation)
    {
        if (_agent is not null && _doorbell.HasListeners) { await SeeAsync(cancellation); }
        var silence = time.GetUtcNow() - _agent?.LastHeartbeat;
        if (_agent is not { Active: true } || silence < options.Value.AgentSilenceLimit) { return; }
        CoordinationLog.AgentSilent(log, Id, silence!.Value.TotalSeconds);
        await ChangeAsync(agent => agent with { Active = false }, "agent.inactive", cancellation);
    }

    public Task SawLifeAsync(CancellationToken cancellation) => _agent is null ? Task.CompletedTask : SeeAsync(cancellation);

    private async Task<ImmutableArray<LeasedTask>> TryLeaseAsync(int max, bool wait)
    {
        var agent = Known();
        if (agent.Profile.MaxCapacity <= _hands.Units) { await SettleHandsAsync(CancellationToken.None); }
        var free = agent.Profile.MaxCapacity - _hands.Units;
        if (agent.Draining || free <= 0) { return []; }
        var wanted = Math.Min(max, free);
        // Set aside while the queues are asked, so that two calls of one agent do not take the same room.
        _hands.Reserve(wanted);
        try
        {
            foreach (var queue in agent.Profile.Queues)
            {
                var bid = new AgentBid { AgentId = Id, Capabilities = agent.Profile.Capabilities, Max = wanted, FreeUnits = free, FreeResources = _hands.FreeResources(agent.Profile), Wait = wait };
                var leased = await GrainFactory.GetGrain<IQueueGrain>(queue).LeaseAsync(bid, CancellationToken.None);
                if (leased.Length == 0) { continue; }
                foreach (var lease in leased) { _hands.Take(new(lease.Task.Spec.Id, queue, lease.Task.Spec.Units, lease.Task.Spec.Resources), lease.Token); }
                _seenWritten = _agent?.LastHeartbeat ?? _seenWritten;
                // Tasks of several units, taken by two calls at once, can be too much.
                var kept = leased.Length;
                for (var excess = _hands.Units - wanted - agent.Profile.MaxCapacity; excess > 0 && kept > 0; kept--) { excess -= leased[kept - 1].Task.Spec.Units; }
                if (kept < leased.Length) { await GiveBackAsync(leased[kept..], "no room"); }
                return leased[..kept];
            }
            return [];
        }
        finally { _hands.Unreserve(wanted); }
    }

    private Task<ImmutableArray<ReportReply>> GiveBackAsync(ImmutableArray<LeasedTask> leased, string reason) =>
        ReportAsync([.. leased.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.GiveBack, ErrorMessage = reason })], CancellationToken.None);

    /// <summary>News of what left its hands may have been lost with a queue that moved or fell: an agent that seems full looks at the facts now and then.</summary>
    private async Task SettleHandsAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() - _settled < SettlePeriod) { return; }
        _settled = time.GetUtcNow();
        _hands.Settle((await ledger.HeldTasksAsync(Id, cancellation)).Select(state => state.Id).ToHashSet(StringComparer.Ordinal));
    }

    private async Task BecomePullingAsync(CancellationToken cancellation)
    {
        await ChangeAsync(agent => agent with { Profile = agent.Profile with { Mode = AgentMode.Pull } }, "agent.pulls", cancellation);
        foreach (var queue in Queues(Known())) { await queue.RecallAsync(Id, CancellationToken.None); }
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
        var presence = new AgentPresence { Profile = agent.Profile, Active = agent.Active, Draining = agent.Draining, Load = _hands.Units };
        foreach (var queue in Queues(agent)) { await queue.ServeAsync(presence, CancellationToken.None); }
    }

    private AgentView Known() => _agent ?? throw Unknown();

    private NexusException Unknown() => new(NexusError.NotFound, $"There is no agent '{Id}'. Register it first (POST /agents).");

    private List<string> QueueNamesOf(AgentView agent) => [.. agent.Profile.Queues.Union(_hands.Queues, StringComparer.Ordinal)];

    private IEnumerable<IQueueGrain> Queues(AgentView agent) => QueueNamesOf(agent).Select(queue => GrainFactory.GetGrain<IQueueGrain>(queue));

    private LedgerEvent Happened(DateTimeOffset at, string type, string data) => new(at, type, null, Id, null, data);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
