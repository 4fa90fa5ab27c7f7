using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Learning;

namespace NexusActors.Ledger;

/// <summary>
/// The unit of atomicity: one guarded change of one thing and everything that must be written with it.
/// When the guard fails nothing of the entry is written.
/// </summary>
internal sealed record LedgerEntry
{
    /// <summary>The guarded change; null for an entry of touches, tallies or events alone.</summary>
    public LedgerChange? Change { get; init; }

    /// <summary>What happened, for the outbox and the history; written in this order.</summary>
    public ImmutableArray<LedgerEvent> Events { get; init; } = [];

    /// <summary>An experience that comes of the change.</summary>
    public Experience? Experience { get; init; }

    /// <summary>Counters of agents to move.</summary>
    public ImmutableArray<AgentTally> Tallies { get; init; } = [];

    /// <summary>The idempotency key under which the change was asked for, with the answer to give to a repeat.</summary>
    public Operation? Operation { get; init; }

    /// <summary>Signs of life and progress: the newest wins, no guard.</summary>
    public ImmutableArray<LedgerTouch> Touches { get; init; } = [];
}

/// <summary>A change of one thing under a guard.</summary>
internal abstract record LedgerChange;

/// <summary>A new task; guard: no task has its id. The ledger gives it its <see cref="TaskView.Seq"/>.</summary>
internal sealed record TaskInsert(TaskState Task) : LedgerChange;

/// <summary>The next state of a task; guard: the stored version is <c>Next.View.Version - 1</c>. The spec, seq and creation time never change.</summary>
/// <param name="Next">The state to store.</param>
/// <param name="From">The status it had, for the counts by status.</param>
internal sealed record TaskUpdate(TaskState Next, WorkStatus From) : LedgerChange;

/// <summary>A new agent; guard: no agent has its id.</summary>
internal sealed record AgentInsert(AgentView Agent) : LedgerChange;

/// <summary>
/// A change of an agent's profile, activity or draining; guard: it exists. Counters and the last sign of life are not written by it
/// (tallies and touches move those).
/// </summary>
internal sealed record AgentUpdate(AgentView Agent) : LedgerChange;

/// <summary>The end of an agent; guard: it exists.</summary>
internal sealed record AgentDelete(string Id) : LedgerChange;

/// <summary>A queue's settings, made or replaced; no guard.</summary>
internal sealed record QueuePut(string Name, QueueSettings Settings) : LedgerChange;

/// <summary>One named setting, made or replaced; no guard.</summary>
internal sealed record SettingPut(string Name, string Value) : LedgerChange;

/// <summary>A new experience; guard: none has its id.</summary>
internal sealed record ExperienceInsert(Experience Experience) : LedgerChange;

/// <summary>Something that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Type">What: <c>task.submitted</c> …</param>
/// <param name="TaskId">Which task.</param>
/// <param name="AgentId">Which agent.</param>
/// <param name="Queue">Which queue.</param>
/// <param name="DataJson">Details: who, why; JSON text of an object.</param>
internal sealed record LedgerEvent(DateTimeOffset At, string Type, string? TaskId, string? AgentId, string? Queue, string DataJson);

/// <summary>Movements of an agent's counters; an agent that is gone is passed over.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Load">Units taken (+) or freed (−); the stored load never falls below 0.</param>
/// <param name="Completed">Tasks completed.</param>
/// <param name="Failed">Attempts failed.</param>
/// <param name="Lost">Leases lost.</param>
/// <param name="BusySeconds">Seconds of completed work.</param>
internal readonly record struct AgentTally(string AgentId, int Load, int Completed = 0, int Failed = 0, int Lost = 0, double BusySeconds = 0);

/// <summary>An idempotency key with what was asked and what was answered.</summary>
/// <param name="Key">The key, unique per kind of operation.</param>
/// <param name="BodyHash">Hash of the request.</param>
/// <param name="Answer">What a repeat gets.</param>
internal sealed record Operation(string Key, string BodyHash, string Answer);

/// <summary>A fact whose newest value wins.</summary>
internal abstract record LedgerTouch;

/// <summary>An agent's last sign of life.</summary>
internal sealed record AgentSeen(string AgentId, DateTimeOffset At) : LedgerTouch;

/// <summary>A task's last progress.</summary>
internal sealed record TaskProgressed(long Seq, string ProgressJson) : LedgerTouch;

/// <summary>What became of an entry.</summary>
internal enum CommitOutcome
{
    /// <summary>Not decided; never returned.</summary>
    None = 0,
    /// <summary>Written and on disk.</summary>
    Done,
    /// <summary>Another version came first, or the thing is gone; nothing written.</summary>
    Conflict,
    /// <summary>The id is taken; nothing written.</summary>
    Exists,
    /// <summary>The idempotency key was used with the same body; nothing written; the first answer is returned.</summary>
    Repeated,
    /// <summary>The idempotency key was used with another body; nothing written.</summary>
    KeyReused,
}

/// <summary>Answer to one entry.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Seq">Number given to a new task or experience.</param>
/// <param name="FirstAnswer">The stored answer, for <see cref="CommitOutcome.Repeated"/>.</param>
/// <param name="Children">Tasks that depend on a task which this entry brought to an end.</param>
internal readonly record struct CommitResult(CommitOutcome Outcome, long Seq = 0, string? FirstAnswer = null, ImmutableArray<ChildEdge> Children = default);

/// <summary>A child waiting for a parent.</summary>
/// <param name="ChildId">The child.</param>
/// <param name="ChildQueue">Its queue.</param>
/// <param name="ChildSlot">The slot of its key; <see cref="QueueSlots.Unknown"/> where it was written before slots were.</param>
internal sealed record ChildEdge(string ChildId, string ChildQueue, int ChildSlot);

/// <summary>A parent as its child sees it.</summary>
/// <param name="ChildSeq">The child.</param>
/// <param name="ParentId">The parent.</param>
/// <param name="ParentStatus">Where the parent stands.</param>
/// <param name="Rule">What to do when the parent ends without success.</param>
/// <param name="ParentEndedAt">When the parent ended; null while it has not.</param>
internal sealed record ParentEdge(long ChildSeq, string ParentId, WorkStatus ParentStatus, ParentFailureRule Rule, DateTimeOffset? ParentEndedAt = null);
