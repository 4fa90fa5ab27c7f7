using System.Text;
using System.Text.Json;

namespace NexusActors.Learning;

/// <summary>What an experience must be to be stored.</summary>
internal static class ExperienceRules
{
    /// <summary>The first fault, with the member at fault as on the wire; null where there is none.</summary>
    public static (string Field, string Message)? Fault(Experience experience, string stream)
    {
        if (Name(experience.Id, "id") is { } id) { return id; }
        if (experience.Id.StartsWith(TaskExperience.IdPrefix, StringComparison.Ordinal)) { return ("id", $"begins with '{TaskExperience.IdPrefix}', which belongs to finished tasks; choose another"); }
        if (experience.Id.StartsWith(DecisionFacts.ExperiencePrefix, StringComparison.Ordinal)) { return ("id", $"begins with '{DecisionFacts.ExperiencePrefix}', which belongs to decisions; choose another"); }
        if (Name(experience.Stream, "stream") is { } name) { return name; }
        if (experience.Stream != stream) { return ("stream", $"is '{experience.Stream}', but was sent to stream '{stream}'"); }
        if (experience.FeedbackScore is not (>= 0 and <= 1)) { return ("feedback_score", "must be a number from 0 to 1"); }
        if (!Enum.IsDefined(experience.LearningType) || experience.LearningType == LearningType.None) { return ("learning_type", "is not a known learning type"); }
        return Tags(experience)
            ?? Metrics(experience)
            ?? Object(experience.ContextJson, "context")
            ?? Object(experience.ActionJson, "action_taken")
            ?? Object(experience.OutcomeJson, "outcome");
    }

    private static (string, string)? Tags(Experience experience)
    {
        if (experience.Tags.Length > ExperienceLimits.TagsMax) { return ("tags", $"are more than {ExperienceLimits.TagsMax}"); }
        for (var i = 0; i < experience.Tags.Length; i++)
        {
            if (Name(experience.Tags[i], $"tags[{i}]") is { } fault) { return fault; }
        }

        return null;
    }

    private static (string, string)? Metrics(Experience experience)
    {
        if (experience.Metrics.Count > ExperienceLimits.MetricsMax) { return ("performance_metrics", $"are more than {ExperienceLimits.MetricsMax}"); }
        foreach (var (name, value) in experience.Metrics)
        {
            if (Name(name, "performance_metrics") is { } fault) { return fault; }
            if (!double.IsFinite(value)) { return ($"performance_metrics.{name}", "must be a finite number"); }
        }

        return null;
    }

    private static (string, string)? Name(string? text, string field) =>
        string.IsNullOrEmpty(text) ? (field, "must not be empty")
        : text.Length > ExperienceLimits.NameMax ? (field, $"has {text.Length} characters; at most {ExperienceLimits.NameMax} are allowed")
        : text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f') ? (field, "must not hold control characters")
        : null;

    private static (string, string)? Object(string json, string field)
    {
        if (json is "{}") { return null; }
        if (json.Length > ExperienceLimits.JsonMax) { return (field, $"has {json.Length} characters; at most {ExperienceLimits.JsonMax} are allowed"); }
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read()) { }
            return isObject ? null : (field, "must be a JSON object");
        }
        catch (JsonException fault)
        {
            return (field, $"is not valid JSON: {fault.Message}");
        }
    }
}
