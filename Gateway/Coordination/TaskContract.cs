using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Body of POST /tasks, and one item of POST /tasks/batch.</summary>
internal sealed record TaskRequest
{
    /// <summary>What is asked for; an agent can take it when its capabilities hold this name.</summary>
    public required TaskType TaskType { get; init; }
    /// <summary>1 low, 2 medium, 3 high, 4 critical, 5 emergency.</summary>
    [Range(1, 5)] public required int Priority { get; init; }
    /// <summary>What to do, for people.</summary>
    [MaxLength(TaskInput.DescriptionLengthMax)] public required string Description { get; init; }
    /// <summary>Identity; made here where left out.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Id { get; init; }
    /// <summary>What the agent must have; kept as it was written.</summary>
    public TaskRequirements? Requirements { get; init; }
    /// <summary>Parents that must end first: ids, or objects <c>{task_id, on_failure}</c> where on_failure is skip (default), fail or run.</summary>
    [MaxLength(TaskInput.DependenciesMax)] public IReadOnlyList<RawJson>? Dependencies { get; init; }
    /// <summary>Wanted by; orders tasks of one priority, stops nothing.</summary>
    public DateTimeOffset? Deadline { get; init; }
    /// <summary>Expected seconds of work; informative.</summary>
    [Range(0.0, Limits.SecondsMax)] public double? EstimatedDuration { get; init; }
    /// <summary>The queue that holds it.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(QueueNames.Default)] public string? Queue { get; init; }
    /// <summary>Key for fairness, concurrency and rate limits (a tenant, a host, …).</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Key { get; init; }
    /// <summary>Units of an agent's capacity that it takes.</summary>
    [Range(1, AgentInput.CapacityMax), DefaultValue(1)] public int? Units { get; init; }
    /// <summary>Not to start before this moment; not together with delay_seconds.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    /// <summary>Not to start before this many seconds from now; not together with not_before.</summary>
    [Range(0.0, Limits.SecondsMax)] public double? DelaySeconds { get; init; }
    /// <summary>How failures are tried again.</summary>
    public RetryContract? Retry { get; init; }
    /// <summary>Limits in time.</summary>
    public TimeoutsContract? Timeouts { get; init; }
}

/// <summary>What an agent must have to take a task; further members are kept.</summary>
internal sealed record TaskRequirements
{
    /// <summary>Amounts of the agent's resources that it takes.</summary>
    public IReadOnlyDictionary<string, double>? Resources { get; init; }
    /// <summary>Skills beside the type.</summary>
    [MaxLength(AgentInput.WordsMax)] public IReadOnlyList<string>? Capabilities { get; init; }
}

/// <summary>How failures are tried again: exponential backoff with a cap and full jitter.</summary>
internal sealed record RetryContract
{
    /// <summary>Further attempts after the first failure; left out: as configured (3).</summary>
    [Range(0, TaskInput.RetriesMax)] public int? MaxRetries { get; init; }
    /// <summary>Upper bound of the first delay.</summary>
    [Range(0.0, Limits.SecondsMax), DefaultValue(1.0)] public double? BackoffBaseSeconds { get; init; }
    /// <summary>Upper bound of any delay; not below the first.</summary>
    [Range(0.0, Limits.SecondsMax), DefaultValue(300.0)] public double? BackoffCapSeconds { get; init; }
    /// <summary>Error codes after which no further attempt is made.</summary>
    [MaxLength(AgentInput.WordsMax)] public IReadOnlyList<string>? NonRetryableCodes { get; init; }
    /// <summary>Leases that may be lost to dead workers; left out: as configured (10).</summary>
    [Range(0, TaskInput.RetriesMax)] public int? MaxLosses { get; init; }

    /// <summary>Translates.</summary>
    public static RetryContract From(RetryPolicy policy) => new()
    {
        MaxRetries = policy.MaxRetries,
        BackoffBaseSeconds = policy.BackoffBase.TotalSeconds,
        BackoffCapSeconds = policy.BackoffCap.TotalSeconds,
        NonRetryableCodes = policy.NonRetryableCodes,
        MaxLosses = policy.MaxLosses,
    };
}

