using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>How an experience is meant to be learned from. On the wire in lower case. Appended, never renumbered.</summary>
public enum LearningType
{
    /// <summary>Not stated: supervised.</summary>
    None = 0,
    /// <summary>Outcome known.</summary>
    Supervised = 1,
    /// <summary>Structure only.</summary>
    Unsupervised = 2,
    /// <summary>Reward of an action.</summary>
    Reinforcement = 3,
    /// <summary>One at a time.</summary>
    Online = 4,
    /// <summary>From another domain.</summary>
    Transfer = 5,
}

/// <summary>One experience: what was tried, in which context, what came of it. Append-only.</summary>
[GenerateSerializer, Immutable, Alias("nexus.Experience")]
public sealed record Experience
{
    /// <summary>Identity, 1–200 characters.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>The stream it belongs to: <c>task.&lt;type&gt;</c> for finished tasks, else as given or <c>default</c>.</summary>
    [Id(1)] public required string Stream { get; init; }
    /// <summary>When it happened.</summary>
    [Id(2)] public required DateTimeOffset Timestamp { get; init; }
    /// <summary>Whether it turned out well.</summary>
    [Id(3)] public required bool Success { get; init; }
    /// <summary>How to learn from it.</summary>
    [Id(4)] public LearningType LearningType { get; init; } = LearningType.Supervised;
    /// <summary>How well, 0–1.</summary>
    [Id(5)] public double FeedbackScore { get; init; } = 0.5;
    /// <summary>Free words to find it by.</summary>
    [Id(6)] public ImmutableArray<string> Tags { get; init; } = [];
    /// <summary>The situation, JSON text of an object.</summary>
    [Id(7)] public string ContextJson { get; init; } = "{}";
    /// <summary>What was done, JSON text of an object.</summary>
    [Id(8)] public string ActionJson { get; init; } = "{}";
    /// <summary>What came of it, JSON text of an object.</summary>
    [Id(9)] public string OutcomeJson { get; init; } = "{}";
    /// <summary>Numbers measured.</summary>
    [Id(10)] public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>Position in the order of arrival; 0 before it is stored.</summary>
    [Id(11)] public long Seq { get; init; }
}

/// <summary>Which experiences to read, newest arrival first. All members that are given must match.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ExperienceFilter")]
public sealed record ExperienceFilter
{
    /// <summary>Happened at or after.</summary>
    [Id(0)] public DateTimeOffset? From { get; init; }
    /// <summary>Happened before.</summary>
    [Id(1)] public DateTimeOffset? Before { get; init; }
    /// <summary>Has this tag.</summary>
    [Id(2)] public string? Tag { get; init; }
    /// <summary>In this stream.</summary>
    [Id(3)] public string? Stream { get; init; }
    /// <summary>Of this learning type.</summary>
    [Id(4)] public LearningType LearningType { get; init; }
    /// <summary>Turned out so.</summary>
    [Id(5)] public bool? Success { get; init; }
    /// <summary>Only before this <see cref="Experience.Seq"/>; 0: from the newest.</summary>
    [Id(6)] public long BeforeSeq { get; init; }
    /// <summary>How many at most.</summary>
    [Id(7)] public int Limit { get; init; } = 100;
    /// <summary>Holds this value where a field is replaced by a pseudonym, or the pseudonym; not with <see cref="Tag"/>. For <see cref="IExperienceCatalogGrain"/> only.</summary>
    [Id(8)] public string? Subject { get; init; }
}

/// <summary>True counts over all experiences.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ExperienceCounts")]
public sealed record ExperienceCounts
{
    /// <summary>All.</summary>
    [Id(0)] public long Total { get; init; }
    /// <summary>Those that turned out well.</summary>
    [Id(1)] public long Successful { get; init; }
    /// <summary>Those that happened since the moment asked for.</summary>
    [Id(2)] public long Recent { get; init; }
}
