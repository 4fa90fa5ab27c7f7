using CsCheck;

namespace NexusActors.Coordination;

/// <summary>What a queue remembers, beside the plain list of its tasks' states.</summary>
public sealed class QueueMemoryTests
{
    private enum Act { Submit, Pick, Commit, Refuse, Overtaken, Return, Renew, Pass, CalledOff, TakenElsewhere }

    private sealed class Everything : IBid
    {
        public bool Suits(TaskNeeds needs) => true;
    }

    private static readonly Gen<(Act, int, int)[]> Lives = Gen.Select(
        Gen.Frequency((4, Gen.Const(Act.Submit)), (5, Gen.Const(Act.Pick)), (5, Gen.Const(Act.Commit)), (4, Gen.Const(Act.Refuse)), (1, Gen.Const(Act.Overtaken)), (1, Gen.Const(Act.Return)),
            (2, Gen.Const(Act.Renew)), (4, Gen.Const(Act.Pass)), (1, Gen.Const(Act.CalledOff)), (1, Gen.Const(Act.TakenElsewhere))),
        Gen.Int[0, 99], Gen.Int[0, 99]).Array[1, 100];

    [Fact]
    public void Memory_AnyLife_HoldsEveryTaskInExactlyOnePlace() => Lives.Sample(steps => new Life().Go(steps), iter: 2_000);

    private sealed class Life
    {
        private const int Concurrency = 3;
        private static readonly string[] Keys = ["", "a", "b"];
        private static readonly string[] Agents = ["ann", "bob"];
        private readonly QueueMemory _memory = New();
        private readonly Dictionary<string, TaskState> _states = new(StringComparer.Ordinal);
        private readonly Dictionary<string, DateTimeOffset?> _leases = new(StringComparer.Ordinal);
        private readonly List<WaitingTask> _picked = [];
        private readonly HashSet<long> _inHand = [];
        private DateTimeOffset _now = Sample.Start;
        private int _tokens;

        public void Go((Act, int, int)[] steps)
        {
            foreach (var (act, a, b) in steps)
            {
                Take(act, a, b);
                Compare();
            }
            Finish();
        }

        private static QueueMemory New() => new(Sample.Options, _ => new() { Concurrency = Concurrency });

        private void Take(Act act, int a, int b)
        {
            switch (act)
            {
                case Act.Submit:
                    var seq = _states.Count + 1;
                    Place(Sample.Task($"t{seq}", seq, spec => spec with
                    {
                        Key = a % 4 == 3 ? null : Keys[a % 3],
                        NotBefore = b % 5 == 0 ? _now.AddSeconds(b) : null,
                        Timeouts = new() { Heartbeat = TimeSpan.FromSeconds(10 + (b % 20)), Run = TimeSpan.FromSeconds(20 + a), Total = a % 3 == 0 ? TimeSpan.FromSeconds(60 + b) : null },
                    }, _now));
                    break;
                case Act.Pick when _memory.Backlog.Pick(new Everything(), _now.UtcTicks) is { } task:
                    _picked.Add(task);
                    _inHand.Add(task.Seq);
                    break;
                case Act.Commit when _picked.Count > 0:                                         // the lease is on disk
                    var given = Pull(a);
                    if (_inHand.Contains(given.Seq)) { Place(Lease(given.Seq, a, b)); }
                    break;
                case Act.Overtaken when _picked.Count > 0:                                      // the commit failed: it was called off before
                    var overtaken = Pull(a);
                    var found = State(overtaken.Seq);
                    if (_inHand.Contains(overtaken.Seq)) { Place(TaskTransitions.Cancel(found, null, _now).State); }
                    break;
                case Act.Return when _picked.Count > 0:
                    var back = Pull(a);
                    _inHand.Remove(back.Seq);
                    _memory.Backlog.Return(back, _now.UtcTicks);
                    break;
                case Act.CalledOff when _states.Count > 0:                                      // whatever is going on with it
                    Place(TaskTransitions.Cancel(Any(a), null, _now).State);
                    break;
                case Act.TakenElsewhere when _states.Values.Where(state => state.View.Status == WorkStatus.Pending).ToList() is { Count: > 0 } pending:
                    Place(Lease(pending[a % pending.Count].Seq, a, b));                         // by another activation of this queue
                    break;
                case Act.Refuse when Held() is { Count: > 0 } held:
                    var state = held[a % held.Count];
                    Place(((b % 4) switch
                    {
                        0 => TaskTransitions.Report(state, state.View.AssignedAgent!, Sample.Report(ReportVerb.Complete, state.Token!), _now, () => 0.5),
                        1 => TaskTransitions.Report(state, state.View.AssignedAgent!, Sample.Report(ReportVerb.Fail, state.Token!), _now, () => 0.5),
                        2 => TaskTransitions.Lose(state, "gone", _now),
                        _ => TaskTransitions.SetStatus(state, new() { Status = state.View.Status == WorkStatus.Delegated ? WorkStatus.InProgress : WorkStatus.Delegated, Token = state.Token }, _now, () => 0.5),
                    }).State);
                    break;
                case Act.Renew when Held() is { Count: > 0 } held:
                    var renewed = held[a % held.Count];
                    QueueMemory.Renew(_memory.Held(renewed.Id)!, _now);
                    if (_leases[renewed.Id] is not null) { _leases[renewed.Id] = _now + renewed.View.Spec.Timeouts.Heartbeat; }
                    break;
                case Act.Pass:
                    _now = _now.AddSeconds(a / 4.0);
                    _memory.Backlog.Advance(_now.UtcTicks);
                    Overdue();
                    break;
            }
        }

