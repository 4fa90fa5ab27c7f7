using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using NexusActors.Ledger.Postgres;
using Npgsql;
using Orleans.Configuration;

namespace NexusActors.Clustering;

/// <summary>
/// Looks each second whether the database answers and whether this silo is still on the cluster's list, over a connection of its own, so that a busy pool is not taken for a lost database.
/// The same look keeps this silo's clock with the database's. What follows is <see cref="DatabaseFence"/>'s to say. No lease is given meanwhile in any case: each is committed before it is given.
/// </summary>
internal sealed class DatabaseWatchdog(
    IServiceProvider services, IOptions<PostgresOptions> postgres, IOptions<ClusterOptions> cluster, ProcessEnd end, IHostApplicationLifetime lifetime, DatabaseClock clock, TimeProvider time, ILogger<DatabaseWatchdog> log) : BackgroundService, IHealthCheck
{
    private const string RowSql = $"SELECT {DatabaseClock.Reading}, (SELECT status FROM cluster_member WHERE cluster_id = $1 AND address = $2 AND port = $3 AND generation = $4)";
    private const int DeadStatus = 6;
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(postgres.Value.ConnectionString)
    {
        ApplicationName = "nexus-watchdog",
        Pooling = false,
        Timeout = 1,
        CommandTimeout = 1,
        // Do not ask a server that does not answer to stop answering.
        CancellationTimeout = -1,
    }.ConnectionString;

    private volatile DatabaseFence _fence = new(0, time.GetUtcNow());
    private NpgsqlConnection? _connection;
    private bool _listed;
    private Witness _said;

    /// <summary>Whether the database answered a moment ago.</summary>
    public bool HasDatabase => _fence.HasDatabase(time.GetUtcNow());

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _fence.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"the database has not answered {_fence.Failures} times in a row"));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A silo that stops takes itself off the list.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await StartedAsync(ends.Token);
            _fence = new(0, time.GetUtcNow());
            using var timer = new PeriodicTimer(DatabaseFence.Period, time);
            while (await timer.WaitForNextTickAsync(ends.Token)) { await LookAsync(ends.Token); }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var before = _fence;
        try
        {
            var reading = ReadRowAsync(cancellation);
            reading.Ignore();
            var status = await reading.WaitAsync(LookPatience, time, cancellation);
            _listed |= status is not null;
            _fence = before.Saw(time.GetUtcNow(), evicted: status == DeadStatus || (status is null && _listed));
            if (!before.IsReady) { DatabaseWatchdogLog.IsBack(log, before.Failures); }
        }
        catch (Exception lost) when (lost is NpgsqlException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException or IOException && !cancellation.IsCancellationRequested)
        {
            Disconnect();
            _fence = before.Missed();
            if (_fence.Failures == DatabaseFence.FailuresMax) { DatabaseWatchdogLog.NotReady(log, lost, _fence.Failures); }
        }
        var peers = _fence.MustAsk(time.GetUtcNow()) ? await services.GetRequiredService<Witnesses>().AskAsync() : Witness.None;
        if (peers != _said && peers != Witness.None) { DatabaseWatchdogLog.PeersSay(log, peers); }
        _said = peers;
        switch (_fence.Judge(time.GetUtcNow(), peers))
        {
            case FenceVerdict.Leave: end.Leave($"This silo has not reached the database for {DatabaseFence.AskAfter.TotalSeconds:F0} s and more, and others of the cluster have it: it ends, so that they take over its work."); break;
            case FenceVerdict.Fall when _fence.Evicted: end.Fall("The cluster counts this silo as dead: it ends at once."); break;
            case FenceVerdict.Fall: end.Fall($"This silo has reached neither the database nor any other silo for {DatabaseFence.FallAfter.TotalSeconds:F0} s: it ends at once."); break;
        }
    }

    // Orleans may note its own status between two looks; what is asked for is the row alone, so that it costs one read by key.
    private async Task<int?> ReadRowAsync(CancellationToken cancellation)
    {
        var connection = _connection;
        if (connection is null)
        {
            connection = new NpgsqlConnection(_connectionString);
            _connection = connection;
            await connection.OpenAsync(cancellation);
        }
        var self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        await using var command = new NpgsqlCommand(RowSql, connection)
        {
            Parameters =
            {
                new() { Value = cluster.Value.ClusterId }, new() { Value = self.Endpoint.Address.ToString() }, new() { Value = self.Endpoint.Port }, new() { Value = self.Generation },
            },
        };
        var asked = clock.GetTimestamp();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        clock.Saw(asked, row.GetDateTime(0));
        return row.IsDBNull(1) ? null : row.GetInt32(1);
    }

    // Closing politely could wait for the server that does not answer.
    private void Disconnect()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } broken) { Task.Run(broken.Dispose).Ignore(); }
    }

    private async Task StartedAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellation);
    }
}

/// <summary>How the process ends by its own judgement.</summary>
/// <param name="Leave">With an exit code, without a clean stop: that needs the database.</param>
/// <param name="Fall">At once, as after a fault.</param>
internal sealed record ProcessEnd(Action<string> Leave, Action<string> Fall)
{
    /// <summary>The real ends. The reason goes to the error output itself, since the log may not be written any more.</summary>
    public static ProcessEnd Real { get; } = new(
        reason =>
        {
            Console.Error.WriteLine(reason);
            Environment.Exit(Hosting.ExitCode.LeftCluster);
        },
        Environment.FailFast);
}

internal static partial class DatabaseWatchdogLog
{
    [LoggerMessage(1, LogLevel.Error, "The database has not answered {Failures} times in a row; this silo is not ready")]
    public static partial void NotReady(ILogger log, Exception exception, int failures);

    [LoggerMessage(2, LogLevel.Warning, "The database is back after {Failures} looks that failed")]
    public static partial void IsBack(ILogger log, int failures);

    [LoggerMessage(3, LogLevel.Warning, "Asked whether they have the database, the other silos say: {Witness}")]
    public static partial void PeersSay(ILogger log, Witness witness);
}
