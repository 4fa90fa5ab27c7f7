using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Http;
using NexusActors.Learning;
using NexusActors.Ledger;
using NexusActors.Ledger.Sqlite;
using NexusActors.Optimization;

namespace NexusActors.Hosting;

/// <summary>The whole of embedded mode as one application: ledger, silo and gateway in this process.</summary>
internal static class EmbeddedHost
{
    /// <summary>Builds it and checks its settings; nothing is opened or listens before it starts.</summary>
    /// <param name="args">Settings as on the command line.</param>
    /// <param name="configure">Changes what is being built, after everything was added.</param>
    /// <exception cref="StartupException">Settings are wrong; says all that are.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null) => Build(CommandLine.Parse(args), configure);

    /// <inheritdoc cref="Build(string[], Action{WebApplicationBuilder}?)"/>
    public static WebApplication Build(CommandLine line, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ProcessHost.Create(line, typeof(EmbeddedHost).Assembly);
        builder.AddSiloBasics();
        // Started in this order and stopped in the reverse one: HTTP (which the web host adds last), rooms, silo; the ledger closes with the container.
        builder.Services.AddFacts();
        builder.Services.AddHostedService<FaultLog>();
        builder.Services.AddHostedService<HttpDrain>();
        builder.AddEmbeddedSilo();
        builder.Services.AddRooms();
        builder.AddNexusGateway();
        configure?.Invoke(builder);

        builder.RefuseFaults(line, SiloSettings.Catalog);
        var app = builder.Build();
        app.MapNexusGateway();
        return app;
    }

    private static void AddFacts(this IServiceCollection services)
    {
        services.AddOptions<SqliteLedgerOptions>().Configure<IOptions<SiloOptions>>((ledger, silo) => ledger.Path = Path.Combine(Path.GetFullPath(silo.Value.DataFolder), "nexus.db"));
        services.AddSqliteLedger();
        services.AddRetention();
        services.AddLedgerChecks();
    }

    private static void AddRooms(this IServiceCollection services)
    {
        services.AddCoordination();
        services.AddLearning();
        // The disk to watch is the one with the facts, unless settings say otherwise.
        services.AddOptions<OptimizationOptions>().Configure<IOptions<SiloOptions>>((machine, silo) => machine.DiskPath = Path.GetFullPath(silo.Value.DataFolder));
        services.AddOptimization();
    }
}
