using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Body of POST /agents.</summary>
internal sealed record AgentRequest
{
    /// <summary>Identity.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string Id { get; init; }
    /// <summary>What it is.</summary>
    public required AgentType AgentType { get; init; }
    /// <summary>A name for people.</summary>
    [MinLength(1), MaxLength(AgentInput.NameLengthMax)] public required string Name { get; init; }
    /// <summary>What it can do: names of task types, and any further skills that tasks may require.</summary>
    [MaxLength(AgentInput.WordsMax)] public required IReadOnlyList<string> Capabilities { get; init; }
    /// <summary>How many units of work it holds at once.</summary>
    [Range(1, AgentInput.CapacityMax), DefaultValue(100)] public int? MaxCapacity { get; init; }
    /// <summary>What it is best at.</summary>
    [MaxLength(AgentInput.WordsMax)] public IReadOnlyList<string>? Specializations { get; init; }
    /// <summary>What it can offer of each named resource.</summary>
    public IReadOnlyDictionary<string, double>? ResourceRequirements { get; init; }
    /// <summary>How it gets its work; the first lease call makes a passive agent a pulling one.</summary>
    [DefaultValue(AgentMode.Passive)] public AgentMode? Mode { get; init; }
    /// <summary>The queues that it serves; <c>default</c> where none is named.</summary>
    [MinLength(1), MaxLength(AgentInput.WordsMax)] public IReadOnlyList<string>? Queues { get; init; }
}

/// <summary>Whether an agent lives. On the wire in lower case.</summary>
internal enum AgentLife
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>It gave a sign of life within the silence limit.</summary>
    Active,
    /// <summary>It has been silent for too long.</summary>
    Inactive,
}

/// <summary>An agent.</summary>
internal sealed record AgentResponse
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>What it is.</summary>
    public required AgentType AgentType { get; init; }
    /// <summary>A name for people.</summary>
    public required string Name { get; init; }
    /// <summary>What it can do.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }
    /// <summary>Units of work that it holds now.</summary>
    public required int CurrentLoad { get; init; }
    /// <summary>How many units it holds at once.</summary>
    public required int MaxCapacity { get; init; }
    /// <summary>Whether it lives.</summary>
    public required AgentLife Status { get; init; }
    /// <summary>Last sign of life.</summary>
    public required DateTimeOffset LastHeartbeat { get; init; }
    /// <summary>Share of attempts that ended well, lost leases counted against it, 0–1.</summary>
    public required double PerformanceScore { get; init; }
    /// <summary>Completed among completed and failed, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>Mean seconds of a completed task.</summary>
    public required double AverageResponseTime { get; init; }
    /// <summary>What it is best at.</summary>
    public required IReadOnlyList<string> Specializations { get; init; }
    /// <summary>What it can offer of each named resource.</summary>
    public required IReadOnlyDictionary<string, double> ResourceRequirements { get; init; }
    /// <summary>How it gets its work.</summary>
    public required AgentMode Mode { get; init; }
    /// <summary>The queues that it serves.</summary>
    public required IReadOnlyList<string> Queues { get; init; }
    /// <summary>Whether it finishes what it holds and takes nothing new.</summary>
    public required bool Draining { get; init; }
    /// <summary>When it registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }
    /// <summary>Tasks completed.</summary>
    public required long CompletedTasks { get; init; }
    /// <summary>Attempts failed.</summary>
    public required long FailedAttempts { get; init; }
    /// <summary>Leases lost by silence.</summary>
    public required long LostLeases { get; init; }
    /// <summary>When the answer was made; only where the agent is the whole answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static AgentResponse From(AgentView view, DateTimeOffset? now = null) => new()
    {
        Id = view.Profile.Id,
        AgentType = view.Profile.Type,
        Name = view.Profile.Name,
        Capabilities = view.Profile.Capabilities,
        CurrentLoad = view.CurrentLoad,
        MaxCapacity = view.Profile.MaxCapacity,
        Status = view.Active ? AgentLife.Active : AgentLife.Inactive,
        LastHeartbeat = view.LastHeartbeat,
        PerformanceScore = view.PerformanceScore,
        SuccessRate = view.SuccessRate,
        AverageResponseTime = view.AverageResponseSeconds,
        Specializations = view.Profile.Specializations,
        ResourceRequirements = view.Profile.Resources,
        Mode = view.Profile.Mode == AgentMode.None ? AgentMode.Passive : view.Profile.Mode,
        Queues = view.Profile.Queues,
        Draining = view.Draining,
        RegisteredAt = view.RegisteredAt,
        CompletedTasks = view.Completed,
        FailedAttempts = view.Failed,
        LostLeases = view.Lost,
        Timestamp = now,
    };
}

/// <summary>All agents.</summary>
internal sealed record AgentsResponse
{
    /// <summary>The agents by id.</summary>
    public required IReadOnlyDictionary<string, AgentResponse> Agents { get; init; }
    /// <summary>How many there are.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Something was done with an agent.</summary>
internal sealed record AgentChanged
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>With which agent.</summary>
    public required string AgentId { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Something was done.</summary>
internal sealed record Done
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Counts of the coordinator.</summary>
internal sealed record StatusResponse
{
    /// <summary>Whether work is given out.</summary>
    public required bool CoordinationRunning { get; init; }
    /// <summary>Agents registered.</summary>
    public required int TotalAgents { get; init; }
    /// <summary>Agents that live.</summary>
    public required int ActiveAgents { get; init; }
    /// <summary>All tasks that exist.</summary>
    public required long TotalTasks { get; init; }
    /// <summary>Tasks that wait.</summary>
    public required long PendingTasks { get; init; }
    /// <summary>Tasks at work.</summary>
    public required long InProgressTasks { get; init; }
    /// <summary>Tasks done.</summary>
    public required long CompletedTasks { get; init; }
    /// <summary>Conflicts that are open.</summary>
    public required int ActiveConflicts { get; init; }
    /// <summary>Collaborations that are open.</summary>
    public required int ActiveCollaborations { get; init; }
    /// <summary>When these counts were true.</summary>
    public required DateTimeOffset LastUpdate { get; init; }
    /// <summary>Tasks given to a passive agent that has not started.</summary>
    public required long AssignedTasks { get; init; }
    /// <summary>Tasks handed on by their agent.</summary>
    public required long DelegatedTasks { get; init; }
    /// <summary>Tasks given up.</summary>
    public required long FailedTasks { get; init; }
    /// <summary>Tasks called off.</summary>
    public required long CancelledTasks { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}
