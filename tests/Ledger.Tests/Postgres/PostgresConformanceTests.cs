namespace NexusActors.Ledger.Postgres;

/// <summary>The PostgreSQL adapter keeps the port's promises.</summary>
public sealed class PostgresConformanceTests : LedgerConformance
{
    private protected override async Task<ILedgerStore> CreateAsync() => await PostgresStore.CreateAsync();
}
