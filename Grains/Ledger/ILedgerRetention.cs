using System.Collections.Immutable;

namespace NexusActors.Ledger;

/// <summary>
/// Removal of facts that need not, or may not, be kept. What goes with age: events of no task; all events of a task together, once the task ended long enough ago, so that a history is whole or gone and that of a task
/// which has not ended is whole; answers under idempotency keys; experiences, where they are not kept for ever. What goes when somebody asks: experiences by name. Tasks stay.
/// </summary>
internal interface ILedgerRetention
{
    /// <summary>Removes one small portion of what is old, in short transactions with the commits that wait, so that none of them is held up for long.</summary>
    Task<Trimmed> TrimAsync(TrimPortion portion, CancellationToken cancellation = default);

    /// <summary>Removes experiences with their tags and their place in the counts, in one transaction. Their positions are not given out again.</summary>
    /// <param name="seqs">Positions, some hundreds at most; those of none are passed over.</param>
    /// <param name="cancellation">Gives up before the removal.</param>
    /// <returns>How many were there. What is counted is on disk.</returns>
    Task<int> EraseAsync(ImmutableArray<long> seqs, CancellationToken cancellation = default);
}

/// <summary>One portion of a pass over old facts.</summary>
/// <param name="EventsBefore">Events of no task from before this moment go, and those of tasks that ended before it.</param>
/// <param name="OperationsBefore">Answers under idempotency keys from before this moment go.</param>
/// <param name="After">Event position to look on from: 0 for the first portion, then <see cref="Trimmed.Position"/> of the last one.</param>
/// <param name="Max">Most events to look at, and most answers and most experiences to remove. A history is not cut, so some more events may go.</param>
internal readonly record struct TrimPortion(DateTimeOffset EventsBefore, DateTimeOffset OperationsBefore, long After, int Max)
{
    /// <summary>Experiences that happened before this moment go.</summary>
    public DateTimeOffset ExperiencesBefore { get; init; }
}

/// <summary>What became of a portion.</summary>
/// <param name="Events">Events removed.</param>
/// <param name="Operations">Answers removed.</param>
/// <param name="Position">The last event position looked at.</param>
/// <param name="Done">Nothing old is left behind that position.</param>
internal readonly record struct Trimmed(int Events, int Operations, long Position, bool Done)
{
    /// <summary>Experiences removed.</summary>
    public int Experiences { get; init; }
}
