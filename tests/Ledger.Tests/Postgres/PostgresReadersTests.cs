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

        var reading = readers.NumberAsync("SELECT 1 FROM pg_sleep(0.3)", givesUp.Token);
        await givesUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        // The read goes on beside this one, on the first connection, which is then as good as before: nobody cancelled it, and nobody closed it.
        await readers.NumberAsync("SELECT 1 FROM pg_sleep(1)", CancellationToken.None);
        Assert.Contains(before.Single(), await BackendsAsync(readers));
    }

    /// <summary>All connections are taken by slow reads; those who gave up in the line behind them are not read for.</summary>
    [Fact]
    public async Task List_CallersGiveUpInTheLine_NextOneNeedNotWaitForThem()
    {
        const int Connections = 4, Waiting = 20;
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = PostgresLedgerHosting.Source(new() { ConnectionString = database.ConnectionString, ConnectionsMax = Connections }, NullLoggerFactory.Instance);
        var readers = new PostgresReaders(source);
        await readers.NumberAsync("CREATE TABLE reads (n bigint)", CancellationToken.None);
        using var givesUp = new CancellationTokenSource();
        var slow = Enumerable.Range(0, Connections).Select(_ => readers.NumberAsync("SELECT 1 FROM pg_sleep(1)", CancellationToken.None)).ToArray();
        var left = Enumerable.Range(0, Waiting).Select(_ => readers.NumberAsync("INSERT INTO reads VALUES (1) RETURNING n", givesUp.Token)).ToArray();

        await givesUp.CancelAsync();

        foreach (var one in left) { await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one); }
        await Task.WhenAll(slow);
        Assert.Equal(0, await readers.NumberAsync("SELECT count(*) FROM reads", CancellationToken.None));
    }

    private static async Task<int[]> BackendsAsync(PostgresReaders readers) =>
        [.. await readers.ListAsync("SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus' AND datname = current_database()", row => row.GetInt32(0), CancellationToken.None)];
}
