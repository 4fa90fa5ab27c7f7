using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>What the newest experiences have in common, of one stream or of all; its key is that of <see cref="PatternScope"/>.</summary>
[GrainInterfaceType("nexus.patterns"), Alias("nexus.IPatternGrain")]
public interface IPatternGrain : IGrainWithStringKey
{
    /// <summary>
    /// Looks for patterns in the experiences that happened within a period up to now; the newest ones where there are more than the configured bound.
    /// What was found is kept for a short while, for as long as no experience comes.
    /// </summary>
    [ResponseTimeout("00:02:00"), Alias("Find")] Task<PatternReport> FindAsync(TimeSpan period, CancellationToken cancellation = default);
}

/// <summary>Keys of what is reckoned for one stream, or for all together.</summary>
public static class PatternScope
{
    private const char Of = '=';

    /// <summary>All streams.</summary>
    public const string All = "all";

    /// <summary>The key of a stream; null: of all.</summary>
    public static string Key(string? stream) => stream is null ? All : Of + stream;

    /// <summary>The stream of a key; null: all.</summary>
    public static string? Stream(string key) => key.StartsWith(Of) ? key[1..] : null;
}

/// <summary>What was found.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PatternReport")]
public sealed record PatternReport
{
    /// <summary>Experiences that were looked at.</summary>
    [Id(0)] public int Experiences { get; init; }
    /// <summary>Whether there were more in the period, which were left out because they are older.</summary>
    [Id(1)] public bool Truncated { get; init; }
    /// <summary>Why there is nothing, for people; null where patterns were looked for.</summary>
    [Id(2)] public string? Message { get; init; }
    /// <summary>Groups that are alike, largest first.</summary>
    [Id(3)] public ImmutableArray<ClusterPattern> Clusters { get; init; } = [];
    /// <summary>Mean silhouette of the clusters, −1 to 1; null without clusters.</summary>
    [Id(4)] public double? Silhouette { get; init; }
    /// <summary>Experiences from which the silhouette was reckoned, exactly, from all their pairs.</summary>
    [Id(5)] public int SilhouetteSample { get; init; }
    /// <summary>Conditions under which success differs, most significant first.</summary>
    [Id(6)] public ImmutableArray<SegmentPattern> Segments { get; init; } = [];
    /// <summary>Actions that follow each other more often than by chance, most significant first.</summary>
    [Id(7)] public ImmutableArray<SequencePattern> Sequences { get; init; } = [];
    /// <summary>Runs of actions that were looked at: those of a session, an agent or a target, without long pauses.</summary>
    [Id(8)] public int Runs { get; init; }
}

/// <summary>How often experiences succeed.</summary>
/// <param name="Support">Experiences counted.</param>
/// <param name="Successes">Those that turned out well.</param>
/// <param name="Rate">Share of them, 0–1.</param>
/// <param name="Low">The true rate is above this, with 95 % confidence together with <paramref name="High"/> (Wilson).</param>
/// <param name="High">And below this.</param>
[GenerateSerializer, Immutable, Alias("nexus.SuccessRate")]
public sealed record SuccessRate([property: Id(0)] int Support, [property: Id(1)] int Successes, [property: Id(2)] double Rate, [property: Id(3)] double Low, [property: Id(4)] double High);

/// <summary>Experiences that are alike.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ClusterPattern")]
public sealed record ClusterPattern
{
    /// <summary>How often they succeed; its support is the size of the cluster.</summary>
    [Id(0)] public required SuccessRate Success { get; init; }
    /// <summary>Of all experiences, 0–1.</summary>
    [Id(1)] public double Share { get; init; }
    /// <summary>What sets them apart, the most telling first.</summary>
    [Id(2)] public ImmutableArray<ClusterTrait> Traits { get; init; } = [];
    /// <summary>For people.</summary>
    [Id(3)] public required string Description { get; init; }
    /// <summary>Ids of some, nearest to the centre first.</summary>
    [Id(4)] public ImmutableArray<string> ExampleIds { get; init; } = [];
}

/// <summary>A condition that holds more often within a cluster than among all.</summary>
/// <param name="Condition">Such as <c>region = south</c>.</param>
/// <param name="Share">How often within, 0–1.</param>
/// <param name="OverallShare">How often among all, 0–1.</param>
/// <param name="Lift"><paramref name="Share"/> over <paramref name="OverallShare"/>.</param>
[GenerateSerializer, Immutable, Alias("nexus.ClusterTrait")]
public sealed record ClusterTrait([property: Id(0)] string Condition, [property: Id(1)] double Share, [property: Id(2)] double OverallShare, [property: Id(3)] double Lift);

/// <summary>Conditions under which experiences succeed more often, or less, than the rest. Its figures are of experiences that the search did not see.</summary>
[GenerateSerializer, Immutable, Alias("nexus.SegmentPattern")]
public sealed record SegmentPattern
{
    /// <summary>All of them hold.</summary>
    [Id(0)] public ImmutableArray<string> Conditions { get; init; } = [];
    /// <summary>How often it succeeds.</summary>
    [Id(1)] public required SuccessRate Success { get; init; }
    /// <summary>Share of successes among all others, 0–1.</summary>
    [Id(2)] public double RestRate { get; init; }
    /// <summary>Its rate over that of all.</summary>
    [Id(3)] public double Lift { get; init; }
    /// <summary>How likely such a difference is by chance (Fisher, two-sided), 0–1.</summary>
    [Id(4)] public double P { get; init; }
    /// <summary>For people.</summary>
    [Id(5)] public required string Description { get; init; }
    /// <summary>Ids of some.</summary>
    [Id(6)] public ImmutableArray<string> ExampleIds { get; init; } = [];
}

/// <summary>Actions that follow each other more often than by chance.</summary>
[GenerateSerializer, Immutable, Alias("nexus.SequencePattern")]
public sealed record SequencePattern
{
    /// <summary>In order; up to two others may lie between two of them.</summary>
    [Id(0)] public ImmutableArray<string> Actions { get; init; } = [];
    /// <summary>How often its last step succeeds; its support is the number of runs that have the sequence.</summary>
    [Id(1)] public required SuccessRate Success { get; init; }
    /// <summary>Of all runs, 0–1.</summary>
    [Id(2)] public double Share { get; init; }
    /// <summary>How many times as often the last action comes after the others as it comes at all.</summary>
    [Id(3)] public double Lift { get; init; }
    /// <summary>How likely that is by chance (Fisher, two-sided), 0–1.</summary>
    [Id(4)] public double P { get; init; }
    /// <summary>Share of successes of the last action elsewhere, 0–1; null where it never is elsewhere.</summary>
    [Id(5)] public double? RestRate { get; init; }
    /// <summary>For people.</summary>
    [Id(6)] public required string Description { get; init; }
    /// <summary>Ids of some of the last steps.</summary>
    [Id(7)] public ImmutableArray<string> ExampleIds { get; init; } = [];
}
