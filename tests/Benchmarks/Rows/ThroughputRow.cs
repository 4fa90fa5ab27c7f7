using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>P1: whole task lives per second, one call per step and in batches, beside the ceilings of the same run.</summary>
internal static class ThroughputRow
{
    private const int Batch = 500;
    private const int CeilingCallers = 64;

    /// <summary>The best rate with one call per step, and the callers per agent that reached it.</summary>
    public static async Task<(double PerSecond, int Callers)> RunAsync(Settings settings, Report report)
    {
        var (ones, many) = (settings.Size(100_000), settings.Size(500_000));
        Progress("P1: ceilings");
        var ledgerMany = await BareLedger.LivesPerSecondAsync(settings, many, Lives.Agents.Length, Batch);
        var (kestrel, ping) = Ceilings(settings);
        report.Table("P1 ceilings of this run",
            ["what", "callers", "rate", "p50 / p99 ms", "server CPU µs per call"],
            [
                [$"ledger alone, {Batch} entries per call: task lives per second (three commits each)", $"{Lives.Agents.Length}", N(ledgerMany), "", ""],
                ["bare Kestrel, constant answer: calls per second", $"{CeilingCallers}", N(kestrel.PerSecond), $"{N(kestrel.Latencies.Ms(50))} / {N(kestrel.Latencies.Ms(99))}", N(kestrel.ServerCpu)],
                ["HTTP and one grain call: calls per second", $"{CeilingCallers}", N(ping.PerSecond), $"{N(ping.Latencies.Ms(50))} / {N(ping.Latencies.Ms(99))}", N(ping.ServerCpu)],
            ]);
        var rows = new List<string[]>();
        var best = (PerSecond: 0.0, Callers: 1);
        foreach (var callers in settings.Callers)
        {
            Progress($"P1 a: {callers} callers per agent");
            var ledger = await BareLedger.LivesPerSecondAsync(settings, ones, callers * Lives.Agents.Length, 1);
            using var product = Product.Start(settings);
            product.Register(Lives.Agents);
            var result = Lives.OneByOne(product, ones, callers);
            best = result.PerSecond > best.PerSecond ? (result.PerSecond, callers) : best;
            rows.Add(Row("a: one call per step", ones, callers, result, ledger, ping.PerSecond / 3));
            Write(settings, result, $"P1a-{callers}");
        }
        Progress("P1 b: batches");
        using (var product = Product.Start(settings))
        {
            product.Register(Lives.Agents);
            var result = Lives.InBatches(product, many, Batch);
            rows.Add(Row($"b: batches of {Batch}", many, 1, result, ledgerMany, double.NaN));
            Write(settings, result, "P1b");
        }
        report.Table("P1 task lives per second: submit → lease → complete over HTTP, 8 agents",
            ["way", "agents × callers", "tasks", "tasks/s", "of the ledger alone (same callers)", "of three HTTP + grain calls", "server CPU µs per task", "database CPU µs per task", "generator CPU µs per task", "submit p50 / p99 ms", "lease p50 / p99 ms", "complete p50 / p99 ms"],
            rows);
        report.Line("Goals: a ≥ 10,000/s, b ≥ 25,000/s. Peers, measured on a machine of this kind when quiet (read): a BullMQ with appendfsync always 6,400/s, graphile-worker 850, pg-boss 690, Celery 570; "
            + "b graphile-worker 20,500/s, pg-boss 17,200, BullMQ 8,100; all keep less history.");
        report.Line("");
        return best;
    }

    private static (HttpRate Kestrel, HttpRate Ping) Ceilings(Settings settings)
    {
        using var bare = new BareServer();
        var calls = settings.Sample(300_000);
        return (HttpRate.Measure(bare.Address, () => bare.Server.Cpu, CeilingCallers, calls, _ => Requests.Get("/constant")),
            HttpRate.Measure(bare.Address, () => bare.Server.Cpu, CeilingCallers, calls, caller => Requests.Get($"/ping/key-{caller}")));
    }

    private static string[] Row(string way, int tasks, int callers, LivesResult result, double ledger, double http) =>
    [
        way, $"{Lives.Agents.Length} × {callers}", N(tasks), N(result.PerSecond), $"{P(result.PerSecond / ledger)} of {N(ledger)}", double.IsNaN(http) ? "–" : $"{P(result.PerSecond / http)} of {N(http)}", N(result.ServerCpu), double.IsNaN(result.DatabaseCpu) ? "–" : N(result.DatabaseCpu), N(result.GeneratorCpu),
        Times(result.Submit), Times(result.Lease), Times(result.Report),
    ];

    private static string Times(Latencies latencies) => $"{N(latencies.Ms(50))} / {N(latencies.Ms(99))}";

    private static void Write(Settings settings, LivesResult result, string name)
    {
        result.Submit.Write(settings.Out, $"{name}-submit");
        result.Lease.Write(settings.Out, $"{name}-lease");
        result.Report.Write(settings.Out, $"{name}-complete");
    }
}
