using System.Collections.Immutable;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Gives out work: to pulling agents when they ask, to passive ones when there is something; wakes those who wait.</summary>
internal sealed class QueueDispatch(QueueScope scope, QueueWriter writer)
{
    private const int RoundMax = 64;
    private const int TriesMax = 3;
    /// <summary>How long work is kept for an agent that was woken for it, before the next in line is woken.</summary>
    private static readonly TimeSpan WokenGrace = TimeSpan.FromMilliseconds(100);
    private readonly SeatChooser _chooser = new(scope);
    private readonly SortedDictionary<string, AgentSeat> _seats = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AgentSeat> _passive = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PullBid> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Wants, long Until)> _woken = new(StringComparer.Ordinal);

    /// <summary>Agents that serve the queue.</summary>
    public IReadOnlyDictionary<string, AgentSeat> Seats => _seats;

    /// <summary>Whether somebody waits for work.</summary>
    public bool HasTakers => _waiting.Count + _passive.Count > 0;

    /// <summary>When those who wait must be looked at again, because an agent that was woken may not have come (UTC ticks).</summary>
    public long NextDue() => _woken.Count > 0 && _waiting.Count > 0 && scope.Memory.Backlog.Ready > 0 ? _woken.Values.Min(woken => woken.Until) : long.MaxValue;

    /// <summary>Takes in an agent, or a change of it.</summary>
    public void Seat(AgentPresence presence)
    {
        var seat = _seats[presence.Profile.Id] = new(presence);
        if (seat.IsPassive) { _passive[seat.AgentId] = seat; } else { _passive.Remove(seat.AgentId); }
        if (presence.Active && !presence.Draining) { return; }
        _waiting.Remove(seat.AgentId);
        _woken.Remove(seat.AgentId);
    }

    /// <summary>Forgets an agent.</summary>
    public void Unseat(string agentId)
    {
        _seats.Remove(agentId);
        _passive.Remove(agentId);
        _waiting.Remove(agentId);
        _woken.Remove(agentId);
    }

    /// <summary>A passive agent's hands are freer.</summary>
    public void Freed(string agentId, int units)
    {
        if (!_seats.TryGetValue(agentId, out var seat)) { return; }
        seat.Load = Math.Max(0, seat.Load - units);
        seat.Full = false;
    }

    /// <summary>Asks refused agents again in the next round: something may have changed out of this queue's sight.</summary>
    public void AskAgain()
    {
        foreach (var seat in _passive.Values) { seat.Full = false; }
    }

    /// <summary>Gives the bidder the first tasks in order that suit it.</summary>
    public async Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation)
    {
        var woken = _woken.Remove(bid.AgentId);
        if (bid.OthersWait)
        {
            // Now and not after the commit: what comes meanwhile, and what this call leaves, wakes the next of them.
            _waiting[bid.AgentId] = PullBid.From(bid);
            if (scope.Memory.Backlog.Ready > bid.Max) { scope.RequestRound(); }
        }
        // Again where nothing came of what was picked: another turn or activation had it already, and now the order is right.
        for (var tries = 0; scope.Open && tries < TriesMax && Pick(PullBid.From(bid)) is { Count: > 0 } picked; tries++)
        {
            if (await TakeAsync(picked, bid.AgentId, cancellation) is { Length: > 0 } leased) { return leased; }
        }
        if (bid.Wait) { _waiting[bid.AgentId] = PullBid.From(bid); }
        // What it was woken for and does not take is for the next in line. (Where it took something, the commit makes a round.)
        if (woken) { scope.RequestRound(); }
        return [];
    }

    /// <summary>Wakes all who wait: this work goes on elsewhere, and they must ask there.</summary>
    public async Task SendAwayAsync(CancellationToken cancellation)
    {
        string[] agents = [.. _waiting.Keys];
        _waiting.Clear();
        try { await Task.WhenAll(agents.Select(agent => scope.Grains.GetGrain<IAgentGrain>(agent).WakeAsync(scope.Name, cancellation))); }
        // They ask again by themselves, some seconds later.
        catch (Exception exception) when (QueueWriter.IsPassing(exception)) { CoordinationLog.NoticeDelayed(scope.Log, exception, scope.Key); }
    }

    /// <summary>One round: assigns to passive agents and wakes waiting ones.</summary>
    public async Task RoundAsync(CancellationToken cancellation)
    {
        if (!scope.Open) { return; }
        while (await AssignAsync(cancellation)) { }
        await WakeAsync(cancellation);
    }

    private List<WaitingTask> Pick(PullBid bid)
    {
        List<WaitingTask> picked = [];
        var now = scope.Now().UtcTicks;
        scope.Memory.Backlog.Advance(now);
        while (bid.Wants > 0 && scope.Memory.Backlog.Pick(bid, now) is { } task)
        {
            bid.Take(task.Needs);
            picked.Add(task);
        }
        return picked;
    }

    private async Task<ImmutableArray<LeasedTask>> TakeAsync(List<WaitingTask> picked, string agentId, CancellationToken cancellation)
    {
        var (leased, parents) = await GiveAsync(picked, (_, _) => (agentId, AgentMode.Pull), cancellation);
        return [.. leased.Select(state => new LeasedTask
        {
            Task = state.View,
            Attempt = state.View.Attempt,
            Token = state.Token!,
            ExpiresAt = state.ExpiresAt!.Value,
            Parents = [.. state.View.Spec.Dependencies.Select(dependency => parents[dependency.TaskId])],
        })];
    }

    /// <summary>Assigns a handful of tasks to passive agents in order. True: there may be more.</summary>
    private async Task<bool> AssignAsync(CancellationToken cancellation)
    {
        if (_passive.Count == 0 || scope.Memory.Backlog.Ready == 0) { return false; }
        AgentSeat[] passive = [.. _passive.Values.Where(seat => !seat.Full)];
        var bid = new SeatsBid(passive);
        List<WaitingTask> picked = [];
        Dictionary<long, SeatChoice> chosen = [];
        while (picked.Count < RoundMax && scope.Memory.Backlog.Pick(bid, scope.Now().UtcTicks) is { } task)
        {
            Promise(task, state: null);
            picked.Add(task);
        }
        if (picked.Count == 0) { return false; }
        Dictionary<long, string> accepted = [];
        try
        {
            var (assigned, _) = await GiveAsync(picked, (seq, _) => (chosen[seq].Seat.AgentId, AgentMode.Passive), cancellation, seq => chosen[seq].Why, OfferAsync, ChooseByRules);
            foreach (var state in assigned)
            {
                if (chosen.Remove(state.Seq, out var choice)) { _chooser.Given(choice); }
            }
            return true;
        }
        finally
        {
            // What was promised and is not given nobody holds; agents that made room for it are told.
            foreach (var task in picked)
            {
                if (!chosen.TryGetValue(task.Seq, out var choice)) { continue; }
                if (accepted.TryGetValue(task.Seq, out var taskId))
                {
                    Freed(choice.Seat.AgentId, task.Needs.Units);
                    writer.Release(choice.Seat.AgentId, taskId);
                }
                else { choice.Seat.Load -= task.Needs.Units; }
            }
        }

        void Promise(WaitingTask task, TaskState? state)
        {
            var choice = _chooser.Choose(passive, bid, task, state, _seats.Count);
            choice.Seat.Load += task.Needs.Units;
            chosen[task.Seq] = choice;
        }

        // Rules ask what is in a task, which is read by now: all that was promised is free again, and promised anew in the same order. What nobody has room for then waits for the next round.
        void ChooseByRules(List<TaskState> states)
        {
            if (!picked.Exists(_chooser.MayBeRuled)) { return; }
            var tasks = picked.ToDictionary(task => task.Seq);
            foreach (var (seq, choice) in chosen) { choice.Seat.Load -= tasks[seq].Needs.Units; }
            chosen.Clear();
            foreach (var state in states)
            {
                if (bid.Suits(tasks[state.Seq].Needs)) { Promise(tasks[state.Seq], state); }
            }
        }

        async Task<bool> OfferAsync(WaitingTask task, TaskState state)
        {
            if (!chosen.TryGetValue(task.Seq, out var choice)) { return false; }
            var seat = choice.Seat;
            if (await scope.Grains.GetGrain<IAgentGrain>(seat.AgentId).OfferAsync(new(state.Id, scope.Name, state.View.Spec.Units, state.View.Spec.Resources) { Key = state.View.Spec.Key }, cancellation))
            {
                accepted.Add(task.Seq, state.Id);
                return true;
            }
            chosen.Remove(task.Seq);
            seat.Load -= task.Needs.Units;
            seat.Full = true;
            return false;
        }
    }

    /// <summary>Leases picked tasks in one commit, with their parents' results. Whatever is not given goes back to where it stood.</summary>
    private async Task<(List<TaskState> Given, Dictionary<string, ParentResult> Parents)> GiveAsync(
        List<WaitingTask> picked, Func<long, TaskState, (string AgentId, AgentMode Mode)> to, CancellationToken cancellation,
        Func<long, string>? why = null, Func<WaitingTask, TaskState, Task<bool>>? offer = null, Action<List<TaskState>>? read = null)
    {
        var left = picked.ToDictionary(task => task.Seq);
        string[] gates = [];
        List<TaskState> given = new(picked.Count);
        try
        {
            var states = await ReadAsync(picked, cancellation);
            read?.Invoke(states);
            gates = await scope.Gate.EnterAllAsync(states.Select(state => state.Id), cancellation);
            var parents = await scope.ReadParentsAsync(states.SelectMany(state => state.View.Spec.Dependencies), cancellation);
            var now = scope.Now();
            List<TaskDecision> decisions = new(states.Count);
            foreach (var state in states)
            {
                // Called off or taken by another activation between the pick and now.
                if (state.View.Status != WorkStatus.Pending)
                {
                    await writer.ReloadAsync(state.Id, cancellation);
                    continue;
                }
                // Memory says that no parent is in the way; the facts have the last word.
                if (!state.View.Spec.Dependencies.All(parent => parent.IsMetBy(parents[parent.TaskId].Status)))
                {
                    await writer.WaitForParentsAsync(state, cancellation);
                    continue;
                }
                if (offer is not null && !await offer(left[state.Seq], state)) { continue; }
                var (agentId, mode) = to(state.Seq, state);
                var decision = TaskTransitions.Lease(state, agentId, mode, scope.Tokens.Next(), why?.Invoke(state.Seq) ?? Why(left[state.Seq], now), now);
                if (decision.Changes) { decisions.Add(decision); }
            }
            if (decisions.Count == 0) { return (given, parents); }
            var outcomes = await writer.CommitAsync(decisions, byAgent: null, cancellation);
            for (var i = 0; i < outcomes.Length; i++)
            {
                var state = decisions[i].State;
                var task = left[state.Seq];
                left.Remove(state.Seq);
                if (outcomes[i] == CommitOutcome.Done)
                {
                    given.Add(state);
                    scope.Metrics.Waited(now.UtcTicks - task.ReadySince);
                }
            }
            return (given, parents);
        }
        finally
        {
            foreach (var task in left.Values) { scope.Memory.Backlog.Return(task, scope.Now().UtcTicks); }
            scope.Gate.LeaveAll(gates);
            // What went back may be just what somebody waits for.
            if (left.Count > 0) { scope.RequestRound(); }
        }
    }

    private async Task<List<TaskState>> ReadAsync(List<WaitingTask> picked, CancellationToken cancellation)
    {
        List<TaskState> states = new(picked.Count);
        ImmutableArray<long> cold = [];
        foreach (var task in picked)
        {
            if (scope.Memory.Warm(task.Seq) is { } state) { states.Add(state); }
            else { cold = cold.Add(task.Seq); }
        }
        if (cold.Length > 0)
        {
            states.AddRange(await scope.Ledger.FindTasksAsync(cold, cancellation));
            var order = picked.Select((task, place) => (task.Seq, place)).ToDictionary(pair => pair.Seq, pair => pair.place);
            states.Sort((a, b) => order[a.Seq].CompareTo(order[b.Seq]));
        }
        return states;
    }

    private async Task WakeAsync(CancellationToken cancellation)
    {
        var now = scope.Now().UtcTicks;
        foreach (var (agentId, (_, until)) in _woken) { if (until <= now) { _woken.Remove(agentId); } }
        var ready = scope.Memory.Backlog.Ready - _woken.Values.Sum(woken => woken.Wants);
        if (ready <= 0 || _waiting.Count == 0) { return; }
        foreach (var bid in _waiting.Values.ToList())
        {
            if (ready <= 0) { return; }
            if (scope.Memory.Backlog.Peek(bid) is null || !_waiting.Remove(bid.AgentId)) { continue; }
            // Before the call: it may ask before the answer is here.
            _woken[bid.AgentId] = (bid.Wants, now + WokenGrace.Ticks);
            if (await scope.Grains.GetGrain<IAgentGrain>(bid.AgentId).WakeAsync(scope.Key, cancellation)) { ready -= bid.Wants; }
            else { _woken.Remove(bid.AgentId); }
        }
    }

    private static string Why(WaitingTask task, DateTimeOffset now) => new EventData()
        .With("policy", "pull").With("reason", "first in order of what the agent that asked can do")
        .With("effective_priority", task.Level).With("waited_seconds", TimeSpan.FromTicks(Math.Max(0, now.UtcTicks - task.ReadySince)).TotalSeconds).Json();
}