/// <summary>Limits in time; left out: none, or as configured.</summary>
internal sealed record TimeoutsContract
{
    /// <summary>Longest wait from ready to the first start.</summary>
    [Range(Limits.TimeoutSecondsMin, Limits.SecondsMax)] public double? QueueWaitSeconds { get; init; }
    /// <summary>Longest run of one attempt.</summary>
    [Range(Limits.TimeoutSecondsMin, Limits.SecondsMax)] public double? RunSeconds { get; init; }
    /// <summary>Longest silence of the agent during the run.</summary>
    [Range(Limits.TimeoutSecondsMin, Limits.SecondsMax)] public double? HeartbeatSeconds { get; init; }
    /// <summary>Longest time from submit to the end.</summary>
    [Range(Limits.TimeoutSecondsMin, Limits.SecondsMax)] public double? TotalSeconds { get; init; }

    /// <summary>Translates.</summary>
    public static TimeoutsContract From(TaskTimeouts timeouts) => new()
    {
        QueueWaitSeconds = timeouts.QueueWait?.TotalSeconds,
        RunSeconds = timeouts.Run?.TotalSeconds,
        HeartbeatSeconds = timeouts.Heartbeat?.TotalSeconds,
        TotalSeconds = timeouts.Total?.TotalSeconds,
    };
}

