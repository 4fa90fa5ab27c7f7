using System.Collections.Immutable;
using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>Everything that is known after a run: what was asked for, what the ledger says, what each agent wrote down.</summary>
internal sealed record CrashRecord
{
    /// <summary>Tasks whose submission was acknowledged, parents before children.</summary>
    public ImmutableArray<SubmittedTask> Submitted { get; init; } = [];
    /// <summary>Tasks in the ledger.</summary>
    public ImmutableArray<LedgerTask> Tasks { get; init; } = [];
    /// <summary>Events of tasks in the ledger, in commit order.</summary>
    public ImmutableArray<TaskEvent> Events { get; init; } = [];
    /// <summary>Ids of the experiences that came of tasks.</summary>
    public ImmutableArray<string> Experiences { get; init; } = [];
    /// <summary>The agents' own records.</summary>
    public ImmutableArray<AgentRecord> Journals { get; init; } = [];
    /// <summary>Shortest time that a lease lasts when its agent is silent.</summary>
    public TimeSpan LeaseTime { get; init; }
}

/// <summary>A task as it was submitted.</summary>
internal sealed record SubmittedTask
{
    public required string Id { get; init; }
    public string Queue { get; init; } = "default";
    public string Type { get; init; } = "analysis";
    public int Priority { get; init; } = 3;
    public ImmutableArray<Edge> Parents { get; init; } = [];
    public int MaxRetries { get; init; } = 3;
    public int MaxLosses { get; init; } = 10;
    /// <summary>Whether every attempt fails for good.</summary>
    public bool Poison { get; init; }
}

/// <summary>A parent, and what happens when it ends without success.</summary>
/// <param name="Parent">Id of the parent.</param>
/// <param name="OnFailure"><c>skip</c>, <c>fail</c> or <c>run</c>.</param>
internal sealed record Edge(string Parent, string OnFailure = "skip");

/// <summary>A task as the ledger keeps it.</summary>
internal sealed record LedgerTask
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public int Attempt { get; init; }
    public int RetryCount { get; init; }
    public int LossCount { get; init; }
}

/// <summary>One event of a task.</summary>
/// <param name="Seq">Position in commit order.</param>
/// <param name="At">When.</param>
/// <param name="Type">What.</param>
/// <param name="TaskId">Which task.</param>
/// <param name="AgentId">Which agent, if any.</param>
/// <param name="Attempt">Which attempt, if any.</param>
internal sealed record TaskEvent(long Seq, DateTimeOffset At, string Type, string TaskId, string? AgentId, int? Attempt);

/// <summary>An agent's own record.</summary>
internal sealed record AgentRecord(string AgentId, ImmutableArray<JournalLine> Lines);

/// <summary>A rule that was broken.</summary>
/// <param name="Rule">Short name of the rule.</param>
/// <param name="Subject">Task, agent or experience.</param>
/// <param name="Text">What is wrong.</param>
internal sealed record Violation(string Rule, string Subject, string Text)
{
    public override string ToString() => $"{Rule}: {Subject}: {Text}";
}
