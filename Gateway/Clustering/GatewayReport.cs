using Microsoft.Extensions.Options;
using NexusActors.Hosting;
using NexusActors.Http;

namespace NexusActors.Clustering;

/// <summary>Says where a gateway is, once it has reached its cluster.</summary>
internal static partial class GatewayReport
{
    /// <summary>Writes it as text, or as one entry of the log where that is JSON.</summary>
    public static void Write(WebApplication app, TextWriter output)
    {
        var gateway = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var cluster = app.Services.GetRequiredService<IOptions<ClusteringOptions>>().Value.ClusterId;
        var served = ServedApi.All(gateway).Select(api => (api.Title, Address: api.AddressOn(gateway))).ToArray();
        if (app.Services.GetRequiredService<IOptions<GatewayProcessOptions>>().Value.LogFormat == LogFormat.Json)
        {
            Ready(app.Logger, ProductVersion.Text, cluster, string.Join(' ', served.Select(api => api.Address)));
            return;
        }
        output.WriteLine($"NexusActors {ProductVersion.Text}, gateway of cluster {cluster}");
        foreach (var (title, address) in served) { output.WriteLine($"  {title,-24} {address}   reference {address}docs"); }
        output.WriteLine("Ready. Ctrl+C stops.");
    }

    [LoggerMessage(1, LogLevel.Information, "NexusActors {Version}, gateway of cluster {Cluster}, is ready at {Addresses}")]
    private static partial void Ready(ILogger log, string version, string cluster, string addresses);
}
