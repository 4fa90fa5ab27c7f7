using System.Collections.Immutable;
using NexusActors.Errors;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>One stream of experiences, by its name: what is appended is on disk when the call returns.</summary>
[GrainInterfaceType("nexus.experience-stream"), Alias("nexus.IExperienceStreamGrain")]
public interface IExperienceStreamGrain : IGrainWithStringKey
{
    /// <summary>
    /// Appends experiences of this stream, at most <see cref="ExperienceLimits.BatchMax"/>; each is answered for itself, in order.
    /// Storage that fails refuses all of them. Appends do not depend on each other, so that those of many callers share a commit.
    /// </summary>
    [AlwaysInterleave, Alias("Append")] Task<ImmutableArray<AppendReply>> AppendAsync(ImmutableArray<Experience> experiences, CancellationToken cancellation = default);
}

/// <summary>Reads over all streams, straight from the ledger (stateless, any key).</summary>
[GrainInterfaceType("nexus.experiences"), Alias("nexus.IExperienceCatalogGrain")]
public interface IExperienceCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Reads one; null where there is none.</summary>
    [ReadOnly, Alias("Get")] Task<Experience?> GetAsync(string id, CancellationToken cancellation = default);

    /// <summary>One page, newest arrival first; at most <see cref="ExperienceLimits.PageMax"/>.</summary>
    [ReadOnly, Alias("List")] Task<ExperiencePage> ListAsync(ExperienceFilter filter, CancellationToken cancellation = default);

    /// <summary>True counts and settings for the status page.</summary>
    [ReadOnly, Alias("Status")] Task<LearningStatus> StatusAsync(CancellationToken cancellation = default);
}

/// <summary>Bounds of what is taken and given.</summary>
public static class ExperienceLimits
{
    /// <summary>Experiences in one call.</summary>
    public const int BatchMax = 10_000;
    /// <summary>Experiences on one page.</summary>
    public const int PageMax = 1_000;
    /// <summary>Characters of an id, a stream, a tag or a metric's name.</summary>
    public const int NameMax = 200;
    /// <summary>Tags of one experience.</summary>
    public const int TagsMax = 64;
    /// <summary>Metrics of one experience.</summary>
    public const int MetricsMax = 256;
    /// <summary>Characters of the JSON text of context, action or outcome.</summary>
    public const int JsonMax = 256 * 1024;
}

/// <summary>Answer to one experience. A refusal is a value, so that one bad item does not spoil a batch.</summary>
/// <param name="Id">The experience.</param>
/// <param name="Error">None when it is stored.</param>
/// <param name="Message">Text of the refusal.</param>
/// <param name="Field">Member at fault as on the wire, if any.</param>
/// <param name="Seq">Its position in the order of arrival; 0 when refused.</param>
[GenerateSerializer, Immutable, Alias("nexus.AppendReply")]
public sealed record AppendReply(
    [property: Id(0)] string Id, [property: Id(1)] NexusError Error, [property: Id(2)] string? Message, [property: Id(3)] string? Field, [property: Id(4)] long Seq);

/// <summary>One page of experiences.</summary>
/// <param name="Experiences">Newest arrival first.</param>
/// <param name="NextBeforeSeq">Where the next page starts; 0: this was the last.</param>
[GenerateSerializer, Immutable, Alias("nexus.ExperiencePage")]
public sealed record ExperiencePage([property: Id(0)] ImmutableArray<Experience> Experiences, [property: Id(1)] long NextBeforeSeq);

/// <summary>What GET /learning/status tells.</summary>
[GenerateSerializer, Immutable, Alias("nexus.LearningStatus")]
public sealed record LearningStatus
{
    /// <summary>Experiences stored; <see cref="ExperienceCounts.Recent"/> counts the last 24 hours.</summary>
    [Id(0)] public required ExperienceCounts Experiences { get; init; }
    /// <summary>Rules in force.</summary>
    [Id(1)] public int AdaptationRules { get; init; }
    /// <summary>Trained models that answer with a number.</summary>
    [Id(2)] public int RegressionModels { get; init; }
    /// <summary>Trained models that answer with a class.</summary>
    [Id(3)] public int ClassificationModels { get; init; }
    /// <summary>When a model was trained last; null: never.</summary>
    [Id(4)] public DateTimeOffset? LastTraining { get; init; }
    /// <summary>Configured step of learning, above 0, at most 1.</summary>
    [Id(5)] public double LearningRate { get; init; }
    /// <summary>Configured confidence from which an adaptation is made, 0–1.</summary>
    [Id(6)] public double AdaptationThreshold { get; init; }
}
