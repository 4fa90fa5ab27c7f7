namespace NexusActors.Ledger.Sqlite;

/// <summary>A call on its way through the writer.</summary>
internal abstract class WriterCall
{
    /// <summary>How many entries it has.</summary>
    public abstract int Count { get; }

    /// <summary>Does its work inside a transaction; may be repeated after a rollback.</summary>
    public abstract void Apply(WriteSession session);

    /// <summary>The transaction is on disk.</summary>
    public abstract void Complete();

    /// <summary>Nothing of the call is written.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>One call of TrimAsync on its way through the writer.</summary>
internal sealed class TrimCall(TrimPortion portion) : WriterCall
{
    private readonly TaskCompletionSource<Trimmed> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Trimmed _trimmed;

    /// <inheritdoc/>
    public override int Count => 0;

    /// <summary>Ends when the removal is on disk, or with the reason why nothing was removed.</summary>
    public Task<Trimmed> Done => _done.Task;

    /// <inheritdoc/>
    public override void Apply(WriteSession session) => _trimmed = session.Trim(portion);

    /// <inheritdoc/>
    public override void Complete() => _done.SetResult(_trimmed);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _done.SetException(exception);
}
