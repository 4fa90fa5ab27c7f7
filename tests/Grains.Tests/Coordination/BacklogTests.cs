using CsCheck;

namespace NexusActors.Coordination;

/// <summary>Laws of the order: shares, ageing, limits, memory.</summary>
public sealed class BacklogTests
{
    private static readonly BacklogOrder Order = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(24));
    private static readonly long Start = Sample.Start.UtcTicks;
    private static readonly TaskNeeds Plain = new(["analysis"], 1, []);

    private sealed class Everything : IBid
    {
        public bool Suits(TaskNeeds needs) => true;
    }

    private static WaitingTask Ready(long seq, string key = "", int priority = 3, long? since = null, TaskNeeds? needs = null, long deadline = long.MaxValue, long queueWait = 0) => new()
    {
        Seq = seq,
        Needs = needs ?? Plain,
        Key = key,
        Priority = (byte)priority,
        Phase = WaitPhase.Ready,
        ReadySince = since ?? Start,
        Deadline = deadline,
        QueueWait = queueWait,
    };

    /// <summary>Start-time fair queueing: while two keys both have work, their served units per weight differ by at most one task of each.</summary>
    [Fact]
    public void Pick_KeysWithWeights_SharesDifferByAtMostOneTaskOfEach() =>
        Gen.Select(Gen.Double[0.1, 10].Array[2, 6], Gen.Int[1, 5].Array[2, 6], Gen.Int[50, 400], Gen.Int[0, 200]).Sample((weights, units, picks, lateAt) =>
        {
            var keys = Math.Min(weights.Length, units.Length);
            var backlog = new Backlog(Order, key => new() { Weight = weights[key[0] - 'a'] });
            var needs = Enumerable.Range(0, keys).Select(k => backlog.Intern(["analysis"], units[k], [])).ToArray();
            var (served, seq) = (new double[keys], 0L);
            var late = Math.Min(lateAt, picks / 2);
            for (var pick = 0; pick < picks; pick++)
            {
                // Every key always has a task more; the last key comes late and starts level.
                for (var k = 0; k < keys - (pick < late ? 1 : 0); k++) { backlog.Add(Ready(++seq, Name(k), needs: needs[k]), Start); }
                if (pick == late) { Array.Clear(served); }
                var task = backlog.Pick(new Everything(), Start)!;
                served[task.Key[0] - 'a'] += task.Needs.Units / weights[task.Key[0] - 'a'];
                if (pick < late) { continue; }
                for (var i = 0; i < keys; i++)
                {
                    for (var j = 0; j < i; j++)
                    {
                        Assert.True(Math.Abs(served[i] - served[j]) <= (units[i] / weights[i]) + (units[j] / weights[j]) + 1e-6, $"pick {pick}: key {i} {served[i]}, key {j} {served[j]}");
                    }
                }
            }

            static string Name(int k) => ((char)('a' + k)).ToString();
        });

    [Fact]
    public void Pick_ThreeKeysOfWeights1And2And4_ServesExactlyInThatRatio()
    {
        var backlog = new Backlog(Order, key => new() { Weight = key switch { "a" => 1, "b" => 2, _ => 4 } });
        for (var i = 0; i < 2100; i++) { backlog.Add(Ready(i + 1, ((char)('a' + (i % 3))).ToString()), Start); }

        var served = Enumerable.Range(0, 700).Select(_ => backlog.Pick(new Everything(), Start)!.Key).CountBy(key => key).ToDictionary();

        Assert.Equal((100, 200, 400), (served["a"], served["b"], served["c"]));
    }

    [Fact]
    public void Pick_KeyThatRested_EarnsNoCredit()
    {
        var backlog = new Backlog(Order, _ => new());
        for (var i = 1; i <= 100; i++) { backlog.Add(Ready(i, "busy"), Start); }
        for (var i = 0; i < 50; i++) { backlog.Pick(new Everything(), Start); }
        for (var i = 101; i <= 150; i++) { backlog.Add(Ready(i, "rested"), Start); }

        var keys = Enumerable.Range(0, 20).Select(_ => backlog.Pick(new Everything(), Start)!.Key).ToList();

        Assert.InRange(keys.Count(key => key == "rested"), 9, 11);
    }

    /// <summary>The stated bound: from the highest level on, nothing that became ready after the task's due time goes before it within its key.</summary>
    [Fact]
    public void Pick_FloodOfUrgentTasks_ServesTheOldOneWithinItsBound() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 30], Gen.Int[0, 40], Gen.Int[1, 3]).Sample((priority, step, slack, flood) =>
        {
            var order = new BacklogOrder(TimeSpan.FromSeconds(step), TimeSpan.FromSeconds(slack));
            var backlog = new Backlog(order, _ => new());
            backlog.Add(Ready(1, priority: priority), Start);
            var (seq, now) = (1L, Start);
            var top = Start + ((5 - priority) * order.AgeingStep.Ticks);
            var due = Start + order.ImpliedSlack.Ticks;
            // Each second more urgent tasks come than are served; what came until the bound may go first, and no more.
            var before = 0L;
            while (true)
            {
                for (var i = 0; i < flood; i++) { backlog.Add(Ready(++seq, priority: 5, since: now), now); }
                if (now <= Math.Max(top, due)) { before = seq; }
                var task = backlog.Pick(new Everything(), now)!;
                if (task.Seq == 1) { return; }
                Assert.True(task.Seq <= before, $"task {task.Seq}, ready {(task.ReadySince - Start) / TimeSpan.TicksPerSecond} s later, went first");
                now += TimeSpan.TicksPerSecond;
                backlog.Advance(now);
            }
        });

    [Fact]
    public void Pick_AnyLimits_NeverExceedsConcurrencyOrRate() =>
        Gen.Select(Gen.Int[1, 4], Gen.Double[0.2, 30], Gen.Int[1, 6], Gen.Select(Gen.Int[0, 2_000], Gen.Int[0, 3]).Array[1, 300]).Sample((concurrency, rate, burst, steps) =>
        {
            var backlog = new Backlog(Order, _ => new() { Concurrency = concurrency, RatePerSecond = rate, Burst = burst });
            var (now, seq, running) = (Start, 0L, new Queue<WaitingTask>());
            List<long> starts = [];
            foreach (var (milliseconds, act) in steps)
            {
                backlog.Add(Ready(++seq, "k"), now);
                if (act == 0) { now += milliseconds * TimeSpan.TicksPerMillisecond; backlog.Advance(now); }
                if (act == 1 && running.TryDequeue(out var ended)) { backlog.Settle(ended.Seq); backlog.Vacate("k", now); }
                while (act >= 2 && backlog.Pick(new Everything(), now) is { } task)
                {
                    running.Enqueue(task);
                    starts.Add(now);
                }
                Assert.True(running.Count <= concurrency);
            }
            for (var i = 0; i < starts.Count; i++)
            {
                for (var j = i; j < starts.Count; j++) { Assert.True(j - i + 1 <= burst + (rate * TimeSpan.FromTicks(starts[j] - starts[i]).TotalSeconds) + 1e-6, $"{j - i + 1} starts in {TimeSpan.FromTicks(starts[j] - starts[i])}"); }
            }
        });

    [Fact]
    public void Pick_KeyThatMayRunNone_IsHeld()
    {
        var backlog = new Backlog(Order, key => new() { Concurrency = key == "none" ? 0 : null });
        backlog.Add(Ready(1, "none"), Start);
        backlog.Add(Ready(2, "some"), Start);

        Assert.Equal(2, backlog.Pick(new Everything(), Start)!.Seq);
        Assert.Null(backlog.Pick(new Everything(), Start));
        Assert.Equal(long.MaxValue, backlog.HeldUntil("none", Start));
    }

    [Fact]
    public void Relimit_RaisedConcurrency_OpensTheKeyAtOnce()
    {
        var concurrency = 1;
        var backlog = new Backlog(Order, _ => new() { Concurrency = concurrency });
        for (var i = 1; i <= 3; i++) { backlog.Add(Ready(i, "k"), Start); }
        backlog.Pick(new Everything(), Start);
        Assert.Null(backlog.Peek(new Everything()));

        concurrency = 2;
        backlog.Relimit(Start);

        Assert.Equal(2, backlog.Pick(new Everything(), Start)!.Seq);
        Assert.Null(backlog.Peek(new Everything()));
    }

    [Fact]
    public void TakeExpired_SomebodyLooksAtTheOrderInBetween_StillNamesTheTask()
    {
        var backlog = new Backlog(Order, _ => new());
        backlog.Add(Ready(1, queueWait: TimeSpan.TicksPerSecond), Start);
        backlog.Advance(Start + TimeSpan.TicksPerSecond);
        backlog.Peek(new Everything());

        Assert.Equal([1L], backlog.TakeExpired(Start + TimeSpan.TicksPerSecond).Select(task => task.Seq));
        Assert.Empty(backlog.TakeExpired(Start + TimeSpan.TicksPerSecond));
        Assert.Equal([1L], backlog.TakeExpired(Start + (2 * TimeSpan.TicksPerSecond)).Select(task => task.Seq));
    }
}
