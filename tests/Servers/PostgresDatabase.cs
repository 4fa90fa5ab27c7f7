namespace NexusActors.Servers;

/// <summary>A database of one test. Disposing drops it, whoever is still connected.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;

    internal PostgresDatabase(PostgresServer server, string name, string connectionString) => (_server, Name, ConnectionString) = (server, name, connectionString);

    /// <summary>Its name on the server.</summary>
    public string Name { get; }

    /// <summary>Connects to it as its owner.</summary>
    public string ConnectionString { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.DropAsync(this);
}
