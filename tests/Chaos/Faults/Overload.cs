using NexusActors.Chaos.Load;
using NexusActors.Chaos.Rig;
using NexusActors.Servers;

namespace NexusActors.Chaos.Faults;

/// <summary>More is asked for than can be done.</summary>
internal sealed class Overload : Fault
{
    private const int Callers = 256, Times = 5;
    private const double GoodputLeast = 0.9, LatencyP99Max = 1, MemoryGrowthMbMax = 512, SampleSeconds = 0.5, RestSeconds = 3, WarmSeconds = 5, WarmSecondsMax = 60, SteadyWithin = 0.1, DrainSecondsMax = 180;

    public override string Name => "overload";

    public override string What => $"what {Callers} callers without pause get done, then {Times} times as many requests in each second, whether they are answered or not; the load has one core, the cluster the others";

    public override FaultNeeds Needs => FaultNeeds.Isolation;

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var cores = Environment.ProcessorCount;
        if (cores > 1) { await PinAsync($"{cores - 1}", cores == 2 ? "0" : $"0-{cores - 2}"); }
        try
        {
            await MeasureAsync(scene, cancellation);
        }
        finally
        {
            await PinAsync($"0-{cores - 1}", $"0-{cores - 1}");
        }
        scene.Healed();
        // What was let in is done before anything else is harmed.
        for (var until = scene.Notebook.Time.Now + DrainSecondsMax; scene.Workforce.IsCrowded && scene.Notebook.Time.Now < until; await FaultScene.WaitAsync(SampleSeconds, cancellation)) { }
    }

    private static async Task MeasureAsync(FaultScene scene, CancellationToken cancellation)
    {
        using var flood = new Flood(scene.Rig.Pool, scene.Workforce, scene.Notebook, new(scene.Chance.Next()));
        await WarmAsync(scene, flood, cancellation);
        var (closedFrom, closed) = (scene.Notebook.Time.Now, await flood.ClosedAsync(Callers, scene.Seconds(8, 20), cancellation));
        var capacity = GoodOf(scene, closed, closedFrom, scene.Notebook.Time.Now);
        scene.Note($"capacity {capacity:F0} requests/s, p99 {1000 * P99(closed):F0} ms");
        await FaultScene.WaitAsync(RestSeconds, cancellation);

        var before = scene.Rig.Processes.ToDictionary(process => process.Name, process => process.Resident);
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(scene, over.Token);
        var seconds = scene.Seconds(10, 30);
        var openFrom = scene.Notebook.Time.Now;
        var open = await flood.OpenAsync(Times * capacity, seconds, cancellation);
        var goodput = GoodOf(scene, [.. open.Where(answer => answer.End < openFrom + seconds)], openFrom, openFrom + seconds);
        await over.CancelAsync();
        var most = await watching;
        var growth = most.Max(pair => pair.Value - before[pair.Key]) >> 20;
        var p99 = P99(open);
        scene.Note($"sent {open.Count / seconds:F0}/s of {Times * capacity:F0}/s: goodput {goodput:F0}/s ({100 * goodput / capacity:F0} % of capacity), accepted p99 {1000 * p99:F0} ms (reads {1000 * P99([.. open.Where(answer => answer.Read)]):F0}, submits {1000 * P99([.. open.Where(answer => !answer.Read)]):F0}); "
            + $"{string.Join(", ", open.CountBy(answer => answer.Status).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {(pair.Key == 0 ? "no answer" : pair.Key)}"))}; "
            + $"memory grew by {growth} MB at most, to {most.Values.Max() >> 20} MB");
        if (goodput < GoodputLeast * capacity) { scene.Misses($"goodput {100 * goodput / capacity:F0} % < {100 * GoodputLeast:F0} % of capacity"); }
        if (p99 > LatencyP99Max) { scene.Misses($"accepted p99 {p99:F2} s > {LatencyP99Max} s"); }
        if (growth > MemoryGrowthMbMax) { scene.Misses($"memory grew by {growth} MB > {MemoryGrowthMbMax} MB"); }
    }

    /// <summary>Until as much is done in one stretch as in the one before: processes that have just been started do less at first.</summary>
    private static async Task WarmAsync(FaultScene scene, Flood flood, CancellationToken cancellation)
    {
        var started = scene.Notebook.Time.Now;
        for (double before = 0, rate; scene.Notebook.Time.Now < started + WarmSecondsMax; before = rate)
        {
            var from = scene.Notebook.Time.Now;
            rate = GoodOf(scene, await flood.ClosedAsync(Callers, WarmSeconds, cancellation), from, scene.Notebook.Time.Now);
            if (rate < (1 + SteadyWithin) * before) { break; }
        }
        scene.Note($"warm after {scene.Notebook.Time.Now - started:F0} s");
    }

    /// <summary>Answers in a second that were no refusals: of the flood and of the usual load.</summary>
    private static double GoodOf(FaultScene scene, IReadOnlyCollection<FloodAnswer> answers, double from, double to) =>
        (answers.Count(answer => answer.Status is >= 200 and < 300) + scene.Notebook.Keys.Sum(key => key.Attempts.Count(attempt => attempt.Failure is null && attempt.End >= from && attempt.End < to))) / (to - from);

    private static double P99(IReadOnlyCollection<FloodAnswer> answers)
    {
        var accepted = answers.Where(answer => answer.Status is >= 200 and < 300).Select(answer => answer.Took).Order().ToArray();
        return accepted is [] ? double.PositiveInfinity : accepted[(accepted.Length - 1) * 99 / 100];
    }

    private static async Task<Dictionary<string, long>> WatchAsync(FaultScene scene, CancellationToken over)
    {
        var most = new Dictionary<string, long>(StringComparer.Ordinal);
        do
        {
            foreach (var process in scene.Rig.Processes) { most[process.Name] = Math.Max(most.GetValueOrDefault(process.Name), process.Resident); }
            await Task.Delay(TimeSpan.FromSeconds(SampleSeconds), over).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        while (!over.IsCancellationRequested);
        return most;
    }

    // In a run's own namespace all other processes are the cluster's.
    private static async Task PinAsync(string load, string cluster)
    {
        await SystemCommand.RunAsync("taskset", "--all-tasks", "--pid", "--cpu-list", load, $"{Environment.ProcessId}");
        foreach (var process in Signals.All().Where(process => process != Environment.ProcessId))
        {
            // One that has just ended is no loss.
            if (await SystemCommand.TryAsync("taskset", "--all-tasks", "--pid", "--cpu-list", cluster, $"{process}") is { } complaint && Signals.IsAlive(process)) { throw new InvalidOperationException(complaint); }
        }
    }
}
