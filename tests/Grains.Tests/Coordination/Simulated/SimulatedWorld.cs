using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>What happens next in a <see cref="SimulatedWorld"/>.</summary>
internal enum Act { Submit, Lease, Report, Renew, Cancel, Redrive, RedriveFailed, Status, Silence, Pause, Fault, Pass, Explain, Settle, Elsewhere, Restart }

/// <summary>One thing that happens, and three numbers that say how.</summary>
internal sealed record Step(Act Act, int A, int B, int C)
{
    public override string ToString() => $"{Act}({A}, {B}, {C})";
}

/// <summary>Two queues, three agents, one ledger.</summary>
internal sealed partial class SimulatedWorld
{
    private const int Concurrency = 2;
    private static readonly string[] Names = ["red", "blue"];
    private static readonly CoordinationOptions Options = new() { LeaseTime = TimeSpan.FromSeconds(10), MaxTaskRetries = 2, MaxWorkerLosses = 3 };
    private readonly SimulatedThread _thread;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedLedger _ledger;
    private readonly SimulatedAgent[] _agents;
    private readonly Dictionary<string, SimulatedQueue> _queues = new(StringComparer.Ordinal);
    private readonly IGrainFactory _grains;
    private readonly List<(string What, Task Task)> _calls = [];
    private readonly Random _random;
    private readonly List<ImmutableArray<TaskSubmission>> _submitted = [];
    private int _ids;

    public SimulatedWorld(int seed, bool alone)
    {
        (_thread, _random) = (new(seed), new(seed));
        _ledger = new(_thread, _clock) { ConcurrencyMax = alone ? Concurrency : null };
        _agents =
        [
            new(Sample.Profile("ann", AgentMode.Pull, capacity: 4, capabilities: ["analysis", "testing"]) with { Queues = [.. Names] }, _thread),
            new(Sample.Profile("bob", AgentMode.Pull, capacity: 2) with { Queues = [.. Names] }, _thread),
            new(Sample.Profile("pat", AgentMode.Passive, capacity: 2) with { Queues = [.. Names] }, _thread),
        ];
        _ledger.Agents.AddRange(_agents.Select(agent => new AgentView { Profile = agent.Profile, Active = true }));
        _grains = SimulatedGrains.Of((type, name) => type == typeof(IAgentGrain) ? _agents.Single(agent => agent.Id == name).Grain : Played(name));
        foreach (var name in Names)
        {
            _ledger.Queues[name] = new() { DefaultKey = new() { Concurrency = Concurrency } };
            _queues[name] = New(name);
            Call("load", _queues[name].LoadAsync);
        }
        Settle();
    }

    public void Go(Step[] steps)
    {
        foreach (var step in steps)
        {
            Take(step);
            for (var i = 0; i < step.C % 8; i++) { _thread.Step(); }
            AskAgain();
            CheckCalls();
        }
        Finish();
    }

    private SimulatedQueue New(string name) => new(name, _thread, _clock, _ledger, _grains, _random.NextDouble, Options);

    private IQueueGrain Played(string name)
    {
        return SimulatedGrain.Of<IQueueGrain>((nameof(IQueueGrain.ParentEndedAsync), args => ParentEndedAsync((string)args[0]!, (string)args[1]!, (WorkStatus)args[2]!)));

        async Task ParentEndedAsync(string child, string parent, WorkStatus status)
        {
            await _thread.Turn();
            await _queues[name].Control.ParentEndedAsync(child, parent, status, default);
        }
    }

