using System.Globalization;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>Other queue products beside our own P1: whole lives of no-op jobs, everything acknowledged on disk, as many callers as ours, in the same run.</summary>
internal static class PeersRow
{
    private const string Read = "Read, measured on a machine of this kind when quiet: a BullMQ with appendfsync always 6,400/s, graphile-worker 850, pg-boss 690, Celery 570; "
        + "b graphile-worker 20,500/s, pg-boss 17,200, BullMQ 8,100; all keep less history.";

    public static async Task RunAsync(Settings settings, Report report, IReadOnlyDictionary<Settings, IReadOnlyList<OurRate>> ours)
    {
        report.Line("Goals: a ≥ 10,000/s, b ≥ 25,000/s, ahead of every peer in the same run.");
        report.Line("");
        var missing = new List<string>();
        var rates = settings.Peers ? await MeasureAsync(settings, missing.Add) : [];
        if (rates.Count > 0) { Print(settings, report, ours, rates); }
        else { report.Line($"Peers were not measured ({(settings.Peers ? "none could be had" : "--peers was not given")}). {Read}"); }
        foreach (var reason in missing) { report.Line($"Left out: {reason}"); }
        report.Line("");
    }

    private static async Task<IReadOnlyList<PeerRate>> MeasureAsync(Settings settings, Action<string> missing)
    {
        var rates = new List<PeerRate>();
        Progress("P1 peers: installing");
        using var peers = new QueuePeers(settings);
        foreach (var peer in peers.Install(missing))
        {
            var callers = peer == QueuePeer.Celery ? settings.Callers.Take(1) : settings.Callers;
            foreach (var each in callers) { await TakeAsync(peer, each * Lives.Agents.Length, 1, peer.Ones); }
            if (peer.Many > 0) { await TakeAsync(peer, Lives.Agents.Length, ThroughputRow.Batch, peer.Many); }
        }
        return rates;

        async Task TakeAsync(QueuePeer peer, int callers, int batch, int jobs)
        {
            Progress($"P1 peers: {peer.Name}, {callers} callers, {batch} per call");
            try { rates.Add(await peers.RunAsync(peer, callers, batch, settings.Sample(jobs))); }
            catch (InvalidOperationException fault) { missing($"{peer.Name}, {callers} callers, {batch} per call: {fault.Message}"); }
        }
    }

    private static void Print(Settings settings, Report report, IReadOnlyDictionary<Settings, IReadOnlyList<OurRate>> ours, IReadOnlyList<PeerRate> peers)
    {
        var runs = settings.Runs.ToArray();
        report.Table("P1 peers of this run",
            ["who", "way", "callers", "jobs", "jobs/s", .. runs.Select(run => $"ours ({run.Where}) / this, same callers"), "own CPU µs per job", "database CPU µs per job", "keeps of a completed job"],
            [
                .. runs.SelectMany(run => ours[run].Select<OurRate, string[]>(rate =>
                [
                    $"**ours, {run.Where}**", Way(rate.Batch), $"{rate.Callers}", N(rate.Tasks), N(rate.Result.PerSecond), .. runs.Select(_ => ""), $"{N(rate.Result.ServerCpu)} + {N(rate.Result.GeneratorCpu)}", N(rate.Result.DatabaseCpu), "everything: the task, its result, every transition",
                ])),
                .. peers.OrderBy(peer => peer.Batch).Select<PeerRate, string[]>(peer =>
                [
                    $"{peer.Peer} {peer.Version}, {peer.Runtime}", Way(peer.Batch), $"{peer.Callers}", N(peer.Jobs), N(peer.PerSecond),
                    .. runs.Select(run => ours[run].FirstOrDefault(rate => rate.Batch == peer.Batch && rate.Callers == peer.Callers) is { } same ? $"{N(same.Result.PerSecond / peer.PerSecond)} ×" : "–"),
                    N(peer.ClientCpuUsPerJob), N(peer.DatabaseCpuUsPerJob), peer.Keeps,
                ]),
            ]);
        foreach (var way in peers.GroupBy(peer => peer.Batch))
        {
            var first = way.MaxBy(peer => peer.PerSecond)!;
            report.Line($"{Way(way.Key)}: the fastest peer, whatever its callers, is {first.Peer} with {N(first.PerSecond)}/s; our best against it: "
                + string.Join(", ", runs.Select(run => (run.Where, Best: ours[run].Where(rate => rate.Batch == way.Key).Max(rate => rate.Result.PerSecond))).Select(best => $"{best.Where} {N(best.Best)}/s, {N(best.Best / first.PerSecond)} ×")) + ".");
        }
        report.Line("Peers are called by their own libraries over their database's protocol; we over HTTP. Peers on PostgreSQL have the same server settings as ours; Redis has appendonly yes, appendfsync always. "
            + "BullMQ, graphile-worker and Celery add jobs without waiting for their workers, as many callers as workers; pg-boss's callers and ours take one step after the other.");
        Write(settings, ours, peers);
    }

    private static string Way(int batch) => batch == 1 ? "a: one call per step" : $"b: batches of {batch}";

    private static void Write(Settings settings, IReadOnlyDictionary<Settings, IReadOnlyList<OurRate>> ours, IReadOnlyList<PeerRate> peers)
    {
        if (settings.Out is not { } folder) { return; }
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "P1-peers.csv"),
        [
            "who,version,callers,batch,jobs,per_second,own_cpu_us_per_job,database_cpu_us_per_job",
            .. settings.Runs.SelectMany(run => ours[run].Select(rate => string.Create(CultureInfo.InvariantCulture,
                $"ours {run.Where},,{rate.Callers},{rate.Batch},{rate.Tasks},{rate.Result.PerSecond:F1},{rate.Result.ServerCpu:F1},{rate.Result.DatabaseCpu:F1}"))),
            .. peers.Select(peer => string.Create(CultureInfo.InvariantCulture,
                $"{peer.Peer},{peer.Version},{peer.Callers},{peer.Batch},{peer.Jobs},{peer.PerSecond:F1},{peer.ClientCpuUsPerJob:F1},{peer.DatabaseCpuUsPerJob:F1}")),
        ]);
    }
}
