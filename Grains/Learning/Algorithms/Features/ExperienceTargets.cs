using System.Text.Json;

namespace NexusActors.Learning.Features;

/// <summary>What can be learned to predict: what is known only afterwards.</summary>
internal static class ExperienceTargets
{
    /// <summary>Numbers of the outcome, as <c>outcome.path</c>, and of the performance metrics, as <c>metrics.name</c>; true and false are no numbers.</summary>
    /// <exception cref="JsonException">The outcome is not JSON.</exception>
    public static IReadOnlyList<(string Name, double Value)> Numbers(Experience experience)
    {
        using var outcome = JsonDocument.Parse(experience.OutcomeJson);
        var found = new List<(string, double)>();
        Look(outcome.RootElement, "outcome", 0, found);
        found.AddRange(experience.Metrics.Where(metric => double.IsFinite(metric.Value)).Select(metric => ($"metrics.{metric.Key}", metric.Value)));
        return found;
    }

    private static void Look(JsonElement element, string path, int depth, List<(string, double)> found)
    {
        switch (FieldValue.Read(element, out var number, out _, out _))
        {
            case ValueKind.Number:
                found.Add((path, number));
                break;
            case ValueKind.Object when depth < FeatureLimits.DepthMax:
                foreach (var member in element.EnumerateObject()) { Look(member.Value, $"{path}.{member.Name}", depth + 1, found); }
                break;
        }
    }
}
