namespace NexusActors.Ledger.Sqlite;

/// <summary>The SQLite adapter keeps the port's promises.</summary>
public sealed class SqliteConformanceTests : LedgerConformance
{
    private protected override Task<ILedgerStore> CreateAsync() => Task.FromResult<ILedgerStore>(new SqliteStore());
}
