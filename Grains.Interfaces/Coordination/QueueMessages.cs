using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>Names of queues.</summary>
public static class QueueNames
{
    /// <summary>The queue of tasks that name none; always there.</summary>
    public const string Default = "default";
    /// <summary>Most partitions of a queue.</summary>
    public const int PartitionsMax = 64;
}

/// <summary>Limits of one key, or of all keys without limits of their own.</summary>
[GenerateSerializer, Immutable, Alias("nexus.KeyLimits")]
public sealed record KeyLimits
{
    /// <summary>Share of the queue relative to other keys. Default 1.</summary>
    [Id(0)] public double Weight { get; init; } = 1;
    /// <summary>How many tasks of the key may run at once; null: no limit.</summary>
    [Id(1)] public int? Concurrency { get; init; }
    /// <summary>How many tasks of the key may start per second in the long run; null: no limit.</summary>
    [Id(2)] public double? RatePerSecond { get; init; }
    /// <summary>How many may start at once after a rest. Default 1.</summary>
    [Id(3)] public int Burst { get; init; } = 1;
}

/// <summary>Settings of a queue.</summary>
[GenerateSerializer, Immutable, Alias("nexus.QueueSettings")]
public sealed record QueueSettings
{
    /// <summary>Most tasks that may wait; a submit beyond it is refused (429). Default 2,000,000.</summary>
    [Id(0)] public int MaxLength { get; init; } = 2_000_000;
    /// <summary>Whether nothing is given out. Running work goes on.</summary>
    [Id(1)] public bool Paused { get; init; }
    /// <summary>Limits of keys that have none of their own.</summary>
    [Id(2)] public KeyLimits DefaultKey { get; init; } = new();
    /// <summary>Limits by key.</summary>
    [Id(3)] public ImmutableSortedDictionary<string, KeyLimits> Keys { get; init; } = ImmutableSortedDictionary<string, KeyLimits>.Empty;
    /// <summary>By how many grains, in as many silos as there are, its work is done: 1–64. All tasks of a key are with one of them. Default 1.</summary>
    [Id(4)] public int Partitions { get; init; } = 1;
    /// <summary>Which division this is; kept by the queue itself, whatever a caller gives.</summary>
    [Id(5)] public QueueSplit Split { get; init; } = new();
}

/// <summary>One division of a queue among its partitions.</summary>
[GenerateSerializer, Immutable, Alias("nexus.QueueSplit")]
public sealed record QueueSplit
{
    /// <summary>Grows with each division.</summary>
    [Id(0)] public int Epoch { get; init; }
    /// <summary>Divisions before it whose partitions may still be at work: who loads first asks them to stop.</summary>
    [Id(1)] public ImmutableArray<FormerSplit> Former { get; init; } = [];
}

/// <summary>A division that was replaced.</summary>
/// <param name="Epoch">Which.</param>
/// <param name="Partitions">Among how many.</param>
[GenerateSerializer, Immutable, Alias("nexus.FormerSplit")]
public sealed record FormerSplit([property: Id(0)] int Epoch, [property: Id(1)] int Partitions);

/// <summary>What a partition remembers, to be compared with the counts of the facts.</summary>
/// <param name="Live">Tasks that have not ended.</param>
/// <param name="Writing">Commits under way.</param>
/// <param name="Written">Commits that ended since it was loaded.</param>
[GenerateSerializer, Immutable, Alias("nexus.QueueTally")]
public sealed record QueueTally([property: Id(0)] long Live, [property: Id(1)] int Writing, [property: Id(2)] long Written);

/// <summary>A queue as it is read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.QueueView")]
public sealed record QueueView
{
    /// <summary>Its name.</summary>
    [Id(0)] public required string Name { get; init; }
    /// <summary>Its settings.</summary>
    [Id(1)] public required QueueSettings Settings { get; init; }
    /// <summary>Tasks that could start now.</summary>
    [Id(2)] public int Ready { get; init; }
    /// <summary>Tasks that wait for their time (delay, backoff).</summary>
    [Id(3)] public int Delayed { get; init; }
    /// <summary>Tasks that wait for a parent.</summary>
    [Id(4)] public int Blocked { get; init; }
    /// <summary>Tasks in the hands of agents.</summary>
    [Id(5)] public int Running { get; init; }
    /// <summary>Agents that serve it and are active.</summary>
    [Id(6)] public int ActiveAgents { get; init; }
    /// <summary>Seconds that the oldest ready task has waited.</summary>
    [Id(7)] public double OldestReadySeconds { get; init; }
}

/// <summary>Counts for GET /coordination/status.</summary>
[GenerateSerializer, Immutable, Alias("nexus.CoordinationStatus")]
public sealed record CoordinationStatus
{
    /// <summary>Whether work is given out.</summary>
    [Id(0)] public bool Running { get; init; }
    /// <summary>Agents registered.</summary>
    [Id(1)] public int TotalAgents { get; init; }
    /// <summary>Agents active.</summary>
    [Id(2)] public int ActiveAgents { get; init; }
    /// <summary>Tasks by status, all that exist.</summary>
    [Id(3)] public ImmutableSortedDictionary<WorkStatus, long> Tasks { get; init; } = ImmutableSortedDictionary<WorkStatus, long>.Empty;
}

/// <summary>Which events to read; all members that are given must match.</summary>
[GenerateSerializer, Immutable, Alias("nexus.EventFilter")]
public sealed record EventFilter
{
    /// <summary>This task.</summary>
    [Id(0)] public string? TaskId { get; init; }
    /// <summary>This agent.</summary>
    [Id(1)] public string? AgentId { get; init; }
    /// <summary>This queue.</summary>
    [Id(2)] public string? Queue { get; init; }
    /// <summary>Types, or prefixes that end in <c>.</c> or <c>*</c> (<c>task.*</c>); empty: all.</summary>
    [Id(3)] public ImmutableArray<string> Types { get; init; } = [];
}

/// <summary>A page of events.</summary>
/// <param name="Events">In commit order.</param>
/// <param name="NextAfter">Read on from here; grows even when nothing matched.</param>
[GenerateSerializer, Immutable, Alias("nexus.EventPage")]
public sealed record EventPage([property: Id(0)] ImmutableArray<EventView> Events, [property: Id(1)] long NextAfter)
{
    /// <summary>Between the position asked for and this one, old events were removed: only those of tasks that have not ended, or ended lately, are all there. 0: none was.</summary>
    [Id(2)] public long TrimmedUpTo { get; init; }
}
