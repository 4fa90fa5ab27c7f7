using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>An agent's work: what it holds, what it asks for and reports, and how its long polls wait. For one grain's scheduler only.</summary>
internal sealed class AgentWork(string id, ILedger ledger, QueueRoutes routes, TimeProvider time)
{
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromSeconds(10);
    /// <summary>Longest wait without asking anew: a queue that was loaded again meanwhile (its silo fell, it moved) does not know who waits.</summary>
    private static readonly TimeSpan AskAgainPeriod = TimeSpan.FromSeconds(10);
    private readonly AgentHands _hands = new();
    private readonly AgentDoorbell _doorbell = new();
    private readonly PartitionTurns _turns = new(QueueSlots.Of(id));
    private readonly HashSet<string> _turnedAway = new(StringComparer.Ordinal);
    private DateTimeOffset _settled;

    /// <summary>Units in use or set aside.</summary>
    public int Units => _hands.Units;

    /// <summary>Whether a long poll waits: a sign of life.</summary>
    public bool HasListeners => _doorbell.HasListeners;

    /// <summary>Queues that an agent serves or holds work of.</summary>
    public ImmutableArray<string> QueuesOf(AgentView agent) => [.. agent.Profile.Queues.Union(_hands.Queues, StringComparer.Ordinal)];

