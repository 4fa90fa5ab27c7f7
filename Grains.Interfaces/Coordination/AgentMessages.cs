using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>What an agent says of itself when it registers.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AgentProfile")]
public sealed record AgentProfile
{
    /// <summary>Identity, 1–200 characters.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>What it is.</summary>
    [Id(1)] public required AgentType Type { get; init; }
    /// <summary>A name for people.</summary>
    [Id(2)] public required string Name { get; init; }
    /// <summary>What it can do: task types by wire name, and any further skills that tasks may require.</summary>
    [Id(3)] public ImmutableArray<string> Capabilities { get; init; } = [];
    /// <summary>How many units of work it holds at once (one task is one unit unless it says otherwise). Default 100.</summary>
    [Id(4)] public int MaxCapacity { get; init; } = 100;
    /// <summary>What it is best at; informative.</summary>
    [Id(5)] public ImmutableArray<string> Specializations { get; init; } = [];
    /// <summary>What it can offer of each named resource (<c>resource_requirements</c> on the wire).</summary>
    [Id(6)] public ImmutableSortedDictionary<string, double> Resources { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
    /// <summary>How it gets its work.</summary>
    [Id(7)] public AgentMode Mode { get; init; } = AgentMode.Passive;
    /// <summary>The queues that it serves. Default: <c>default</c> alone.</summary>
    [Id(8)] public ImmutableArray<string> Queues { get; init; } = [QueueNames.Default];
}

/// <summary>An agent as it is read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AgentView")]
public sealed record AgentView
{
    /// <summary>What it said of itself.</summary>
    [Id(0)] public required AgentProfile Profile { get; init; }
    /// <summary>Units of work that it holds now.</summary>
    [Id(1)] public int CurrentLoad { get; init; }
    /// <summary>Whether it gave a sign of life within the silence limit.</summary>
    [Id(2)] public bool Active { get; init; }
    /// <summary>Last sign of life.</summary>
    [Id(3)] public DateTimeOffset LastHeartbeat { get; init; }
    /// <summary>Tasks completed.</summary>
    [Id(4)] public long Completed { get; init; }
    /// <summary>Attempts that it reported as failed, or that ran out of time.</summary>
    [Id(5)] public long Failed { get; init; }
    /// <summary>Leases that it lost by silence.</summary>
    [Id(6)] public long Lost { get; init; }
    /// <summary>Seconds of work in completed tasks, in all.</summary>
    [Id(7)] public double BusySeconds { get; init; }
    /// <summary>Whether it finishes what it holds and takes nothing new.</summary>
    [Id(8)] public bool Draining { get; init; }
    /// <summary>When it registered.</summary>
    [Id(9)] public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Completed / (completed + failed); 1 where nothing is known against it.</summary>
    public double SuccessRate => Completed + Failed == 0 ? 1 : (double)Completed / (Completed + Failed);

    /// <summary>Share of attempts that ended in completion, lost leases counted against it, smoothed by one good attempt (Laplace).</summary>
    public double PerformanceScore => (Completed + 1.0) / (Completed + Failed + Lost + 1.0);

