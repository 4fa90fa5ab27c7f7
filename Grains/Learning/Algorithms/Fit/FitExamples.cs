using System.Text.Json;
using NexusActors.Coordination;

namespace NexusActors.Learning.Fit;

/// <summary>What the experience of a finished task (<see cref="TaskExperience"/>) says of the agents that worked on it.</summary>
internal static class FitExamples
{
    /// <summary>Begin of the names of streams of finished tasks; the type follows.</summary>
    public const string StreamPrefix = "task.";

    /// <summary>
    /// One example for each attempt that ended by what the agent did: a success, a failure, a time-out, a loss. What was given back or called off says nothing of the agent; agents that are not known are left out.
    /// </summary>
    /// <param name="experience">Of a finished task; others give none.</param>
    /// <param name="typeOf">The type of an agent; null: it is not known.</param>
    public static IEnumerable<FitExample> Of(Experience experience, Func<string, AgentType?> typeOf)
    {
        if (!experience.Stream.StartsWith(StreamPrefix, StringComparison.Ordinal) || WireNames.ToTaskType(experience.Stream[StreamPrefix.Length..]) is not { } type) { yield break; }
        using var context = JsonDocument.Parse(experience.ContextJson);
        using var action = JsonDocument.Parse(experience.ActionJson);
        using var outcome = JsonDocument.Parse(experience.OutcomeJson);
        if (context.RootElement.TryGetProperty("earlier_attempts", out var earlier) && earlier.ValueKind == JsonValueKind.Array)
        {
            foreach (var attempt in earlier.EnumerateArray())
            {
                if (Text(attempt, "outcome") is "failed" or "timed_out" or "lost" && Text(attempt, "agent_id") is { } tried && typeOf(tried) is { } kind)
                {
                    yield return new(tried, kind, type, Success: false, Seconds: null, experience.Timestamp);
                }
            }
        }
        if (Text(outcome.RootElement, "status") is not ("completed" or "failed") || Text(action.RootElement, "agent_id") is not { } agent || typeOf(agent) is not { } own) { yield break; }
        yield return new(agent, own, type, experience.Success, experience.Success && experience.Metrics.TryGetValue("duration_seconds", out var seconds) ? seconds : null, experience.Timestamp);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
