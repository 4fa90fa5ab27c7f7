using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NexusActors.Learning.Features;

/// <summary>
/// What members of a stream's experiences are to a learner, where it differs from what their place says: metrics that are known before the action, and members of context and action that are known only afterwards. Applied
/// to experiences before anything is learned from them, so that nothing behind it needs to know.
/// </summary>
/// <param name="declared">As declared.</param>
internal sealed class FieldRoles(StreamRoles declared)
{
    private const string Context = "context", Action = "action_taken", Metrics = "performance_metrics";
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ImmutableArray<Regex> _before = [.. declared.KnownBefore.Select(FieldNames.Part)];
    private readonly FieldNames _after = new(declared.KnownAfter);

    /// <summary>All is what its place says.</summary>
    public static FieldRoles None { get; } = new(new());

    /// <summary>Whether all is what its place says.</summary>
    public bool IsNone { get; } = declared.KnownBefore.IsDefaultOrEmpty && declared.KnownAfter.IsDefaultOrEmpty;

    /// <summary>Whether a metric is known before the action.</summary>
    public bool IsKnownBefore(string metric) => _before.Any(name => name.IsMatch(metric));

    /// <summary>An experience as a learner sees it: metrics that are known before stand in the context, under <c>performance_metrics</c>, and are no targets; what is known only afterwards is left out.</summary>
    public Experience Seen(Experience experience)
    {
        if (IsNone) { return experience; }
        var known = _before.IsEmpty ? [] : experience.Metrics.Where(metric => IsKnownBefore(metric.Key)).ToArray();
        return experience with
        {
            ContextJson = known.Length == 0 && _after.IsEmpty ? experience.ContextJson : Written(Context, experience.ContextJson, known),
            ActionJson = _after.IsEmpty ? experience.ActionJson : Written(Action, experience.ActionJson, []),
            Metrics = experience.Metrics.RemoveRange(known.Select(metric => metric.Key)),
        };
    }

    private string Written(string root, string json, KeyValuePair<string, double>[] known)
    {
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length + 64);
        using var writer = new Utf8JsonWriter(buffer, AsWritten);
        writer.WriteStartObject();
        WriteMembers(document.RootElement, [root], writer, known.Length > 0);
        if (known.Length > 0)
        {
            writer.WriteStartObject(Metrics);
            foreach (var (name, value) in known.Where(metric => double.IsFinite(metric.Value))) { writer.WriteNumber(name, value); }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteMembers(JsonElement element, List<string> path, Utf8JsonWriter writer, bool hasMetrics)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (hasMetrics && path.Count == 1 && member.Name == Metrics) { continue; }
            path.Add(member.Name);
            if (!_after.Match(CollectionsMarshal.AsSpan(path)))
            {
                writer.WritePropertyName(member.Name);
                if (member.Value.ValueKind == JsonValueKind.Object)
                {
                    writer.WriteStartObject();
                    WriteMembers(member.Value, path, writer, hasMetrics: false);
                    writer.WriteEndObject();
                }
                else { member.Value.WriteTo(writer); }
            }
            path.RemoveAt(path.Count - 1);
        }
    }
}
