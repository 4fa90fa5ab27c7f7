using System.Diagnostics;
using System.Globalization;
using System.Text;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>P4: a million waiting tasks and ten thousand agents: memory, lease times, restart.</summary>
internal static class ScaleRow
{
    private const int Batch = 1000;
    private const int Submitters = 4;
    private const int Probes = 2000;
    private const string Probe = "probe";
    private static readonly TimeSpan RestartMax = TimeSpan.FromMinutes(3), Pause = TimeSpan.FromMilliseconds(200);
    private const string HeapMetric = "dotnet_gc_last_collection_heap_size_bytes";

    public static void Run(Settings settings, Report report)
    {
        var tasks = settings.Size(1_000_000, 300_000);
        var agents = Math.Max(1, tasks / 100);
        using var product = Product.Start(settings);
        Progress($"P4, {settings.Where}: {agents} agents");
        product.Register([Probe]);
        var registered = Crew.Run(Submitters, member => product.Register(Enumerable.Range(0, agents).Where(i => i % Submitters == member).Select(i => string.Create(CultureInfo.InvariantCulture, $"crowd-{i:D5}"))));
        Warm(product, settings);
        var empty = LeaseTimes(product, settings, "P4-lease-empty");
        var before = Memory(product);

        Progress($"P4, {settings.Where}: submitting {tasks} tasks");
        var share = new Share(tasks);
        var submitted = Crew.Run(Submitters, _ =>
        {
            using var connection = new HttpConnection(product.Coordination);
            for (int count; (count = share.Take(Batch)) > 0;)
            {
                connection.CallOk(Requests.Post("/tasks/batch", string.Concat(Enumerable.Repeat(Lives.TaskBody + "\n", count)), "application/x-ndjson"));
            }
        });
        var after = Memory(product);
        var full = LeaseTimes(product, settings, "P4-lease-full");
        var disk = product.StoredBytes;

        var restarts = new List<(string Way, TimeSpan Ready, TimeSpan Lease, long Resident)>();
        foreach (var kill in new[] { true, false })
        {
            Progress($"P4, {settings.Where}: restart after {(kill ? "kill -9" : "a clean stop")}");
            var ready = product.Restart(kill);
            LeaseFirst(product);
            restarts.Add((kill ? "kill -9" : "clean stop", ready, product.Age, Memory(product).Resident));
        }

        var perTask = (double)(after.Resident - before.Resident) / tasks;
        report.Table($"P4 {N(tasks)} waiting tasks, {N(agents)} agents, {settings.Where}",
            ["what", "value", "goal"],
            [
                ["agents registered, one call each, 4 callers", $"{N(registered.TotalSeconds)} s, {N(agents / registered.TotalSeconds)}/s", ""],
                [$"tasks submitted, batches of {Batch} (NDJSON), {Submitters} callers", $"{N(submitted.TotalSeconds)} s, {N(tasks / submitted.TotalSeconds)}/s", ""],
                ["resident memory before / after", $"{N(before.Resident / 1e6)} / {N(after.Resident / 1e6)} MB", ""],
                ["resident bytes per waiting task", N(perTask), "≤ 300"],
                ["managed heap after the last collection, before / after", $"{N(before.Heap / 1e6)} / {N(after.Heap / 1e6)} MB", ""],
                ["managed heap bytes per waiting task", N((after.Heap - before.Heap) / tasks), ""],
                ["resident memory after the restarts", string.Join(", ", restarts.Select(restart => $"{N(restart.Resident / 1e6)} MB")), ""],
                ["data folder", $"{N(disk / 1e6)} MB, {N((double)disk / tasks)} bytes per task", ""],
                ["lease p50 / p99, queue of one task", $"{N(empty.Ms(50))} / {N(empty.Ms(99))} ms", ""],
                [$"lease p50 / p99, {N(tasks)} tasks waiting", $"{N(full.Ms(50))} / {N(full.Ms(99))} ms", ""],
                ["p99 against the queue of one task", $"{N(full.Ms(99) / empty.Ms(99))} ×", "≤ 2 ×"],
                .. restarts.Select(restart => new[] { $"restart after {restart.Way}: ready / first lease", $"{N(restart.Ready.TotalSeconds)} / {N(restart.Lease.TotalSeconds)} s", "≤ 30 s" }),
            ]);
    }

    /// <summary>Each sample: one task is submitted, one is leased (this is timed), and completed; the length of the queue stays the same.</summary>
    private static Latencies LeaseTimes(Product product, Settings settings, string name)
    {
        var latencies = new Latencies();
        using var connection = new HttpConnection(product.Coordination);
        var submit = Requests.Post("/tasks", Lives.TaskBody);
        var times = new List<long>();
        var probes = settings.Sample(Probes);
        for (var i = -probes / 10; i < probes; i++)
        {
            connection.CallOk(submit);
            var time = LeaseOnce(connection);
            if (i >= 0)
            {
                times.Add(time);
            }
        }
        latencies.Add(times);
        latencies.Write(settings.Out, name);
        return latencies;
    }

    // While the queue is read, callers are told to come back.
    private static void LeaseFirst(Product product)
    {
        using var connection = new HttpConnection(product.Coordination);
        var patience = Stopwatch.StartNew();
        while (!TryLease(connection))
        {
            if (patience.Elapsed > RestartMax) { throw new InvalidOperationException($"no lease within {RestartMax.TotalSeconds:F0} s of the restart"); }
            Thread.Sleep(Pause);
        }
    }

    private static bool TryLease(HttpConnection connection)
    {
        var (status, body) = connection.Call(Requests.Post($"/agents/{Probe}/leases", """{"max":1,"wait_seconds":5}"""));
        return status == 200 && new Leases(body.Span).Next(out _, out _);
    }

    private static long LeaseOnce(HttpConnection connection)
    {
        var start = Stopwatch.GetTimestamp();
        var body = connection.CallOk(Requests.Post($"/agents/{Probe}/leases", """{"max":1,"wait_seconds":60}"""));
        var time = Stopwatch.GetTimestamp() - start;
        var leases = new Leases(body.Span);
        if (!leases.Next(out var task, out var token))
        {
            throw new InvalidOperationException("no lease although tasks wait");
        }
        connection.CallOk(Requests.Post($"/tasks/{Encoding.ASCII.GetString(task)}/complete", $$"""{"agent_id":"{{Probe}}","lease_token":"{{Encoding.ASCII.GetString(token)}}"}"""));
        return time;
    }

    private static void Warm(Product product, Settings settings)
    {
        product.Register(Lives.Agents);
        Lives.OneByOne(product, settings.Sample(10_000), 1);
    }

    private static (long Resident, double Heap) Memory(Product product)
    {
        product.WaitUntilQuiet();
        return (product.Resident, product.Metric(HeapMetric));
    }
}
