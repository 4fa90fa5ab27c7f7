using Microsoft.Extensions.Options;

namespace NexusActors.Clustering;

/// <summary>The gateway's way to the silos: that of every service of the cluster, with the gateway's settings.</summary>
internal static class ClusterClient
{
    /// <summary>Adds it.</summary>
    public static void AddClusterClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddNexusClient(_ => { });
        builder.Services.AddOptions<NexusClientOptions>().Configure<IOptions<ClusteringOptions>, IOptions<MembershipStore>>((client, cluster, store) =>
            (client.ClusterId, client.ServiceId, client.ConnectionString) = (cluster.Value.ClusterId, cluster.Value.ServiceId, store.Value.ConnectionString));
    }
}
