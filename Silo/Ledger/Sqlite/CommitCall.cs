using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace NexusActors.Ledger.Sqlite;

/// <summary>One call of CommitAsync on its way through the writer.</summary>
internal sealed class CommitCall(PreparedEntry[] entries) : WriterCall
{
    private readonly TaskCompletionSource<ImmutableArray<CommitResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CommitResult[] _results = new CommitResult[entries.Length];

    /// <inheritdoc/>
    public override int Count => entries.Length;

    /// <summary>Ends when the entries are on disk, or with the reason why none of them is.</summary>
    public Task<ImmutableArray<CommitResult>> Done => _done.Task;

    /// <summary>Applies the entries in their order; may be repeated after a rollback.</summary>
    public override void Apply(WriteSession session)
    {
        for (var i = 0; i < entries.Length; i++) { _results[i] = session.Apply(entries[i]); }
    }

    /// <inheritdoc/>
    public override void Complete() => _done.SetResult(ImmutableCollectionsMarshal.AsImmutableArray(_results));

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _done.SetException(exception);
}
