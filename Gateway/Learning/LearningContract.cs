using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Answer of GET /learning/status.</summary>
internal sealed record LearningStatusResponse
{
    /// <summary>Experiences stored.</summary>
    public required long TotalExperiences { get; init; }
    /// <summary>Those that happened within the last 24 hours.</summary>
    [JsonPropertyName("recent_experiences_24h")] public required long RecentExperiences24h { get; init; }
    /// <summary>Those that turned out well.</summary>
    public required long SuccessfulExperiences { get; init; }
    /// <summary>Rules in force.</summary>
    public required int AdaptationRules { get; init; }
    /// <summary>Models that were trained.</summary>
    public required ModelsTrained ModelsTrained { get; init; }
    /// <summary>When a model was trained last; null: never.</summary>
    public required DateTimeOffset? LastTraining { get; init; }
    /// <summary>Configured step of learning.</summary>
    public required double LearningRate { get; init; }
    /// <summary>Configured confidence from which an adaptation is made.</summary>
    public required double AdaptationThreshold { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static LearningStatusResponse From(LearningStatus status, DateTimeOffset now) => new()
    {
        TotalExperiences = status.Experiences.Total,
        RecentExperiences24h = status.Experiences.Recent,
        SuccessfulExperiences = status.Experiences.Successful,
        AdaptationRules = status.AdaptationRules,
        ModelsTrained = new() { RegressionModels = status.RegressionModels, ClassificationModels = status.ClassificationModels },
        LastTraining = status.LastTraining,
        LearningRate = status.LearningRate,
        AdaptationThreshold = status.AdaptationThreshold,
        Timestamp = now,
    };
}

/// <summary>Counts of models.</summary>
internal sealed record ModelsTrained
{
    /// <summary>Those that answer with a number.</summary>
    public required int RegressionModels { get; init; }
    /// <summary>Those that answer with a class.</summary>
    public required int ClassificationModels { get; init; }
}

/// <summary>Body of POST /learning/experiences, and one item of a batch.</summary>
internal sealed record ExperienceRequest
{
    /// <summary>Identity; one is made where none is given. Ids that begin with <c>task:</c> or <c>decision:</c> belong to finished tasks and to decisions.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Id { get; init; }
    /// <summary>The stream that it belongs to.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(LearningInput.DefaultStream)] public string? Stream { get; init; }
    /// <summary>When it happened; now where none is given.</summary>
    public DateTimeOffset? Timestamp { get; init; }
    /// <summary>The situation: an object of any form.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What was done: an object of any form.</summary>
    public required RawJson ActionTaken { get; init; }
    /// <summary>What came of it: an object of any form.</summary>
    public required RawJson Outcome { get; init; }
    /// <summary>Whether it turned out well.</summary>
    public required bool Success { get; init; }
    /// <summary>Numbers measured.</summary>
    public IReadOnlyDictionary<string, double>? PerformanceMetrics { get; init; }
    /// <summary>How well, 0–1.</summary>
    [Range(0.0, 1.0), DefaultValue(0.5)] public double? FeedbackScore { get; init; }
    /// <summary>How to learn from it; supervised where nothing is said.</summary>
    public LearningType? LearningType { get; init; }
    /// <summary>Free words to find it by.</summary>
    [MaxLength(ExperienceLimits.TagsMax)] public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>An experience was stored.</summary>
internal sealed record ExperienceRecorded
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>The experience.</summary>
    public required string ExperienceId { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer to one item of a batch.</summary>
internal sealed record ExperienceResult
{
    /// <summary>Position of the item, from 0.</summary>
    public required int Index { get; init; }
    /// <summary>The experience, where it was stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ExperienceId { get; init; }
    /// <summary>Why it was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>Machine word of the refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Code { get; init; }
    /// <summary>Member at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Field { get; init; }
}

/// <summary>Answers to a batch, in the order of its items.</summary>
internal sealed record ExperienceBatchResponse
{
    /// <summary>One answer for each item.</summary>
    public required IReadOnlyList<ExperienceResult> Results { get; init; }
    /// <summary>How many were stored.</summary>
    public required int Accepted { get; init; }
    /// <summary>How many were refused.</summary>
    public required int Refused { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>An experience.</summary>
internal sealed record ExperienceResponse
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>Position in the order of arrival.</summary>
    public required long Seq { get; init; }
    /// <summary>The stream that it belongs to.</summary>
    public required string Stream { get; init; }
    /// <summary>When it happened.</summary>
    public required DateTimeOffset Timestamp { get; init; }
    /// <summary>The situation.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What was done.</summary>
    public required RawJson ActionTaken { get; init; }
    /// <summary>What came of it.</summary>
    public required RawJson Outcome { get; init; }
    /// <summary>Whether it turned out well.</summary>
    public required bool Success { get; init; }
    /// <summary>Numbers measured.</summary>
    public required IReadOnlyDictionary<string, double> PerformanceMetrics { get; init; }
    /// <summary>How well, 0–1.</summary>
    public required double FeedbackScore { get; init; }
    /// <summary>How to learn from it.</summary>
    public required LearningType LearningType { get; init; }
    /// <summary>Free words to find it by.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Translates.</summary>
    public static ExperienceResponse From(Experience experience) => new()
    {
        Id = experience.Id,
        Seq = experience.Seq,
        Stream = experience.Stream,
        Timestamp = experience.Timestamp,
        Context = new(experience.ContextJson),
        ActionTaken = new(experience.ActionJson),
        Outcome = new(experience.OutcomeJson),
        Success = experience.Success,
        PerformanceMetrics = experience.Metrics,
        FeedbackScore = experience.FeedbackScore,
        LearningType = experience.LearningType == LearningType.None ? LearningType.Supervised : experience.LearningType,
        Tags = experience.Tags.IsDefaultOrEmpty ? [] : experience.Tags,
    };
}

/// <summary>A page of experiences, newest arrival first.</summary>
internal sealed record ExperiencesResponse
{
    /// <summary>The experiences.</summary>
    public required IReadOnlyList<ExperienceResponse> Experiences { get; init; }
    /// <summary>How many are in this page.</summary>
    public required int Count { get; init; }
    /// <summary>Send it as <c>cursor</c>, with the same filters, for the next page; null: this was the last.</summary>
    public required string? NextCursor { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Generated serialisation of the learning engine's answers. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<LearningType>)])]
[JsonSerializable(typeof(LearningStatusResponse))]
[JsonSerializable(typeof(ExperienceRecorded))]
[JsonSerializable(typeof(ExperienceBatchResponse))]
[JsonSerializable(typeof(ExperienceResponse))]
[JsonSerializable(typeof(ExperiencesResponse))]
internal sealed partial class LearningJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static LearningJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
