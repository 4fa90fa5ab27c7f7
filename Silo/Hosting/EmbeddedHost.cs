using System.Collections.Immutable;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;
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
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. line.Settings],
            ApplicationName = typeof(EmbeddedHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var legacy = new LegacyEnvironment(Environment.GetEnvironmentVariable);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = HostDefaults.Values });
        builder.Configuration.Sources.Insert(1, legacy);
        builder.AddConsoleLog();

        builder.Services.AddSingleton(legacy);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProcessOptions();
        // Started in this order and stopped in the reverse one: HTTP (which the web host adds last), rooms, silo; the ledger closes with the container.
        builder.Services.AddFacts();
        builder.Services.AddHostedService<FaultLog>();
        builder.Services.AddHostedService<HttpDrain>();
        builder.AddEmbeddedSilo();
        builder.Services.AddRooms();
        builder.AddNexusGateway();
        configure?.Invoke(builder);

        builder.RefuseFaults(line, legacy);
        var app = builder.Build();
        app.MapNexusGateway();
        return app;
    }

    /// <summary>Starts it.</summary>
    /// <returns>Whether it runs; false when it was asked to stop before it was ready.</returns>
    /// <exception cref="StartupException">The machine does not give what it needs; says everything that is missing.</exception>
    public static async Task<bool> StartUnlessStoppedAsync(this WebApplication app)
    {
        Premises.Check(app.Services);
        try
        {
            await app.StartAsync();
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
    }

    // Options are asked for as soon as the application is built, by the log to begin with: they are checked before, in a container of their own.
    private static void RefuseFaults(this WebApplicationBuilder builder, CommandLine line, LegacyEnvironment legacy)
    {
        using var services = builder.Services.BuildServiceProvider();
        ImmutableArray<string> faults = [.. line.Faults, .. new SettingsCheck(builder.Configuration, legacy, services).Faults()];
        if (!faults.IsEmpty) { throw new StartupException(faults); }
    }

    private static void AddProcessOptions(this IServiceCollection services)
    {
        services.AddOptions<ProcessOptions>().BindConfiguration(ProcessOptions.Section);
        services.AddSingleton<IValidateOptions<ProcessOptions>, ProcessOptionsValidator>();
        services.AddOptions<SiloOptions>().BindConfiguration(SiloOptions.Section);
        services.AddSingleton<IValidateOptions<SiloOptions>, SiloOptionsFieldValidator>();
        services.AddSingleton<IValidateOptions<SiloOptions>, SiloOptionsValidator>();
        services.AddOptions<HostOptions>().Configure<IOptions<SiloOptions>>((host, silo) => host.ShutdownTimeout = silo.Value.ShutdownTimeout);
    }

    private static void AddFacts(this IServiceCollection services)
    {
        services.AddOptions<SqliteLedgerOptions>().Configure<IOptions<SiloOptions>>((ledger, silo) => ledger.Path = Path.Combine(Path.GetFullPath(silo.Value.DataFolder), "nexus.db"));
        services.AddSqliteLedger();
        services.AddRetention();
        services.AddSingleton<LedgerReadiness>();
        services.AddHealthChecks()
            .AddCheck<Readiness>("process", tags: [OperationsEndpoints.ReadyTag])
            .AddCheck<LedgerReadiness>("ledger", tags: [OperationsEndpoints.ReadyTag]);
    }

    private static void AddRooms(this IServiceCollection services)
    {
        services.AddCoordination();
        services.AddLearning();
        // The disk to watch is the one with the facts, unless settings say otherwise.
        services.AddOptions<OptimizationOptions>().Configure<IOptions<SiloOptions>>((machine, silo) => machine.DiskPath = Path.GetFullPath(silo.Value.DataFolder));
        services.AddOptimization();
    }

    private static void AddConsoleLog(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders().AddConsole();
        builder.Services.AddOptions<ConsoleLoggerOptions>().Configure<IOptions<SiloOptions>>((console, silo) =>
            console.FormatterName = silo.Value.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple);
        builder.Services.Configure<SimpleConsoleFormatterOptions>(text =>
            (text.SingleLine, text.TimestampFormat, text.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.Services.Configure<JsonConsoleFormatterOptions>(json =>
            (json.TimestampFormat, json.UseUtcTimestamp, json.IncludeScopes) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true, true));
    }
}
