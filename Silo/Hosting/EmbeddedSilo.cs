using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Clustering;
using Orleans.Configuration;

namespace NexusActors.Hosting;

/// <summary>The one silo of embedded mode: a cluster of itself on loopback.</summary>
internal static class EmbeddedSilo
{
    /// <summary>
    /// Adds it. Load shedding stays off: it refuses Orleans clients when the CPU is busy, and here callers come over HTTP, where limits are kept by the gateway.
    /// </summary>
    public static void AddEmbeddedSilo(this WebApplicationBuilder builder) => builder.UseOrleans(silo =>
    {
        silo.Services.AddOptions<EndpointOptions>().Configure<IOptions<SiloOptions>>((endpoint, settings) =>
        {
            endpoint.AdvertisedIPAddress = IPAddress.Loopback;
            endpoint.SiloPort = settings.Value.SiloPort != 0 ? settings.Value.SiloPort : ListenPorts.ChooseFree();
            endpoint.GatewayPort = settings.Value.GatewayPort;
        });
        silo.UseDevelopmentClustering(membership => membership.Configure<IOptions<EndpointOptions>>((development, endpoint) =>
            development.PrimarySiloEndpoint = new(IPAddress.Loopback, endpoint.Value.SiloPort)));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("embedded", "nexus"));
        silo.Services.AddOptions<SiloMessagingOptions>().Configure<IOptions<SiloOptions>>((messaging, settings) =>
        {
            messaging.ResponseTimeout = settings.Value.ResponseTimeout;
            // A caller that hangs up on a wait still learns what the wait brought, and can give it back.
            messaging.WaitForCancellationAcknowledgement = true;
            // Without a port for Orleans clients there is nobody to tell of the end, and nothing to wait for.
            if (settings.Value.GatewayPort == 0) { messaging.ClientGatewayShutdownNotificationTimeout = TimeSpan.Zero; }
        });
        silo.Services.AddOptions<GrainCollectionOptions>().Configure<IOptions<SiloOptions>>((collection, settings) =>
        {
            collection.CollectionAge = settings.Value.IdleGrainAge;
            collection.CollectionQuantum = settings.Value.IdleGrainAge / 4;
        });
        // Before the provider of Orleans: the first that knows a name is asked no further.
        silo.Services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, InterfaceNames>());
        silo.AddMemoryGrainStorageAsDefault();
    });
}
