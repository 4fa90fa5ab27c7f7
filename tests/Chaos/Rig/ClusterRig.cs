using System.Collections.Immutable;
using NexusActors.Chaos.Load;
using NexusActors.Chaos.Rig.Network;
using NexusActors.Servers;
using NexusActors.Servers.Hosts;

namespace NexusActors.Chaos.Rig;

/// <summary>PostgreSQL, Redis, three silos and two gateways on this machine, each a process that can be harmed.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    public const int SiloCount = 3, GatewayCount = 2;
    private const string Loopback = "127.0.0.1";
    private readonly Dictionary<int, ProcessSlot> _byPort = [];

    private ClusterRig(ClusterNetwork network, DataDisk? disk, PostgresServer postgres, RedisServer redis, PostgresDatabase database) =>
        (Network, Disk, Postgres, Redis, Database) = (network, disk, postgres, redis, database);

    public ClusterNetwork Network { get; }

    /// <summary>That of PostgreSQL, where the run is isolated.</summary>
    public DataDisk? Disk { get; }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public PostgresDatabase Database { get; }

    public ImmutableArray<ProcessSlot> Silos { get; private set; } = [];

    public ImmutableArray<ProcessSlot> Gateways { get; private set; } = [];

    /// <summary>Where the gateways serve the coordinator.</summary>
    public GatewayPool Pool { get; private set; } = new([]);

    public IEnumerable<ProcessSlot> Processes => Silos.Concat(Gateways);

    /// <summary>Ends of silos and gateways that nobody planned.</summary>
    public IEnumerable<UnplannedEnd> Unplanned => Processes.SelectMany(process => process.Unplanned);

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <param name="folder">For logs.</param>
    /// <param name="leaseTime">How long a lease lasts.</param>
    /// <param name="time">Clock of the run.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ClusterRig> StartAsync(string folder, TimeSpan leaseTime, Timeline time, CancellationToken cancellation)
    {
        var network = await ClusterNetwork.LayAsync(SiloCount);
        var disk = Isolation.IsEntered ? await DataDisk.MountAsync(folder) : null;
        var postgres = await PostgresServer.StartPrivateAsync(network.ServerAddress, disk?.Folder, cancellation);
        var redis = await RedisServer.StartPrivateAsync(network.ServerAddress, cancellation);
        var rig = new ClusterRig(network, disk, postgres, redis, await postgres.CreateDatabaseAsync(cancellation));
        try
        {
            await rig.LaunchAsync(folder, leaseTime, time, cancellation);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every process is ready.</summary>
    public Task ReadyAsync(CancellationToken cancellation) => Task.WhenAll(Processes.Select(process => process.ReadyAsync(cancellation)));

    /// <summary>The link of a silo.</summary>
    public SiloLink LinkOf(ProcessSlot silo) => Network.Links[Silos.IndexOf(silo)];

    /// <summary>The links of all others.</summary>
    public IEnumerable<SiloLink> LinksBeside(ProcessSlot silo) => Network.Links.Where(link => link != LinkOf(silo));

    /// <summary>Which silo has that port for its peers.</summary>
    public string SiloOn(int port) => _byPort.TryGetValue(port, out var silo) ? silo.Name : $"port {port}";

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Gateways.Concat(Silos)) { await process.DisposeAsync(); }
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        if (Disk is not null) { await Disk.DisposeAsync(); }
    }

    private async Task LaunchAsync(string folder, TimeSpan leaseTime, Timeline time, CancellationToken cancellation)
    {
        var environment = new Dictionary<string, string>
        {
            ["Nexus__Mode"] = "Cluster",
            ["Nexus__Postgres__ConnectionString"] = Database.ConnectionString,
            ["Nexus__Redis__ConnectionString"] = Redis.ConnectionString,
        };
        Silos = [.. Enumerable.Range(0, SiloCount).Select(i =>
        {
            var address = Network.AddressOf(i);
            var (silo, gateway, operations) = (FreePort.Take(Loopback), FreePort.Take(Loopback), FreePort.Take(Loopback));
            return _byPort[silo] = new($"silo-{i + 1}", BuildFacts.Silo, folder, Network.EnterOf(i), new($"http://{address}:{operations}/"),
                [$"--Nexus:Silo:AdvertisedAddress={address}", $"--Nexus:Silo:SiloPort={silo}", $"--Nexus:Silo:GatewayPort={gateway}", $"--Nexus:Silo:OperationsPort={operations}", $"--Nexus:Coordination:LeaseTime={leaseTime:c}"], environment, time);
        })];
        Pool = new([.. Enumerable.Range(0, GatewayCount).Select(_ => new Uri($"http://{Loopback}:{FreePort.Take(Loopback)}/"))]);
        Gateways = [.. Pool.Addresses.Select((address, i) => new ProcessSlot($"gateway-{i + 1}", BuildFacts.Gateway, folder, [], address,
            [$"--Nexus:Gateway:CoordinationPort={address.Port}", "--Nexus:Gateway:LearningPort=0", "--Nexus:Gateway:OptimizationPort=0"], environment, time))];
        foreach (var process in Processes) { process.Start(); }
        await ReadyAsync(cancellation);
    }
}
