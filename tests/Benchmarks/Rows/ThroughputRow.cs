using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>What one way of P1 reached.</summary>
/// <param name="Batch">Tasks per call; 1: one call per step.</param>
/// <param name="CallersPerAgent">Callers of each agent.</param>
/// <param name="Tasks">How many lives.</param>
/// <param name="Result">What was measured.</param>
internal sealed record OurRate(int Batch, int CallersPerAgent, int Tasks, LivesResult Result)
{
    public int Callers => CallersPerAgent * Lives.Agents.Length;
}

/// <summary>P1: whole task lives per second, one call per step and in batches, beside the ceilings of the same run.</summary>
internal static class ThroughputRow
{
    /// <summary>Tasks per call in batches, ours and the peers'.</summary>
    public const int Batch = 500;

    public static async Task<IReadOnlyList<OurRate>> RunAsync(Settings settings, Report report, ThroughputCeilings ceilings)
    {
        var (ones, many) = (settings.Size(100_000, 30_000), settings.Size(500_000, 200_000));
        Progress($"P1, {settings.Where}: ceilings");
        var ledgerMany = await ceilings.LedgerAsync(many, Lives.Agents.Length, Batch);
        ceilings.PrintOnce(report, ledgerMany, Batch);
        var rows = new List<string[]>();
        var rates = new List<OurRate>();
        foreach (var callers in settings.Callers)
        {
            Progress($"P1 a, {settings.Where}: {callers} callers per agent");
            var ledger = await ceilings.LedgerAsync(ones, callers * Lives.Agents.Length, 1);
            using var product = Product.Start(settings);
            product.Register(Lives.Agents);
            Keep(new(1, callers, ones, Lives.OneByOne(product, ones, callers)), "a: one call per step", ledger, ceilings.Http.Ping.PerSecond / 3, $"P1a-{callers}");
        }
        Progress($"P1 b, {settings.Where}: batches");
        using (var product = Product.Start(settings))
        {
            product.Register(Lives.Agents);
            Keep(new(Batch, 1, many, Lives.InBatches(product, many, Batch)), $"b: batches of {Batch}", ledgerMany, double.NaN, "P1b");
        }
        report.Table($"P1 task lives per second: submit → lease → complete over HTTP, 8 agents, {settings.Where}",
            ["way", "agents × callers", "tasks", "tasks/s", "of the ledger alone (same callers)", "of three HTTP + grain calls", "server CPU µs per task", "database CPU µs per task", "generator CPU µs per task", "submit p50 / p99 ms", "lease p50 / p99 ms", "complete p50 / p99 ms"],
            rows);
        return rates;

        void Keep(OurRate rate, string way, double ledger, double http, string name)
        {
            rates.Add(rate);
            rows.Add(Row(way, rate, ledger, http));
            Write(settings, rate.Result, name);
        }
    }

    private static string[] Row(string way, OurRate rate, double ledger, double http)
    {
        var result = rate.Result;
        return
        [
            way, $"{Lives.Agents.Length} × {rate.CallersPerAgent}", N(rate.Tasks), N(result.PerSecond), $"{P(result.PerSecond / ledger)} of {N(ledger)}", double.IsNaN(http) ? "–" : $"{P(result.PerSecond / http)} of {N(http)}",
            N(result.ServerCpu), N(result.DatabaseCpu), N(result.GeneratorCpu), Times(result.Submit), Times(result.Lease), Times(result.Report),
        ];
    }

    private static string Times(Latencies latencies) => $"{N(latencies.Ms(50))} / {N(latencies.Ms(99))}";

    private static void Write(Settings settings, LivesResult result, string name)
    {
        result.Submit.Write(settings.Out, $"{name}-submit");
        result.Lease.Write(settings.Out, $"{name}-lease");
        result.Report.Write(settings.Out, $"{name}-complete");
    }
}
