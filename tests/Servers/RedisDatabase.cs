namespace NexusActors.Servers;

/// <summary>A numbered database of one test. Disposing empties it and gives it back.</summary>
public sealed class RedisDatabase : IAsyncDisposable
{
    private readonly RedisServer _server;

    internal RedisDatabase(RedisServer server, int number)
    {
        (_server, Number) = (server, number);
        ConnectionString = server.ConnectionTo(number);
    }

    /// <summary>Its number on the server.</summary>
    public int Number { get; }

    /// <summary>Connects to it (StackExchange's form).</summary>
    public string ConnectionString { get; }

    /// <summary>Takes everything out of it.</summary>
    public Task FlushAsync() => _server.FlushAsync(Number, keep: true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.FlushAsync(Number, keep: false);
}