    private void Take(Step step)
    {
        var (agent, queue) = (_agents[step.A % 3], _queues[Names[step.B % 2]]);
        var task = _ledger.Tasks.ElementAtOrDefault(step.A % Math.Max(1, _ledger.Tasks.Count));
        switch (step.Act)
        {
            case Act.Submit:
                Submit(step.C % 4 == 0 && _submitted.Count > 0 ? _submitted[step.B % _submitted.Count] : Batch(step, queue.Scope.Name));
                break;
            case Act.Lease when agent.Profile.Mode == AgentMode.Pull:
                Lease(agent, queue, 1 + (step.C % 3), wait: step.C % 2 == 0 && agent.Waits is null);
                break;
            case Act.Report when agent.Leases.Count > 0:
                var (id, token) = agent.Leases[step.B % agent.Leases.Count];
                if (step.C % 5 > 0) { agent.Leases.Remove((id, token)); }                   // else it will say so twice
                Report(agent, new() { TaskId = id, Token = token, Verb = (ReportVerb)(1 + (step.C % 3)), Retryable = step.C % 7 > 0, ResultJson = "1" });
                break;
            case Act.Renew:
                ImmutableArray<LeaseProgress> named = [.. agent.Leases.Where(lease => _ledger.Find(lease.TaskId)!.View.Spec.Queue == queue.Scope.Name).Select(lease => new LeaseProgress(lease.TaskId, lease.Token, "{}"))];
                Call("renew", () => queue.Control.RenewAsync(agent.Id, step.C % 2 == 0 ? null : named, default));
                break;
            case Act.Cancel when task is not null:
                Call("cancel", () => Of(task).Control.CancelAsync(task.Id, "on request", default));
                break;
            case Act.Redrive when task is not null:
                Call("redrive", () => Of(task).Redrive.RedriveAsync(task.Id, default));
                break;
            case Act.RedriveFailed:
                Call("redrive failed", () => queue.Redrive.RedriveFailedAsync(10, default));
                break;
            case Act.Status when task is not null:
                Call("status", () => Of(task).Control.SetStatusAsync(task.Id, new() { Status = (WorkStatus)(1 + (step.B % 7)) }, default));
                break;
            case Act.Silence:
                Call("silence", () => queue.Control.TakeBackAsync("pat", state => state.HeldBy == AgentMode.Passive ? TaskTransitions.Lose(state, "silent", _clock.Now) : TaskDecision.Same(state), default));
                break;
            case Act.Pause:
                queue.Scope.Settings = _ledger.Queues[queue.Scope.Name] = _ledger.Queues[queue.Scope.Name] with { Paused = step.A % 2 == 0 };
                _thread.Run(queue.Scope.RequestRound);
                break;
            case Act.Fault:
                _ledger.FaultRate = step.A % 3 == 0 ? step.B / 200.0 : 0;
                break;
            case Act.Pass:
                Pass(step.A / 8.0);
                break;
            case Act.Explain when task is not null:
                Call("explain", () => new QueueExplainer(Of(task).Scope).ExplainAsync(task.Id, default));
                break;
            case Act.Settle when _ledger.ConcurrencyMax is not null:
                Settle();
                foreach (var any in _queues.Values) { Call("check", any.CheckAsync); }         // what storage kept back is found by the regular check
                Settle();
                CompareWithFacts();
                break;
            case Act.Elsewhere when task is not null:
                WriteElsewhere(task, step);
                break;
            case Act.Restart:
                Restart(queue);
                break;
        }
    }

    /// <summary>Another activation takes over; what the old one had begun goes on.</summary>
    private void Restart(SimulatedQueue queue)
    {
        queue.Replaced = true;
        var fresh = _queues[queue.Scope.Name] = New(queue.Scope.Name);
        Settle(() => Call("load", fresh.LoadAsync));
    }

    /// <summary>Hands in a batch, or one that was handed in before: a client that heard nothing says it again.</summary>
    private void Submit(ImmutableArray<TaskSubmission> batch)
    {
        _submitted.Add(batch);
        Call("submit", () => _queues[batch[0].Spec.Queue].Intake.SubmitAsync(batch, default));
    }

    private ImmutableArray<TaskSubmission> Batch(Step step, string queue)
    {
        var batch = ImmutableArray.CreateBuilder<TaskSubmission>();
        for (var i = 0; i <= step.A % 3; i++)
        {
            string[] parents = [.. _ledger.Tasks.Select(task => task.Id).Concat(batch.Select(item => item.Spec.Id)).Where(_ => _random.Next(6) == 0).Take(3)];
            batch.Add(new()
            {
                IdempotencyKey = _random.Next(3) == 0 ? null : $"key {_ids + 1}",
                BodyHash = "",
                Spec = Sample.Spec(step.C % 20 == 0 ? "twin" : $"t{++_ids}", spec => spec with
                {
                    Queue = queue,
                    Type = _random.Next(4) == 0 ? TaskType.Testing : TaskType.Analysis,
                    Priority = 1 + _random.Next(5),
                    Key = _random.Next(3) == 0 ? null : $"k{_random.Next(2)}",
                    Units = queue == Names[0] ? 1 : 1 + _random.Next(2),
                    NotBefore = _random.Next(5) == 0 ? _clock.Now.AddSeconds(_random.Next(20)) : null,
                    Dependencies = [.. parents.Select(parent => new Dependency(parent, (ParentFailureRule)(1 + _random.Next(3))))],
                    Timeouts = new() { QueueWait = _random.Next(5) == 0 ? TimeSpan.FromSeconds(15) : null, Total = _random.Next(5) == 0 ? TimeSpan.FromSeconds(40) : null, Run = TimeSpan.FromSeconds(25) },
                }),
            });
        }
        return batch.ToImmutable();
    }

