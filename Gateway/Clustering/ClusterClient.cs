using Microsoft.Extensions.Options;
using NexusActors.Hosting;
using Orleans.Configuration;
using OrleansGatewayOptions = Orleans.Configuration.GatewayOptions;

namespace NexusActors.Clustering;

/// <summary>The gateway's way to the silos: found in the database of the cluster, called with short times and repeated where that is harmless. The times are measured together (docs/decisions/0009).</summary>
internal static partial class ClusterClient
{
    // A call to a silo that has died answers nothing until its time is over: the shorter, the sooner it is repeated elsewhere.
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(2), OpenConnectionTimeout = TimeSpan.FromSeconds(2), GatewayListRefreshPeriod = TimeSpan.FromSeconds(2);

    /// <summary>Adds it.</summary>
    public static void AddClusterClient(this WebApplicationBuilder builder) => builder.UseOrleansClient(client =>
    {
        client.Services.AddOptions<ClusterOptions>().Configure<IOptions<ClusteringOptions>>((cluster, settings) =>
            (cluster.ClusterId, cluster.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        client.UseAdoNetClustering(gateways => gateways.Configure<IOptions<MembershipStore>>((store, settings) =>
            (store.Invariant, store.ConnectionString) = ("Npgsql", settings.Value.ConnectionString)));
        client.Configure<ClientMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = ResponseTimeout;
            // A caller that hangs up on a wait still learns what the wait brought, and can give it back.
            messaging.WaitForCancellationAcknowledgement = true;
        });
        client.Configure<OrleansGatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayListRefreshPeriod);
        client.Configure<ConnectionOptions>(connection => connection.OpenConnectionTimeout = OpenConnectionTimeout);
        // Before the provider of Orleans: the first that knows a name is asked no further.
        client.Services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, InterfaceNames>());
        client.UseConnectionRetryFilter<UntilASiloAnswers>();
        client.Services.AddSingleton<IOutgoingGrainCallFilter>(services =>
            new CallRepetition(services.GetRequiredService<TimeProvider>(), new Random().NextDouble, services.GetRequiredService<ILogger<CallRepetition>>()));
    });

    /// <summary>Asks again each second until a silo answers or the process stops: gateways may be started before silos, and before the database.</summary>
    internal sealed partial class UntilASiloAnswers(TimeProvider time, ILogger<UntilASiloAnswers> log) : IClientConnectionRetryFilter
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
        private const int TriesPerLogEntry = 15;
        private int _tries;

        /// <inheritdoc/>
        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            if (_tries++ % TriesPerLogEntry == 0) { Waits(exception.Message); }
            await Task.Delay(Pause, time, cancellationToken);
            return true;
        }

        [LoggerMessage(1, LogLevel.Warning, "No silo of the cluster answers yet; asking again each second: {Reason}")]
        private partial void Waits(string reason);
    }
}
