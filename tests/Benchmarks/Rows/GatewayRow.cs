using System.Globalization;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>P3: what the gateway adds to bare Kestrel and one grain call, and the routes that the original has too.</summary>
internal static class GatewayRow
{
    private const int ManyAgents = 500;
    private const int Callers = 16;
    private const int ManyCallers = 64;

    private const string Experience =
        """{"context":{"cpu":0.7,"queue":12,"region":"eu"},"action_taken":{"type":"scale_up","replicas":3},"outcome":{"latency_ms":120},"success":true,"performance_metrics":{"latency":0.12,"cost":1.5},"tags":["scaling"]}""";

    private const string Decision =
        """{"scenario_type":"resource_allocation","description":"the queue grows","context":{"cpu":0.7,"queue":12},"objectives":["minimize_cost","maximize_performance","minimize_risk"],"available_actions":[{"action_type":"scale_up","estimated_cost":400,"performance_gain":0.5,"risk_score":0.2},{"action_type":"restart","estimated_cost":100,"performance_gain":0.4,"risk_score":0.4},{"action_type":"wait","estimated_cost":0,"performance_gain":0,"risk_score":0.6}]}""";

    private sealed record Route(string Name, int Callers, int Calls, Func<Product, Uri> Address, Func<int, byte[]> Request, double Original, string Said);

    public static void Run(Settings settings, Report report)
    {
        Route[] routes =
        [
            new("GET /agents/{id}", Callers, 200_000, product => product.Coordination, caller => Requests.Get($"/agents/many-{caller:D4}"), double.NaN, ""),
            new("GET /agents/{id}", ManyCallers, 200_000, product => product.Coordination, caller => Requests.Get($"/agents/many-{caller:D4}"), double.NaN, ""),
            new("GET /health", Callers, 200_000, product => product.Coordination, _ => Requests.Get("/health"), 1_500, "1,300–1,500/s"),
            new($"GET /agents with {ManyAgents} agents", 1, 500, product => product.Coordination, _ => Requests.Get("/agents"), 1000 / 17.0, "17 ms alone"),
            new($"GET /agents with {ManyAgents} agents", Callers, 2_000, product => product.Coordination, _ => Requests.Get("/agents"), 53, "53/s"),
            new("POST /tasks", Callers, 50_000, product => product.Coordination, _ => Requests.Post("/tasks", Lives.TaskBody), 970, "970/s with its database"),
            new("POST /tasks", ManyCallers, 100_000, product => product.Coordination, _ => Requests.Post("/tasks", Lives.TaskBody), 970, "970/s with its database"),
            new("POST /learning/experiences", 1, 3_000, product => product.Learning, _ => Requests.Post("/learning/experiences", Experience), 460, "460/s alone"),
            new("POST /learning/experiences", ManyCallers, 100_000, product => product.Learning, _ => Requests.Post("/learning/experiences", Experience), 46, "6–46/s"),
            new("POST /decisions", Callers, 10_000, product => product.Learning, _ => Requests.Post("/decisions", Decision), 690, "690/s"),
            new("POST /decisions", ManyCallers, 10_000, product => product.Learning, _ => Requests.Post("/decisions", Decision), 690, "690/s"),
        ];
        Progress($"P3, {settings.Where}: ceilings");
        using var bare = new BareServer();
        var calls = Size(settings, 200_000);
        var bases = new[] { Callers, ManyCallers }.ToDictionary(callers => callers, callers => (
            Constant: HttpRate.Measure(bare.Address, () => bare.Server.Cpu, callers, calls, _ => Requests.Get("/constant")),
            Ping: HttpRate.Measure(bare.Address, () => bare.Server.Cpu, callers, calls, caller => Requests.Get($"/ping/key-{caller}"))));
        using var product = Product.Start(settings);
        // They pull, and nobody asks for work: what POST /tasks measures is the submit alone.
        product.Register(Enumerable.Range(0, ManyAgents).Select(i => string.Create(CultureInfo.InvariantCulture, $"many-{i:D4}")));
        var rows = bases.SelectMany(at => new[] { Ceiling("bare Kestrel, constant answer", at.Key, at.Value.Constant), Ceiling("HTTP and one grain call", at.Key, at.Value.Ping) }).ToList();
        foreach (var route in routes)
        {
            Progress($"P3, {settings.Where}: {route.Name}, {route.Callers} callers");
            var rate = HttpRate.Measure(route.Address(product), () => product.Cpu, route.Callers, Size(settings, route.Calls), route.Request);
            rate.Latencies.Write(settings.Out, $"P3-{route.Name.Split(' ')[0]}{route.Name.Split(' ')[1].Replace('/', '-').Replace("{id}", "id", StringComparison.Ordinal)}-{route.Callers}");
            var ping = bases.TryGetValue(route.Callers, out var at) ? P(rate.PerSecond / at.Ping.PerSecond) : "–";
            rows.Add([route.Name, $"{route.Callers}", N(rate.PerSecond), N(rate.Latencies.Ms(50)), N(rate.Latencies.Ms(99)), N(rate.ServerCpu), ping, route.Said, double.IsNaN(route.Original) ? "" : $"{N(rate.PerSecond / route.Original)} ×"]);
        }
        report.Table($"P3 the gateway's overhead, and the original's routes, {settings.Where}",
            ["route", "callers", "calls/s", "p50 ms", "p99 ms", "server CPU µs per call", "of HTTP + one grain call", "original (read)", "against the original"], rows);
        report.Line("Goals: GET of one agent ≥ 70 % of HTTP + one grain call; ≥ 20 × the original on every route both have.");
        report.Line("");
    }

    /// <summary>A cluster is slower and measured with several numbers of silos.</summary>
    private static int Size(Settings settings, int calls) => settings.Sample(settings.Mode == Mode.Embedded ? calls : calls / 4);

    private static string[] Ceiling(string name, int callers, HttpRate rate) =>
        [name, $"{callers}", N(rate.PerSecond), N(rate.Latencies.Ms(50)), N(rate.Latencies.Ms(99)), N(rate.ServerCpu), "", "", ""];
}
