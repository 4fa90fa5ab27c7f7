namespace NexusActors.Chaos.Rig;

/// <summary>The command that runs programs of .NET.</summary>
internal static class Dotnet
{
    public static string Path { get; } = System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
