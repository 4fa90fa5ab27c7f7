using Microsoft.Extensions.Options;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>What a process with a silo has in either mode.</summary>
internal static class SiloBasics
{
    /// <summary>Adds the settings of the process, its log and its time to stop.</summary>
    public static void AddSiloBasics(this WebApplicationBuilder builder)
    {
        builder.AddConsoleLog(services => services.GetRequiredService<IOptions<SiloOptions>>().Value.LogFormat);
        builder.Services.AddOptions<SiloOptions>().BindConfiguration(SiloOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<SiloOptions>, SiloOptionsFieldValidator>();
        builder.Services.AddSingleton<IValidateOptions<SiloOptions>, SiloOptionsValidator>();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<SiloOptions>>((host, silo) => host.ShutdownTimeout = silo.Value.ShutdownTimeout);
    }

    /// <summary>Makes readiness depend on the life of the process and on the ledger taking writes.</summary>
    public static void AddLedgerChecks(this IServiceCollection services)
    {
        services.AddSingleton<LedgerReadiness>();
        services.AddHealthChecks()
            .AddCheck<Readiness>("process", tags: [OperationsEndpoints.ReadyTag])
            .AddCheck<LedgerReadiness>("ledger", tags: [OperationsEndpoints.ReadyTag]);
    }
}
