using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Registration of the embedded ledger.</summary>
internal static class SqliteLedgerHosting
{
    /// <summary>
    /// Adds the ledger in a SQLite file, set by <c>Nexus:Ledger</c> and then by <paramref name="configure"/>. It is opened before any service of the host starts
    /// and closed with the container, after all of them.
    /// </summary>
    public static IServiceCollection AddSqliteLedger(this IServiceCollection services, Action<SqliteLedgerOptions>? configure = null)
    {
        var options = services.AddOptionsWithValidateOnStart<SqliteLedgerOptions>().BindConfiguration(SqliteLedgerOptions.Section);
        if (configure is not null) { options.Configure(configure); }
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteLedgerOptions>, SqliteLedgerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LedgerMetrics>();
        services.AddMetrics();
        services.TryAddSingleton(provider => SqliteLedger.Open(
            provider.GetRequiredService<IOptions<SqliteLedgerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<LedgerMetrics>(),
            provider.GetRequiredService<ILogger<SqliteLedger>>()));
        services.TryAddSingleton<ILedger>(provider => provider.GetRequiredService<SqliteLedger>());
        services.TryAddSingleton<ILedgerRetention>(provider => provider.GetRequiredService<SqliteLedger>());
        services.AddHostedService<OpenFirst>();
        return services;
    }

    /// <summary>Opens the ledger before other hosted services start, so that a folder in use or a broken file stops the start with its own message.</summary>
    private sealed class OpenFirst(IServiceProvider provider) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            _ = provider.GetRequiredService<ILedger>();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
