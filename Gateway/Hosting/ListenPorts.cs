using System.Net;
using System.Net.Sockets;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>Looks at ports of this machine before something listens on them.</summary>
internal static class ListenPorts
{
    // Below the ranges from which operating systems take ports for outgoing connections, so that nothing takes one between the look and the use.
    private const int FirstPort = 20_000, Ports = 12_000;
    private static int s_next = Environment.ProcessId * 7 % Ports;

    /// <summary>Whether something listens on it already, or it may not be used.</summary>
    public static bool IsTaken(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>One line for each port of a gateway that is taken.</summary>
    public static IEnumerable<string> Taken(GatewayOptions gateway) => Taken(IPAddress.Parse(gateway.BindAddress),
        ($"{GatewayOptions.Section}:{nameof(gateway.CoordinationPort)}", gateway.CoordinationPort),
        ($"{GatewayOptions.Section}:{nameof(gateway.LearningPort)}", gateway.LearningPort),
        ($"{GatewayOptions.Section}:{nameof(gateway.OptimizationPort)}", gateway.OptimizationPort));

    /// <summary>One line for each of the ports that is taken; 0 is none.</summary>
    public static IEnumerable<string> Taken(IPAddress address, params IEnumerable<(string Setting, int Port)> ports) => ports
        .Where(port => port.Port != 0 && IsTaken(address, port.Port))
        .Select(port => $"Port {port.Port} is taken by another program: stop it, or choose another with {port.Setting}.");

    /// <summary>A free port on loopback, never the same twice in this process. Processes start their search at different places.</summary>
    /// <exception cref="StartupException">There is none.</exception>
    public static int ChooseFree()
    {
        for (var tries = 0; tries < Ports; tries++)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_next) & int.MaxValue) % Ports;
            if (!IsTaken(IPAddress.Loopback, port)) { return port; }
        }
        throw new StartupException([$"No port from {FirstPort} to {FirstPort + Ports - 1} is free on loopback. Name one as Nexus:Silo:SiloPort."]);
    }
}