    /// <summary>Takes into its hands what it holds by the facts.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        foreach (var state in await ledger.HeldTasksAsync(id, cancellation)) { _hands.Take(Share(state.View.Spec), state.Token); }
    }

    /// <summary>Lets everything go.</summary>
    public void Clear()
    {
        _hands.Clear();
        _doorbell.RingAll();
    }

    /// <summary>Ends all waits: something about the agent has changed.</summary>
    public void Ring() => _doorbell.RingAll();

    /// <summary>Asks the queues until one gives, or the wait is over.</summary>
    /// <param name="request">How many, and how long to wait.</param>
    /// <param name="current">The agent as it is now; null when it is gone.</param>
    /// <param name="cancellation">The caller has gone: what comes too late is given back.</param>
    public async Task<ImmutableArray<LeasedTask>> LeaseAsync(LeaseRequest request, Func<AgentView?> current, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + request.Wait;
        using var listens = request.Wait > TimeSpan.Zero ? _doorbell.Listen() : null;
        while (true)
        {
            var missed = _doorbell.Missed;
            var wait = until - time.GetUtcNow();
            if (current() is not { Draining: false } agent) { return []; }
            if (await TryLeaseAsync(agent, request.Max, wait > TimeSpan.Zero) is { Length: > 0 } leased)
            {
                if (!cancellation.IsCancellationRequested) { return leased; }
                await GiveBackAsync(leased, "the agent was gone when its tasks came");
                cancellation.ThrowIfCancellationRequested();
            }
            if (wait <= TimeSpan.Zero) { return []; }
            await _doorbell.WaitAsync(missed, wait < AskAgainPeriod ? wait : AskAgainPeriod, time, cancellation);
        }
    }

    /// <summary>Renews leases and takes progress, in all queues.</summary>
    public async Task<HeartbeatReply> RenewAsync(AgentView agent, Heartbeat heartbeat)
    {
        var leases = (heartbeat.Leases ?? []).Select(lease => (Lease: lease, Work: _hands.Find(lease.TaskId))).ToList();
        var (orders, held) = (ImmutableArray.CreateBuilder<AgentOrder>(), ImmutableArray.CreateBuilder<HeldLease>());
        HashSet<LeaseProgress> lost = [.. heartbeat.Leases ?? []];
        foreach (var queue in QueuesOf(agent))
        {
            foreach (var (named, reply) in await routes.ToEachAsync(queue, async (map, place) =>
            {
                // A lease that is not known here may be known there: a grant whose answer was lost on its way.
                ImmutableArray<LeaseProgress> named = [.. leases.Where(item => item.Work is null || (item.Work.Queue == queue && map.PlaceOf(QueueSlots.Of(item.Work.Key)) == place)).Select(item => item.Lease)];
                return (named, await map.Places[place].RenewAsync(id, heartbeat.Leases is null ? null : named, CancellationToken.None));
            }, CancellationToken.None))
            {
                orders.AddRange(reply.Orders);
                held.AddRange(reply.Held);
                lost.ExceptWith(named.Where(lease => !reply.LostLeases.Contains(new(lease.TaskId, lease.Token))));
            }
        }
        foreach (var lease in lost) { _hands.Lose(lease.TaskId, lease.Token); }
        if (agent.Draining) { orders.Add(new(OrderKind.Drain, null, null)); }
        return new() { Orders = orders.ToImmutable(), Held = held.ToImmutable(), Lost = [.. lost.Select(lease => lease.TaskId)], LostLeases = [.. lost.Select(lease => new LostLease(lease.TaskId, lease.Token))] };
    }

    /// <summary>Takes reports to the queues of their tasks; each is answered for itself.</summary>
    public async Task<ImmutableArray<ReportReply>> ReportAsync(ImmutableArray<LeaseReport> reports, CancellationToken cancellation)
    {
        var replies = new ReportReply[reports.Length];
        var places = new (string Queue, int Slot)?[reports.Length];
        for (var i = 0; i < reports.Length; i++)
        {
            if (_hands.Find(reports[i].TaskId) is { } work) { places[i] = (work.Queue, QueueSlots.Of(work.Key)); }
            else if (await ledger.FindTaskAsync(reports[i].TaskId, cancellation) is { View.Spec: var spec }) { places[i] = (spec.Queue, QueueSlots.Of(spec.Key)); }
            else { replies[i] = new() { TaskId = reports[i].TaskId, Error = NexusError.NotFound, Message = $"There is no task '{reports[i].TaskId}'." }; }
        }
        foreach (var queue in places.OfType<(string Queue, int Slot)>().Select(place => place.Queue).Distinct(StringComparer.Ordinal).ToList())
        {
            int[] items = [.. Enumerable.Range(0, reports.Length).Where(i => places[i]?.Queue == queue)];
            var answers = await routes.ScatterAsync(queue, items, i => places[i]!.Value.Slot, (place, some) => place.ReportAsync(id, [.. some.Select(i => reports[i])], CancellationToken.None), CancellationToken.None);
            for (var k = 0; k < items.Length; k++) { replies[items[k]] = answers[k]; }
        }
        for (var i = 0; i < reports.Length; i++)
        {
            // By token, also when accepted: a repeat of an old report must not free what is held anew.
            if (replies[i].Error is NexusError.None or NexusError.LeaseLost) { _hands.Lose(reports[i].TaskId, reports[i].Token); }
        }
        _doorbell.RingOne();
        return ImmutableArray.Create(replies);
    }

    /// <summary>Makes room for a task that a queue wants to assign. False: there is none.</summary>
    public async Task<bool> OfferAsync(AgentProfile profile, WorkShare work, CancellationToken cancellation)
    {
        if (!_hands.HasRoom(profile, work)) { await SettleAsync(cancellation); }
        if (!_hands.HasRoom(profile, work))
        {
            _turnedAway.Add(work.Queue);
            return false;
        }
        _hands.Take(work);
        return true;
    }

    /// <summary>
    /// Tasks left its hands by other ways than its own report. True: its queues must hear of it, for they do not see what leaves these hands elsewhere: those whose offers found no room,
    /// and all of a passive agent that serves several, or partitions of one, which count what it holds of the others and would take it for full.
    /// </summary>
    public bool Release(AgentView? agent, ImmutableArray<string> taskIds)
    {
        foreach (var taskId in taskIds) { _hands.Drop(taskId); }
        _doorbell.RingOne();
        var tell = _turnedAway.Count > 0 || (agent is { Profile: { Mode: AgentMode.Passive, Queues: var queues } } && (queues.Length > 1 || queues.Any(routes.IsDivided)));
        _turnedAway.Clear();
        return tell;
    }

    /// <summary>A queue has work. False: nobody waits here, or nobody who has room; an agent that is full by now is rung all the same, but must not keep the work from the next in line.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="caller">The queue, or the partition of it that has the work and is asked first.</param>
    public bool Wake(AgentView? agent, string caller)
    {
        if (QueuePart.TryParse(caller) is { } part) { _turns.MoveTo(part.Queue, part.Place, time.GetUtcNow()); }
        return _doorbell.RingOne() && agent is { Draining: false } && _hands.HeldUnits < agent.Profile.MaxCapacity;
    }

    private async Task<ImmutableArray<LeasedTask>> TryLeaseAsync(AgentView agent, int max, bool wait)
    {
        if (agent.Profile.MaxCapacity <= _hands.Units) { await SettleAsync(CancellationToken.None); }
        var free = agent.Profile.MaxCapacity - _hands.Units;
        if (free <= 0) { return []; }
        var wanted = Math.Min(max, free);
        // Set aside while the queues are asked, so that two calls of one agent do not take the same room.
        _hands.Reserve(wanted);
        try
        {
            foreach (var queue in agent.Profile.Queues)
            {
                var bid = new AgentBid
                {
                    AgentId = id,
                    Capabilities = agent.Profile.Capabilities,
                    Max = wanted,
                    FreeUnits = free,
                    FreeResources = _hands.FreeResources(agent.Profile),
                    Wait = wait || _doorbell.HasIdle,
                    OthersWait = _doorbell.HasIdle && wanted < free,
                };
                var leased = await routes.LeaseAsync(queue, bid, _turns.Next(queue, time.GetUtcNow()), CancellationToken.None);
                if (leased.Length == 0) { continue; }
                // Tasks of several units or with resources, given to two calls at once, can be too much.
                var (kept, excess) = Take(leased, agent.Profile);
                if (excess.Length > 0) { await GiveBackAsync(excess, "no room"); }
                // Room that was set aside and is free again, and queues after this one, which may have been the ones that called: for the next.
                if (leased.Length < wanted || agent.Profile.Queues.Length > 1) { _doorbell.RingOne(); }
                if (kept.Length > 0) { return kept; }
            }
            return [];
        }
        catch
        {
            _doorbell.RingOne();                                                   // what this call was woken for is for the next
            throw;
        }
        finally { _hands.Unreserve(wanted); }
    }

    private (ImmutableArray<LeasedTask> Kept, ImmutableArray<LeasedTask> Excess) Take(ImmutableArray<LeasedTask> leased, AgentProfile profile)
    {
        var (kept, excess) = (ImmutableArray.CreateBuilder<LeasedTask>(leased.Length), ImmutableArray.CreateBuilder<LeasedTask>());
        foreach (var lease in leased)
        {
            var share = Share(lease.Task.Spec);
            var fits = _hands.CanHold(profile, share);
            if (fits) { _hands.Take(share, lease.Token); }
            (fits ? kept : excess).Add(lease);
        }
        return (kept.ToImmutable(), excess.ToImmutable());
    }

    private Task<ImmutableArray<ReportReply>> GiveBackAsync(ImmutableArray<LeasedTask> leased, string reason) =>
        ReportAsync([.. leased.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.GiveBack, ErrorMessage = reason })], CancellationToken.None);

    /// <summary>News of what left its hands may have been lost with a queue that moved or fell: an agent that seems full looks at the facts now and then.</summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() - _settled < SettlePeriod) { return; }
        _settled = time.GetUtcNow();
        _hands.Settle((await ledger.HeldTasksAsync(id, cancellation)).Select(state => state.Id).ToHashSet(StringComparer.Ordinal));
    }

    private static WorkShare Share(TaskSpec spec) => new(spec.Id, spec.Queue, spec.Units, spec.Resources) { Key = spec.Key };
}
