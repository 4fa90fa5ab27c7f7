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
    public static Task CheckAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var silo = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var gateway = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        ImmutableArray<string> faults =
        [
            .. ListenPorts.Taken(gateway),
            .. ListenPorts.Taken(IPAddress.Loopback, ($"{SiloOptions.Section}:{nameof(silo.SiloPort)}", silo.SiloPort), ($"{SiloOptions.Section}:{nameof(silo.GatewayPort)}", silo.GatewayPort)),
        ];
        if ((DataFolder.FaultOf(silo.DataFolder) ?? LedgerFault(services)) is { } fault) { faults = faults.Add(fault); }
        return faults.IsEmpty ? Task.CompletedTask : Task.FromException(new StartupException(faults));
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
}
