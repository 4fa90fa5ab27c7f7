namespace NexusActors.Coordination;

/// <summary>What must hold when the world has come to rest, and at its end.</summary>
internal sealed partial class SimulatedWorld
{
    /// <summary>Storage works, and nothing is under way any more. A wait that something could have ended would be a missed wake-up.</summary>
    private void Settle(Action? first = null)
    {
        _ledger.FaultRate = 0;
        first?.Invoke();
        do
        {
            for (var steps = 0; _thread.Step(); steps++) { Assert.True(steps < 50_000, "it never comes to rest"); }
            CheckCalls();
            foreach (var queue in _queues.Values.Where(queue => queue.RoundFailed)) { _thread.Run(queue.Tick); }
        }
        while (AskAgain() | _thread.Step());
        Assert.Empty(_calls);
    }

    /// <summary>What a queue remembers is what a queue would load that starts now.</summary>
    private void CompareWithFacts()
    {
        foreach (var (name, queue) in _queues)
        {
            var fresh = New(name);
            fresh.Replaced = true;
            Settle(() => Call("load", fresh.LoadAsync));
            var (one, other) = (queue.Memory, fresh.Memory);
            Assert.True((other.Backlog.Count, other.HeldCount) == (one.Backlog.Count, one.HeldCount),
                string.Join("\n", _ledger.Tasks.Where(task => task.View.Spec.Queue == name).Select(task => $"{Remembered(task)}, loaded {other.Backlog.Find(task.Seq)?.Phase}")));
            foreach (var task in _ledger.Tasks.Where(task => task.View.Spec.Queue == name))
            {
                if (task.IsHeld) { Assert.Equal(task.View.Version, one.Held(task.Id)!.State.View.Version); }
                // A parent that failed and was taken up again: who was let run by the rule may run; who loads now waits once more.
                if (task.View.Spec.Dependencies.Any(parent => parent.OnFailure == ParentFailureRule.Run && _ledger.Find(parent.TaskId)!.View.RedrivenAt is not null)) { continue; }
                Assert.Equal(other.Backlog.Find(task.Seq)?.Phase, one.Backlog.Find(task.Seq)?.Phase);
                Assert.Equal(other.Parents.UnmetOf(task.Id).Order(), one.Parents.UnmetOf(task.Id).Order());
            }
            foreach (var key in (string[])["", "k0", "k1"]) { Assert.Equal(other.Backlog.HeldUntil(key, _clock.Now.UtcTicks), one.Backlog.HeldUntil(key, _clock.Now.UtcTicks)); }
        }
        foreach (var agent in _agents)
        {
            // Where tasks are of several units, one that is woken may find that it has no room, and the next in line waits for the regular round.
            // Where another was woken for it and does not come, the next in line is woken when his time is over.
            if (agent.Waits is { } waits && waits.Queue == Names[0] && agent.Hands.HeldUnits < agent.Profile.MaxCapacity && _queues[waits.Queue] is { Scope.Open: true } queue && queue.Dispatch.NextDue() == long.MaxValue) { Assert.True(queue.Memory.Backlog.Peek(PullBid.From(waits.Bid)) is null, $"{agent.Id} waits, and was not woken"); }
        }
        var held = _ledger.Tasks.Where(task => task.IsHeld).ToLookup(task => task.View.AssignedAgent!);
        foreach (var agent in _agents)
        {
            Assert.Equal(held[agent.Id].Sum(task => task.View.Spec.Units), _ledger.Loads.GetValueOrDefault(agent.Id));
            if (agent.Profile.Mode == AgentMode.Passive && _ledger.ConcurrencyMax is not null) { Assert.Equal(held[agent.Id].Sum(task => task.View.Spec.Units), agent.Hands.Units); }
        }
    }

    /// <summary>From here on all goes well: agents ask, wait, do what they get. Everything must come to its end.</summary>
    private void Finish()
    {
        Settle();
        foreach (var queue in _queues.Values)
        {
            queue.Scope.Settings = _ledger.Queues[queue.Scope.Name] = _ledger.Queues[queue.Scope.Name] with { Paused = false };
            _thread.Run(queue.Tick);
        }
        // A few rounds in any case: what was written elsewhere is found by touching it.
        for (var round = 0; round < (_ledger.ConcurrencyMax is null ? 60 : 0) || _ledger.Tasks.Any(task => !task.IsFinal); round++)
        {
            Assert.True(round < 300, $"never ends: {string.Join(", ", _ledger.Tasks.Where(task => !task.IsFinal || Of(task).Memory.Backlog.Find(task.Seq) is not null).Select(Remembered))} ({string.Join(", ", _queues.Values.Select(queue => $"{queue.Scope.Name}: {queue.Memory.Backlog.Count} wait, {queue.Memory.Backlog.Picked} picked, {queue.Memory.HeldCount} held, {queue.Scope.Writing} written"))})");
            foreach (var agent in _agents.Where(agent => agent.Profile.Mode == AgentMode.Pull))
            {
                foreach (var (id, token) in agent.Leases) { Report(agent, new() { TaskId = id, Token = token, Verb = ReportVerb.Complete }); }
                agent.Leases.Clear();
                Settle();
                foreach (var queue in _queues.Values) { Lease(agent, queue, 10, wait: false); Settle(); }
            }
            foreach (var task in _ledger.Tasks.Where(task => task.HeldBy == AgentMode.Passive).ToList()) { Call("status", () => Of(task).Control.SetStatusAsync(task.Id, new() { Status = WorkStatus.Completed }, default)); }
            Settle();
            Pass(round % 10 == 9 ? 31 : 1);
            if (round % 10 == 9) { foreach (var queue in _queues.Values) { Call("check", queue.CheckAsync); } }
            Settle();
            foreach (var queue in _queues.Values.Where(queue => queue.Differs).ToList())
            {
                Assert.True(_ledger.ConcurrencyMax is null, "it forgot something by itself");
                Restart(queue);
            }
        }
        Settle();
        foreach (var queue in _queues.Values)
        {
            Assert.True(queue.Memory.Backlog.Count == 0, string.Join("; ", _ledger.Tasks.Where(task => queue.Memory.Backlog.Find(task.Seq) is not null).Select(Remembered)));
            Assert.Equal((0, 0), (queue.Memory.HeldCount, queue.Memory.Holders.Count));
        }
        CompareWithFacts();
        foreach (var task in _ledger.Tasks) { CheckHistory(task); }
    }

    /// <summary>A task as its queue sees it, for people.</summary>
    private string Remembered(TaskState task) =>
        $"{_ledger.Story(task.Id)} is {task.View.Status}, here {Of(task).Memory.Backlog.Find(task.Seq)?.Phase.ToString() ?? (Of(task).Memory.Held(task.Id) is null ? "unknown" : "held")}, waits for [{string.Join(' ', Of(task).Memory.Parents.UnmetOf(task.Id))}]";

    private void CheckHistory(TaskState task)
    {
        var events = _ledger.EventsOf(task.Id).ToList();
        Assert.Equal(task.View.Version, events.Count);
        Assert.Equal(task.View.Attempt, events.Count(happened => happened.Type == TaskEvents.Assigned));
        Assert.Equal(task.View.Attempt, task.View.Attempts.Length);
        Assert.True(events.Count(happened => happened.Type == TaskEvents.Completed) <= 1);
        Assert.Equal(events.Count(happened => happened.Type is TaskEvents.Completed or TaskEvents.Failed or TaskEvents.Cancelled) - 1, events.Count(happened => happened.Type == TaskEvents.Redriven));
    }
}
