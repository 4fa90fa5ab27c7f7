using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace NexusActors.Coordination;

/// <summary>Body of PUT /queues/{name}: the whole settings; a member that is left out gets its default.</summary>
internal sealed record QueueRequest
{
    /// <summary>Most tasks that may wait; a submit beyond it is refused.</summary>
    [Range(1, QueueInput.LengthMax), DefaultValue(2_000_000)] public int? MaxLength { get; init; }
    /// <summary>Whether nothing is given out; running work goes on.</summary>
    [DefaultValue(false)] public bool? Paused { get; init; }
    /// <summary>Limits of keys that have none of their own.</summary>
    public KeyLimitsContract? DefaultKey { get; init; }
    /// <summary>Limits by key.</summary>
    public IReadOnlyDictionary<string, KeyLimitsContract>? Keys { get; init; }
    /// <summary>
    /// By how many partitions, spread over the silos, its work is done. All tasks of a key are in one partition, so the order and the limits of a key hold as ever; between keys of different partitions
    /// agents take turns. May be changed at any time; nothing is lost by it.
    /// </summary>
    [Range(1, QueueNames.PartitionsMax), DefaultValue(1)] public int? Partitions { get; init; }
}

/// <summary>Limits of one key.</summary>
internal sealed record KeyLimitsContract
{
    /// <summary>Share of the queue relative to other keys.</summary>
    [Range(QueueInput.WeightMin, QueueInput.WeightMax), DefaultValue(1.0)] public double? Weight { get; init; }
    /// <summary>How many tasks of the key may run at once; null: no limit.</summary>
    [Range(1, AgentInput.CapacityMax)] public int? Concurrency { get; init; }
    /// <summary>How many tasks of the key may start per second in the long run; null: no limit.</summary>
    [Range(QueueInput.RateMin, QueueInput.RateMax)] public double? RatePerSecond { get; init; }
    /// <summary>How many may start at once after a rest.</summary>
    [Range(1, AgentInput.CapacityMax), DefaultValue(1)] public int? Burst { get; init; }

    /// <summary>Translates.</summary>
    public static KeyLimitsContract From(KeyLimits limits) =>
        new() { Weight = limits.Weight, Concurrency = limits.Concurrency, RatePerSecond = limits.RatePerSecond, Burst = limits.Burst };
}

/// <summary>A queue.</summary>
internal sealed record QueueResponse
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Most tasks that may wait.</summary>
    public required int MaxLength { get; init; }
    /// <summary>Whether nothing is given out.</summary>
    public required bool Paused { get; init; }
    /// <summary>Limits of keys that have none of their own.</summary>
    public required KeyLimitsContract DefaultKey { get; init; }
    /// <summary>Limits by key.</summary>
    public required IReadOnlyDictionary<string, KeyLimitsContract> Keys { get; init; }
    /// <summary>By how many partitions its work is done.</summary>
    public required int Partitions { get; init; }
    /// <summary>Tasks that could start now.</summary>
    public required int Ready { get; init; }
    /// <summary>Tasks that wait for their time.</summary>
    public required int Delayed { get; init; }
    /// <summary>Tasks that wait for a parent.</summary>
    public required int Blocked { get; init; }
    /// <summary>Tasks in the hands of agents.</summary>
    public required int Running { get; init; }
    /// <summary>Agents that serve it and live.</summary>
    public required int ActiveAgents { get; init; }
    /// <summary>Seconds that the oldest ready task has waited.</summary>
    public required double OldestReadySeconds { get; init; }
    /// <summary>When the answer was made; only where the queue is the whole answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static QueueResponse From(QueueView view, DateTimeOffset? now = null) => new()
    {
        Name = view.Name,
        MaxLength = view.Settings.MaxLength,
        Paused = view.Settings.Paused,
        DefaultKey = KeyLimitsContract.From(view.Settings.DefaultKey),
        Keys = view.Settings.Keys.ToDictionary(pair => pair.Key, pair => KeyLimitsContract.From(pair.Value)),
        Partitions = view.Settings.Partitions,
        Ready = view.Ready,
        Delayed = view.Delayed,
        Blocked = view.Blocked,
        Running = view.Running,
        ActiveAgents = view.ActiveAgents,
        OldestReadySeconds = view.OldestReadySeconds,
        Timestamp = now,
    };
}

/// <summary>All queues.</summary>
internal sealed record QueuesResponse
{
    /// <summary>The queues by name.</summary>
    public required IReadOnlyDictionary<string, QueueResponse> Queues { get; init; }
    /// <summary>How many there are.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Body of POST /queues/{name}/redrive; may be left out.</summary>
internal sealed record RedriveBody
{
    /// <summary>How many failed tasks at most, oldest first.</summary>
    [Range(1, QueueInput.RedriveMax), DefaultValue(QueueInput.RedriveDefault)] public int? Max { get; init; }
}

/// <summary>Failed tasks were taken up again.</summary>
internal sealed record RedriveResponse
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>How many tasks.</summary>
    public required int Redriven { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}
