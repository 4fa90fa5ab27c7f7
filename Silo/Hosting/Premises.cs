using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Http;
using NexusActors.Ledger;

namespace NexusActors.Hosting;

/// <summary>What the process needs of its machine, looked at together before anything starts: its ports free and its data to itself.</summary>
internal static class Premises
{
    /// <summary>Looks at everything.</summary>
    /// <exception cref="StartupException">Something is missing; says everything that is.</exception>
    public static void Check(IServiceProvider services)
    {
        var silo = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var gateway = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        ImmutableArray<string> faults = [.. TakenPorts(silo, gateway)];
        if ((DataFolder.FaultOf(silo.DataFolder) ?? LedgerFault(services)) is { } fault) { faults = faults.Add(fault); }
        if (!faults.IsEmpty) { throw new StartupException(faults); }
    }

    // The ledger opens when it is first asked for, and stays open.
    private static string? LedgerFault(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<ILedger>();
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or NexusException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static IEnumerable<string> TakenPorts(SiloOptions silo, GatewayOptions gateway)
    {
        var bind = IPAddress.Parse(gateway.BindAddress);
        (string Setting, IPAddress Address, int Port)[] ports =
        [
            ($"{GatewayOptions.Section}:{nameof(gateway.CoordinationPort)}", bind, gateway.CoordinationPort),
            ($"{GatewayOptions.Section}:{nameof(gateway.LearningPort)}", bind, gateway.LearningPort),
            ($"{GatewayOptions.Section}:{nameof(gateway.OptimizationPort)}", bind, gateway.OptimizationPort),
            ($"{SiloOptions.Section}:{nameof(silo.SiloPort)}", IPAddress.Loopback, silo.SiloPort),
            ($"{SiloOptions.Section}:{nameof(silo.GatewayPort)}", IPAddress.Loopback, silo.GatewayPort),
        ];
        return ports
            .Where(port => port.Port != 0 && ListenPorts.IsTaken(port.Address, port.Port))
            .Select(port => $"Port {port.Port} is taken by another program: stop it, or choose another with {port.Setting}.");
    }
}
