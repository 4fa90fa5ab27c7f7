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
    /// <param name="capacity">The best rate of P1 a, and its callers per agent; null: measured first.</param>
    public static void Run(Settings settings, Report report, (double PerSecond, int Callers)? capacity)
    {
        var full = capacity ?? Capacity(settings);
        var low = Measure(settings, LowRate, 1, "P2-low");
        var half = Measure(settings, full.PerSecond / 2, full.Callers, "P2-half");
        report.Table("P2 wake-up: submit sent → lease received by a waiting agent",
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

    private static (double, int) Capacity(Settings settings)
    {
        var callers = settings.Callers[^1];
        Progress("P2: rate of P1 a first");
        using var product = Product.Start(settings);
        product.Register(Lives.Agents);
        return (Lives.OneByOne(product, settings.Sample(50_000), callers).PerSecond, callers);
    }

    private static (Latencies Wake, Latencies Late) Measure(Settings settings, double rate, int callers, string name)
    {
        var tasks = (int)Math.Max(20, Math.Min(rate * settings.Seconds, settings.Tasks ?? int.MaxValue));
        var warmup = tasks / WarmupShare;
        Progress($"P2: {rate:F0}/s, {tasks} tasks");
        using var product = Product.Start(settings);
        product.Register(Lives.Agents);
        var sent = new long[warmup + tasks];
        var (wake, late) = (new Latencies(), new Latencies());
        var (arrived, next) = (0, -1);
        var senders = (int)Math.Clamp(rate / 20, 1, SendersMax);
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2);
        Crew.Run(senders + (Lives.Agents.Length * callers), member =>
        {
            if (member < senders)
            {
                Send();
            }
            else
            {
                Wait(Lives.Agents[member % Lives.Agents.Length]);
            }
        });
        wake.Write(settings.Out, name);
        return (wake, late);

        void Send()
        {
            using var connection = new HttpConnection(product.Coordination);
            var lateness = new List<long>();
            for (int task; (task = Interlocked.Increment(ref next)) < sent.Length;)
            {
                var request = Requests.Post("/tasks", string.Create(CultureInfo.InvariantCulture, $$"""{"id":"p2-{{task:D9}}","task_type":"testing","priority":3,"description":"benchmark"}"""));
                var due = start + (long)(task / rate * Stopwatch.Frequency);
                for (long left; (left = due - Stopwatch.GetTimestamp()) > 0;)
                {
                    Thread.Sleep(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) is { TotalMilliseconds: >= 1 } pause ? pause : TimeSpan.FromMilliseconds(1));
                }
                sent[task] = Stopwatch.GetTimestamp();
                connection.CallOk(request);
                if (task >= warmup)
                {
                    lateness.Add(sent[task] - due);
                }
            }
            late.Add(lateness);
        }

        void Wait(string agent)
        {
            using var connection = new HttpConnection(product.Coordination);
            var lease = Requests.Post($"/agents/{agent}/leases", """{"max":1,"wait_seconds":1}""");
            var writer = new RequestWriter();
            var times = new List<long>();
            while (Volatile.Read(ref arrived) < sent.Length)
            {
                var leases = new Leases(connection.CallOk(lease).Span);
                var now = Stopwatch.GetTimestamp();
                if (!leases.Next(out var task, out var token))
                {
                    continue;
                }
                var index = int.Parse(task[3..], CultureInfo.InvariantCulture);
                if (index >= warmup)
                {
                    times.Add(now - sent[index]);
                }
                Interlocked.Increment(ref arrived);
                var path = $"/tasks/{Encoding.ASCII.GetString(task)}/complete";
                connection.CallOk(writer.Begin().Add("{\"agent_id\":\""u8).Add(Encoding.ASCII.GetBytes(agent)).Add("\",\"lease_token\":\""u8).Add(token).Add("\"}"u8).Post(path));
            }
            wake.Add(times);
        }
    }
}
