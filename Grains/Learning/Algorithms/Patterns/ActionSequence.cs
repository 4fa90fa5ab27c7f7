using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace NexusActors.Learning.Patterns;

/// <summary>One step of a run.</summary>
/// <param name="Action">What was done.</param>
/// <param name="Row">Its example.</param>
internal readonly record struct Step(string Action, int Row);

/// <summary>Actions that follow each other more often than by chance.</summary>
/// <param name="Actions">In order; a few others may lie between two of them.</param>
/// <param name="Support">Runs that have them.</param>
/// <param name="Share">Of all runs, 0–1.</param>
/// <param name="Lift">How many times as often the last one comes after the others as it comes at all.</param>
/// <param name="P">How likely that is by chance (Fisher, two-sided).</param>
/// <param name="Successes">Of the first last step in each of these runs, those that succeeded.</param>
/// <param name="Rate">Share of successes among them, 0–1.</param>
/// <param name="RateLow">The true rate is above this, with 95 % confidence together with <paramref name="RateHigh"/> (Wilson).</param>
/// <param name="RateHigh">And below this.</param>
/// <param name="RestRate">Share of successes of the same action elsewhere; null where it never is elsewhere.</param>
/// <param name="Examples">Rows of some of the last steps.</param>
internal sealed record ActionSequence(ImmutableArray<string> Actions, int Support, double Share, double Lift, double P, int Successes, double Rate, double RateLow, double RateHigh, double? RestRate, ImmutableArray<int> Examples)
{
    /// <summary>For people.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"{string.Join(" → ", Actions)}: in {Support} runs ({Share:P0}), {Lift:0.0} times as often as by chance. {Rate:P0} of its last steps succeed (95 % interval {RateLow:P0} to {RateHigh:P0}){(RestRate is { } rest ? string.Create(CultureInfo.InvariantCulture, $", against {rest:P0} of {Actions[^1]} elsewhere") : "")}.");
}

/// <summary>Runs of actions: experiences of one session, agent or target, in order of time, without long pauses.</summary>
internal static class ActionRuns
{
    /// <summary>After so long a new run begins.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    private const int StepsMax = 200, WordMax = 128;
    private static readonly string[] ActionNames = ["action_type", "type", "action", "name"];
    private static readonly string[] KeyNames = ["session_id", "session", "agent_id", "agent", "target_id", "target"];

    /// <summary>The runs among experiences. One whose action has no name is no step; one that says nothing of a session, an agent or a target is of its stream's own run.</summary>
    public static ImmutableArray<ImmutableArray<Step>> Of(IReadOnlyList<Experience> experiences)
    {
        var steps = new List<(string Key, DateTimeOffset At, long Seq, Step Step)>();
        for (var row = 0; row < experiences.Count; row++)
        {
            var experience = experiences[row];
            using var context = JsonDocument.Parse(experience.ContextJson);
            using var action = JsonDocument.Parse(experience.ActionJson);
            if (Named(action.RootElement, ActionNames).Value is not { } name) { continue; }
            var key = Named(context.RootElement, KeyNames) is { Value: not null } found ? found : Named(action.RootElement, KeyNames);
            steps.Add(($"{experience.Stream}\n{key.Name}\n{key.Value}", experience.Timestamp, experience.Seq, new(name, row)));
        }
        var runs = ImmutableArray.CreateBuilder<ImmutableArray<Step>>();
        foreach (var group in steps.GroupBy(step => step.Key, StringComparer.Ordinal))
        {
            var run = ImmutableArray.CreateBuilder<Step>();
            var last = DateTimeOffset.MinValue;
            foreach (var step in group.OrderBy(step => step.At).ThenBy(step => step.Seq))
            {
                if (run.Count == StepsMax || (run.Count > 0 && step.At - last > PauseMax)) { Close(); }
                run.Add(step.Step);
                last = step.At;
            }
            Close();

            void Close()
            {
                if (run.Count > 1) { runs.Add(run.ToImmutable()); }
                run.Clear();
            }
        }
        return runs.DrainToImmutable();
    }

    private static (string? Name, string? Value) Named(JsonElement element, string[] names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= WordMax } text) { return (name, text); }
        }
        return (null, null);
    }
}
