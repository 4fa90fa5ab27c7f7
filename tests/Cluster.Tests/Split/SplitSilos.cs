using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NexusActors.Coordination;
using NexusActors.Learning;
using NexusActors.Ledger;
using NexusActors.Ledger.Postgres;
using NexusActors.Servers;
using Npgsql;
using Orleans.TestingHost;

namespace NexusActors.Split;

/// <summary>
/// Two silos of the product on one PostgreSQL that know nothing of each other: each has a directory of its own, so every grain may have an activation in both. This is what a directory that has
/// come apart looks like.
/// </summary>
internal sealed class SplitSilos : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly OpenedLedger[] _ledgers;
    private readonly InProcessTestCluster[] _sides;

    private SplitSilos(PostgresDatabase database, OpenedLedger[] ledgers, InProcessTestCluster[] sides) => (_database, _ledgers, _sides) = (database, ledgers, sides);

    public const int Sides = 2;

    public string ConnectionString => _database.ConnectionString;

    /// <summary>The facts, as one of the sides reads them.</summary>
    public ILedger Ledger => _ledgers[0].Ledger;

    /// <summary>How the ledger decided between the sides.</summary>
    public IEnumerable<RefereedLedger> Referees => _ledgers.Select(one => one.Referee);

    /// <summary>Finds the grains of one side.</summary>
    public IGrainFactory Grains(int side) => _sides[side].Client;

    public static async Task<SplitSilos> StartAsync(int seed)
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var (sides, ledgers) = (new InProcessTestCluster[Sides], new OpenedLedger[Sides]);
        for (var i = 0; i < Sides; i++)
        {
            var chance = seed + i;
            // Opened before the silo: its services ask for it while they are made.
            var ledger = ledgers[i] = await OpenAsync(database.ConnectionString);
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSiloHost((_, host) =>
            {
                host.Logging.ClearProviders();
                host.Services.AddSingleton(ledger.Watched);
                host.Services.Configure<CoordinationOptions>(options => options.Seed = chance);
            });
            builder.ConfigureSilo((_, silo) =>
            {
                silo.AddMemoryGrainStorageAsDefault();
                silo.Services.AddCoordination();
                silo.Services.AddLearning();
            });
            sides[i] = builder.Build();
            await sides[i].DeployAsync();
        }
        return new(database, ledgers, sides);
    }

    /// <summary>Makes both activations of a queue anew, so that both have everything in memory that is on disk now; both are alive afterwards.</summary>
    public async Task<QueueView[]> LoadBothAsync(string queue)
    {
        var views = new QueueView[Sides];
        for (var i = 0; i < Sides; i++)
        {
            var grain = Grains(i).GetGrain<IQueueGrain>(queue);
            if (_sides[i].TryGetGrainContext(grain.GetGrainId(), out _)) { await _sides[i].DeactivateAsync(grain); }
        }
        for (var i = 0; i < Sides; i++) { views[i] = (await Grains(i).GetGrain<IQueueGrain>(queue).GetAsync())!; }
        Assert.All(_sides, side => Assert.True(side.TryGetGrainContext(side.Client.GetGrain<IQueueGrain>(queue).GetGrainId(), out _), "the queue has no activation here"));
        return views;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in _sides) { await side.DisposeAsync(); }
        foreach (var (source, ledger, _, _) in _ledgers)
        {
            await ledger.DisposeAsync();
            await source.DisposeAsync();
        }
        await _database.DisposeAsync();
    }

    private static async Task<OpenedLedger> OpenAsync(string connectionString)
    {
        var options = new PostgresOptions { ConnectionString = connectionString };
        var source = PostgresLedgerHosting.Source(options, null);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var ledger = await PostgresLedger.OpenAsync(source, options, TimeProvider.System, new LedgerMetrics(meters), NullLogger.Instance, CancellationToken.None);
        var (watched, referee) = RefereedLedger.Before(ledger);
        return new(source, ledger, watched, referee);
    }

    private sealed record OpenedLedger(NpgsqlDataSource Source, PostgresLedger Ledger, ILedger Watched, RefereedLedger Referee);
}
