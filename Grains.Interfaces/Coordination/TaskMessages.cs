using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>A parent that must end before the task starts.</summary>
/// <param name="TaskId">The parent.</param>
/// <param name="OnFailure">What happens when it ends without success.</param>
[GenerateSerializer, Immutable, Alias("nexus.Dependency")]
public sealed record Dependency([property: Id(0)] string TaskId, [property: Id(1)] ParentFailureRule OnFailure = ParentFailureRule.Skip)
{
    /// <summary>Whether a parent that stands so lets the child run.</summary>
    public bool IsMetBy(WorkStatus status) => status == WorkStatus.Completed || (OnFailure == ParentFailureRule.Run && status.IsFinal());
}

/// <summary>Limits in time. Null: none, or the configured default.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskTimeouts")]
public sealed record TaskTimeouts
{
    /// <summary>Longest wait from ready to the first start; then the task fails with <c>queue_wait_timeout</c>.</summary>
    [Id(0)] public TimeSpan? QueueWait { get; init; }
    /// <summary>Longest run of one attempt; then the attempt failed with <c>run_timeout</c> (retryable). Null: the configured TASK_TIMEOUT.</summary>
    [Id(1)] public TimeSpan? Run { get; init; }
    /// <summary>Longest silence of the agent during the run; then the lease is lost. Null: the configured lease time.</summary>
    [Id(2)] public TimeSpan? Heartbeat { get; init; }
    /// <summary>Longest time from submit to the end, all attempts together; then the task fails with <c>total_timeout</c>.</summary>
    [Id(3)] public TimeSpan? Total { get; init; }
}

