using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>One erasure, by its id: removes experiences and what was derived from them. Begun once, it goes on until it has ended, whatever stops in between.</summary>
[GrainInterfaceType("nexus.erasure"), Alias("nexus.IErasureGrain")]
public interface IErasureGrain : IGrainWithStringKey
{
    /// <summary>Begins; what is to be done is on disk when the call returns. Of one that was begun already it tells how it stands.</summary>
    /// <param name="request">What is to go.</param>
    /// <param name="wait">Wait so long for its end, at most 10 s.</param>
    /// <param name="cancellation">Gives up waiting; the erasure goes on.</param>
    [ResponseTimeout("00:00:20"), AlwaysInterleave, Alias("Begin")] Task<Erasure> BeginAsync(ErasureRequest request, TimeSpan wait, CancellationToken cancellation = default);

    /// <summary>How it stands; null where there is none of this id.</summary>
    [AlwaysInterleave, Alias("Get")] Task<Erasure?> GetAsync(CancellationToken cancellation = default);

    /// <summary>Goes on with it, where it has not ended. Called by the service itself.</summary>
    [AlwaysInterleave, Alias("Resume")] Task ResumeAsync(CancellationToken cancellation = default);
}

/// <summary>What is to go: the experiences that all members which are given mean; at least one is. Experiences that arrive later are not meant.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ErasureRequest")]
public sealed record ErasureRequest
{
    /// <summary>A value that was replaced by a pseudonym, or the pseudonym: with it go decisions, rules and outcomes of policies that hold it. Not with <see cref="Tag"/>.</summary>
    [Id(0)] public string? Subject { get; init; }
    /// <summary>With this tag.</summary>
    [Id(1)] public string? Tag { get; init; }
    /// <summary>In this stream.</summary>
    [Id(2)] public string? Stream { get; init; }
    /// <summary>That happened before this moment.</summary>
    [Id(3)] public DateTimeOffset? Before { get; init; }
    /// <summary>This one alone; not with anything else.</summary>
    [Id(4)] public string? ExperienceId { get; init; }
}

/// <summary>An erasure and how it stands.</summary>
[GenerateSerializer, Immutable, Alias("nexus.Erasure")]
public sealed record Erasure
{
    /// <summary>Identity.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>The pseudonym of the subject; the value itself is not kept. Null: none was named.</summary>
    [Id(1)] public string? Subject { get; init; }
    /// <summary>As asked.</summary>
    [Id(2)] public string? Tag { get; init; }
    /// <summary>As asked.</summary>
    [Id(3)] public string? Stream { get; init; }
    /// <summary>As asked.</summary>
    [Id(4)] public DateTimeOffset? Before { get; init; }
    /// <summary>When it was begun.</summary>
    [Id(5)] public required DateTimeOffset BegunAt { get; init; }
    /// <summary>When all was done; null: it is under way.</summary>
    [Id(6)] public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Experiences removed so far. After a crash in between some hundreds more may be gone than are counted.</summary>
    [Id(7)] public long Experiences { get; init; }
    /// <summary>Decisions removed so far.</summary>
    [Id(8)] public long Decisions { get; init; }
    /// <summary>Rules forgotten so far.</summary>
    [Id(9)] public long Rules { get; init; }
    /// <summary>The streams that something was removed from: their models learn anew.</summary>
    [Id(10)] public ImmutableArray<string> Streams { get; init; } = [];
    /// <summary>The newest experience that there was, by <see cref="Experience.Seq"/>: later ones stay.</summary>
    [Id(11)] public long ThroughSeq { get; init; }
    /// <summary>As asked.</summary>
    [Id(12)] public string? ExperienceId { get; init; }
}
