using Microsoft.Extensions.Options;
using NexusActors.Hosting;
using NexusActors.Http;

namespace NexusActors.Clustering;

/// <summary>The gateway as a process of its own: HTTP on one side, a cluster of silos on the other, nothing kept in between. As many may run as are wanted.</summary>
internal static class GatewayHost
{
    /// <summary>How the program is called.</summary>
    public static string Usage { get; } = $"""
        NexusActors {ProductVersion.Text}: a gateway to a cluster of silos. It serves coordinator (8070), learning engine (8071) and optimizer (8072), or those whose port is not 0.
        Everything in one process without servers: dotnet run --project Silo

        Usage:
          dotnet run --project Gateway -- --Nexus:Postgres:ConnectionString=…    start; Ctrl+C stops
        """;

    /// <summary>Sections of the silo, which may stand in the same environment.</summary>
    private static readonly string[] SiloSections = ["Nexus:Silo", "Nexus:Coordination", "Nexus:Learning", "Nexus:Optimization", "Nexus:Ledger", "Nexus:Postgres", "Nexus:Redis"];

    /// <summary>All settings of a gateway.</summary>
    public static SettingsCatalog Catalog { get; } = new(
        [.. SettingsCatalog.SectionsOf(typeof(GatewayHost).Assembly), (MembershipStore.SharedSection, typeof(MembershipStore))], [.. SiloSections]);

    /// <summary>Builds it and checks its settings; nothing listens before it starts.</summary>
    /// <param name="line">The command line.</param>
    /// <exception cref="StartupException">Settings are wrong; says all that are.</exception>
    public static WebApplication Build(CommandLine line)
    {
        var builder = ProcessHost.Create(line, typeof(GatewayHost).Assembly, HostingMode.Cluster);
        builder.AddConsoleLog(services => services.GetRequiredService<IOptions<GatewayProcessOptions>>().Value.LogFormat);
        builder.Services.AddGatewaySettings();
        builder.Services.AddSingleton(RemoteCalls.OverNetwork);
        builder.Services.AddHealthChecks()
            .AddCheck<Readiness>("process", tags: [OperationsEndpoints.ReadyTag])
            .AddCheck<ClusterReadiness>("cluster", tags: [OperationsEndpoints.ReadyTag]);
        builder.Services.AddHostedService<FaultLog>();
        builder.Services.AddHostedService<HttpDrain>();
        builder.AddClusterClient();
        builder.AddNexusGateway();

        builder.RefuseFaults(line, Catalog);
        var app = builder.Build();
        app.Use(RefuseUntilConnected);
        app.MapNexusGateway();
        return app;
    }

    /// <summary>Looks at its ports.</summary>
    /// <exception cref="StartupException">Ports are taken; says all that are.</exception>
    public static Task CheckPremisesAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var taken = ListenPorts.Taken(services.GetRequiredService<IOptions<GatewayOptions>>().Value).ToArray();
        return taken.Length == 0 ? Task.CompletedTask : Task.FromException(new StartupException([.. taken]));
    }

    private static void AddGatewaySettings(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ProcessOptions>, ClusterOnly>();
        services.AddOptions<ClusteringOptions>().BindConfiguration(ClusteringOptions.Section);
        services.AddSingleton<IValidateOptions<ClusteringOptions>, ClusteringOptionsFieldValidator>();
        services.AddOptions<GatewayProcessOptions>().BindConfiguration(GatewayProcessOptions.Section);
        services.AddSingleton<IValidateOptions<GatewayProcessOptions>, GatewayProcessOptionsFieldValidator>();
        services.AddOptions<MembershipStore>().BindConfiguration(MembershipStore.SharedSection);
        services.AddSingleton<IValidateOptions<MembershipStore>, MembershipStoreFieldValidator>();
        // Probes answer while the cluster is looked for: what waits for silos must not look dead.
        services.AddOptions<HostOptions>().Configure<IOptions<GatewayProcessOptions>>((host, process) =>
            (host.ServicesStartConcurrently, host.ShutdownTimeout) = (true, process.Value.ShutdownTimeout));
    }

    // Before the first silo has answered nobody knows what grains there are.
    private static RequestDelegate RefuseUntilConnected(RequestDelegate next)
    {
        string[] always = ["/health", "/healthz", "/readyz", "/metrics", "/docs", "/openapi"];
        return http =>
        {
            var process = http.RequestServices.GetRequiredService<IHostApplicationLifetime>();
            if (process.ApplicationStarted.IsCancellationRequested || always.Any(path => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))) { return next(http); }
            var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            return ProblemWriter.WriteAsync(http, Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "this gateway has not reached the cluster yet; try again", now) with { RetryAfter = RefusalHandler.RetryAfter });
        };
    }

    private sealed class ClusterOnly : IValidateOptions<ProcessOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProcessOptions options) => options.Mode == HostingMode.Cluster
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(options.Mode)}: a gateway on its own belongs to a cluster; for everything in one process start the silo instead: dotnet run --project Silo");
    }
}
