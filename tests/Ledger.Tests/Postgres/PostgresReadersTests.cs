using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Servers;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of callers who give up.</summary>
public sealed class PostgresReadersTests
{
    [Fact]
    public async Task List_CallerGivesUp_IsLetGoAtOnceAndTheConnectionStaysWhole()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = PostgresLedgerHosting.Source(new() { ConnectionString = database.ConnectionString, ConnectionsMax = 4 }, NullLoggerFactory.Instance);
        var readers = new PostgresReaders(source);
        var before = await BackendsAsync(readers);
        using var givesUp = new CancellationTokenSource();

        var reading = readers.NumberAsync("SELECT 1 FROM pg_sleep(0.5)", givesUp.Token);
        await givesUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        // The read goes on beside this one, on the first connection, which is then as good as before: nobody cancelled it, and nobody closed it.
        await readers.NumberAsync("SELECT 1 FROM pg_sleep(1)", CancellationToken.None);
        Assert.Contains(before.Single(), await BackendsAsync(readers));
    }

    private static async Task<int[]> BackendsAsync(PostgresReaders readers) =>
        [.. await readers.ListAsync("SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus' AND datname = current_database()", row => row.GetInt32(0), CancellationToken.None)];
}
