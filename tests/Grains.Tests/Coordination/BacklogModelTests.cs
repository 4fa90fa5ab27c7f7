using CsCheck;

namespace NexusActors.Coordination;

/// <summary>Random lives of a queue's order, beside <see cref="BacklogReference"/>.</summary>
public sealed class BacklogModelTests
{
    private enum Act { Add, Pick, Return, End, Remove, Unblock, Pass, Occupy, Relimit }

    private sealed record Step(Act Act, int A, int B, int C, int D)
    {
        public override string ToString() => $"{Act}({A}, {B}, {C}, {D})";
    }

    /// <summary>Some kinds of tasks, by number.</summary>
    private sealed class Bid(int mask, TaskNeeds[] kinds) : IBid
    {
        public bool Suits(TaskNeeds needs) => (mask >> Array.IndexOf(kinds, needs) & 1) == 1;
    }

    private static readonly Gen<Step> Steps =
        from act in Gen.Frequency((8, Gen.Const(Act.Add)), (6, Gen.Const(Act.Pick)), (1, Gen.Const(Act.Return)), (3, Gen.Const(Act.End)), (1, Gen.Const(Act.Remove)), (1, Gen.Const(Act.Unblock)),
            (4, Gen.Const(Act.Pass)), (1, Gen.Const(Act.Occupy)), (1, Gen.Const(Act.Relimit)))
        from a in Gen.Int[0, 99]
        from b in Gen.Int[0, 99]
        from c in Gen.Int[0, 99]
        from d in Gen.Int[0, 99]
        select new Step(act, a, b, c, d);

    // Weights and rates are sums of powers of two and divisors of the time step, so that shares and openings are exact.
    private static readonly Gen<KeyLimits> Limits =
        from weight in OneOf(0.5, 1, 2, 4)
        from concurrency in OneOf<int?>(null, null, 1, 2, 3)
        from rate in OneOf<double?>(null, null, 0.5, 1, 4, 10)
        from burst in Gen.Int[1, 4]
        select new KeyLimits { Weight = weight, Concurrency = concurrency, RatePerSecond = rate, Burst = burst };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly string[] Names = ["", "a", "b", "c"];

    [Fact]
    public void Backlog_AnyLife_IsTheSortedList() =>
        Gen.Select(Limits.Array[4], Steps.Array[1, 120]).Sample((limits, steps) => new Life(limits).Go(steps), iter: 1_500);

    private sealed class Life
    {
        private static readonly BacklogOrder Order = new(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20));
        private readonly TaskNeeds[] _kinds;
        private readonly Backlog _backlog;
        private readonly BacklogReference _reference;
        private readonly List<(WaitingTask Task, BacklogReference.Item Item)> _picked = [];
        private readonly List<string> _running = [];
        private readonly HashSet<long> _named = [];
        private readonly Dictionary<string, KeyLimits> _limits;
        private readonly KeyLimits[] _given;
        private long _now = Sample.Start.UtcTicks;
        private long _seq;

        public Life(KeyLimits[] limits)
        {
            _given = limits;
            _limits = Names.Zip(limits).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
            _backlog = new(Order, key => _limits[key]);
            _reference = new(Order, key => _limits[key], _now);
            _kinds = [_backlog.Intern(["analysis"], 1, []), _backlog.Intern(["testing"], 1, []), _backlog.Intern(["analysis"], 3, []), _backlog.Intern(["analysis", "gpu"], 1, [])];
        }

        public void Go(Step[] steps)
        {
            foreach (var step in steps)
            {
                Take(step);
                Compare();
            }
        }

