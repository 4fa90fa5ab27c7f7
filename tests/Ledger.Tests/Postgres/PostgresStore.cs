using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>A PostgreSQL ledger in a schema of its own, dropped at the end: a database for each would cost a checkpoint of the server.</summary>
internal sealed class PostgresStore : ILedgerStore
{
    private static readonly Lazy<Task<PostgresDatabase>> Shared = new(async () => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
    private readonly string _schema;
    private NpgsqlDataSource _source;
    private PostgresLedger _ledger;

    private PostgresStore(string schema, PostgresOptions options, NpgsqlDataSource source, PostgresLedger ledger) => (_schema, Options, _source, _ledger) = (schema, options, source, ledger);

    public PostgresOptions Options { get; }

    public ILedger Ledger => _ledger;

    public ILedgerRetention Retention => _ledger;

    /// <summary>Opens one on a new schema.</summary>
    public static async Task<PostgresStore> CreateAsync(PostgresDatabase? database = null)
    {
        database ??= await Shared.Value;
        var schema = $"s{Guid.NewGuid():N}";
        await ExecuteAsync(database.ConnectionString, $"CREATE SCHEMA {schema}");
        var options = new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = schema }.ConnectionString };
        var (source, ledger) = await OpenAsync(options);
        return new(schema, options, source, ledger);
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
        await ExecuteAsync(Options.ConnectionString, $"DROP SCHEMA {_schema} CASCADE");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
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
