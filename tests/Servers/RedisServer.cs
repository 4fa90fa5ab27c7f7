using System.Net.Sockets;
using NexusActors.Servers.Hosts;
using StackExchange.Redis;

namespace NexusActors.Servers;

/// <summary>
/// A real Redis. A connection string (StackExchange's form) in <c>NEXUS_TEST_REDIS</c> gives a shared one; otherwise it is private, keeps what it holds when it
/// is killed or stopped, and starts within a tenth of a second. Each test takes a numbered database of its own from <see cref="CreateDatabaseAsync"/>.
/// </summary>
public sealed class RedisServer : DataServer
{
    /// <summary>In a database that is taken: who took it. Goes with a flush, so it also expires.</summary>
    private const string Claim = "nexus:test:claim";
    private static readonly TimeSpan ClaimLife = TimeSpan.FromHours(1);
    private static readonly Lazy<Task<RedisServer>> s_shared = new(() => StartAsync());
    private readonly ConfigurationOptions _options;
    private int _next;

    private RedisServer(IServerHost host, string? given) : base(host)
    {
        _options = given is null ? new() { EndPoints = { { host.Address, host.Port } }, Password = host.Password } : ConfigurationOptions.Parse(given);
        ConnectionString = _options.ToString(includePassword: true);
    }

    /// <summary>Connects to its first database, or the one that the given connection string names.</summary>
    public string ConnectionString { get; }

    /// <summary>One server for all tests of this process. Do not dispose it: it ends with the process. What harms it takes <see cref="StartPrivateAsync"/>.</summary>
    public static Task<RedisServer> SharedAsync() => s_shared.Value;

    /// <summary>The server that the environment gives, else a private one.</summary>
    /// <exception cref="InvalidOperationException">There is none to be had; says what to run.</exception>
    public static Task<RedisServer> StartAsync(CancellationToken cancellation = default) =>
        ServerSource.Given(ServerProduct.Redis) is { } given ? UseAsync(given, cancellation) : StartPrivateAsync(cancellation: cancellation);

    /// <summary>A server of the caller's own, to be killed, stopped, paused and emptied, whatever the environment gives.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is none to be had; says what to run.</exception>
    public static async Task<RedisServer> StartPrivateAsync(string address = "127.0.0.1", CancellationToken cancellation = default) =>
        await StartAsync(new RedisServer(await ServerSource.FindAsync(ServerProduct.Redis, address, parent: null, cancellation), given: null), cancellation);

    /// <summary>A server that others use too.</summary>
    internal static Task<RedisServer> UseAsync(string given, CancellationToken cancellation = default) =>
        StartAsync(new RedisServer(new GivenHost(ServerProduct.Redis), given), cancellation);

    /// <summary>An empty database with a number of its own. On a shared server it is marked as taken with a key in it. Disposing empties it.</summary>
    /// <exception cref="InvalidOperationException">All databases of the server are in use.</exception>
    public async Task<RedisDatabase> CreateDatabaseAsync()
    {
        await using var connection = await ConnectAsync();
        var count = connection.GetServers()[0].DatabaseCount;
        for (var i = 0; i < count; i++)
        {
            // A private server has its numbers handed out in turn, so that a flush of all frees none of them.
            var number = IsPrivate ? Interlocked.Increment(ref _next) % count : i;
            if (IsPrivate ? await SizeAsync(connection, number) == 0 : await ClaimAsync(connection, number)) { return new(this, number); }
        }
        throw new InvalidOperationException($"All {count} databases of this Redis are in use.");
    }

    /// <summary>From now on, until it is started again, a write is answered when it is on disk; otherwise a second may be lost.</summary>
    /// <exception cref="InvalidOperationException">The server is shared.</exception>
    public async Task SyncEveryWriteAsync()
    {
        if (!IsPrivate) { throw new InvalidOperationException($"The server in {ServerProduct.Redis.Variable} is shared: its settings are not ours to change."); }
        await using var connection = await ConnectAsync();
        await connection.GetServers()[0].ConfigSetAsync("appendfsync", "always");
    }

    /// <summary>FLUSHALL: every database is empty then.</summary>
    /// <exception cref="InvalidOperationException">The server is shared.</exception>
    public async Task FlushAllAsync()
    {
        if (!IsPrivate) { throw new InvalidOperationException($"The server in {ServerProduct.Redis.Variable} is shared: empty a database of your own instead."); }
        await using var connection = await ConnectAsync();
        await connection.GetDatabase().ExecuteAsync("FLUSHALL");
    }

    /// <summary>The connection string with that database number.</summary>
    internal string ConnectionTo(int number)
    {
        var options = _options.Clone();
        options.DefaultDatabase = number;
        return options.ToString(includePassword: true);
    }

    /// <summary>Empties it, and keeps it taken or not.</summary>
    internal async Task FlushAsync(int number, bool keep)
    {
        if (!IsRunning) { return; }
        await using var connection = await ConnectAsync();
        await connection.GetDatabase(number).ExecuteAsync("FLUSHDB");
        if (keep && !IsPrivate) { await ClaimAsync(connection, number); }
    }

    private protected override async Task<Exception?> ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            // The client takes seconds to find out that nobody listens; a socket knows at once.
            using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)) { await socket.ConnectAsync(_options.EndPoints[0], cancellation); }
            await using var connection = await ConnectAsync();
            await connection.GetDatabase().PingAsync();
            return null;
        }
        catch (Exception refused) when (refused is SocketException or RedisException or TimeoutException)
        {
            return refused;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = _options.Clone();
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.AllowAdmin = true;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static async Task<bool> ClaimAsync(ConnectionMultiplexer connection, int number) =>
        await SizeAsync(connection, number) == 0 && await connection.GetDatabase(number).StringSetAsync(Claim, Environment.ProcessId, ClaimLife, When.NotExists);

    private static async Task<long> SizeAsync(ConnectionMultiplexer connection, int number) => (long)await connection.GetDatabase(number).ExecuteAsync("DBSIZE");
}
