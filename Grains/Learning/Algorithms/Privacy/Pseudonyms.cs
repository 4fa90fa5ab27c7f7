using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Privacy;

/// <summary>
/// Puts pseudonyms in the place of what may name a person, before it is stored: a keyed hash (HMAC-SHA256, RFC 2104, the first 128 bits), so that the same value always becomes the same word, is learned from as such, and
/// cannot be found out by hashing guesses without the key. What is replaced is a <em>subject</em>, and is marked by a tag, so that everything about it can be found and erased again.
/// </summary>
internal sealed class Pseudonyms
{
    /// <summary>Begins every pseudonym.</summary>
    public const string Prefix = "ps_";
    /// <summary>Begins the tag of a subject.</summary>
    public const string TagPrefix = "subject:";

    private const int HashBytes = 16, Characters = 22;
    private const RegexOptions Matching = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FieldNames _fields;
    private readonly Regex? _pattern;
    private readonly byte[] _key;

    /// <summary>What is to be replaced, and the key.</summary>
    /// <param name="fields">Names and paths of members, see <see cref="FieldNames"/>: all scalars in them but true, false and null.</param>
    /// <param name="pattern">Regular expression of what is replaced wherever it stands in text, in the names of members and in tags, in time linear in the text (no look-around, no back-references); empty: none.</param>
    /// <param name="key">Secret.</param>
    /// <exception cref="ArgumentException">The pattern is at fault.</exception>
    /// <exception cref="NotSupportedException">The pattern cannot be matched in linear time.</exception>
    public Pseudonyms(IEnumerable<string> fields, string pattern, string key)
    {
        _fields = new(fields);
        // What is a pseudonym already is passed over first.
        _pattern = pattern.Length == 0 ? null : new($"{Prefix}[A-Za-z0-9_-]{{{Characters}}}|(?:{new Regex(pattern, Matching)})", Matching);
        _key = Encoding.UTF8.GetBytes(key);
        IsNone = _fields.IsEmpty && _pattern is null;
    }

    /// <summary>Nothing is replaced.</summary>
    public static Pseudonyms None { get; } = new([], "", "");

    /// <summary>Whether nothing is replaced.</summary>
    public bool IsNone { get; }

    /// <summary>The pseudonym of a value; a pseudonym is its own.</summary>
    public string Of(string value) => Is(value) ? value : Prefix + Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(value)).AsSpan(0, HashBytes));

    /// <summary>The tag of a value that is a subject.</summary>
    public string TagOf(string value) => TagPrefix + Of(value);

    /// <summary>An experience as it is stored: with pseudonyms in context, action, outcome and tags, and a tag for each subject.</summary>
    public Experience Of(Experience experience)
    {
        if (IsNone) { return experience; }
        var subjects = new SortedSet<string>(StringComparer.Ordinal);
        var (context, action, outcome) = (Json("context", experience.ContextJson, subjects), Json("action_taken", experience.ActionJson, subjects), Json("outcome", experience.OutcomeJson, subjects));
        var tags = experience.Tags.Select(tag => tag.StartsWith(TagPrefix, StringComparison.Ordinal) ? tag : Text(tag, subjects)).Concat(subjects.Select(subject => TagPrefix + subject)).Distinct(StringComparer.Ordinal);
        return experience with { ContextJson = context, ActionJson = action, OutcomeJson = outcome, Tags = [.. tags] };
    }

    /// <summary>A JSON text with pseudonyms; the same one where there is nothing to replace.</summary>
    /// <param name="root">What it is: <c>context</c>, <c>action_taken</c> or <c>outcome</c>.</param>
    /// <param name="json">The text of an object.</param>
    public string Json(string root, string json) => IsNone ? json : Json(root, json, new SortedSet<string>(StringComparer.Ordinal));

    /// <summary>A text with pseudonyms in the place of what matches a pattern.</summary>
    public string Text(string text) => IsNone ? text : Text(text, new SortedSet<string>(StringComparer.Ordinal));

    /// <summary>A member's text as it is stored.</summary>
    /// <param name="path">Where it stands, from the root on.</param>
    /// <param name="text">Its value.</param>
    public string Member(ReadOnlySpan<string> path, string text) => IsNone ? text : _fields.Match(path) ? Of(text) : Text(text);

    private static bool Is(string text) => text.Length == Prefix.Length + Characters && text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Prefix.Length));

    private string Json(string root, string json, SortedSet<string> subjects)
    {
        if (json == "{}") { return json; }
        using var document = JsonDocument.Parse(json);
        var buffer = new ArrayBufferWriter<byte>(json.Length + 64);
        using var writer = new Utf8JsonWriter(buffer, AsWritten);
        var isChanged = false;
        Write(document.RootElement, [root], isSubject: false);
        writer.Flush();
        return isChanged ? Encoding.UTF8.GetString(buffer.WrittenSpan) : json;

        void Write(JsonElement element, List<string> path, bool isSubject)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    writer.WriteStartObject();
                    foreach (var member in element.EnumerateObject())
                    {
                        writer.WritePropertyName(Replaced(member.Name, Text(member.Name, subjects)));
                        path.Add(member.Name);
                        Write(member.Value, path, isSubject || _fields.Match(CollectionsMarshal.AsSpan(path)));
                        path.RemoveAt(path.Count - 1);
                    }
                    writer.WriteEndObject();
                    break;
                case JsonValueKind.Array:
                    writer.WriteStartArray();
                    foreach (var item in element.EnumerateArray()) { Write(item, path, isSubject); }
                    writer.WriteEndArray();
                    break;
                case JsonValueKind.String:
                    var text = element.GetString()!;
                    writer.WriteStringValue(Replaced(text, isSubject ? Subject(text, subjects) : Text(text, subjects)));
                    break;
                case JsonValueKind.Number when isSubject:
                    isChanged = true;
                    writer.WriteStringValue(Subject(element.GetRawText(), subjects));
                    break;
                default:
                    element.WriteTo(writer);
                    break;
            }
        }

        string Replaced(string from, string to)
        {
            isChanged |= from != to;
            return to;
        }
    }

    private string Subject(string value, SortedSet<string> subjects)
    {
        if (value.Length == 0) { return value; }
        var pseudonym = Of(value);
        subjects.Add(pseudonym);
        return pseudonym;
    }

    private string Text(string text, SortedSet<string> subjects) => _pattern is null ? text : _pattern.Replace(text, match => Subject(match.Value, subjects));
}
