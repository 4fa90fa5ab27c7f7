using System.Security.Cryptography;
using NexusActors.Servers.Hosts;
using Npgsql;

namespace NexusActors.Servers;

/// <summary>
/// A real PostgreSQL. A connection string in <c>NEXUS_TEST_POSTGRES</c> gives a shared one (its user must be allowed to create databases); otherwise it is
/// private, with <c>fsync</c> and <c>synchronous_commit</c> on, text sorted by language rather than by bytes, and starts in about a second.
/// Each test takes a database of its own from <see cref="CreateDatabaseAsync"/>.
/// </summary>
public sealed class PostgresServer : DataServer
{
    private static readonly Lazy<Task<PostgresServer>> s_shared = new(() => StartAsync());
    private readonly string _plain;

    private PostgresServer(IServerHost host, string? given) : base(host)
    {
        AdminConnectionString = given ?? Connection(host, "postgres", "postgres");
        _plain = given ?? Connection(host, "nexus", "nexus");
    }

    /// <summary>Connects as superuser to a private server; as whom the connection string says to one that was given.</summary>
    public string AdminConnectionString { get; }

    /// <summary>One server for all tests of this process. Do not dispose it: it ends with the process. What harms it takes <see cref="StartPrivateAsync"/>.</summary>
    public static Task<PostgresServer> SharedAsync() => s_shared.Value;

    /// <summary>The server that the environment gives, else a private one.</summary>
    /// <exception cref="InvalidOperationException">There is none to be had; says what to run.</exception>
    public static Task<PostgresServer> StartAsync(CancellationToken cancellation = default) =>
        ServerSource.Given(ServerProduct.Postgres) is { } given ? UseAsync(given, cancellation) : StartPrivateAsync(cancellation: cancellation);

    /// <summary>A server of the caller's own, to be killed, stopped and paused, whatever the environment gives.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="parent">Where to make the folder of its data; null: among temporary files.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is none to be had; says what to run.</exception>
    public static async Task<PostgresServer> StartPrivateAsync(string address = "127.0.0.1", string? parent = null, CancellationToken cancellation = default) =>
        await StartAsync(new PostgresServer(await ServerSource.FindAsync(ServerProduct.Postgres, address, parent, cancellation), given: null), cancellation);

    /// <summary>A server that others use too.</summary>
    internal static Task<PostgresServer> UseAsync(string given, CancellationToken cancellation = default) =>
        StartAsync(new PostgresServer(new GivenHost(ServerProduct.Postgres), given), cancellation);

    /// <summary>A new, empty database, whose owner is a plain user of the server. Disposing drops it.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync(CancellationToken cancellation = default)
    {
        var name = "nexus_" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        await RunAsync($"CREATE DATABASE {name}", cancellation);
        return new(this, name, new NpgsqlConnectionStringBuilder(_plain) { Database = name, Pooling = true }.ConnectionString);
    }

    /// <summary>Cuts the connections and drops it; where the server is gone, so is the database.</summary>
    internal async Task DropAsync(PostgresDatabase database)
    {
        using (var connection = new NpgsqlConnection(database.ConnectionString)) { NpgsqlConnection.ClearPool(connection); }
        if (!IsRunning) { return; }
        try
        {
            await RunAsync(AdminConnectionString, $"DROP DATABASE IF EXISTS {database.Name} WITH (FORCE)", CancellationToken.None);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // A vacuum of the server's own is at work in it, which a plain user of a given server may not end; without FORCE the server ends it.
            await RunAsync(AdminConnectionString, $"DROP DATABASE IF EXISTS {database.Name}", CancellationToken.None);
        }
    }

    private protected override async Task<Exception?> ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            await RunAsync("SELECT 1", cancellation);
            return null;
        }
        catch (NpgsqlException refused)
        {
            return refused;
        }
    }

    private Task RunAsync(string statement, CancellationToken cancellation) => RunAsync(_plain, statement, cancellation);

    private static async Task RunAsync(string server, string statement, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Connection(IServerHost host, string user, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = host.Address,
        Port = host.Port,
        Username = user,
        Password = host.Password,
        Database = database,
        Pooling = false,
    }.ConnectionString;
}
