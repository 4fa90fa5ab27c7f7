using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Hosting;
using SiloOptions = NexusActors.Hosting.SiloOptions;

namespace NexusActors.Clustering;

/// <summary>Says where a silo of a cluster is, once it has joined.</summary>
internal static partial class ClusterReport
{
    /// <summary>Writes it as text, or as one entry of the log where that is JSON.</summary>
    public static void Write(WebApplication app, TextWriter output)
    {
        var silo = app.Services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var cluster = app.Services.GetRequiredService<IOptions<ClusteringOptions>>().Value.ClusterId;
        var address = IPAddress.Parse(silo.AdvertisedAddress);
        var (silos, gateways) = (new IPEndPoint(address, ClusterSilo.SiloPortOf(silo)), new IPEndPoint(address, ClusterSilo.GatewayPortOf(silo)));
        var operations = ClusterHost.Operations(silo)?.ToString() ?? "none";
        if (app.Services.GetRequiredService<LegacyEnvironment>().WithoutEffect is { Count: > 0 } idle) { WithoutEffect(app.Logger, string.Join(", ", idle)); }
        if (!IPAddress.IsLoopback(address)) { Reachable(app.Logger, address); }
        if (silo.LogFormat == LogFormat.Json)
        {
            Ready(app.Logger, ProductVersion.Text, cluster, silos, gateways, operations);
            return;
        }
        output.WriteLine($"NexusActors {ProductVersion.Text}, silo of cluster {cluster}");
        output.WriteLine($"  {"For other silos",-24} {silos}");
        output.WriteLine($"  {"For gateways",-24} {gateways}");
        output.WriteLine($"  {"Probes and metrics",-24} {operations}");
        output.WriteLine("Ready. Ctrl+C stops.");
    }

    [LoggerMessage(1, LogLevel.Information, "NexusActors {Version}, silo of cluster {Cluster}, is ready at {Silo} for silos, {Gateway} for gateways, {Operations} for probes and metrics")]
    private static partial void Ready(ILogger log, string version, string cluster, IPEndPoint silo, IPEndPoint gateway, string operations);

    [LoggerMessage(2, LogLevel.Information, "Set and accepted, but without effect in this version: {Variables}")]
    private static partial void WithoutEffect(ILogger log, string variables);

    [LoggerMessage(3, LogLevel.Warning, "The ports at {Address} can be reached from other machines and are neither encrypted nor authenticated: let only the silos and gateways of this cluster reach them")]
    private static partial void Reachable(ILogger log, IPAddress address);
}
