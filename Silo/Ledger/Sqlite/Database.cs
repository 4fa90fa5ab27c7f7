using SQLitePCL;

namespace NexusActors.Ledger.Sqlite;

/// <summary>How far a checkpoint goes; SQLite's own numbers.</summary>
internal enum CheckpointMode
{
    /// <summary>Moves nothing, only tells how long the log is.</summary>
    Look = -1,
    /// <summary>Moves what can be moved without waiting for anybody.</summary>
    Passive = 0,
    /// <summary>Waits for readers and for another checkpoint, so that the next transaction starts the log anew.</summary>
    Restart = 2,
    /// <summary>The same, and cuts the file of the log to nothing.</summary>
    Truncate = 3,
}

/// <summary>One connection to the file, used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    static Database() => Batteries_V2.Init();

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>Rows touched by the last change.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Opens the file, making it where the connection may write.</summary>
    public static Database Open(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (result != raw.SQLITE_OK)
        {
            handle.Dispose();
            throw new DatabaseException(result, raw.sqlite3_errstr(result).utf8_to_string());
        }
        _ = raw.sqlite3_extended_result_codes(handle, 1);
        if (!readOnly && raw.sqlite3_db_readonly(handle, "main") == 1)            // SQLite opens a file that may not be written without a word
        {
            handle.Dispose();
            throw new DatabaseException(raw.SQLITE_READONLY, "the file may not be written");
        }
        return new(handle);
    }

    /// <summary>Runs statements that return nothing of interest.</summary>
    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(_handle, sql) != raw.SQLITE_OK) { throw Fault(); }
    }

    /// <summary>The first column of the first row as text; null where there is no row.</summary>
    public string? Scalar(string sql)
    {
        if (raw.sqlite3_prepare_v2(_handle, sql, out var handle) != raw.SQLITE_OK) { throw Fault(); }
        using var statement = new Statement(this, handle);
        return statement.Step() ? statement.TextOrNull(0) : null;
    }

    /// <summary>The first column of the first row as a number; 0 where there is no row or it is null.</summary>
    public long Number(string sql) =>
        Scalar(sql) is { } text ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>Prepares a statement for many uses; it ends with the connection.</summary>
    public Statement Prepare(string sql)
    {
        if (raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle) != raw.SQLITE_OK) { throw Fault(); }
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Moves the write-ahead log into the data file.</summary>
    /// <returns>Pages in the log, and pages of it that are in the data file. Fewer of the latter: somebody still needs the rest.</returns>
    public (int Pages, int Moved) Checkpoint(CheckpointMode mode)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(_handle, null, (int)mode, out var pages, out var moved);
        return result is raw.SQLITE_OK or raw.SQLITE_BUSY ? (pages, moved) : throw Fault();
    }

    /// <summary>The last error of the connection.</summary>
    public DatabaseException Fault() => new(raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements) { statement.Dispose(); }
        _handle.Dispose();
    }
}
