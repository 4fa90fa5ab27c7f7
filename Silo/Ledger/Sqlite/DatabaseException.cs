using NexusActors.Errors;
using SQLitePCL;

namespace NexusActors.Ledger.Sqlite;

/// <summary>A result code of SQLite other than success. Never leaves the ledger: <see cref="ToRefusal"/> or <see cref="ToDefect"/> does.</summary>
/// <param name="code">Extended result code.</param>
/// <param name="message">SQLite's own words, for the log.</param>
internal sealed class DatabaseException(int code, string message) : Exception($"SQLite {code}: {message}")
{
    /// <summary>How long a caller should wait before a repeat.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>Whether storage is at fault (full, read-only, broken, busy), not the program.</summary>
    public bool IsStorage => Words(Code & 0xff) is not null;

    /// <summary>The refusal that callers see; names no path.</summary>
    public NexusException ToRefusal() =>
        new(NexusError.StorageUnavailable, $"Storage does not accept the operation: {Words(Code & 0xff)}. Nothing was changed; repeat it later.", retryAfter: RetryAfter);

    /// <summary>What a caller sees of a defect, such as a constraint that a guard should have kept.</summary>
    public InvalidOperationException ToDefect() => new("The ledger rejected an entry that its guards let through; nothing of the call was written.", this);

    /// <summary>The exception for callers.</summary>
    public Exception ToCaller() => IsStorage ? ToRefusal() : ToDefect();

    private static string? Words(int code) => code switch
    {
        raw.SQLITE_FULL => "the disk is full",
        raw.SQLITE_READONLY => "the data is read-only",
        raw.SQLITE_IOERR => "reading or writing the data failed",
        raw.SQLITE_CANTOPEN => "the data cannot be opened",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "the data is damaged",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => "the data is locked",
        raw.SQLITE_NOMEM => "memory is exhausted",
        raw.SQLITE_PERM or raw.SQLITE_AUTH => "access to the data is denied",
        raw.SQLITE_NOLFS => "the file system cannot hold a file of this size",
        _ => null,
    };
}
