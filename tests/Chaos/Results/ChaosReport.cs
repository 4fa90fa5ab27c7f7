using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NexusActors.Chaos.Results;

/// <summary>The results as Markdown for people and as JSON for programs.</summary>
internal sealed record ChaosReport
{
    private const int ViolationsShown = 30, OdditiesShown = 20;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public required int Seed { get; init; }
    public required DateTimeOffset At { get; init; }
    public required double Seconds { get; init; }
    public required bool Short { get; init; }
    public required int Queues { get; init; }
    public required int Agents { get; init; }
    public required double LeaseSeconds { get; init; }
    public required IReadOnlyList<PhaseResult> Phases { get; init; }
    public required Verdict Verdict { get; init; }
    public required IReadOnlyCollection<string> Oddities { get; init; }
    public string Machine { get; } = $"{Environment.ProcessorCount} cores shared by cluster, servers and load, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"# Chaos run of {At:yyyy-MM-dd HH:mm} UTC, seed {Seed}");
        Line();
        Line($"Three silos, two gateways, PostgreSQL and Redis as processes on loopback; {Machine}. {(Short ? "Short" : "Full")} phases, {Seconds:F0} s in all. "
            + $"{Queues} queues with a submitter each, {Agents} working agents, leases of {LeaseSeconds:F0} s. Callers repeat what is not answered, after 100–250 ms, at the other gateway.");
        Line();
        Line("Gap: longest time without success of one key; over all keys of the kind, p99 / max, in seconds. Back: from the end of the harm to the last key's success. Failed: requests before retry; operations that took over 30 s with retries.");
        Line();
        Line("| fault | s | queue gap | agent gap | read gap | back | failed before retry | after | latency p50 / p99 ms | evicted / false | ended by itself | bar |");
        Line("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var phase in Phases)
        {
            Line($"| {phase.Fault} | {phase.EndSeconds - phase.StartSeconds:F0} | {Of(phase.Queues)} | {Of(phase.Agents)} | {Of(phase.Reads)} | {(phase.BackSeconds is { } back ? $"{back:F2}" : "–")} "
                + $"| {phase.FailedRequests} of {phase.Requests} ({Percent(phase)}) | {phase.FailedOperations} | {1000 * phase.LatencyP50:F0} / {1000 * phase.LatencyP99:F0} | {phase.Evicted.Count} / {phase.FalseEvictions.Count} | {phase.Ended.Count} "
                + $"| {(phase.Missed.Count == 0 ? "met" : string.Join("; ", phase.Missed))} |");
        }
        Line();
        Line("What was done:");
        Line();
        foreach (var phase in Phases)
        {
            Line($"- {phase.Fault}, {phase.StartSeconds:F0}–{phase.EndSeconds:F0} s: {phase.What}. {string.Join("; ", phase.Notes)}{(phase.Failures.Count == 0 ? "" : $" Failures: {string.Join(", ", phase.Failures.Select(pair => $"{pair.Value} × {pair.Key}"))}.")}");
            foreach (var end in phase.Ended) { Line($"  - {end.Process} ended by itself at {end.At:F1} s with code {end.ExitCode}: {end.LastWords.ReplaceLineEndings(" ⏎ ")}"); }
        }
        Line();
        Line("| counted | |");
        Line("|---|---|");
        foreach (var (name, count) in Verdict.Counts) { Line($"| {name} | {count.ToString("N0", CultureInfo.InvariantCulture)} |"); }
        Line();
        Line(Verdict.Violations.IsEmpty ? "**Every invariant holds.**" : $"**{Verdict.Violations.Length} violations of invariants** ({string.Join(", ", Verdict.Violations.CountBy(violation => violation.Rule).Select(pair => $"{pair.Value} × {pair.Key}"))}):");
        Line();
        foreach (var violation in Verdict.Violations.Take(ViolationsShown)) { Line($"- {violation}"); }
        if (Oddities.Count > 0)
        {
            Line();
            Line($"Answers that nobody expected ({Oddities.Count}):");
            Line();
            foreach (var oddity in Oddities.Take(OdditiesShown)) { Line($"- {oddity.ReplaceLineEndings(" ⏎ ")}"); }
        }
        return text.ToString();
    }

    private static string Of(Gaps gaps) => $"{gaps.P99:F1} / {gaps.Max:F1}";

    private static string Percent(PhaseResult phase) => phase.Requests == 0 ? "–" : $"{100.0 * phase.FailedRequests / phase.Requests:F2} %";
}
