using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NexusActors.Learning;
using NexusActors.Ledger;
using NexusActors.Ledger.Sqlite;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace NexusActors.Coordination;

/// <summary>
/// A silo in this process with the product's own rooms on the real ledger, in a folder of its own; grains are called over the wire format.
/// Its clock stands still: time passes when a test says so, and never by itself.
/// </summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-grains-").FullName;
    private readonly WarningCollector _warnings = new();
    private InProcessTestCluster _cluster = null!;
    private int _names;

    /// <summary>The silo's clock.</summary>
    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));

    /// <summary>What experience says of actions, as tests tell it.</summary>
    internal ToldEstimates Estimates { get; } = new();

    /// <summary>What is different in a silo of one's own.</summary>
    internal Action<IServiceCollection> Configure { get; init; } = _ => { };

    /// <summary>The silo's facts.</summary>
    internal ILedger Ledger => _cluster.Silos[0].ServiceProvider.GetRequiredService<ILedger>();

    /// <summary>Finds grains, as a client outside of the silo does.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>A name that no test had before; later ones sort behind earlier ones.</summary>
    public string NewName(string kind) => kind + Interlocked.Increment(ref _names).ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>Warnings and errors that the product logged since the last call.</summary>
    public IReadOnlyList<string> TakeWarnings() => _warnings.Take();

    /// <summary>Ends a grain's activation and waits until it has ended; the next call makes it anew.</summary>
    public async Task DeactivateAsync(IAddressable grain)
    {
        Assert.True(_cluster.TryGetGrainContext(grain.GetGrainId(), out _), "the grain has no activation");
        await _cluster.DeactivateAsync(grain);
    }

    /// <summary>Ends a grain's activation if it has one, and waits until it has ended.</summary>
    public Task DeactivateIfActiveAsync(IAddressable grain) => _cluster.TryGetGrainContext(grain.GetGrainId(), out _) ? _cluster.DeactivateAsync(grain) : Task.CompletedTask;

    /// <summary>Whether a grain is active.</summary>
    public bool IsActive(IAddressable grain) => _cluster.TryGetGrainContext(grain.GetGrainId(), out _);

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.ClearProviders().AddProvider(_warnings);
            host.Services.AddSingleton<TimeProvider>(Clock);
            host.Services.AddSingleton<IOutcomeEstimates>(Estimates);
            host.Services.Configure<LearningOptions>(options => options.ExplorationSeed = 1);
            host.Services.AddSqliteLedger(ledger => (ledger.Path, ledger.WriterCacheMiB) = (Path.Combine(_folder, "nexus.db"), 8));
            host.Services.Configure<CoordinationOptions>(options => options.Seed = 1);
            host.Services.Configure<PrivacyOptions>(options => (options.Fields, options.Key) = ("email", "a key of thirty-two characters!!"));
            // Tests say themselves when a stream is to be looked at, and do not wait for each other's trainings.
            host.Services.Configure<LearningOptions>(options => (options.FollowPeriod, options.BackgroundShare) = (TimeSpan.FromHours(1), 1));
        });
        builder.ConfigureSilo((_, silo) =>
        {
            // Calls between grains time out by the clock of the silo, which a test moves by hours while they are under way; those of the test itself by a real one.
            silo.Configure<SiloMessagingOptions>(messaging => (messaging.WaitForCancellationAcknowledgement, messaging.ResponseTimeout) = (true, TimeSpan.FromDays(30)));
            silo.AddMemoryGrainStorageAsDefault();
            silo.Services.AddCoordination();
            silo.Services.AddLearning();
            Configure(silo.Services);
        });
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(messaging => messaging.WaitForCancellationAcknowledgement = true));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class WarningCollector : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public List<string> Take()
        {
            List<string> taken = [];
            while (_lines.TryDequeue(out var line)) { taken.Add(line); }
            return taken;
        }

        public ILogger CreateLogger(string categoryName) => new Log(categoryName, _lines);

        public void Dispose()
        {
        }

        private sealed class Log(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && category.StartsWith("NexusActors.", StringComparison.Ordinal);

            void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel)) { lines.Enqueue($"{formatter(state, exception)} {exception}"); }
            }
        }
    }
}

[CollectionDefinition(Name)]
public sealed class SiloCollection : ICollectionFixture<SiloFixture>
{
    public const string Name = "silo";
}
