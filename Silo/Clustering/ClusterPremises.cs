using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Hosting;
using NexusActors.Ledger.Postgres;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>What a silo of a cluster needs of its machine, looked at together before anything starts: its ports free, and the database of the cluster there and up to date.</summary>
internal static partial class ClusterPremises
{
    private static readonly TimeSpan PauseLeast = TimeSpan.FromMilliseconds(500), PauseMost = TimeSpan.FromSeconds(5);

    /// <summary>Looks at everything.</summary>
    /// <exception cref="StartupException">Something is missing; says everything that is.</exception>
    public static async Task CheckAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var silo = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var address = IPAddress.Parse(silo.AdvertisedAddress);
        (string Setting, int Port)[] ports =
        [
            (nameof(silo.SiloPort), ClusterSilo.SiloPortOf(silo)),
            (nameof(silo.GatewayPort), ClusterSilo.GatewayPortOf(silo)),
            (nameof(silo.OperationsPort), silo.OperationsPort),
        ];
        ImmutableArray<string> faults =
        [.. from port in ports
            where port.Port != 0 && ListenPorts.IsTaken(address, port.Port)
            select $"Port {port.Port} of {address} cannot be used: another program has it, or the address is not of this machine. Choose another with {SiloOptions.Section}:{port.Setting} or {SiloOptions.Section}:{nameof(silo.AdvertisedAddress)}."];
        if (!faults.IsEmpty) { throw new StartupException(faults); }
        try
        {
            await OpenLedgerAsync(services, cancellation);
        }
        catch (Exception fault) when (fault is InvalidOperationException or NpgsqlException)
        {
            throw new StartupException([$"{PostgresOptions.Section}:{nameof(PostgresOptions.ConnectionString)} = (secret): {fault.Message}"]);
        }
    }

    /// <summary>Waits for a database that does not answer, as those expect who start everything at once. Nothing of the silo listens meanwhile, so that nobody takes it for ready. What only a person can mend is not waited for.</summary>
    private static async Task OpenLedgerAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var (time, log) = (services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ClusterPremises)));
        for (var pause = PauseLeast; ; pause = pause * 2 < PauseMost ? pause * 2 : PauseMost)
        {
            try
            {
                await services.OpenPostgresLedgerAsync(cancellation);
                return;
            }
            catch (NexusException away) when (away.Error == NexusError.StorageUnavailable)
            {
                DatabaseAway(log, pause, away.Message);
            }
            await Task.Delay(pause, time, cancellation);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "This silo waits for its database, and looks again in {Pause}: {Why}")]
    private static partial void DatabaseAway(ILogger log, TimeSpan pause, string why);
}
