using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Registration of the ledger in PostgreSQL.</summary>
internal static class PostgresLedgerHosting
{
    /// <summary>
    /// Adds the ledger in the database that <c>Nexus:Postgres</c> names. It is opened before any service of the host starts and closed with the container, after all of them.
    /// </summary>
    public static IServiceCollection AddPostgresLedger(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<PostgresOptions>().BindConfiguration(PostgresOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsFieldValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());
        services.TryAddSingleton(_ => new DatabaseClock(TimeProvider.System));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LedgerMetrics>();
        services.AddMetrics();
        services.TryAddSingleton(provider => Source(provider.GetRequiredService<IOptions<PostgresOptions>>().Value, provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton<OpenLedger>();
        services.TryAddSingleton(provider => provider.GetRequiredService<OpenLedger>().Ledger);
        services.TryAddSingleton<ILedger>(provider => provider.GetRequiredService<PostgresLedger>());
        services.TryAddSingleton<ILedgerRetention>(provider => provider.GetRequiredService<PostgresLedger>());
        services.AddHostedService(provider => provider.GetRequiredService<OpenLedger>());
        services.AddHostedService<EventPartitions>();
        return services;
    }

    /// <summary>Opens the ledger ahead of the host, whose services ask for it while they are made: connects, and brings the schema up to date.</summary>
    public static Task OpenPostgresLedgerAsync(this IServiceProvider services, CancellationToken cancellation = default) => services.GetRequiredService<OpenLedger>().OpenAsync(cancellation);

    /// <summary>
    /// How long this process may be silent within a transaction before the server takes it back. A process that stands still there holds rows that all others write, such as the counts of
    /// tasks: shorter than it takes to find out that it is dead, longer than a pause after which it goes on.
    /// </summary>
    private static readonly TimeSpan StandstillMax = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the server may hear nothing over a connection before it asks whether somebody is there; after three seconds more without an answer it gives the connection up. A client that has given it up on its side, while
    /// no packet came through, would otherwise hold its rows for hours: a server that waits for the rest of a batch is active, not idle in a transaction, and no limit of statements counts then.
    /// </summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Every statement of the ledger finds its rows by key. The server keeps the plans of prepared statements; one that it made while a table was small would read the whole of it, or of an index,
    /// long after it has grown. Compiling a plan costs more than running one of these.
    /// </summary>
    private const string ByKey = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <summary>The pool of connections of this process.</summary>
    public static NpgsqlDataSource Source(PostgresOptions options, ILoggerFactory? logs)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "nexus",
            MaxPoolSize = options.ConnectionsMax,
            Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds),
            // Longer than the server's own limit, which ends the statement there too.
            CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 2,
            // A server that does not answer is not asked to stop answering: that would hold a thread until there is a connection for it.
            CancellationTimeout = -1,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            TcpKeepAlive = true,
            IncludeErrorDetail = false,
        };
        var limit = (long)options.StatementTimeout.TotalMilliseconds;
        var silence = (int)SilenceMax.TotalSeconds;
        text.Options = $"{text.Options} -c statement_timeout={limit} -c lock_timeout={limit} -c idle_in_transaction_session_timeout={(long)StandstillMax.TotalMilliseconds} -c tcp_keepalives_idle={silence} -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout={silence * 1000} {ByKey}".Trim();
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        if (logs is not null) { builder.UseLoggerFactory(logs); }
        builder.UsePhysicalConnectionInitializer(PostgresSocket.SetUserTimeout, connection =>
        {
            PostgresSocket.SetUserTimeout(connection);
            return Task.CompletedTask;
        });
        return builder.Build();
    }

    /// <summary>Opens the ledger before other hosted services start, so that a server that does not answer stops the start with its own message.</summary>
    private sealed class OpenLedger(NpgsqlDataSource source, IOptions<PostgresOptions> options, DatabaseClock clock, TimeProvider time, LedgerMetrics metrics, ILogger<PostgresLedger> logger) : IHostedLifecycleService
    {
        private PostgresLedger? _ledger;

        public PostgresLedger Ledger => _ledger ?? throw new InvalidOperationException("The ledger is asked for before the host has started.");

        public async Task OpenAsync(CancellationToken cancellationToken)
        {
            if (_ledger is not null) { return; }
            try { await clock.LookAsync(source, cancellationToken); }
            catch (Exception failure) when (PostgresFault.IsOfDatabase(failure)) { throw PostgresFault.AtStart(failure); }
            _ledger = await PostgresLedger.OpenAsync(source, options.Value, time, metrics, logger, cancellationToken);
        }

        public Task StartingAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
