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

/// <summary>A removal on its way through the writer.</summary>
/// <param name="remove">What to do in the transaction.</param>
internal sealed class RemovalCall<T>(Func<WriteSession, T> remove) : WriterCall where T : struct
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _removed;

    /// <inheritdoc/>
    public override int Count => 0;

    /// <summary>Ends when the removal is on disk, or with the reason why nothing was removed.</summary>
    public Task<T> Done => _done.Task;

    /// <inheritdoc/>
    public override void Apply(WriteSession session) => _removed = remove(session);

    /// <inheritdoc/>
    public override void Complete() => _done.SetResult(_removed);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _done.SetException(exception);
}
