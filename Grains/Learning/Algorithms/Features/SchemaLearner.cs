using System.Collections.Immutable;
using System.Text.Json;

namespace NexusActors.Learning.Features;

/// <summary>Learns the schema of one stream from its experiences, one at a time. It goes on from any stored version; not for several threads at once.</summary>
internal sealed class SchemaLearner
{
    private readonly FeatureSchema _start;
    private readonly SortedDictionary<(FieldRole Role, string Path), FieldTally> _fields = new(Comparer<(FieldRole Role, string Path)>.Create((a, b) => a.Role != b.Role ? a.Role.CompareTo(b.Role) : string.CompareOrdinal(a.Path, b.Path)));
    private readonly SortedSet<string> _left = new(StringComparer.Ordinal);
    private long _experiences;

    /// <summary>Goes on from a version, or from <see cref="FeatureSchema.Empty"/>.</summary>
    public SchemaLearner(FeatureSchema start)
    {
        _start = start;
        _experiences = start.Experiences;
        foreach (var field in start.Fields) { _fields.Add((field.Role, field.Path), new(field)); }
    }

    /// <summary>Takes in one experience. Its outcome, metrics, success and tags are not looked at.</summary>
    /// <exception cref="JsonException">Context or action is not JSON.</exception>
    public void Observe(Experience experience)
    {
        using var context = JsonDocument.Parse(experience.ContextJson);
        using var action = JsonDocument.Parse(experience.ActionJson);
        _experiences++;
        Look(context.RootElement, FieldRole.Context, "context", 0);
        Look(action.RootElement, FieldRole.Action, "action", 0);
    }

    /// <summary>What is known now: the next version where the features differ from those of the version that it went on from, else the same version with its counts brought up to date.</summary>
    public FeatureSchema ToSchema()
    {
        ImmutableArray<FieldSchema> fields = [.. _fields.Select(pair => pair.Value.ToField(pair.Key.Role, pair.Key.Path))];
        var learned = new FeatureSchema(_start.Stream, _start.Version, _experiences, fields, [.. Notes(fields)]);
        return _start.Version > 0 && learned.HasFeaturesOf(_start) ? learned : learned with { Version = _start.Version + 1 };
    }

    private IEnumerable<string> Notes(ImmutableArray<FieldSchema> fields)
    {
        foreach (var field in fields)
        {
            (string Name, long Count)[] kinds = [("numbers", field.Numbers), ("booleans", field.Booleans), ("words", field.Words), ("long texts", field.Texts), ("times", field.Times), ("lists", field.Lists)];
            var seen = kinds.Where(kind => kind.Count > 0).ToArray();
            if (seen.Length > 1) { yield return $"{field.Path} changes its type: {string.Join(", ", seen.Select(kind => $"{kind.Count} {kind.Name}"))}; each type has a feature of its own."; }
            if (_fields[(field.Role, field.Path)].Cut) { yield return $"{field.Path} has too many words: only the most frequent are told apart, the others are {FieldSchema.Other}."; }
            if (field.Words > 0 && !field.IsCategory) { yield return $"{field.Path} never repeats a word and is left out."; }
        }

        if (_left.Count > 0) { yield return $"Beyond {FeatureLimits.FieldsMax} fields or {FeatureLimits.DepthMax} levels, left out: {string.Join(", ", _left.Take(10))}{(_left.Count > 10 ? " and more" : "")}."; }
    }

    private void Look(JsonElement element, FieldRole role, string path, int depth)
    {
        var kind = FieldValue.Read(element, out _, out var text, out _);
        if (kind == ValueKind.Object)
        {
            if (depth == FeatureLimits.DepthMax)
            {
                LeaveOut(path);
                return;
            }

            foreach (var member in element.EnumerateObject()) { Look(member.Value, role, $"{path}.{member.Name}", depth + 1); }
            return;
        }

        if (!_fields.TryGetValue((role, path), out var field))
        {
            if (_fields.Count == FeatureLimits.FieldsMax)
            {
                LeaveOut(path);
                return;
            }

            _fields.Add((role, path), field = new());
        }

        field.Add(kind, text, element);
    }

    private void LeaveOut(string path)
    {
        if (_left.Count < FeatureLimits.FieldsMax) { _left.Add(path); }
    }

    /// <summary>Counts of one path.</summary>
    private sealed class FieldTally
    {
        private readonly long[] _kinds = new long[Enum.GetValues<ValueKind>().Length];
        private readonly WordTally _words = new(FeatureLimits.VocabularyMax);
        private readonly WordTally _members = new(FeatureLimits.MembersMax * 8);

        public FieldTally()
        {
        }

        public FieldTally(FieldSchema field)
        {
            (_kinds[(int)ValueKind.Number], _kinds[(int)ValueKind.Boolean], _kinds[(int)ValueKind.Word], _kinds[(int)ValueKind.Text]) = (field.Numbers, field.Booleans, field.Words, field.Texts);
            (_kinds[(int)ValueKind.Time], _kinds[(int)ValueKind.List], _kinds[(int)ValueKind.None]) = (field.Times, field.Lists, field.Nulls);
            foreach (var (word, count) in field.Vocabulary) { _words.Add(word, count); }
            foreach (var (word, count) in field.Members) { _members.Add(word, count); }
        }

        public bool Cut => _words.Cut;

        public void Add(ValueKind kind, string text, JsonElement element)
        {
            _kinds[(int)kind]++;
            if (kind == ValueKind.Word && text != FieldSchema.Other) { _words.Add(text); }
            if (kind != ValueKind.List) { return; }
            foreach (var member in element.EnumerateArray().Select(FieldValue.Member).OfType<string>().Distinct(StringComparer.Ordinal)) { _members.Add(member); }
        }

        public FieldSchema ToField(FieldRole role, string path) => new()
        {
            Path = path,
            Role = role,
            Numbers = _kinds[(int)ValueKind.Number],
            Booleans = _kinds[(int)ValueKind.Boolean],
            Words = _kinds[(int)ValueKind.Word],
            Texts = _kinds[(int)ValueKind.Text],
            Times = _kinds[(int)ValueKind.Time],
            Lists = _kinds[(int)ValueKind.List],
            Nulls = _kinds[(int)ValueKind.None],
            Vocabulary = InOrder(_words.Frequent(FeatureLimits.WordCountMin)),
            Members = InOrder(_members.Frequent(FeatureLimits.WordCountMin).Take(FeatureLimits.MembersMax)),
        };

        /// <summary>By ordinal, so that only a change of the set is a change of the features.</summary>
        private static ImmutableArray<WordCount> InOrder(IEnumerable<WordCount> words) => [.. words.OrderBy(word => word.Word, StringComparer.Ordinal)];
    }
}