/// <summary>A task.</summary>
internal sealed record TaskResponse
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>What is asked for.</summary>
    public required TaskType TaskType { get; init; }
    /// <summary>1 low – 5 emergency.</summary>
    public required int Priority { get; init; }
    /// <summary>What to do.</summary>
    public required string Description { get; init; }
    /// <summary>What the agent must have, as submitted.</summary>
    public required RawJson Requirements { get; init; }
    /// <summary>Ids of the parents.</summary>
    public required IReadOnlyList<string> Dependencies { get; init; }
    /// <summary>Who has it, or had it last.</summary>
    public required string? AssignedAgent { get; init; }
    /// <summary>Where it stands.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>Submitted at.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Given to its agent at.</summary>
    public required DateTimeOffset? AssignedAt { get; init; }
    /// <summary>Started at (last attempt).</summary>
    public required DateTimeOffset? StartedAt { get; init; }
    /// <summary>Ended at.</summary>
    public required DateTimeOffset? CompletedAt { get; init; }
    /// <summary>Wanted by.</summary>
    public required DateTimeOffset? Deadline { get; init; }
    /// <summary>What came of it.</summary>
    public required RawJson? Result { get; init; }
    /// <summary>Text of the last error, or why it was cancelled.</summary>
    public required string? ErrorMessage { get; init; }
    /// <summary>Failures so far that were tried again.</summary>
    public required int RetryCount { get; init; }
    /// <summary>Further attempts allowed after a failure.</summary>
    public required int MaxRetries { get; init; }
    /// <summary>Expected seconds of work.</summary>
    public required double? EstimatedDuration { get; init; }
    /// <summary>Seconds from start to end of the attempt that finished it.</summary>
    public required double? ActualDuration { get; init; }
    /// <summary>The queue that holds it.</summary>
    public required string Queue { get; init; }
    /// <summary>Key for fairness and limits.</summary>
    public required string? Key { get; init; }
    /// <summary>Units of capacity that it takes.</summary>
    public required int Units { get; init; }
    /// <summary>Number of the current or last attempt; 0 before the first.</summary>
    public required int Attempt { get; init; }
    /// <summary>Code of the last error.</summary>
    public required string? ErrorCode { get; init; }
    /// <summary>Leases lost to dead workers so far.</summary>
    public required int LossCount { get; init; }
    /// <summary>Not to start before.</summary>
    public required DateTimeOffset? NotBefore { get; init; }
    /// <summary>When it may start (delay or backoff); null: at once.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }
    /// <summary>Whether it was asked to stop.</summary>
    public required bool CancelRequested { get; init; }
    /// <summary>Last progress.</summary>
    public required RawJson? Progress { get; init; }
    /// <summary>Rules for parents that end without success, where not <c>skip</c>, by parent.</summary>
    public required IReadOnlyDictionary<string, ParentFailureRule> DependencyRules { get; init; }
    /// <summary>How failures are tried again.</summary>
    public required RetryContract Retry { get; init; }
    /// <summary>Limits in time.</summary>
    public required TimeoutsContract Timeouts { get; init; }
    /// <summary>Attempts that ended, oldest first.</summary>
    public required IReadOnlyList<AttemptResponse> Attempts { get; init; }
    /// <summary>When the answer was made; only where the task is the whole answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static TaskResponse From(TaskView view, DateTimeOffset? now = null)
    {
        var spec = view.Spec;
        return new()
        {
            Id = spec.Id,
            TaskType = spec.Type,
            Priority = spec.Priority,
            Description = spec.Description,
            Requirements = new RawJson(spec.RequirementsJson),
            Dependencies = spec.Dependencies.IsDefaultOrEmpty ? [] : [.. spec.Dependencies.Select(parent => parent.TaskId)],
            AssignedAgent = view.AssignedAgent,
            Status = view.Status,
            CreatedAt = view.CreatedAt,
            AssignedAt = view.AssignedAt,
            StartedAt = view.StartedAt,
            CompletedAt = view.CompletedAt,
            Deadline = spec.Deadline,
            Result = RawJson.From(view.ResultJson),
            ErrorMessage = view.ErrorMessage,
            RetryCount = view.RetryCount,
            MaxRetries = view.MaxRetries,
            EstimatedDuration = spec.EstimatedSeconds,
            ActualDuration = view.ActualSeconds,
            Queue = spec.Queue,
            Key = spec.Key,
            Units = spec.Units,
            Attempt = view.Attempt,
            ErrorCode = view.ErrorCode,
            LossCount = view.LossCount,
            NotBefore = spec.NotBefore,
            NextAttemptAt = view.NextAttemptAt,
            CancelRequested = view.CancelRequested,
            Progress = RawJson.From(view.ProgressJson),
            DependencyRules = RulesOf(spec.Dependencies),
            Retry = RetryContract.From(spec.Retry),
            Timeouts = TimeoutsContract.From(spec.Timeouts),
            Attempts = view.Attempts.IsDefaultOrEmpty ? [] : [.. view.Attempts.Select(AttemptResponse.From)],
            Timestamp = now,
        };
    }

    private static IReadOnlyDictionary<string, ParentFailureRule> RulesOf(ImmutableArray<Dependency> parents) =>
        parents.IsDefaultOrEmpty ? ImmutableDictionary<string, ParentFailureRule>.Empty
        : parents.Where(parent => parent.OnFailure is ParentFailureRule.Fail or ParentFailureRule.Run).ToDictionary(parent => parent.TaskId, parent => parent.OnFailure);
}

/// <summary>An attempt that ended.</summary>
internal sealed record AttemptResponse
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }
    /// <summary>Who tried.</summary>
    public required string AgentId { get; init; }
    /// <summary>When it was given out.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }
    /// <summary>How: completed, failed, given_back, lost, timed_out, cancelled.</summary>
    public required string Outcome { get; init; }
    /// <summary>Error code.</summary>
    public required string? ErrorCode { get; init; }
    /// <summary>Error text.</summary>
    public required string? ErrorMessage { get; init; }

    /// <summary>Translates.</summary>
    public static AttemptResponse From(AttemptView view) => new()
    {
        Number = view.Number,
        AgentId = view.AgentId,
        StartedAt = view.StartedAt,
        EndedAt = view.EndedAt,
        Outcome = view.Outcome,
        ErrorCode = view.ErrorCode,
        ErrorMessage = view.ErrorMessage,
    };
}