        private void Overdue()
        {
            var due = Held().Where(state => Due(state) <= _now).ToList();
            var named = _memory.TakeDue(_now);
            Assert.Equal(named.Count, named.Distinct().Count());
            Assert.Empty(named.Select(task => task.State.Id).Except(due.Select(state => state.Id)));
            // One that was renewed is looked at again a second later at the soonest: so much too late it may be named.
            Assert.Empty(due.Where(state => Due(state) <= _now.AddSeconds(-1)).Select(state => state.Id).Except(named.Select(task => task.State.Id)));
            Assert.Empty(_memory.TakeDue(_now));
            foreach (var task in named) { Place(TaskTransitions.Overdue(task.State, task.LeaseEnds, _now, () => 0.5).State); }
        }

        private void Compare()
        {
            foreach (var state in _states.Values)
            {
                var (waits, held) = (_memory.Backlog.Find(state.Seq) is not null, _memory.Held(state.Id));
                Assert.Equal(state.View.Status == WorkStatus.Pending && !_inHand.Contains(state.Seq), waits);
                Assert.Equal(state.IsHeld, held is not null);
                if (held is not null) { Assert.Equal((state, _leases[state.Id]), (held.State, held.LeaseEnds)); }
                if (_memory.Warm(state.Seq) is { } warm) { Assert.Equal(state, warm); }
            }
            Assert.Equal(_states.Values.Count(state => state.View.Status == WorkStatus.Pending && !_inHand.Contains(state.Seq)), _memory.Backlog.Count);
            Assert.Equal(Held().Count, _memory.HeldCount);
            Assert.Equal(Held().Select(state => state.View.AssignedAgent!).Distinct().Order(), _memory.Holders.Order());
            foreach (var agent in Agents) { Assert.Equal(Held().Where(state => state.View.AssignedAgent == agent).Select(state => state.Id).Order(), _memory.HeldBy(agent).Order()); }
            foreach (var key in Keys) { Assert.Equal(Running(key) >= Concurrency ? long.MaxValue : null, _memory.Backlog.HeldUntil(key, _now.UtcTicks)); }
            Assert.All(Held().Where(state => Due(state) != DateTimeOffset.MaxValue), state => Assert.True(_memory.NextDue() <= Math.Max(Due(state).UtcTicks, _now.UtcTicks + TimeSpan.TicksPerSecond)));
        }

        /// <summary>Two memories made from the same facts are alike, however often they are told; and when all has ended, no key runs anything.</summary>
        private void Finish()
        {
            var restored = New();
            for (var time = 0; time < 2; time++)
            {
                foreach (var state in _states.Values) { restored.Restore(state, _now); }
                Assert.Equal((_states.Values.Count(state => state.View.Status == WorkStatus.Pending), Held().Count), (restored.Backlog.Count, restored.HeldCount));
                foreach (var key in Keys) { Assert.Equal(Held().Count(state => (state.View.Spec.Key ?? "") == key) >= Concurrency ? long.MaxValue : null, restored.Backlog.HeldUntil(key, _now.UtcTicks)); }
                foreach (var state in Held().Where(state => state.HeldBy == AgentMode.Pull)) { Assert.True(restored.Held(state.Id)!.LeaseEnds >= _now + state.View.Spec.Timeouts.Heartbeat); }
            }
            foreach (var state in _states.Values.ToList())
            {
                var ended = TaskTransitions.Cancel(state, null, _now).State;
                if (ended.IsHeld) { ended = TaskTransitions.Report(ended, ended.View.AssignedAgent!, Sample.Report(ReportVerb.GiveBack, ended.Token!), _now, () => 0.5).State; }
                Place(ended);
                restored.Place(ended, _now);
            }
            foreach (var memory in (QueueMemory[])[_memory, restored])
            {
                Assert.Equal((0, 0, 0), (memory.Backlog.Count, memory.HeldCount, memory.Holders.Count));
                // As many of each key may start as if nothing had ever run.
                var seq = 1000L;
                foreach (var key in Keys)
                {
                    for (var i = 0; i < Concurrency; i++)
                    {
                        Assert.Null(memory.Backlog.HeldUntil(key, _now.UtcTicks));
                        memory.Place(Sample.Task($"n{++seq}", seq, spec => spec with { Key = key }, _now), _now);
                        Assert.Equal(seq, memory.Backlog.Pick(new Everything(), _now.UtcTicks)?.Seq);
                    }
                    Assert.NotNull(memory.Backlog.HeldUntil(key, _now.UtcTicks));
                }
            }
        }

