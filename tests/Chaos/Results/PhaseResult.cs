using NexusActors.Chaos.Faults;
using NexusActors.Chaos.Load;
using NexusActors.Chaos.Rig;

namespace NexusActors.Chaos.Results;

/// <summary>When a fault was there, and what it did to whom.</summary>
/// <param name="Fault">Which.</param>
/// <param name="Scene">What it said.</param>
/// <param name="Start">Seconds of the run.</param>
/// <param name="End">When the cluster was whole again and every key had success.</param>
/// <param name="Dead">Silos that were declared dead in this time.</param>
/// <param name="Ended">Processes that ended by themselves in this time.</param>
internal sealed record Phase(Fault Fault, FaultScene Scene, double Start, double End, IReadOnlyList<string> Dead, IReadOnlyList<UnplannedEnd> Ended);

/// <summary>Seconds without success.</summary>
/// <param name="Keys">How many keys.</param>
/// <param name="P99">99 of 100 keys had no longer one.</param>
/// <param name="Max">The longest of all.</param>
/// <param name="Worst">Whose.</param>
internal sealed record Gaps(int Keys, double P99, double Max, string Worst);

/// <summary>The figures of one phase.</summary>
internal sealed record PhaseResult
{
    /// <summary>An operation that is not answered for so long has failed for its caller, though it goes on trying.</summary>
    private const double GivenUpSeconds = 30;

    public required string Fault { get; init; }
    public required string What { get; init; }
    public required double StartSeconds { get; init; }
    public required double EndSeconds { get; init; }
    public required Gaps Queues { get; init; }
    public required Gaps Agents { get; init; }
    public required Gaps Reads { get; init; }
    /// <summary>From the end of the harm until the last queue, agent and reader had success; null where the harm has no end of its own.</summary>
    public required double? BackSeconds { get; init; }
    public required int Requests { get; init; }
    public required int FailedRequests { get; init; }
    public required IReadOnlyDictionary<string, int> Failures { get; init; }
    /// <summary>Operations that took longer than 30 s or were never answered.</summary>
    public required int FailedOperations { get; init; }
    public required double LatencyP50 { get; init; }
    public required double LatencyP99 { get; init; }
    public required IReadOnlyList<string> FalseEvictions { get; init; }
    public required IReadOnlyList<string> Evicted { get; init; }
    public required IReadOnlyList<UnplannedEnd> Ended { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
    /// <summary>Figures beyond the bar; empty where it is met.</summary>
    public required IReadOnlyList<string> Missed { get; init; }

    public static PhaseResult Of(Phase phase, IReadOnlyList<KeyRecord> keys)
    {
        var attempts = keys.SelectMany(key => key.Attempts).Where(attempt => attempt.End >= phase.Start && attempt.Start < phase.End).ToArray();
        var operations = keys.SelectMany(key => key.Operations).Where(operation => operation.End >= phase.Start && operation.Start < phase.End).ToArray();
        var latencies = operations.Where(operation => operation.Succeeded).Select(operation => operation.End - operation.Start).Order().ToArray();
        var failed = attempts.Where(attempt => attempt.Failure is not null).ToArray();
        var result = new PhaseResult
        {
            Fault = phase.Fault.Name,
            What = phase.Fault.What,
            StartSeconds = phase.Start,
            EndSeconds = phase.End,
            Queues = GapsOf(phase, keys.Where(key => key.Kind == KeyKind.Queue)),
            Agents = GapsOf(phase, keys.Where(key => key.Kind == KeyKind.Agent)),
            Reads = GapsOf(phase, keys.Where(key => key.Kind == KeyKind.Read)),
            BackSeconds = phase.Scene.HealedAt is { } healed ? keys.Where(key => key.Kind != KeyKind.Work).Max(key => FirstSuccessAfter(key, healed) - healed) : null,
            Requests = attempts.Length,
            FailedRequests = failed.Length,
            Failures = failed.CountBy(attempt => attempt.Failure!).OrderByDescending(pair => pair.Value).ToDictionary(),
            FailedOperations = operations.Count(operation => !operation.Succeeded || operation.End - operation.Start > GivenUpSeconds),
            LatencyP50 = Quantile(latencies, 0.5),
            LatencyP99 = Quantile(latencies, 0.99),
            FalseEvictions = [.. phase.Dead.CountBy(silo => silo).SelectMany(dead => Enumerable.Repeat(dead.Key, Math.Max(0, dead.Value - RightDeaths(phase.Scene, dead.Key))))],
            Evicted = [.. phase.Dead.Where(silo => RightDeaths(phase.Scene, silo) > 0)],
            Ended = [.. phase.Ended.Where(end => !phase.Scene.MayEnd.Contains(end.Process))],
            Notes = phase.Scene.Notes,
            Missed = [],
        };
        return result with { Missed = [.. result.Beyond(phase.Fault.Bar), .. phase.Scene.Missed] };
    }

    private IEnumerable<string> Beyond(Bar bar)
    {
        foreach (var (kind, gaps) in new[] { ("queue", Queues), ("agent", Agents), ("read", Reads) })
        {
            if (bar.GapP99 is { } p99 && gaps.P99 > p99) { yield return $"{kind} gap p99 {gaps.P99:F1} s > {p99:F0} s"; }
            if (bar.GapMax is { } max && gaps.Max > max) { yield return $"{kind} gap max {gaps.Max:F1} s > {max:F0} s"; }
        }
        if (bar.BackMax is { } back && BackSeconds > back) { yield return $"back {BackSeconds:F1} s > {back:F0} s"; }
        if (bar.FailedShareMax is { } share && FailedRequests > share * Requests) { yield return $"{100.0 * FailedRequests / Requests:F2} % of requests failed > {100 * share:F1} %"; }
        if (FailedOperations > 0) { yield return $"{FailedOperations} operations failed after retries"; }
        if (FalseEvictions.Count > 0) { yield return $"false evictions: {string.Join(", ", FalseEvictions)}"; }
        if (bar.NoRestarts && Ended.Count > 0) { yield return $"ended by themselves: {string.Join(", ", Ended.Select(end => $"{end.Process} ({end.ExitCode})"))}"; }
    }

    private static int RightDeaths(FaultScene scene, string silo) => scene.Doomed.Contains(silo) ? int.MaxValue : scene.LeavesOf.GetValueOrDefault(silo);

    private static Gaps GapsOf(Phase phase, IEnumerable<KeyRecord> keys)
    {
        var gaps = keys.Select(key => (key.Key, Gap: LongestGap(key, phase.Start, phase.End))).OrderBy(pair => pair.Gap).ToArray();
        return gaps is [] ? new(0, 0, 0, "") : new(gaps.Length, Quantile([.. gaps.Select(pair => pair.Gap)], 0.99), gaps[^1].Gap, gaps[^1].Key);
    }

    /// <summary>Longest time between two answers that reaches into the phase.</summary>
    private static double LongestGap(KeyRecord key, double start, double end)
    {
        var (last, longest) = (start, 0.0);
        foreach (var success in key.Attempts.Where(attempt => attempt.Failure is null).Select(attempt => attempt.End).Order())
        {
            if (success <= start) { last = success; continue; }
            longest = Math.Max(longest, success - last);
            last = success;
            if (success >= end) { return longest; }
        }
        return Math.Max(longest, end - last);
    }

    private static double FirstSuccessAfter(KeyRecord key, double moment) =>
        key.Attempts.Where(attempt => attempt.Failure is null && attempt.End > moment).Select(attempt => attempt.End).DefaultIfEmpty(double.PositiveInfinity).Min();

    private static double Quantile(double[] sorted, double share) => sorted is [] ? 0 : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
