using System.Globalization;

namespace NexusActors.Ledger.Sqlite;

/// <summary>How connections are opened, with proof that the durability asked for is the durability got.</summary>
internal static class Connections
{
    /// <summary>A connection that may write: the writer's, the checkpointer's.</summary>
    /// <exception cref="InvalidOperationException">SQLite did not take a setting that durability depends on.</exception>
    public static Database OpenWriter(SqliteLedgerOptions options)
    {
        var database = Database.Open(options.Path, readOnly: false);
        try
        {
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds};
                PRAGMA page_size = 4096;
                PRAGMA cache_size = {-1024L * options.WriterCacheMiB};
                PRAGMA temp_store = MEMORY;
                PRAGMA foreign_keys = OFF;
                PRAGMA max_page_count = {(options.DataMaxMiB == 0 ? uint.MaxValue - 1 : options.DataMaxMiB * 256L)};
                """));
            Require(database, "PRAGMA journal_mode = wal", "wal");
            database.Execute("PRAGMA synchronous = FULL");
            Require(database, "PRAGMA synchronous", "2");
            database.Execute("PRAGMA wal_autocheckpoint = 0");                     // the checkpointer's work
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A reading connection.</summary>
    public static Database OpenReader(SqliteLedgerOptions options)
    {
        var database = Database.Open(options.Path, readOnly: true);
        try
        {
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds};
                PRAGMA query_only = ON;
                PRAGMA cache_size = {-1024L * options.ReaderCacheMiB};
                PRAGMA mmap_size = 1073741824;
                PRAGMA temp_store = MEMORY;
                """));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static void Require(Database database, string pragma, string expected)
    {
        var actual = database.Scalar(pragma);
        if (!string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"SQLite answered \"{actual}\" to \"{pragma}\" where the ledger needs \"{expected}\"; the file system may not support it.");
        }
    }
}
