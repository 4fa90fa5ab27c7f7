using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>What P1 cannot exceed, measured in the same run; once, however many numbers of silos are compared.</summary>
internal sealed class ThroughputCeilings(Settings settings)
{
    private const int HttpCallers = 64;
    private const int HttpCalls = 300_000;
    private readonly Dictionary<(int Callers, int Batch), double> _ledger = [];
    private (HttpRate Kestrel, HttpRate Ping)? _http;
    private bool _printed;

    /// <summary>Task lives per second of the ledger alone.</summary>
    public async Task<double> LedgerAsync(int tasks, int callers, int batch) =>
        _ledger.TryGetValue((callers, batch), out var known) ? known : _ledger[(callers, batch)] = await BareLedger.LivesPerSecondAsync(settings, tasks, callers, batch);

    /// <summary>Calls per second over HTTP, from many callers: a constant answer, and one grain call each.</summary>
    public (HttpRate Kestrel, HttpRate Ping) Http => _http ??= MeasureHttp();

    public void PrintOnce(Report report, double ledger, int batch)
    {
        if (_printed) { return; }
        _printed = true;
        report.Table("P1 ceilings of this run",
            ["what", "callers", "rate", "p50 / p99 ms", "server CPU µs per call"],
            [
                [$"ledger alone, {batch} entries per call: task lives per second (three commits each)", $"{Lives.Agents.Length}", N(ledger), "", ""],
                Row("bare Kestrel, constant answer: calls per second", Http.Kestrel),
                Row("HTTP and one grain call: calls per second", Http.Ping),
            ]);
    }

    private (HttpRate, HttpRate) MeasureHttp()
    {
        using var bare = new BareServer();
        var calls = settings.Sample(HttpCalls);
        return (HttpRate.Measure(bare.Address, () => bare.Server.Cpu, HttpCallers, calls, _ => Requests.Get("/constant")),
            HttpRate.Measure(bare.Address, () => bare.Server.Cpu, HttpCallers, calls, caller => Requests.Get($"/ping/key-{caller}")));
    }

    private static string[] Row(string what, HttpRate rate) => [what, $"{HttpCallers}", N(rate.PerSecond), $"{N(rate.Latencies.Ms(50))} / {N(rate.Latencies.Ms(99))}", N(rate.ServerCpu)];
}
