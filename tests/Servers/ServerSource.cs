using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using DotNet.Testcontainers.Builders;
using NexusActors.Servers.Hosts;

namespace NexusActors.Servers;

/// <summary>Decides where a server comes from.</summary>
internal static class ServerSource
{
    private static readonly string Repository =
        Path.GetFullPath(typeof(ServerSource).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "Repository").Value!);

    /// <summary>The host of a private server that is not started yet.</summary>
    /// <param name="product">Which server.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="parent">Where to make the folder of its data; null: among temporary files.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is none to be had; says what to run.</exception>
    public static async Task<IServerHost> FindAsync(ServerProduct product, string address, string? parent, CancellationToken cancellation)
    {
        if (await InstallAsync(product, cancellation) is not { } complaint) { return new PrivateHost(product, address, NewPassword(), Script("private-server"), parent); }
        try
        {
            return new ContainerHost(product, NewPassword());
        }
        catch (DockerUnavailableException unavailable)
        {
            throw new InvalidOperationException(
                $"These tests need a real server, {product.Name}.\n{complaint}\nOr give one in {product.Variable}, or start a container engine ({unavailable.Message.Split('\n')[0]}).", unavailable);
        }
    }

    /// <summary>The connection string in the environment; null when there is none.</summary>
    public static string? Given(ServerProduct product) => Environment.GetEnvironmentVariable(product.Variable) is { Length: > 0 } given ? given : null;

    /// <summary>Installs the server where it is missing.</summary>
    /// <returns>Why there is none; null when there is.</returns>
    private static async Task<string?> InstallAsync(ServerProduct product, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux()) { return "On this system tests do not run servers by themselves."; }
        try
        {
            using var script = Process.Start(new ProcessStartInfo(Script("install-servers"), [product.Name]) { RedirectStandardError = true })!;
            var said = await script.StandardError.ReadToEndAsync(cancellation);
            await script.WaitForExitAsync(cancellation);
            return script.ExitCode == 0 ? null : said.Trim();
        }
        catch (Win32Exception missing)
        {
            return missing.Message;
        }
    }

    private static string Script(string name) => Path.Combine(Repository, "scripts", name);

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
