using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace NexusActors.Learning.Features;

/// <summary>Where a value of an experience comes from, and so when it is known. Only what is known before the outcome has a role here: outcome, performance metrics, feedback and tags are never features.</summary>
internal enum FieldRole
{
    /// <summary>Not a feature.</summary>
    None = 0,
    /// <summary>The situation, known before the action.</summary>
    Context = 1,
    /// <summary>What was done, known before the outcome.</summary>
    Action = 2,
}

/// <summary>What one version of a stream's features is: plain data, to be stored as JSON. A model keeps the version that it was trained with, and rows for it are encoded against that version.</summary>
/// <param name="Stream">Whose.</param>
/// <param name="Version">1 for the first; the next one when the features differ. 0: nothing seen yet.</param>
/// <param name="Experiences">Seen so far.</param>
/// <param name="Fields">Sorted by role and path.</param>
/// <param name="Notes">What a person should know about the data, one sentence each: mixed types, cut vocabularies, fields left out.</param>
internal sealed record FeatureSchema(string Stream, int Version, long Experiences, ImmutableArray<FieldSchema> Fields, ImmutableArray<string> Notes)
{
    /// <summary>Before the first experience.</summary>
    public static FeatureSchema Empty(string stream) => new(stream, 0, 0, [], []);

    /// <summary>The features in their fixed order: hour and weekday of the experience, then those of each field.</summary>
    [JsonIgnore]
    public ImmutableArray<FeatureShape> Features => [FeatureShape.Number("time.hour"), FeatureShape.Number("time.weekday"), .. Fields.SelectMany(part => part.Features)];

    /// <summary>Whether rows of one mean the same as rows of the other.</summary>
    public bool HasFeaturesOf(FeatureSchema other) => Features.Select(Identity).SequenceEqual(other.Features.Select(Identity), StringComparer.Ordinal);

    private static string Identity(FeatureShape feature) => $"{feature.Name}\n{string.Join('\n', feature.Categories)}";
}

/// <summary>Name and kind of one feature.</summary>
/// <param name="Name">Path, with <c>#</c> and what was taken from the value where that is not the value itself.</param>
/// <param name="Categories">Words by code; empty: a number.</param>
internal sealed record FeatureShape(string Name, ImmutableArray<string> Categories)
{
    /// <summary>A feature that is a number.</summary>
    public static FeatureShape Number(string name) => new(name, []);

    /// <summary>Whether values are codes of words.</summary>
    [JsonIgnore]
    public bool IsCategory => Categories.Length > 0;
}

/// <summary>A word and how often it was seen (a lower bound where the vocabulary was cut).</summary>
internal readonly record struct WordCount(string Word, long Count);

/// <summary>All that is known of the values at one path. A path may hold values of several types; each type has features of its own.</summary>
internal sealed record FieldSchema
{
    /// <summary>The word for words that are not in the vocabulary.</summary>
    public const string Other = "(other)";

    /// <summary>Path, such as <c>context.disk.free_gb</c>.</summary>
    public required string Path { get; init; }
    /// <summary>Whose part of the experience.</summary>
    public FieldRole Role { get; init; }
    /// <summary>How many values were numbers.</summary>
    public long Numbers { get; init; }
    /// <summary>How many were true or false; they are encoded as 1 and 0.</summary>
    public long Booleans { get; init; }
    /// <summary>How many were short texts.</summary>
    public long Words { get; init; }
    /// <summary>How many were texts too long to be a category; only their length is a feature.</summary>
    public long Texts { get; init; }
    /// <summary>How many were ISO 8601 times.</summary>
    public long Times { get; init; }
    /// <summary>How many were lists.</summary>
    public long Lists { get; init; }
    /// <summary>How many were null.</summary>
    public long Nulls { get; init; }
    /// <summary>Frequent words, by ordinal.</summary>
    public ImmutableArray<WordCount> Vocabulary { get; init; } = [];
    /// <summary>Frequent members of lists, in the same order.</summary>
    public ImmutableArray<WordCount> Members { get; init; } = [];

    /// <summary>Features of this field in their fixed order. Code of a word: its place in the vocabulary; the last code is <see cref="Other"/>.</summary>
    [JsonIgnore]
    public IEnumerable<FeatureShape> Features
    {
        get
        {
            if (IsNumber) { yield return FeatureShape.Number(Path); }
            if (IsCategory) { yield return new(IsNumber ? Path + "#word" : Path, [.. Vocabulary.Select(word => word.Word), Other]); }
            if (Texts > 0) { yield return FeatureShape.Number(Path + "#length"); }
            if (Times > 0)
            {
                yield return FeatureShape.Number(Path + "#hour");
                yield return FeatureShape.Number(Path + "#weekday");
                yield return FeatureShape.Number(Path + "#age_hours");
            }

            if (Lists > 0)
            {
                yield return FeatureShape.Number(Path + "#count");
                foreach (var member in Members) { yield return FeatureShape.Number($"{Path}[{member.Word}]"); }
            }
        }
    }

    [JsonIgnore]
    internal bool IsNumber => Numbers + Booleans > 0;

    [JsonIgnore]
    internal bool IsCategory => Vocabulary.Length > 0;
}

/// <summary>What a schema holds at most, so that its size has a bound whatever comes.</summary>
internal static class FeatureLimits
{
    /// <summary>Fields of a stream; the first that come.</summary>
    public const int FieldsMax = 256;
    /// <summary>Words of a field.</summary>
    public const int VocabularyMax = 1024;
    /// <summary>A word seen less often is <see cref="FieldSchema.Other"/>: a name that occurs once teaches nothing.</summary>
    public const int WordCountMin = 2;
    /// <summary>List members that have a feature of their own.</summary>
    public const int MembersMax = 16;
    /// <summary>Objects within objects.</summary>
    public const int DepthMax = 8;
    /// <summary>Characters of a word; longer is a text.</summary>
    public const int WordLengthMax = 128;
}
