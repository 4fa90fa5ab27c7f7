using System.Diagnostics;
using System.Globalization;
using System.Text;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>P2: from the moment a submit is sent until the task is in the hands of an agent that was waiting, at a fixed rate of submits (open loop).</summary>
internal static class WakeUpRow
{
    private const double LowRate = 10;
    private const int WarmupShare = 4;
    private const int SendersMax = 64;

    /// <param name="settings">The command line.</param>
    /// <param name="report">Takes the table.</param>
    /// <param name="lives">What P1 reached; null: its best way is measured first.</param>
    public static void Run(Settings settings, Report report, IReadOnlyList<OurRate>? lives)
    {
        var full = lives?.Where(rate => rate.Batch == 1).MaxBy(rate => rate.Result.PerSecond) is { } best ? (best.Result.PerSecond, Callers: best.CallersPerAgent) : Capacity(settings);
        var low = Measure(settings, LowRate, 1, "P2-low");
        var half = Measure(settings, full.PerSecond / 2, full.Callers, "P2-half");
        report.Table($"P2 wake-up: submit sent → lease received by a waiting agent, {settings.Where}",
            ["rate", "agents × waiting calls", "tasks", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "submits sent late p99 ms", "goal p50 / p99", "read from others"],
            [
                Row($"{LowRate}/s", low, 1, "5 / 15 ms", "Temporal Cloud start 13 / 45 ms, Hatchet 24 ms"),
                Row($"{N(full.PerSecond / 2)}/s (half of P1 a)", half, full.Callers, "– / 25 ms", ""),
            ]);
    }

    private static string[] Row(string rate, (Latencies Wake, Latencies Late) measured, int callers, string goal, string others) =>
    [
        rate, $"{Lives.Agents.Length} × {callers}", N(measured.Wake.Count), N(measured.Wake.Ms(50)), N(measured.Wake.Ms(99)), N(measured.Wake.Ms(99.9)), N(measured.Wake.Ms(100)), N(measured.Late.Ms(99)), goal, others,
    ];

    private static (double PerSecond, int Callers) Capacity(Settings settings)
    {
        var callers = settings.Callers[^1];
        Progress($"P2, {settings.Where}: rate of P1 a first");
        using var product = Product.Start(settings);
        product.Register(Lives.Agents);
        return (Lives.OneByOne(product, settings.Sample(50_000), callers).PerSecond, callers);
    }

    private static (Latencies Wake, Latencies Late) Measure(Settings settings, double rate, int callers, string name)
    {
        var tasks = (int)Math.Max(20, Math.Min(rate * (settings.Seconds ?? (settings.Mode == Mode.Embedded ? 20 : 15)), settings.Tasks ?? int.MaxValue));
        var warmup = tasks / WarmupShare;
        Progress($"P2, {settings.Where}: {rate:F0}/s, {tasks} tasks");
        using var product = Product.Start(settings);
        product.Register(Lives.Agents);
        var sent = new long[warmup + tasks];
        var (wake, late) = (new Latencies(), new Latencies());
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2);
        var run = new OpenLoop(sent, warmup, task => start + (long)(task / rate * Stopwatch.Frequency));
        var senders = (int)Math.Clamp(rate / 20, 1, SendersMax);
        Sender[] sending = [.. Enumerable.Range(0, senders).Select(_ => new Sender(run))];
        Waiter[] waiting = [.. Enumerable.Range(0, Lives.Agents.Length * callers).Select(i => new Waiter(Lives.Agents[i % Lives.Agents.Length], run))];
        Callers.Run(product.Coordination, [.. sending, .. waiting]);
        foreach (var sender in sending) { late.Add(sender.Late); }
        foreach (var waiter in waiting) { wake.Add(waiter.Times); }
        wake.Write(settings.Out, name);
        return (wake, late);
    }

    /// <summary>What senders and waiters share; they run on one thread.</summary>
    /// <param name="Sent">When each task was sent.</param>
    /// <param name="Warmup">Tasks before this one are not measured.</param>
    /// <param name="Due">When each task is to be sent.</param>
    private sealed record OpenLoop(long[] Sent, int Warmup, Func<int, long> Due)
    {
        public int Next { get; set; }

        public int Arrived { get; set; }
    }

    /// <summary>Submits the next task at its time, as soon as its last one is accepted.</summary>
    private sealed class Sender(OpenLoop run) : IPacedCaller
    {
        private int _task;

        public long Due { get; private set; }

        /// <summary>How much later than due each was sent.</summary>
        public List<long> Late { get; } = [];

        public ReadOnlySpan<byte> Begin()
        {
            if (run.Next == run.Sent.Length) { return []; }
            _task = run.Next++;
            Due = run.Due(_task);
            return Requests.Post("/tasks", string.Create(CultureInfo.InvariantCulture, $$"""{"id":"p2-{{_task:D9}}","task_type":"testing","priority":3,"description":"benchmark"}"""));
        }

        public ReadOnlySpan<byte> Next(ReadOnlyMemory<byte> answer) => Begin();

        public void Sending(long now)
        {
            run.Sent[_task] = now;
            if (_task >= run.Warmup) { Late.Add(now - Due); }
        }
    }

    /// <summary>Waits for a task, completes it and waits again.</summary>
    private sealed class Waiter(string agent, OpenLoop run) : ICaller
    {
        private readonly byte[] _lease = Requests.Post($"/agents/{agent}/leases", """{"max":1,"wait_seconds":1}""");
        private readonly byte[] _agentMember = Encoding.ASCII.GetBytes($$"""{"agent_id":"{{agent}}","lease_token":""" + "\"");
        private readonly RequestWriter _writer = new();
        private bool _completing;

        /// <summary>From sent to here, of each task.</summary>
        public List<long> Times { get; } = [];

        public ReadOnlySpan<byte> Begin() => _lease;

        public ReadOnlySpan<byte> Next(ReadOnlyMemory<byte> answer)
        {
            var leases = new Leases(answer.Span);
            if (_completing || !leases.Next(out var task, out var token))
            {
                _completing = false;
                return run.Arrived < run.Sent.Length ? _lease : [];
            }
            var index = int.Parse(task[3..], CultureInfo.InvariantCulture);
            if (index >= run.Warmup) { Times.Add(Stopwatch.GetTimestamp() - run.Sent[index]); }
            run.Arrived++;
            _completing = true;
            return _writer.Begin().Add(_agentMember).Add(token).Add("\"}"u8).Post($"/tasks/{Encoding.ASCII.GetString(task)}/complete");
        }
    }
}
