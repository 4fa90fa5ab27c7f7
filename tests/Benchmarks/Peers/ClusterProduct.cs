using NexusActors.Servers;
using Npgsql;

namespace NexusActors.Benchmarks;

/// <summary>Silos and one gateway as processes, on a PostgreSQL and a Redis of their own.</summary>
internal sealed class ClusterProduct : Product
{
    private readonly PostgresServer _postgres;
    private readonly PostgresDatabase _database;
    private readonly RedisServer _redis;
    private readonly string _folder;
    private readonly int[] _ports = ServerProcess.FreePorts(3);
    private readonly int[][] _siloPorts;
    private ServerProcess[] _silos = [];
    private ServerProcess _gateway;

    public ClusterProduct(Settings settings)
    {
        _folder = Directory.CreateDirectory(Path.Combine(settings.Scratch, $"nexus-bench-{Guid.NewGuid():N}")).FullName;
        _postgres = PostgresServer.StartPrivateAsync().GetAwaiter().GetResult();
        _database = _postgres.CreateDatabaseAsync().GetAwaiter().GetResult();
        _redis = RedisServer.StartPrivateAsync().GetAwaiter().GetResult();
        _siloPorts = [.. ServerProcess.FreePorts(3 + (3 * settings.Silos)).Skip(3).Chunk(3)];
        _gateway = Launch();
    }

    public override Uri Coordination => new($"http://127.0.0.1:{_ports[0]}/");

    public override Uri Learning => new($"http://127.0.0.1:{_ports[1]}/");

    public override TimeSpan Cpu => Processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Cpu);

    public override TimeSpan? DatabaseCpu => _postgres.Cpu + _redis.Cpu;

    public override long Resident => Processes.Sum(process => process.Resident);

    public override TimeSpan Age => Processes.Max(process => process.Age);

    public override long StoredBytes
    {
        get
        {
            using var connection = new NpgsqlConnection(_database.ConnectionString);
            connection.Open();
            using var command = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
            return (long)command.ExecuteScalar()!;
        }
    }

    protected override IEnumerable<Uri> Metrics => _siloPorts.Select(ports => new Uri($"http://127.0.0.1:{ports[2]}/"));

    private IEnumerable<ServerProcess> Processes => [.. _silos, _gateway];

    public override TimeSpan Restart(bool kill)
    {
        foreach (var process in Processes.Reverse())
        {
            process.End(kill);
            process.Dispose();
        }
        _gateway = Launch();
        return Age;
    }

    public override void Dispose()
    {
        foreach (var process in Processes) { process.Dispose(); }
        _redis.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Launch()
    {
        string[] shared = ["--Nexus:Mode=Cluster", $"--Nexus:Postgres:ConnectionString={_database.ConnectionString}", $"--Nexus:Redis:ConnectionString={_redis.ConnectionString}"];
        _silos =
        [
            .. _siloPorts.Select(ports => ServerProcess.Start(
                BuildFacts.SiloAssembly,
                [.. shared, $"--Nexus:Silo:SiloPort={ports[0]}", $"--Nexus:Silo:GatewayPort={ports[1]}", $"--Nexus:Silo:OperationsPort={ports[2]}"],
                _folder,
                new Uri($"http://127.0.0.1:{ports[2]}/readyz"))),
        ];
        return ServerProcess.Start(
            BuildFacts.GatewayAssembly,
            [$"--Nexus:Postgres:ConnectionString={_database.ConnectionString}", $"--Nexus:Gateway:CoordinationPort={_ports[0]}", $"--Nexus:Gateway:LearningPort={_ports[1]}", $"--Nexus:Gateway:OptimizationPort={_ports[2]}"],
            _folder,
            new Uri(Coordination, "readyz"));
    }
}
