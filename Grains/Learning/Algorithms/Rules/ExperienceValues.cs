using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>What conditions ask of one experience, by the names that <see cref="ExperienceTable"/> gives its columns. It needs no schema, so that a word counts at its first appearance.</summary>
internal sealed class ExperienceValues
{
    private readonly Dictionary<string, double> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    private ExperienceValues()
    {
    }

    /// <summary>Reads context, action and time; nothing that is known only afterwards.</summary>
    /// <exception cref="JsonException">Context or action is not JSON.</exception>
    public static ExperienceValues Of(Experience experience)
    {
        var values = new ExperienceValues();
        var time = experience.Timestamp.ToUniversalTime();
        values._numbers["time.hour"] = time.TimeOfDay.TotalHours;
        values._numbers["time.weekday"] = (int)time.DayOfWeek;
        using var context = JsonDocument.Parse(experience.ContextJson);
        using var action = JsonDocument.Parse(experience.ActionJson);
        values.Read(context.RootElement, "context", 0, time);
        values.Read(action.RootElement, "action", 0, time);
        return values;
    }

    /// <summary>Whether all conditions hold.</summary>
    public bool Meets(ImmutableArray<Condition> conditions) => conditions.All(Meets);

    private bool Meets(Condition condition) => condition switch
    {
        Compared compared => compared.Holds(compared.Term.Of(Number(compared.Term.First), Number(compared.Term.Second))),
        AtMost(var feature, var bound) => Number(feature) <= bound,
        Above(var feature, var bound) => Number(feature) > bound,
        EqualTo(var feature, var word) => _words.TryGetValue(feature, out var own) && own == word,
        Missing(var feature) => !_numbers.ContainsKey(feature) && !_words.ContainsKey(feature),
        _ => throw new ArgumentException($"{condition.GetType().Name} is no known condition", nameof(condition)),
    };

    private double Number(string feature) => _numbers.TryGetValue(feature, out var number) ? number : double.NaN;

    private void Read(JsonElement element, string path, int depth, DateTimeOffset now)
    {
        var name = ExperienceTable.PlainName(path);
        switch (FieldValue.Read(element, out var number, out var text, out var time))
        {
            case ValueKind.Object when depth < FeatureLimits.DepthMax:
                foreach (var member in element.EnumerateObject()) { Read(member.Value, $"{path}.{member.Name}", depth + 1, now); }
                break;
            case ValueKind.Number or ValueKind.Boolean:
                _numbers[name] = number;
                break;
            case ValueKind.Word:
                _words[name] = text;
                break;
            case ValueKind.Text:
                _numbers[name + "#length"] = text.Length;
                break;
            case ValueKind.Time:
                var utc = time.ToUniversalTime();
                (_numbers[name + "#hour"], _numbers[name + "#weekday"], _numbers[name + "#age_hours"]) = (utc.TimeOfDay.TotalHours, (int)utc.DayOfWeek, (now - utc).TotalHours);
                break;
            case ValueKind.List:
                _numbers[name + "#count"] = element.GetArrayLength();
                foreach (var member in element.EnumerateArray().Select(FieldValue.Member).OfType<string>()) { _numbers[$"{name}[{member}]"] = 1; }
                break;
        }
    }
}
