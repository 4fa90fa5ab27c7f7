using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>What a transition came to: the next state with what must be written beside it, the same state (a harmless repeat), or a refusal.</summary>
internal sealed record TaskDecision
{
    /// <summary>The state afterwards; the one before when nothing changes.</summary>
    public required TaskState State { get; init; }

    /// <summary>The state before.</summary>
    public required TaskState Before { get; init; }

    /// <summary>What happened.</summary>
    public ImmutableArray<LedgerEvent> Events { get; init; } = [];

    /// <summary>Counters of the agent that held or takes the task.</summary>
    public AgentTally? Tally { get; init; }

    /// <summary>Why it was refused; None when it was not.</summary>
    public NexusError Error { get; init; }

    /// <summary>Text of the refusal.</summary>
    public string? Message { get; init; }

    /// <summary>Answer given when the same report came first; null: this is the first time.</summary>
    public ClosedLease? Repeat { get; init; }

    /// <summary>Whether there is something to commit.</summary>
    public bool Changes => !ReferenceEquals(State, Before);

    /// <summary>Whether the task left its holder's hands.</summary>
    public bool Releases => Changes && Before.IsHeld && !State.IsHeld;

    public static TaskDecision Same(TaskState state) => new() { State = state, Before = state };

    public static TaskDecision Refuse(TaskState state, NexusError error, string message) => new() { State = state, Before = state, Error = error, Message = message };
}