        private TaskState Lease(long seq, int a, int b) => TaskTransitions.Lease(State(seq), Agents[a % 2], b % 3 == 0 ? AgentMode.Passive : AgentMode.Pull, $"token {++_tokens}", null, _now).State;

        private void Place(TaskState state)
        {
            var before = _states.GetValueOrDefault(state.Id);
            _states[state.Id] = state;
            _inHand.Remove(state.Seq);
            if (ReferenceEquals(before, state) && state.IsHeld) { return; }
            // The same lease goes on with the time that renewals gave it.
            var renewed = before is { IsHeld: true } && before.Token == state.Token ? _leases[state.Id] : null;
            _leases[state.Id] = renewed > state.ExpiresAt ? renewed : state.ExpiresAt;
            _memory.Place(state, _now);
            _memory.Place(state, _now);                                                        // told twice is told once
        }

        private WaitingTask Pull(int a)
        {
            var task = _picked[a % _picked.Count];
            _picked.Remove(task);
            return task;
        }

        private DateTimeOffset Due(TaskState state)
        {
            DateTimeOffset?[] ends = [_leases[state.Id], state.RunEnds, state.TotalEnds];
            return ends.Min() ?? DateTimeOffset.MaxValue;
        }

        private TaskState State(long seq) => _states[$"t{seq}"];

        private TaskState Any(int a) => _states[$"t{1 + (a % _states.Count)}"];

        private List<TaskState> Held() => [.. _states.Values.Where(state => state.IsHeld)];

        private int Running(string key) => _states.Values.Count(state => (state.View.Spec.Key ?? "") == key && (state.IsHeld || _inHand.Contains(state.Seq)));
    }

    [Fact]
    public void Place_CancelAskedForARenewedLease_KeepsItsTime()
    {
        var memory = new QueueMemory(Sample.Options, _ => new());
        var held = Sample.Held(Sample.Task());
        var later = Sample.Start + (3 * Sample.Options.LeaseTime / 4);
        memory.Place(held, Sample.Start);
        QueueMemory.Renew(memory.Held(held.Id)!, later);

        memory.Place(TaskTransitions.Cancel(held, null, later).State, later);

        Assert.Empty(memory.TakeDue(later + (Sample.Options.LeaseTime / 2)));
        Assert.Single(memory.TakeDue(later + Sample.Options.LeaseTime));
    }

    [Fact]
    public void Place_ChildWithOpenParents_WaitsUntilTheLastOneEnded()
    {
        var memory = new QueueMemory(Sample.Options, _ => new());
        memory.Parents.Add("t", "p", ParentFailureRule.Skip);
        var state = Sample.Task(with: spec => spec with { Timeouts = new() { QueueWait = TimeSpan.FromMinutes(1) } });
        memory.Place(state, Sample.Start);
        Assert.Equal((0, 1), (memory.Backlog.Ready, memory.Backlog.Blocked));
        Assert.Empty(memory.Backlog.TakeExpired(Sample.Start.AddDays(1).UtcTicks));

        Assert.Equal(ParentNews.Free, memory.Parents.Ended("t", "p", succeeded: true, out _));
        memory.Unblock("t", Sample.Start.AddHours(1));
        memory.Unblock("t", Sample.Start.AddHours(2));

        Assert.Equal((1, 0), (memory.Backlog.Ready, memory.Backlog.Blocked));
        Assert.Equal(Sample.Start.AddHours(1).AddMinutes(1).UtcTicks, memory.Backlog.Find(1)!.ExpiresAt);
    }

    /// <summary>A child's wait counts from the moment it could start, also when that moment is read from the facts.</summary>
    [Fact]
    public void Restore_ChildWhoseParentsEnded_CountsItsWaitFromThen()
    {
        var memory = new QueueMemory(Sample.Options, _ => new());
        var state = Sample.Task(with: spec => spec with { Dependencies = [new("p")], Timeouts = new() { QueueWait = TimeSpan.FromMinutes(1) } });
        memory.Restore(state, Sample.Start.AddHours(1), freedAt: Sample.Start.AddMinutes(59.5));
        Assert.Equal(Sample.Start.AddMinutes(60.5).UtcTicks, memory.Backlog.Find(1)!.ExpiresAt);
    }

    [Fact]
    public void Place_RedrivenAfterItsWaitRanOut_WaitsAnew()
    {
        var memory = new QueueMemory(Sample.Options, _ => new());
        var state = Sample.Task(with: spec => spec with { Timeouts = new() { QueueWait = TimeSpan.FromMinutes(1), Total = TimeSpan.FromMinutes(2) } });
        var later = Sample.Start.AddHours(1);
        memory.Place(TaskTransitions.Redrive(TaskTransitions.Expired(state, later).State, later).State, later);
        Assert.Empty(memory.Backlog.TakeExpired(later.UtcTicks));
        Assert.Equal(later.AddMinutes(1).UtcTicks, memory.Backlog.Find(1)!.ExpiresAt);
    }
}
