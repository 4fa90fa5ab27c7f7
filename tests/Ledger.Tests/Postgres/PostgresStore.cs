using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>A PostgreSQL ledger in a schema of its own, which is emptied at the end and used again: making one costs more than most tests.</summary>
internal sealed class PostgresStore : ILedgerStore
{
    private static readonly Lazy<Task<PostgresDatabase>> Shared = new(async () => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
    private static readonly ConcurrentBag<string> Emptied = [];
    private static readonly string[] Tables = ["tasks", "task_states", "task_counts", "edges", "events", "agents", "queues", "settings", "operations", "experiences", "experience_tags", "experience_counts", "experience_minutes", "documents"];
    private readonly bool _shared;
    private readonly string _schema;
    private NpgsqlDataSource _source;
    private PostgresLedger _ledger;

    private PostgresStore(bool shared, string schema, PostgresOptions options, NpgsqlDataSource source, PostgresLedger ledger) =>
        (_shared, _schema, Options, _source, _ledger) = (shared, schema, options, source, ledger);

    public PostgresOptions Options { get; }

    public ILedger Ledger => _ledger;

    public ILedgerRetention Retention => _ledger;

    /// <summary>Opens one on an empty schema.</summary>
    public static async Task<PostgresStore> CreateAsync(PostgresDatabase? database = null)
    {
        var shared = database is null;
        database ??= await Shared.Value;
        if (!shared || !Emptied.TryTake(out var schema))
        {
            schema = $"s{Guid.NewGuid():N}";
            await ExecuteAsync(database.ConnectionString, $"CREATE SCHEMA {schema}");
        }
        var options = new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = schema }.ConnectionString };
        var (source, ledger) = await OpenAsync(options);
        return new(shared, schema, options, source, ledger);
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
        await ReadableAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (!_shared) { return; }
        await ExecuteAsync(Options.ConnectionString, string.Concat(Tables.Select(table => $"DELETE FROM {table};")) + "UPDATE event_horizon SET seq = 0");
        Emptied.Add(_schema);
    }

    /// <summary>A new process does not know what was written before it, and reads events behind the oldest transaction of the whole database, in which other tests and the server's vacuum are at work.</summary>
    private async Task ReadableAsync()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(30);
        await using var command = _source.CreateCommand("SELECT coalesce((SELECT max(seq) FROM events) < event_frontier(), true)");
        while (!(bool)(await command.ExecuteScalarAsync())!)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < until, "the events of the ledger cannot be read");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
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