        private void Take(Step step)
        {
            switch (step.Act)
            {
                case Act.Add:
                    var task = Task(step);
                    _backlog.Add(task, _now);
                    _reference.Add(task);
                    break;
                case Act.Pick:
                    var bid = new Bid(1 + (step.A % 15), _kinds);
                    var (first, second) = (_backlog.Pick(bid, _now), _reference.Pick(bid, _now));
                    Assert.Equal(second?.Task.Seq, first?.Seq);
                    if (first is not null) { _picked.Add((first, second!)); }
                    break;
                case Act.Return when _picked.Count > 0:
                    var (back, item) = _picked[step.A % _picked.Count];
                    _picked.RemoveAt(step.A % _picked.Count);
                    _backlog.Return(back, _now);
                    _backlog.Return(back, _now);                                               // a repeat is harmless
                    _reference.Return(item, _now);
                    break;
                case Act.End when _picked.Count > 0:
                    var (given, _) = _picked[step.A % _picked.Count];
                    _picked.RemoveAt(step.A % _picked.Count);
                    Assert.True(_backlog.Settle(given.Seq));
                    Assert.False(_backlog.Settle(given.Seq));
                    _backlog.Return(given, _now);                                              // too late: it has its place
                    _backlog.Vacate(given.Key, _now);
                    _reference.Vacate(given.Key);
                    break;
                case Act.Occupy when _running.Count > 0 && step.A < 60:
                    _backlog.Vacate(_running[^1], _now);
                    _reference.Vacate(_running[^1]);
                    _running.RemoveAt(_running.Count - 1);
                    break;
                case Act.Occupy:
                    _running.Add(Names[step.B % 4]);
                    _backlog.Occupy(_running[^1], _now);
                    _reference.Occupy(_running[^1]);
                    break;
                case Act.Relimit:
                    var (name, now) = (Names[step.A % 4], _given[step.B % 4]);
                    _reference.Relimit(name, now, _now);
                    _limits[name] = now;
                    _backlog.Relimit(_now);
                    break;
                case Act.Remove:
                    Assert.Equal(_reference.Remove(1 + step.A), _backlog.Remove(1 + step.A) is not null);
                    break;
                case Act.Unblock when _reference.Items.Find(item => item.Phase == WaitPhase.Blocked) is { } blocked:
                    var notBefore = step.B < 30 ? _now + Ticks(step.B) : blocked.ReadySince;
                    _backlog.Unblock(blocked.Task.Seq, notBefore, _now);
                    _reference.Unblock(blocked.Task.Seq, notBefore, _now);
                    break;
                case Act.Pass:
                    _now += step.A < 50 ? Ticks(step.B) : Ticks(step.B) * 20;
                    _backlog.Advance(_now);
                    _reference.Advance(_now);
                    Expire();
                    break;
            }
        }

        private void Expire()
        {
            var expired = _backlog.TakeExpired(_now).Select(task => task.Seq).Order().ToList();
            var due = _reference.Items.Where(item => item.ExpiresAt <= _now).Select(item => item.Task.Seq).Order().ToList();
            // All that ran out since the last look are named; those named before may be named again, a second later.
            Assert.Equal(due.Where(seq => !_named.Contains(seq)), expired.Where(seq => !_named.Contains(seq)));
            Assert.Empty(expired.Except(due));
            _named.UnionWith(due);
            Assert.True(_backlog.NextDue() > _now, "a round would follow at once, for nothing");
        }

        private void Compare()
        {
            Assert.Equal((_reference.Items.Count, _reference.CountOf(WaitPhase.Ready), _reference.CountOf(WaitPhase.Delayed), _reference.CountOf(WaitPhase.Blocked)),
                (_backlog.Count, _backlog.Ready, _backlog.Delayed, _backlog.Blocked));
            for (var mask = 1; mask <= 8; mask *= 2) { Assert.Equal(_reference.Peek(new Bid(mask, _kinds), _now)?.Task.Seq, _backlog.Peek(new Bid(mask, _kinds))?.Seq); }
            Assert.Equal(_reference.Peek(new Bid(15, _kinds), _now)?.Task.Seq, _backlog.Peek(new Bid(15, _kinds))?.Seq);
            foreach (var name in Names)
            {
                var opens = _reference.AdmitsAt(name, _now);
                Assert.Equal(opens > _now ? opens : null, _backlog.HeldUntil(name, _now));
            }
            Assert.True(_backlog.NextDue() <= _reference.NextChange(_now), "something would change unseen");
            long? oldest = _reference.Items.Where(item => item.Phase == WaitPhase.Ready).Select(item => (long?)item.ReadySince).Min();
            Assert.Equal(oldest, _backlog.OldestReady());
            Assert.All(_reference.Items, item => Assert.Equal(item.Task.Seq, _backlog.Find(item.Task.Seq)?.Seq));
        }

        private WaitingTask Task(Step step)
        {
            var phase = step.A < 70 ? WaitPhase.Ready : step.A < 85 ? WaitPhase.Delayed : WaitPhase.Blocked;
            return new()
            {
                Seq = ++_seq,
                Needs = _kinds[step.B % 4],
                Key = Names[step.B / 4 % 4],
                Priority = (byte)(1 + (step.C % 5)),
                Phase = phase,
                ReadySince = phase == WaitPhase.Ready ? _now - (step.C >= 90 ? Ticks(100) : 0) : _now + Ticks(step.D),
                Deadline = step.D % 3 == 0 ? _now + Ticks(step.C * 5) : long.MaxValue,
                QueueWait = step.D % 4 == 0 ? Ticks(step.D * 3) : 0,
                EndsAt = step.D % 5 == 0 ? _now + Ticks(step.D * 10) : long.MaxValue,
            };
        }

        private static long Ticks(int tenths) => tenths * TimeSpan.TicksPerSecond / 10;
    }
}