    private void Lease(SimulatedAgent agent, SimulatedQueue queue, int max, bool wait) => Call("lease", async () =>
    {
        var free = agent.Profile.MaxCapacity - agent.Hands.Units;
        if (free <= 0) { return; }
        agent.Hands.Reserve(free);
        var bid = new AgentBid { AgentId = agent.Id, Capabilities = agent.Profile.Capabilities, Max = max, FreeUnits = free, Wait = wait };
        var got = 0;
        if (wait) { agent.Waits = (queue.Scope.Name, bid); }
        try
        {
            var leased = await queue.Dispatch.LeaseAsync(bid, default);
            got = leased.Length;
            foreach (var lease in leased)
            {
                agent.Hands.Take(new(lease.Task.Spec.Id, queue.Scope.Name, lease.Task.Spec.Units, lease.Task.Spec.Resources), lease.Token);
                agent.Leases.Add((lease.Task.Spec.Id, lease.Token));
            }
        }
        catch (NexusException)
        {
            got = -1;
            throw;
        }
        finally
        {
            agent.Hands.Unreserve(free);
            if (wait && got != 0) { agent.Waits = null; }
        }
    });

    /// <summary>Long polls that were woken ask again.</summary>
    private bool AskAgain()
    {
        var woken = _agents.Where(agent => agent.Woken is not null).ToList();
        foreach (var agent in woken)
        {
            var (queue, bid) = agent.Woken!.Value;
            agent.Woken = null;
            Lease(agent, _queues[queue], bid.Max, wait: agent.Waits is null);
        }
        return woken.Count > 0;
    }

    private void Report(SimulatedAgent agent, LeaseReport report) => Call("report", async () =>
    {
        var before = _ledger.Find(report.TaskId)!;
        var reply = (await Of(before).Control.ReportAsync(agent.Id, [report], default))[0];
        if (reply.Error is NexusError.None or NexusError.LeaseLost) { agent.Hands.Lose(report.TaskId, report.Token); }
        if (reply.Error != NexusError.None) { return; }
        // Accepted: this lease ended by this very verb, exactly once.
        var closed = Assert.Single(_ledger.Find(report.TaskId)!.Closed, lease => lease.Token == report.Token);
        Assert.Equal((report.Verb, reply.Status), (closed.Verb, closed.Status));
    });

    /// <summary>Another activation of the same queue, or a person with a database client.</summary>
    private void WriteElsewhere(TaskState task, Step step)
    {
        var free = task.View.Spec.Dependencies.All(parent => _ledger.Find(parent.TaskId)!.View.Status == WorkStatus.Completed) && !(task.View.NextAttemptAt > _clock.Now);
        var decision = (step.B % 3, task) switch
        {
            (0, { View.Status: WorkStatus.Pending }) when free => TaskTransitions.Lease(task, "ann", AgentMode.Pull, $"elsewhere {_random.Next()}", null, _clock.Now),
            (1, { IsHeld: true }) => TaskTransitions.Lose(task, "elsewhere", _clock.Now),
            _ => TaskTransitions.Cancel(task, "elsewhere", _clock.Now),
        };
        if (decision.Changes) { _ledger.Write(new() { Change = new TaskUpdate(decision.State, task.View.Status), Events = decision.Events, Tallies = decision.Tally is { } tally ? [tally] : [] }); }
    }

    private SimulatedQueue Of(TaskState task) => _queues[task.View.Spec.Queue];

    private void Call(string what, Func<Task> call) => _thread.Run(() => _calls.Add((what, call())));

    private void CheckCalls()
    {
        foreach (var (what, call) in _calls.Where(call => call.Task.IsFaulted))
        {
            if (call.Exception!.InnerException is not NexusException) { throw new InvalidOperationException(what, call.Exception.InnerException); }
        }
        _calls.RemoveAll(call => call.Task.IsCompleted);
        foreach (var queue in _queues.Values) { if (queue.Bug is { } bug) { throw new InvalidOperationException("round", bug); } }
    }

    private void Pass(double seconds)
    {
        _clock.Now = _clock.Now.AddSeconds(seconds);
        foreach (var queue in _queues.Values) { _thread.Run(queue.Tick); }
    }
}
