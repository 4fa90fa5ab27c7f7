using System.Reflection;

namespace NexusActors.Chaos;

/// <summary>Where things were built.</summary>
internal static class BuildFacts
{
    public static string Silo { get; } = Of("SiloAssembly");

    public static string Gateway { get; } = Of("GatewayAssembly");

    public static string Repository { get; } = Path.GetFullPath(Of("Repository"));

    private static string Of(string key) => typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value!;
}
