using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace NexusActors.Clustering;

/// <summary>The way from a service to the silos: they are found in the database of the cluster, called with short times, and called again where that is harmless.</summary>
public static class NexusClientServices
{
    // A call to a silo that has died answers nothing until its time is over: the shorter, the sooner it is repeated elsewhere. Measured with the times of the silos (docs/decisions/0009).
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(2), OpenConnectionTimeout = TimeSpan.FromSeconds(2), GatewayListRefreshPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Adds a client of the cluster that the configuration names: <c>Nexus:Cluster:ClusterId</c>, <c>Nexus:Cluster:ServiceId</c> and <c>Nexus:Postgres:ConnectionString</c>, as silos and gateways read them.</summary>
    /// <inheritdoc cref="AddNexusClient(IServiceCollection, Action{NexusClientOptions})" path="/remarks"/>
    /// <param name="services">Those of the service.</param>
    /// <param name="configuration">Its configuration, from the root.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddNexusClient(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddClient().Bind(configuration.GetSection(NexusClientOptions.ClusterSection)).Bind(configuration.GetSection(NexusClientOptions.DatabaseSection));
        return services;
    }

    /// <summary>Adds a client of the cluster that the code names.</summary>
    /// <remarks>
    /// Gives <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>. The host connects at its start and asks again each second until a silo answers, so what starts after it can call grains at once.
    /// Calls that a silo did not answer within 2 s (longer where the method says so) are made again, at most three times within 8 s, if a repeat has the effect of one; otherwise they end in <see cref="TimeoutException"/> or <see cref="OrleansException"/>,
    /// and may have had their effect. A refusal is a <see cref="Errors.NexusException"/>, and is never repeated.
    /// Settings that are missing or wrong stop the start with <see cref="OptionsValidationException"/>. A second call changes settings alone.
    /// </remarks>
    /// <param name="services">Those of the service.</param>
    /// <param name="configure">Sets which cluster.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddNexusClient(this IServiceCollection services, Action<NexusClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddClient().Configure(configure);
        return services;
    }

    private static OptionsBuilder<NexusClientOptions> AddClient(this IServiceCollection services)
    {
        if (services.All(service => service.ImplementationType != typeof(NexusClientOptionsFieldValidator)))
        {
            services.AddSingleton<IValidateOptions<NexusClientOptions>, NexusClientOptionsFieldValidator>();
            services.AddSingleton<IValidateOptions<NexusClientOptions>, NexusClientDatabaseValidator>();
            services.TryAddSingleton(TimeProvider.System);
            services.AddOrleansClient(Configure);
        }
        return services.AddOptionsWithValidateOnStart<NexusClientOptions>();
    }

    private static void Configure(IClientBuilder client)
    {
        client.Services.AddOptions<ClusterOptions>().Configure<IOptions<NexusClientOptions>>((cluster, settings) =>
            (cluster.ClusterId, cluster.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        client.UseAdoNetClustering(gateways => gateways.Configure<IOptions<NexusClientOptions>>((store, settings) =>
            (store.Invariant, store.ConnectionString) = ("Npgsql", settings.Value.ConnectionString)));
        client.Configure<ClientMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = ResponseTimeout;
            // A caller that gives up a wait still learns what the wait brought, and can give it back.
            messaging.WaitForCancellationAcknowledgement = true;
        });
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayListRefreshPeriod);
        client.Configure<ConnectionOptions>(connection => connection.OpenConnectionTimeout = OpenConnectionTimeout);
        client.Services.UseTcpTransport();
        client.UseConnectionRetryFilter<UntilASiloAnswers>();
        client.Services.AddSingleton<IOutgoingGrainCallFilter>(services =>
            new CallRepetition(services.GetRequiredService<TimeProvider>(), Chance, services.GetRequiredService<ILogger<CallRepetition>>()));
        // Before the provider of Orleans: the first that knows a name is asked no further.
        client.Services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, InterfaceNames>());
    }

    // Asked by many calls at once.
    private static double Chance()
    {
        const int Steps = 1 << 20;
        return RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
    }
}

/// <summary>A connection string that cannot be read would be found out by the first look for silos, again and again.</summary>
internal sealed class NexusClientDatabaseValidator : IValidateOptions<NexusClientOptions>
{
    public ValidateOptionsResult Validate(string? name, NexusClientOptions options)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException)
        {
            // Without the text: it may hold a password.
            return ValidateOptionsResult.Fail($"{nameof(options.ConnectionString)}: is not a connection string of PostgreSQL (Host=…;Database=…;Username=…;Password=…)");
        }
    }
}
