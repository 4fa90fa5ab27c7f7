using System.Globalization;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>P5: two busy queues, on one silo and then on two: throughput, and what a task costs.</summary>
internal static class SpreadRow
{
    private const int QueuesMax = 64;
    private const string Submitted = "nexus_coordination_submitted_total";

    public static void Run(Settings settings, Report report)
    {
        var (ones, many) = (settings.Size(100_000, 30_000), settings.Size(500_000, 100_000));
        var callers = settings.Callers[^1];
        (string Way, int Tasks, Func<Product, Func<int, string>, LivesResult> Run)[] ways =
        [
            ($"a: one call per step, 8 × {callers} callers", ones, (product, queue) => Lives.OneByOne(product, ones, callers, queue)),
            ($"b: batches of {ThroughputRow.Batch}, 8 callers", many, (product, queue) => Lives.InBatches(product, many, ThroughputRow.Batch, queue)),
        ];
        var (one, two) = (Measure(1), Measure(2));
        report.Table("P5 two busy queues on one silo and on two",
            ["way", "tasks", "silos", "tasks/s", "against one silo", "server CPU µs per task", "against one silo", "database CPU µs per task", "tasks by silo", "goal"],
            ways.SelectMany((way, i) => new[] { Row(way.Way, way.Tasks, 1, one[i], one[i]), Row(way.Way, way.Tasks, 2, two[i], one[i]) }));
        report.Line("Server CPU is that of silos and gateway. Where all share the cores of one machine, two silos can show what a task costs, not how much faster two machines are.");
        report.Line("");

        (LivesResult Result, string Shares)[] Measure(int silos)
        {
            using var product = Product.Start(settings with { Silos = silos });
            var queues = Queues(product, silos);
            for (var agent = 0; agent < Lives.Agents.Length; agent++) { product.Register([Lives.Agents[agent]], queue: QueueOf(agent)); }
            return [.. ways.Select(way =>
            {
                Progress($"P5, {(settings with { Silos = silos }).Where}: {way.Way}");
                product.WaitUntilQuiet();
                var before = Taken(product);
                var result = way.Run(product, QueueOf);
                product.WaitUntilQuiet();
                var taken = Taken(product).Zip(before, (after, then) => after - then).ToArray();
                return (result, string.Join(" / ", taken.Select(tasks => P(tasks / taken.Sum()))));
            })];

            string QueueOf(int agent) => queues[agent % queues.Length];
        }
    }

    private static string[] Row(string way, int tasks, int silos, (LivesResult Result, string Shares) measured, (LivesResult Result, string Shares) one) =>
    [
        way, N(tasks), $"{silos}", N(measured.Result.PerSecond), $"{N(measured.Result.PerSecond / one.Result.PerSecond)} ×", N(measured.Result.ServerCpu), $"{N(measured.Result.ServerCpu / one.Result.ServerCpu)} ×",
        N(measured.Result.DatabaseCpu), measured.Shares, silos == 1 ? "" : "CPU within 10 %",
    ];

    /// <summary>Makes two queues; on two silos, one that lives on each: where a queue lives is seen by who counts a task of it.</summary>
    private static string[] Queues(Product product, int silos)
    {
        using var connection = new HttpConnection(product.Coordination);
        var found = new SortedDictionary<int, string>();
        for (var i = 0; i < QueuesMax && found.Count < 2; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"busy-{i}");
            product.WaitUntilQuiet();
            var before = Taken(product);
            connection.CallOk(Requests.Put($"/queues/{name}", "{}"));
            connection.CallOk(Requests.Post("/tasks", $$"""{"queue":"{{name}}",{{Lives.TaskBody[1..]}}"""));
            product.WaitUntilQuiet();
            var silo = Array.FindIndex(Taken(product).Zip(before, (after, then) => after - then).ToArray(), tasks => tasks > 0);
            found.TryAdd(silos == 1 ? i : silo, name);
        }
        return found.Count == 2 ? [.. found.Values] : throw new InvalidOperationException($"{QueuesMax} queues and all on one silo");
    }

    private static double[] Taken(Product product) => [.. product.MetricOfEach(Submitted).Select(tasks => double.IsNaN(tasks) ? 0 : tasks)];
}
