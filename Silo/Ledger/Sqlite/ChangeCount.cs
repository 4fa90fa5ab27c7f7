namespace NexusActors.Ledger.Sqlite;

/// <summary>Counts commits that changed something, so that what was read of it before can be used again while the count stands. Raised after the commit and before its callers hear of it.</summary>
internal sealed class ChangeCount
{
    private long _count;

    /// <summary>How often it changed.</summary>
    public long Current => Volatile.Read(ref _count);

    /// <summary>It has changed, or may have.</summary>
    public void Raise() => Interlocked.Increment(ref _count);
}