/// <summary>How failures are tried again: exponential backoff with a cap and full jitter.</summary>
[GenerateSerializer, Immutable, Alias("nexus.RetryPolicy")]
public sealed record RetryPolicy
{
    /// <summary>Further attempts after the first failure. Null: the configured MAX_TASK_RETRIES (3).</summary>
    [Id(0)] public int? MaxRetries { get; init; }
    /// <summary>Upper bound of the first delay. Default 1 s.</summary>
    [Id(1)] public TimeSpan BackoffBase { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Upper bound of any delay. Default 5 min.</summary>
    [Id(2)] public TimeSpan BackoffCap { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>Error codes after which no further attempt is made.</summary>
    [Id(3)] public ImmutableArray<string> NonRetryableCodes { get; init; } = [];
    /// <summary>Leases that may be lost to dead workers, apart from failures. Null: the configured limit (10).</summary>
    [Id(4)] public int? MaxLosses { get; init; }
}

/// <summary>A task as submitted; never changes afterwards.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskSpec")]
public sealed record TaskSpec
{
    /// <summary>Identity, 1–200 characters.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>What is asked for.</summary>
    [Id(1)] public required TaskType Type { get; init; }
    /// <summary>1 low – 5 emergency.</summary>
    [Id(2)] public required int Priority { get; init; }
    /// <summary>What to do, for people.</summary>
    [Id(3)] public required string Description { get; init; }
    /// <summary>The queue that holds it.</summary>
    [Id(4)] public string Queue { get; init; } = QueueNames.Default;
    /// <summary>Key for fairness, concurrency and rate limits (a tenant, a host, …). Null: none.</summary>
    [Id(5)] public string? Key { get; init; }
    /// <summary>Units of an agent's capacity that it takes. Default 1.</summary>
    [Id(6)] public int Units { get; init; } = 1;
    /// <summary>Skills beside the type that the agent must have (<c>requirements.capabilities</c>).</summary>
    [Id(7)] public ImmutableArray<string> Capabilities { get; init; } = [];
    /// <summary>Amounts of the agent's resources that it takes (<c>requirements.resources</c>).</summary>
    [Id(8)] public ImmutableSortedDictionary<string, double> Resources { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>The requirements as they came, JSON text of an object.</summary>
    [Id(9)] public string RequirementsJson { get; init; } = "{}";
    /// <summary>Parents.</summary>
    [Id(10)] public ImmutableArray<Dependency> Dependencies { get; init; } = [];
    /// <summary>Wanted by; orders tasks of one priority and is reported, but stops nothing.</summary>
    [Id(11)] public DateTimeOffset? Deadline { get; init; }
    /// <summary>Not to start before.</summary>
    [Id(12)] public DateTimeOffset? NotBefore { get; init; }
    /// <summary>Expected seconds of work. Informative: duration is not load.</summary>
    [Id(13)] public double? EstimatedSeconds { get; init; }
    /// <summary>How failures are tried again.</summary>
    [Id(14)] public RetryPolicy Retry { get; init; } = new();
    /// <summary>Limits in time.</summary>
    [Id(15)] public TaskTimeouts Timeouts { get; init; } = new();
}

/// <summary>One task to submit.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskSubmission")]
public sealed record TaskSubmission
{
    /// <summary>The task.</summary>
    [Id(0)] public required TaskSpec Spec { get; init; }
    /// <summary>Idempotency key: a repeat gets the first answer. Null: none.</summary>
    [Id(1)] public string? IdempotencyKey { get; init; }
    /// <summary>Hash of the body, compared on a repeat of the key.</summary>
    [Id(2)] public string? BodyHash { get; init; }
}

/// <summary>Answer to one submission. A refusal is a value, so that one bad item does not spoil a batch.</summary>
[GenerateSerializer, Immutable, Alias("nexus.SubmitReply")]
public sealed record SubmitReply
{
    /// <summary>The task; for a repeated key the one made first.</summary>
    [Id(0)] public required string TaskId { get; init; }
    /// <summary>None when accepted.</summary>
    [Id(1)] public NexusError Error { get; init; }
    /// <summary>Text of the refusal.</summary>
    [Id(2)] public string? Message { get; init; }
    /// <summary>Member at fault, if any.</summary>
    [Id(3)] public string? Field { get; init; }
    /// <summary>Whether this repeats an earlier answer.</summary>
    [Id(4)] public bool Repeated { get; init; }
}

/// <summary>An attempt that ended.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AttemptView")]
public sealed record AttemptView
{
    /// <summary>From 1.</summary>
    [Id(0)] public int Number { get; init; }
    /// <summary>Who tried.</summary>
    [Id(1)] public required string AgentId { get; init; }
    /// <summary>When it was given out.</summary>
    [Id(2)] public DateTimeOffset StartedAt { get; init; }
    /// <summary>When it ended.</summary>
    [Id(3)] public DateTimeOffset EndedAt { get; init; }
    /// <summary>How it ended: <c>completed</c>, <c>failed</c>, <c>given_back</c>, <c>lost</c>, <c>timed_out</c>, <c>cancelled</c>.</summary>
    [Id(4)] public required string Outcome { get; init; }
    /// <summary>Error code, if any.</summary>
    [Id(5)] public string? ErrorCode { get; init; }
    /// <summary>Error text, if any.</summary>
    [Id(6)] public string? ErrorMessage { get; init; }
}

/// <summary>A task as it is read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskView")]
public sealed record TaskView
{
    /// <summary>As submitted.</summary>
    [Id(0)] public required TaskSpec Spec { get; init; }
    /// <summary>Position in submit order; grows.</summary>
    [Id(1)] public long Seq { get; init; }
    /// <summary>Grows with each transition.</summary>
    [Id(2)] public int Version { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(3)] public WorkStatus Status { get; init; }
    /// <summary>Who has it, or had it last.</summary>
    [Id(4)] public string? AssignedAgent { get; init; }
    /// <summary>Submitted at.</summary>
    [Id(5)] public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Given to its agent at.</summary>
    [Id(6)] public DateTimeOffset? AssignedAt { get; init; }
    /// <summary>Started at (last attempt).</summary>
    [Id(7)] public DateTimeOffset? StartedAt { get; init; }
    /// <summary>Ended at.</summary>
    [Id(8)] public DateTimeOffset? CompletedAt { get; init; }
    /// <summary>Result as JSON text.</summary>
    [Id(9)] public string? ResultJson { get; init; }
    /// <summary>Code of the last error.</summary>
    [Id(10)] public string? ErrorCode { get; init; }
    /// <summary>Text of the last error, or why it was cancelled.</summary>
    [Id(11)] public string? ErrorMessage { get; init; }
    /// <summary>Failures so far that were tried again.</summary>
    [Id(12)] public int RetryCount { get; init; }
    /// <summary>Leases lost to dead workers so far.</summary>
    [Id(13)] public int LossCount { get; init; }
    /// <summary>Further attempts allowed after a failure.</summary>
    [Id(14)] public int MaxRetries { get; init; }
    /// <summary>Number of the current or last attempt; 0 before the first.</summary>
    [Id(15)] public int Attempt { get; init; }
    /// <summary>Attempts that ended.</summary>
    [Id(16)] public ImmutableArray<AttemptView> Attempts { get; init; } = [];
    /// <summary>Last progress as JSON text.</summary>
    [Id(17)] public string? ProgressJson { get; init; }
    /// <summary>Whether it was asked to stop.</summary>
    [Id(18)] public bool CancelRequested { get; init; }
    /// <summary>When it may start (delay or backoff); null: at once.</summary>
    [Id(19)] public DateTimeOffset? NextAttemptAt { get; init; }
    /// <summary>Seconds from start to end of the attempt that finished it.</summary>
    [Id(20)] public double? ActualSeconds { get; init; }
    /// <summary>When it was last taken up again (redriven); its limits on waiting and on time in all count from here. Null: never, they count from <see cref="CreatedAt"/>.</summary>
    [Id(21)] public DateTimeOffset? RedrivenAt { get; init; }
}

/// <summary>One line of a task's or the system's history.</summary>
[GenerateSerializer, Immutable, Alias("nexus.EventView")]
public sealed record EventView
{
    /// <summary>Position in commit order; the id to resume from.</summary>
    [Id(0)] public long Seq { get; init; }
    /// <summary>When.</summary>
    [Id(1)] public DateTimeOffset At { get; init; }
    /// <summary>What: <c>task.submitted</c>, <c>agent.registered</c>, …</summary>
    [Id(2)] public required string Type { get; init; }
    /// <summary>Which task, if any.</summary>
    [Id(3)] public string? TaskId { get; init; }
    /// <summary>Which agent, if any.</summary>
    [Id(4)] public string? AgentId { get; init; }
    /// <summary>Which queue, if any.</summary>
    [Id(5)] public string? Queue { get; init; }
    /// <summary>Details, JSON text of an object.</summary>
    [Id(6)] public string DataJson { get; init; } = "{}";
}

/// <summary>A change of status asked for by PUT …/status (original API).</summary>
[GenerateSerializer, Immutable, Alias("nexus.StatusChange")]
public sealed record StatusChange
{
    /// <summary>The status wanted.</summary>
    [Id(0)] public required WorkStatus Status { get; init; }
    /// <summary>Result as JSON text.</summary>
    [Id(1)] public string? ResultJson { get; init; }
    /// <summary>Error text.</summary>
    [Id(2)] public string? ErrorMessage { get; init; }
    /// <summary>Lease token; needed for a task that a pulling agent holds, except to cancel it.</summary>
    [Id(3)] public string? Token { get; init; }
}

/// <summary>Why a task runs where it runs, or why it waits.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskExplanation")]
public sealed record TaskExplanation
{
    /// <summary>Where it stands.</summary>
    [Id(0)] public WorkStatus Status { get; init; }
    /// <summary>
    /// Dominant reason of a wait: <c>no_capable_agent</c>, <c>no_capacity</c>, <c>dependency</c>, <c>delay</c>, <c>paused</c>, <c>limit</c>, <c>turn</c>
    /// (it is next when an agent asks); null when it does not wait.
    /// </summary>
    [Id(1)] public string? WaitReason { get; init; }
    /// <summary>The same in a sentence.</summary>
    [Id(2)] public required string Summary { get; init; }
    /// <summary>Until when it waits at least, where known.</summary>
    [Id(3)] public DateTimeOffset? Until { get; init; }
    /// <summary>Parents that it waits for.</summary>
    [Id(4)] public ImmutableArray<string> WaitsFor { get; init; } = [];
    /// <summary>Each agent that serves the queue and what speaks for or against it.</summary>
    [Id(5)] public ImmutableArray<CandidateView> Candidates { get; init; } = [];
    /// <summary>Priority with ageing, 1–5.</summary>
    [Id(6)] public int EffectivePriority { get; init; }
    /// <summary>The assignment as it was decided, JSON text of the event's data; null while it waits.</summary>
    [Id(7)] public string? AssignmentJson { get; init; }
}

/// <summary>One agent seen as a candidate for a task.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Removed">Null: could take it. Else why not: <c>inactive</c>, <c>draining</c>, <c>capability</c>, <c>resources</c>, <c>capacity</c>.</param>
/// <param name="Load">Units held.</param>
/// <param name="MaxCapacity">Units it can hold.</param>
[GenerateSerializer, Immutable, Alias("nexus.CandidateView")]
public sealed record CandidateView([property: Id(0)] string AgentId, [property: Id(1)] string? Removed, [property: Id(2)] int Load, [property: Id(3)] int MaxCapacity);

/// <summary>Which tasks to list, newest first. All members that are given must match.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TaskFilter")]
public sealed record TaskFilter
{
    /// <summary>Any of these.</summary>
    [Id(0)] public ImmutableArray<WorkStatus> Statuses { get; init; } = [];
    /// <summary>This type.</summary>
    [Id(1)] public TaskType Type { get; init; }
    /// <summary>This queue.</summary>
    [Id(2)] public string? Queue { get; init; }
    /// <summary>Held by this agent, now or last.</summary>
    [Id(3)] public string? AgentId { get; init; }
    /// <summary>This priority; 0: any.</summary>
    [Id(4)] public int Priority { get; init; }
    /// <summary>Submitted at or after.</summary>
    [Id(5)] public DateTimeOffset? CreatedFrom { get; init; }
    /// <summary>Submitted before.</summary>
    [Id(6)] public DateTimeOffset? CreatedBefore { get; init; }
    /// <summary>Only tasks before this <see cref="TaskView.Seq"/>; 0: from the newest.</summary>
    [Id(7)] public long BeforeSeq { get; init; }
    /// <summary>How many at most.</summary>
    [Id(8)] public int Limit { get; init; } = 1000;
}

/// <summary>One page of tasks.</summary>
/// <param name="Tasks">The tasks, newest first.</param>
/// <param name="NextBeforeSeq">Where the next page starts; 0: this was the last.</param>
/// <param name="Total">True count of all tasks (not only of the page) when no filter is given, else null.</param>
[GenerateSerializer, Immutable, Alias("nexus.TaskPage")]
public sealed record TaskPage([property: Id(0)] ImmutableArray<TaskView> Tasks, [property: Id(1)] long NextBeforeSeq, [property: Id(2)] long? Total);
