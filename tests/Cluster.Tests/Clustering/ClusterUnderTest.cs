using NexusActors.Processes;
using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>Silos and gateways as real processes on a real PostgreSQL and Redis, in a database of their own. Disposing ends them.</summary>
public sealed class ClusterUnderTest : IAsyncDisposable
{
    private readonly List<ProductProcess> _processes = [];
    private readonly PostgresDatabase _postgres;
    private readonly RedisDatabase _redis;

    private ClusterUnderTest(PostgresDatabase postgres, RedisDatabase redis) => (_postgres, _redis) = (postgres, redis);

    /// <summary>Where the processes are started.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nexus-cluster-").FullName;

    /// <summary>The database of the cluster.</summary>
    public string ConnectionString => _postgres.ConnectionString;

    /// <summary>An empty database for a cluster.</summary>
    public static async Task<ClusterUnderTest> CreateAsync(PostgresServer? postgres = null, RedisServer? redis = null)
    {
        postgres ??= await PostgresServer.SharedAsync();
        redis ??= await RedisServer.SharedAsync();
        return new(await postgres.CreateDatabaseAsync(), await redis.CreateDatabaseAsync());
    }

    /// <summary>Two silos and a gateway that were started at once and are ready.</summary>
    public static async Task<(ClusterUnderTest Cluster, ClusterSiloProcess[] Silos, GatewayProcess Gateway)> StartAsync(PostgresServer? postgres = null, RedisServer? redis = null)
    {
        var cluster = await CreateAsync(postgres, redis);
        try
        {
            ClusterSiloProcess[] silos = [cluster.LaunchSilo(), cluster.LaunchSilo()];
            var gateway = cluster.LaunchGateway();
            foreach (var silo in silos) { await silo.WaitReadyAsync(); }
            await gateway.WaitReadyAsync();
            return (cluster, silos, gateway);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo without waiting for anything.</summary>
    /// <param name="settings">More arguments; they win.</param>
    public ClusterSiloProcess LaunchSilo(params string[] settings) =>
        Added(ClusterSiloProcess.Launch(Folder, [$"--Nexus:Postgres:ConnectionString={ConnectionString}", $"--Nexus:Redis:ConnectionString={_redis.ConnectionString}", .. settings]));

    /// <summary>Starts a gateway without waiting for anything.</summary>
    /// <param name="settings">More arguments; they win.</param>
    public GatewayProcess LaunchGateway(params string[] settings) => Added(GatewayProcess.Launch(Folder, [$"--Nexus:Postgres:ConnectionString={ConnectionString}", .. settings]));

    /// <summary>The status of each silo that the cluster knows, by its port: 3 is active, 6 dead.</summary>
    public async Task<IReadOnlyDictionary<int, int>> MembersAsync()
    {
        var members = new Dictionary<int, int>();
        await using var database = NpgsqlDataSource.Create(ConnectionString);
        await using var command = database.CreateCommand("SELECT port, status FROM cluster_member");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) { members.Add(reader.GetInt32(0), reader.GetInt32(1)); }
        return members;
    }

    /// <summary>Waits until it holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string what, TimeSpan? limit = null)
    {
        using var ends = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            Assert.False(ends.IsCancellationRequested, $"not in time: {what}\n{Output}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Everything that all of them have printed.</summary>
    public string Output => string.Join("\n----\n", _processes.Select(process => process.Output));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) { await process.DisposeAsync(); }
        await _postgres.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private T Added<T>(T process) where T : ProductProcess
    {
        _processes.Add(process);
        return process;
    }
}
