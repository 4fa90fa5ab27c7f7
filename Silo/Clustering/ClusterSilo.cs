using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Ledger.Postgres;
using Orleans.Configuration;
using StackExchange.Redis;
using SiloOptions = NexusActors.Hosting.SiloOptions;

namespace NexusActors.Clustering;

/// <summary>
/// One silo of many: membership in PostgreSQL, grain state that can be rebuilt in Redis. The times are measured together, so they are constants and no settings (docs/decisions/0009).
/// </summary>
internal static class ClusterSilo
{
    /// <summary>Name under which Orleans knows the driver of PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Ports where none are set: those of Orleans.</summary>
    public const int DefaultSiloPort = 11111, DefaultGatewayPort = 30000;

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5), SystemResponseTimeout = TimeSpan.FromSeconds(3), OpenConnectionTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The port for other silos.</summary>
    public static int SiloPortOf(SiloOptions silo) => silo.SiloPort != 0 ? silo.SiloPort : DefaultSiloPort;

    /// <summary>The port for gateways.</summary>
    public static int GatewayPortOf(SiloOptions silo) => silo.GatewayPort != 0 ? silo.GatewayPort : DefaultGatewayPort;

    /// <summary>Adds it.</summary>
    public static void AddClusterSilo(this WebApplicationBuilder builder) => builder.UseOrleans(silo =>
    {
        silo.Services.AddOptions<EndpointOptions>().Configure<IOptions<SiloOptions>>((endpoint, settings) =>
        {
            endpoint.AdvertisedIPAddress = IPAddress.Parse(settings.Value.AdvertisedAddress);
            endpoint.SiloPort = SiloPortOf(settings.Value);
            endpoint.GatewayPort = GatewayPortOf(settings.Value);
        });
        silo.Services.AddOptions<ClusterOptions>().Configure<IOptions<ClusteringOptions>>((cluster, settings) =>
            (cluster.ClusterId, cluster.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        silo.UseAdoNetClustering(membership => membership.Configure<IOptions<PostgresOptions>>((store, postgres) =>
            (store.Invariant, store.ConnectionString) = (Invariant, postgres.Value.ConnectionString)));
        silo.AddGrainState();
        silo.Configure<ClusterMembershipOptions>(FindTheDeadFast);
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = ResponseTimeout;
            // Calls of Orleans itself, such as to the directory of grains: one that got lost with its connection held up the first call to a grain for 30 s.
            messaging.SystemResponseTimeout = SystemResponseTimeout;
            // Left as it is: a silo that asks another on behalf of a third would wait for the acknowledgement of one that is silent, its answer would come too late to count, and nobody
            // would ever be voted dead. Grains give no tokens to each other; gateways, which hang up on waits, wait for the acknowledgement on their side.
            messaging.WaitForCancellationAcknowledgement = false;
        });
        silo.Configure<ConnectionOptions>(connection => connection.OpenConnectionTimeout = OpenConnectionTimeout);
        silo.Services.UseTcpTransport();
        silo.Configure<LoadSheddingOptions>(shedding => shedding.LoadSheddingEnabled = true);
        silo.Services.AddOptions<GrainCollectionOptions>().Configure<IOptions<SiloOptions>>((collection, settings) =>
        {
            collection.CollectionAge = settings.Value.IdleGrainAge;
            collection.CollectionQuantum = settings.Value.IdleGrainAge / 4;
            collection.EnableActivationSheddingOnMemoryPressure = true;
        });
        // Before the provider of Orleans: the first that knows a name is asked no further.
        silo.Services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, InterfaceNames>());
    });

    /// <summary>
    /// Short enough that a silent silo is out after some 3.5 s, long enough that a pause of 2.5 s evicts nobody (docs/reliability.md).
    /// </summary>
    private static void FindTheDeadFast(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
        // It also sizes how long a silo that doubts itself does not vote; unset it is four times the probe timeout.
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedProbesLimit = 3;
        membership.NumVotesForDeathDeclaration = 2;
        membership.EnableIndirectProbes = true;
        membership.EnableConnectionLivenessCheck = true;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        membership.NumMissedTableIAmAliveLimit = 3;
        membership.DefunctSiloExpiration = TimeSpan.FromHours(2);
    }

    // A Redis that is away at the start of a silo, or later, must not take the silo with it: what lies there can be rebuilt.
    private static void AddGrainState(this ISiloBuilder silo) => silo.AddRedisGrainStorageAsDefault(state => state.Configure<IOptions<RedisOptions>>((storage, redis) =>
    {
        storage.ConfigurationOptions = ConfigurationOptions.Parse(redis.Value.ConnectionString);
        storage.ConfigurationOptions.AbortOnConnectFail = false;
    }));
}
