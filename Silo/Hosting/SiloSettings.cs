using NexusActors.Coordination;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>What can be set in a silo's process, in either mode.</summary>
internal static class SiloSettings
{
    /// <summary>How the program is called.</summary>
    public static string Usage { get; } = $"""
        NexusActors {ProductVersion.Text}: coordinator (8070), learning engine (8071) and optimizer (8072) in one process, or one silo of a cluster.

        Usage:
          dotnet run --project Silo                                  start; Ctrl+C stops
          dotnet run --project Silo -- --Nexus:Silo:DataFolder=/var/lib/nexus
          dotnet run --project Silo -- --Nexus:Mode=Cluster          one silo of a cluster; its gateways: dotnet run --project Gateway
        """;

    /// <summary>All settings of silo, gateway and rooms.</summary>
    public static SettingsCatalog Catalog { get; } = new(SettingsCatalog.SectionsOf(typeof(SiloOptions).Assembly, typeof(GatewayOptions).Assembly, typeof(CoordinationOptions).Assembly));
}
