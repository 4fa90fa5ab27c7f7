using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Hosting;
using NexusActors.Http;
using NexusActors.Learning;
using NexusActors.Ledger;
using NexusActors.Ledger.Postgres;
using NexusActors.Optimization;

namespace NexusActors.Clustering;

/// <summary>One silo of a cluster as a process of its own. It serves grains to gateways and other silos, and over HTTP only its probes and metrics.</summary>
internal static class ClusterHost
{
    /// <summary>Builds it and checks its settings; nothing is opened or listens before it starts.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="configure">Changes what is being built, after everything was added.</param>
    /// <exception cref="StartupException">Settings are wrong; says all that are.</exception>
    public static WebApplication Build(CommandLine line, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ProcessHost.Create(line, typeof(ClusterHost).Assembly);
        builder.AddSiloBasics();
        builder.Services.AddClusterSettings();
        // Started in this order and stopped in the reverse one: probes and metrics (which the web host adds last), rooms, silo; the ledger closes with the container.
        builder.Services.AddPostgresLedger();
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>()));
        builder.Services.AddRetention();
        builder.Services.Replace(ServiceDescriptor.Singleton<IRetentionTurn, AdvisoryTurn>());
        builder.Services.AddLedgerChecks();
        builder.Services.AddHostedService<FaultLog>();
        builder.AddClusterSilo();
        builder.Services.AddWatchdog();
        builder.Services.AddRooms();
        builder.AddOperations();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<SiloOptions>>(Listen);
        configure?.Invoke(builder);

        builder.RefuseFaults(line, SiloSettings.Catalog);
        var app = builder.Build();
        app.MapOperationsAlone();
        return app;
    }

    /// <summary>Where its probes and metrics are; null where it has no port for them.</summary>
    public static Uri? Operations(SiloOptions silo) => silo.OperationsPort == 0 ? null : ServedAddress.Of(silo.AdvertisedAddress, silo.OperationsPort);

    private static void AddClusterSettings(this IServiceCollection services)
    {
        services.AddOptions<ClusteringOptions>().BindConfiguration(ClusteringOptions.Section);
        services.AddSingleton<IValidateOptions<ClusteringOptions>, ClusteringOptionsFieldValidator>();
        services.AddOptions<RedisOptions>().BindConfiguration(RedisOptions.Section);
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsFieldValidator>();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
    }

    private static void AddWatchdog(this IServiceCollection services)
    {
        services.AddSingleton(ProcessEnd.Real);
        services.AddSingleton<Witnesses>();
        services.AddSingleton<DatabaseWatchdog>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseWatchdog>());
        services.AddGrainService<WitnessService>();
        services.AddHealthChecks().AddCheck<DatabaseWatchdog>("database", tags: [OperationsEndpoints.ReadyTag]);
    }

    private static void AddRooms(this IServiceCollection services)
    {
        services.AddCoordination();
        services.AddLearning();
        services.AddOptimization();
        // Silos that share a machine must not feed one target twice over.
        services.AddOptions<OptimizationOptions>().PostConfigure<IOptions<SiloOptions>>((machine, silo) => machine.Instance ??= $"{Environment.MachineName}:{ClusterSilo.SiloPortOf(silo.Value)}");
    }

    private static void Listen(KestrelServerOptions kestrel, IOptions<SiloOptions> silo)
    {
        kestrel.AddServerHeader = false;
        var address = IPAddress.Parse(silo.Value.AdvertisedAddress);
        // Kestrel takes a default port where it is given none: a free one on loopback that nobody is told of serves nobody.
        if (silo.Value.OperationsPort != 0) { kestrel.Listen(address, silo.Value.OperationsPort); }
        else { kestrel.Listen(IPAddress.Loopback, 0); }
    }
}
