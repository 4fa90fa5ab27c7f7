using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>What happened in situations like one that is asked about, in one stream, by its name. Its newest experiences are kept in memory for comparison and followed as they come.</summary>
[GrainInterfaceType("nexus.stream-neighbours"), Alias("nexus.IStreamNeighboursGrain")]
public interface IStreamNeighboursGrain : IGrainWithStringKey
{
    /// <summary>Finds the experiences that are most like a situation, exactly: every one that is kept is looked at. The first call reads the stream.</summary>
    [ResponseTimeout("00:00:30"), AlwaysInterleave, Alias("Find")] Task<NeighbourReport> FindAsync(NeighbourRequest request, CancellationToken cancellation = default);
}

/// <summary>Bounds of the search for similar experiences.</summary>
public static class NeighbourLimits
{
    /// <summary>Experiences in an answer.</summary>
    public const int CountMax = 100;
    /// <summary>Experiences in an answer where the caller does not say.</summary>
    public const int CountDefault = 10;
    /// <summary>Numbers of outcomes in an answer.</summary>
    public const int NumbersMax = 32;
}

/// <summary>A situation whose like is looked for.</summary>
[GenerateSerializer, Immutable, Alias("nexus.NeighbourRequest")]
public sealed record NeighbourRequest
{
    /// <summary>The situation, JSON text of an object.</summary>
    [Id(0)] public required string ContextJson { get; init; }
    /// <summary>What is to be done, JSON text of an object; null: whatever was done.</summary>
    [Id(1)] public string? ActionJson { get; init; }
    /// <summary>When it happens, for the age of times in it; null: now.</summary>
    [Id(2)] public DateTimeOffset? At { get; init; }
    /// <summary>How many experiences at most, 1 to <see cref="NeighbourLimits.CountMax"/>.</summary>
    [Id(3)] public int Count { get; init; } = NeighbourLimits.CountDefault;
}

/// <summary>What happened in situations like the one that was asked about.</summary>
[GenerateSerializer, Immutable, Alias("nexus.NeighbourReport")]
public sealed record NeighbourReport
{
    /// <summary>Nearest first; of those equally near the newest.</summary>
    [Id(0)] public ImmutableArray<SimilarExperience> Nearest { get; init; } = [];
    /// <summary>How often those succeeded.</summary>
    [Id(1)] public required SuccessRate Success { get; init; }
    /// <summary>Numbers of their outcomes and metrics, those that most of them have first.</summary>
    [Id(2)] public ImmutableArray<OutcomeSpread> Numbers { get; init; } = [];
    /// <summary>Experiences that were compared.</summary>
    [Id(3)] public int Compared { get; init; }
    /// <summary>Share of those that turned out well, 0–1.</summary>
    [Id(4)] public double BaseRate { get; init; }
    /// <summary>Features in which they were compared.</summary>
    [Id(5)] public int Features { get; init; }
    /// <summary>Features of the situation whose value no experience is known to have: in them it differs from all.</summary>
    [Id(6)] public ImmutableArray<string> Unknown { get; init; } = [];
    /// <summary>Features that were left out because there are too many.</summary>
    [Id(7)] public int FeaturesLeftOut { get; init; }
    /// <summary>Whether older experiences of the stream were left out because there are more than are kept.</summary>
    [Id(8)] public bool Truncated { get; init; }
}

/// <summary>An experience that is like the situation.</summary>
/// <param name="Experience">As it was stored.</param>
/// <param name="Distance">Root of the mean square over the features compared: 0 for the same, about 1 for two experiences taken at random.</param>
/// <param name="Differences">In what it differs most, the largest first.</param>
[GenerateSerializer, Immutable, Alias("nexus.SimilarExperience")]
public sealed record SimilarExperience([property: Id(0)] Experience Experience, [property: Id(1)] double Distance, [property: Id(2)] ImmutableArray<SituationDifference> Differences);

/// <summary>A feature in which an experience differs from the situation.</summary>
/// <param name="Feature">Name.</param>
/// <param name="Asked">Number or word of the situation, or <c>(missing)</c>.</param>
/// <param name="There">That of the experience; a word that is too rare to be told apart is <c>(other)</c>.</param>
[GenerateSerializer, Immutable, Alias("nexus.SituationDifference")]
public sealed record SituationDifference([property: Id(0)] string Feature, [property: Id(1)] string Asked, [property: Id(2)] string There);

/// <summary>How a number of the outcome is spread over some experiences.</summary>
/// <param name="Name"><c>outcome.path</c> or <c>metrics.name</c>.</param>
/// <param name="Count">Experiences that have it.</param>
/// <param name="Least">The least.</param>
/// <param name="P10">A tenth of them is below.</param>
/// <param name="Median">Half of them is below.</param>
/// <param name="P90">Nine tenths of them are below.</param>
/// <param name="Most">The largest.</param>
[GenerateSerializer, Immutable, Alias("nexus.OutcomeSpread")]
public sealed record OutcomeSpread(
    [property: Id(0)] string Name, [property: Id(1)] int Count, [property: Id(2)] double Least, [property: Id(3)] double P10, [property: Id(4)] double Median, [property: Id(5)] double P90, [property: Id(6)] double Most);
