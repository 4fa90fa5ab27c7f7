using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>A PostgreSQL ledger in a database of its own, dropped at the end.</summary>
internal sealed class PostgresStore : ILedgerStore
{
    private readonly PostgresDatabase _database;
    private NpgsqlDataSource _source;
    private PostgresLedger _ledger;

    private PostgresStore(PostgresDatabase database, PostgresOptions options, NpgsqlDataSource source, PostgresLedger ledger) => (_database, Options, _source, _ledger) = (database, options, source, ledger);

    public PostgresOptions Options { get; }

    public ILedger Ledger => _ledger;

    public ILedgerRetention Retention => _ledger;

    /// <summary>Opens one on a new database.</summary>
    public static async Task<PostgresStore> CreateAsync(PostgresServer? server = null, Action<PostgresOptions>? configure = null)
    {
        var database = await (server ?? await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var options = new PostgresOptions { ConnectionString = database.ConnectionString };
        configure?.Invoke(options);
        var (source, ledger) = await OpenAsync(options);
        return new(database, options, source, ledger);
    }

    /// <summary>Opens a further ledger on the same database, as another process would.</summary>
    public static async Task<(NpgsqlDataSource Source, PostgresLedger Ledger)> OpenAsync(PostgresOptions options)
    {
        var source = PostgresLedgerHosting.Source(options, null);
        return (source, await PostgresLedger.OpenAsync(source, options, TimeProvider.System, new LedgerMetrics(new Meters()), NullLogger.Instance, CancellationToken.None));
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        (_source, _ledger) = await OpenAsync(Options);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _database.DisposeAsync();
    }

    private async Task CloseAsync()
    {
        await _ledger.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>Meters without listeners.</summary>
    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