    /// <summary>Mean seconds of a completed task; 0 where none is.</summary>
    public double AverageResponseSeconds => Completed == 0 ? 0 : BusySeconds / Completed;
}

/// <summary>A request for work.</summary>
[GenerateSerializer, Immutable, Alias("nexus.LeaseRequest")]
public sealed record LeaseRequest
{
    /// <summary>How many tasks at most, 1–1,000.</summary>
    [Id(0)] public int Max { get; init; } = 1;
    /// <summary>How long to wait when there is nothing, 0–60 s.</summary>
    [Id(1)] public TimeSpan Wait { get; init; }
}

/// <summary>A task in the hands of an agent, with the proof that it holds it.</summary>
[GenerateSerializer, Immutable, Alias("nexus.LeasedTask")]
public sealed record LeasedTask
{
    /// <summary>The task.</summary>
    [Id(0)] public required TaskView Task { get; init; }
    /// <summary>Attempt number, from 1; grows with each lease.</summary>
    [Id(1)] public int Attempt { get; init; }
    /// <summary>Secret of this lease; every report names it.</summary>
    [Id(2)] public required string Token { get; init; }
    /// <summary>The lease ends here unless a heartbeat renews it.</summary>
    [Id(3)] public DateTimeOffset ExpiresAt { get; init; }
    /// <summary>Its parents with their status and result.</summary>
    [Id(4)] public ImmutableArray<ParentResult> Parents { get; init; } = [];
}

/// <summary>A parent as its child reads it.</summary>
/// <param name="TaskId">The parent.</param>
/// <param name="Status">Where it ended.</param>
/// <param name="ResultJson">Its result as JSON text, if any.</param>
[GenerateSerializer, Immutable, Alias("nexus.ParentResult")]
public sealed record ParentResult([property: Id(0)] string TaskId, [property: Id(1)] WorkStatus Status, [property: Id(2)] string? ResultJson);

/// <summary>How far a leased task is.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Token">The token of its lease.</param>
/// <param name="ProgressJson">Progress as JSON text; null leaves the last one.</param>
[GenerateSerializer, Immutable, Alias("nexus.LeaseProgress")]
public sealed record LeaseProgress([property: Id(0)] string TaskId, [property: Id(1)] string Token, [property: Id(2)] string? ProgressJson);

/// <summary>A sign of life that renews all leases of the agent.</summary>
[GenerateSerializer, Immutable, Alias("nexus.Heartbeat")]
public sealed record Heartbeat
{
    /// <summary>
    /// The leases that the agent knows. Null renews whatever the agent holds. When given, a lease that is not named is not renewed:
    /// the agent that restarted and lost its memory lets it run out.
    /// </summary>
    [Id(0)] public ImmutableArray<LeaseProgress>? Leases { get; init; }
}

/// <summary>What an agent is told to do.</summary>
public enum OrderKind
{
    /// <summary>Nothing; never sent.</summary>
    None = 0,
    /// <summary>Stop the named task and report it as failed or given back; it ends as cancelled.</summary>
    Cancel = 1,
    /// <summary>Finish what is held, ask for nothing new.</summary>
    Drain = 2,
}

/// <summary>One order to an agent.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="TaskId">With which task; null where it concerns the agent.</param>
/// <param name="Reason">Why, if known.</param>
[GenerateSerializer, Immutable, Alias("nexus.AgentOrder")]
public sealed record AgentOrder([property: Id(0)] OrderKind Kind, [property: Id(1)] string? TaskId, [property: Id(2)] string? Reason);

/// <summary>A lease that the agent holds.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Attempt">Its attempt number.</param>
/// <param name="Token">Its token.</param>
/// <param name="ExpiresAt">When it ends unless renewed.</param>
[GenerateSerializer, Immutable, Alias("nexus.HeldLease")]
public sealed record HeldLease([property: Id(0)] string TaskId, [property: Id(1)] int Attempt, [property: Id(2)] string Token, [property: Id(3)] DateTimeOffset ExpiresAt);

/// <summary>Answer to a heartbeat.</summary>
[GenerateSerializer, Immutable, Alias("nexus.HeartbeatReply")]
public sealed record HeartbeatReply
{
    /// <summary>What to do now.</summary>
    [Id(0)] public ImmutableArray<AgentOrder> Orders { get; init; } = [];
    /// <summary>Every lease that the agent holds, also those whose grant it never received.</summary>
    [Id(1)] public ImmutableArray<HeldLease> Held { get; init; } = [];
    /// <summary>Of the leases named, those that it does not hold any more.</summary>
    [Id(2)] public ImmutableArray<string> Lost { get; init; } = [];
    /// <summary>The same with their tokens: an agent may hold a newer lease of a task whose older one it lost.</summary>
    [Id(3)] public ImmutableArray<LostLease> LostLeases { get; init; } = [];
}

/// <summary>A lease that the agent does not hold any more.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Token">The token that is not valid any more.</param>
[GenerateSerializer, Immutable, Alias("nexus.LostLease")]
public sealed record LostLease([property: Id(0)] string TaskId, [property: Id(1)] string Token);

/// <summary>How an attempt ended, in the words of its agent.</summary>
public enum ReportVerb
{
    /// <summary>Not stated; never sent.</summary>
    None = 0,
    /// <summary>Done.</summary>
    Complete = 1,
    /// <summary>Failed.</summary>
    Fail = 2,
    /// <summary>Not done and nobody's fault: back to the queue without counting as a failure.</summary>
    GiveBack = 3,
}

/// <summary>An agent's report on one lease.</summary>
[GenerateSerializer, Immutable, Alias("nexus.LeaseReport")]
public sealed record LeaseReport
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }
    /// <summary>The token of the lease.</summary>
    [Id(1)] public required string Token { get; init; }
    /// <summary>How it ended.</summary>
    [Id(2)] public required ReportVerb Verb { get; init; }
    /// <summary>Result as JSON text (complete).</summary>
    [Id(3)] public string? ResultJson { get; init; }
    /// <summary>Short code of the error (fail); codes that the task lists as non-retryable end it.</summary>
    [Id(4)] public string? ErrorCode { get; init; }
    /// <summary>Error for people (fail) or reason (give back).</summary>
    [Id(5)] public string? ErrorMessage { get; init; }
    /// <summary>Whether another attempt makes sense (fail).</summary>
    [Id(6)] public bool Retryable { get; init; } = true;
    /// <summary>Not before this long from now (fail, give back); null: the task's own backoff.</summary>
    [Id(7)] public TimeSpan? Delay { get; init; }
}

/// <summary>Answer to one report. A refusal is a value here, so that one bad item does not spoil a batch.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ReportReply")]
public sealed record ReportReply
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }
    /// <summary>None when accepted (also when it repeats an accepted report), else why not.</summary>
    [Id(1)] public NexusError Error { get; init; }
    /// <summary>Text of the refusal.</summary>
    [Id(2)] public string? Message { get; init; }
    /// <summary>Where the task stands after the report that won.</summary>
    [Id(3)] public WorkStatus Status { get; init; }
    /// <summary>When the task is tried again, if it is.</summary>
    [Id(4)] public DateTimeOffset? RetryAt { get; init; }
    /// <summary>The result that won, for a late completion.</summary>
    [Id(5)] public string? ResultJson { get; init; }
}
