using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Body of POST /learning/experiences/similar.</summary>
internal sealed record SimilarRequest
{
    /// <summary>Among the experiences of which stream.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(LearningInput.DefaultStream)] public string? Stream { get; init; }
    /// <summary>The situation: an object of any form.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What is to be done: an object of any form. Where it is left out, the situation alone is compared, whatever was done in it.</summary>
    public RawJson? ActionTaken { get; init; }
    /// <summary>When it happens, for the age of times in it; now where none is given.</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>How many experiences at most.</summary>
    [Range(1, NeighbourLimits.CountMax), DefaultValue(NeighbourLimits.CountDefault)] public int? Limit { get; init; }
}

/// <summary>What happened in situations like the one that was asked about.</summary>
internal sealed record SimilarResponse
{
    /// <summary>Nearest first; of those equally near the newest.</summary>
    public required IReadOnlyList<SimilarEntry> Experiences { get; init; }
    /// <summary>How many there are.</summary>
    public required int Count { get; init; }
    /// <summary>What came of them together; absent where there are none.</summary>
    public SimilarSummary? Summary { get; init; }
    /// <summary>The stream.</summary>
    public required string Stream { get; init; }
    /// <summary>Experiences that were compared, all of them one by one.</summary>
    public required int ExperiencesCompared { get; init; }
    /// <summary>Whether older experiences of the stream were left out because there are more than are kept.</summary>
    public required bool Truncated { get; init; }
    /// <summary>Features in which they were compared.</summary>
    public required int FeaturesCompared { get; init; }
    /// <summary>Features that were left out because there are too many.</summary>
    public required int FeaturesLeftOut { get; init; }
    /// <summary>What no experience is known to have had: fields, which were not compared, and values, in which the situation differs from all.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }
    /// <summary>Why there is nothing, for people; absent where there is something.</summary>
    public string? Message { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static SimilarResponse From(NeighbourReport report, string stream, DateTimeOffset now) => new()
    {
        Experiences = [.. report.Nearest.Select(SimilarEntry.From)],
        Count = report.Nearest.Length,
        Summary = report.Nearest.IsEmpty ? null : SimilarSummary.From(report),
        Stream = stream,
        ExperiencesCompared = report.Compared,
        Truncated = report.Truncated,
        FeaturesCompared = report.Features,
        FeaturesLeftOut = report.FeaturesLeftOut,
        Unknown = report.Unknown,
        Message = report.Nearest.IsEmpty ? $"Stream '{stream}' has no experiences." : null,
        Timestamp = now,
    };
}

/// <summary>An experience that is like the situation.</summary>
internal sealed record SimilarEntry
{
    /// <summary>0 for the same, about 1 for two experiences taken at random: root of the mean square over the features compared.</summary>
    public required double Distance { get; init; }
    /// <summary>In what it differs most, the largest first, at most three.</summary>
    public required IReadOnlyList<DifferenceEntry> Differences { get; init; }
    /// <summary>The experience.</summary>
    public required ExperienceResponse Experience { get; init; }

    /// <summary>Translates.</summary>
    public static SimilarEntry From(SimilarExperience similar) => new()
    {
        Distance = similar.Distance,
        Differences = [.. similar.Differences.Select(difference => new DifferenceEntry(difference.Feature, difference.Asked, difference.There))],
        Experience = ExperienceResponse.From(similar.Experience),
    };
}

/// <summary>A feature in which an experience differs from the situation.</summary>
/// <param name="Feature">Name.</param>
/// <param name="Asked">Number or word of the situation, or <c>(missing)</c>.</param>
/// <param name="There">That of the experience; a word that is too rare to be told apart is <c>(other)</c>.</param>
internal sealed record DifferenceEntry(string Feature, string Asked, string There);

/// <summary>What came of similar experiences together.</summary>
internal sealed record SimilarSummary
{
    /// <summary>Share of those that turned out well, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>The true rate is above this, with 95 % confidence together with <c>success_rate_high</c> (Wilson).</summary>
    public required double SuccessRateLow { get; init; }
    /// <summary>And below this.</summary>
    public required double SuccessRateHigh { get; init; }
    /// <summary>Share of all experiences compared that turned out well, 0–1.</summary>
    public required double BaseSuccessRate { get; init; }
    /// <summary>Numbers of their outcomes and metrics, by <c>outcome.path</c> or <c>metrics.name</c>.</summary>
    public required IReadOnlyDictionary<string, SpreadEntry> Numbers { get; init; }

    /// <summary>Translates.</summary>
    public static SimilarSummary From(NeighbourReport report) => new()
    {
        SuccessRate = report.Success.Rate,
        SuccessRateLow = report.Success.Low,
        SuccessRateHigh = report.Success.High,
        BaseSuccessRate = report.BaseRate,
        Numbers = report.Numbers.ToDictionary(number => number.Name, number => new SpreadEntry(number.Count, number.Least, number.P10, number.Median, number.P90, number.Most), StringComparer.Ordinal),
    };
}

/// <summary>How a number is spread over some experiences.</summary>
/// <param name="Count">Experiences that have it.</param>
/// <param name="Min">The least.</param>
/// <param name="P10">A tenth of them is below.</param>
/// <param name="Median">Half of them is below.</param>
/// <param name="P90">Nine tenths of them are below.</param>
/// <param name="Max">The largest.</param>
internal sealed record SpreadEntry(int Count, double Min, [property: JsonPropertyName("p10")] double P10, double Median, [property: JsonPropertyName("p90")] double P90, double Max);

/// <summary>Generated serialisation of similar experiences. A member without a value is left out, but for those of an experience.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<LearningType>)])]
[JsonSerializable(typeof(SimilarResponse))]
internal sealed partial class NeighbourJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static NeighbourJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
