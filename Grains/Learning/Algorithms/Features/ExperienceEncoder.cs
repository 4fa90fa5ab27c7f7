using System.Collections.Immutable;
using System.Text.Json;

namespace NexusActors.Learning.Features;

/// <summary>
/// Turns experiences into rows of one schema version: the same experience gives the same row for ever. Safe for several threads.
/// A row has a value for each feature: the number, the code of the word, or <see cref="double.NaN"/> where it is missing.
/// </summary>
internal sealed class ExperienceEncoder
{
    private readonly PathNode _context = new();
    private readonly PathNode _action = new();
    private readonly double[] _blank;

    /// <summary>For that version.</summary>
    public ExperienceEncoder(FeatureSchema schema)
    {
        Schema = schema;
        Features = schema.Features;
        _blank = new double[Features.Length];
        Array.Fill(_blank, double.NaN);
        var next = 2;
        foreach (var field in schema.Fields)
        {
            var node = field.Role == FieldRole.Context ? _context : _action;
            foreach (var name in Names(field)) { node = node.Child(name); }
            node.Field = new(field, next);
            next += field.Features.Count();
        }
    }

    /// <summary>The version.</summary>
    public FeatureSchema Schema { get; }

    /// <summary>What the places of a row mean.</summary>
    public ImmutableArray<FeatureShape> Features { get; }

    /// <summary>The row of one experience. It is a function of context, action and time alone.</summary>
    /// <exception cref="JsonException">Context or action is not JSON.</exception>
    public double[] Encode(Experience experience)
    {
        var row = _blank.AsSpan().ToArray();
        var time = experience.Timestamp.ToUniversalTime();
        row[0] = time.TimeOfDay.TotalHours;
        row[1] = (int)time.DayOfWeek;
        using var context = JsonDocument.Parse(experience.ContextJson);
        using var action = JsonDocument.Parse(experience.ActionJson);
        Fill(_context, context.RootElement, time, row);
        Fill(_action, action.RootElement, time, row);
        return row;
    }

    /// <summary>Many experiences as a table.</summary>
    public FeatureTable Table(IReadOnlyCollection<Experience> experiences) => FeatureRows.ToTable(Features, [.. experiences.Select(Encode)]);

    /// <summary>Names along a path. A name may hold a dot itself; then it is found by the whole rest of the path too.</summary>
    private static string[] Names(FieldSchema field) => field.Path.Split('.')[1..];

    private static void Fill(PathNode node, JsonElement element, DateTimeOffset time, double[] row)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            node.Field?.Fill(element, time, row);
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (node.Find(member.Name) is { } child) { Fill(child, member.Value, time, row); }
        }
    }

    /// <summary>One name of a path.</summary>
    private sealed class PathNode
    {
        private readonly Dictionary<string, PathNode> _children = new(StringComparer.Ordinal);

        public FieldEncoder? Field { get; set; }

        public PathNode Child(string name) => _children.TryGetValue(name, out var child) ? child : _children[name] = new();

        public PathNode? Find(string name)
        {
            if (_children.TryGetValue(name, out var child) || !name.Contains('.', StringComparison.Ordinal)) { return child; }
            var node = this;
            foreach (var part in name.Split('.'))
            {
                if (!node._children.TryGetValue(part, out node)) { return null; }
            }

            return node;
        }
    }

    /// <summary>Writes the values of one field to their places.</summary>
    private sealed class FieldEncoder
    {
        private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _members = new(StringComparer.Ordinal);
        private readonly int _number = -1, _word = -1, _length = -1, _time = -1, _list = -1;
        private readonly int _other;

        public FieldEncoder(FieldSchema field, int first)
        {
            if (field.IsNumber) { _number = first++; }
            if (field.IsCategory) { _word = first++; }
            if (field.Texts > 0) { _length = first++; }
            if (field.Times > 0) { (_time, first) = (first, first + 3); }
            if (field.Lists > 0) { _list = first++; }
            _other = field.Vocabulary.Length;
            foreach (var (word, _) in field.Vocabulary) { _codes.Add(word, _codes.Count); }
            foreach (var (word, _) in field.Members) { _members.Add(word, first++); }
        }

        public void Fill(JsonElement element, DateTimeOffset now, double[] row)
        {
            switch (FieldValue.Read(element, out var number, out var text, out var time))
            {
                case ValueKind.Number or ValueKind.Boolean when _number >= 0:
                    row[_number] = number;
                    break;
                case ValueKind.Word when _word >= 0:
                    row[_word] = _codes.GetValueOrDefault(text, _other);
                    break;
                case ValueKind.Text when _length >= 0:
                    row[_length] = text.Length;
                    break;
                case ValueKind.Time when _time >= 0:
                    var utc = time.ToUniversalTime();
                    (row[_time], row[_time + 1], row[_time + 2]) = (utc.TimeOfDay.TotalHours, (int)utc.DayOfWeek, (now - utc).TotalHours);
                    break;
                case ValueKind.List when _list >= 0:
                    row[_list] = element.GetArrayLength();
                    foreach (var place in _members.Values) { row[place] = 0; }
                    foreach (var member in element.EnumerateArray())
                    {
                        if (FieldValue.Member(member) is { } name && _members.TryGetValue(name, out var place)) { row[place] = 1; }
                    }

                    break;
            }
        }
    }
}
