namespace NexusActors.Ledger;

/// <summary>What the ledger logs.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(1, LogLevel.Information, "Ledger open at {Path}: {Tasks} tasks, {Events} events")]
    public static partial void Opened(ILogger logger, string path, long tasks, long events);

    [LoggerMessage(2, LogLevel.Information, "Ledger closed")]
    public static partial void Closed(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "Storage failed; the transaction of {Calls} calls was rolled back")]
    public static partial void StorageFailed(ILogger logger, int calls, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "A ledger entry is defective; its call was refused")]
    public static partial void Defect(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Storage accepts writes again")]
    public static partial void Recovered(ILogger logger);

    [LoggerMessage(6, LogLevel.Warning, "The write-ahead log could not be moved into the data file; it is tried again")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "Removed {Events} events, {Operations} idempotency answers and {Experiences} experiences that were older than they are kept")]
    public static partial void Trimmed(ILogger logger, long events, long operations, long experiences);

    [LoggerMessage(9, LogLevel.Warning, "Old facts could not be removed; it is tried again in {Pause}")]
    public static partial void TrimFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "A read failed in storage; its connection is opened anew")]
    public static partial void ReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "Ledger open in PostgreSQL {Version}, database {Database}")]
    public static partial void OpenedServer(ILogger logger, string version, string database);

    [LoggerMessage(11, LogLevel.Warning, "What became of a transaction could not be asked; it is tried again")]
    public static partial void VerdictFailed(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Information, "Schema brought to {Migration}")]
    public static partial void Migrated(ILogger logger, string migration);

    [LoggerMessage(13, LogLevel.Warning, "Partitions of events could not be looked after; it is tried again in {Pause}")]
    public static partial void PartitionsFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(14, LogLevel.Warning, "A transaction could not be rolled back; its connection is given up, which rolls it back")]
    public static partial void RollbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(15, LogLevel.Warning, "The facts were moved here from another database: positions of events go on from {From}, and readers from before are told that events are missing")]
    public static partial void Moved(ILogger logger, long from);

    [LoggerMessage(16, LogLevel.Information, "Partitions of events are looked after later, in {Pause}: a backup, or another that reads the whole table, is under way")]
    public static partial void PartitionsLater(ILogger logger, TimeSpan pause);
}
