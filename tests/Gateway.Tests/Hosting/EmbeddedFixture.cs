using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NexusActors.Http;

namespace NexusActors.Hosting;

/// <summary>The whole embedded service in this process: real listeners on free ports, a ledger in a folder of its own.</summary>
public sealed class EmbeddedFixture : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "nexus-gateway-tests", Guid.NewGuid().ToString("N"));
    private readonly int[] _ports = FreePorts.Take(3);
    private readonly FaultCollector _faults = new();
    private WebApplication _app = null!;

    /// <summary>Further settings, as on the command line.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Client of the coordinator.</summary>
    public Client Coordination { get; private set; } = null!;

    /// <summary>Client of the learning engine.</summary>
    public Client Learning => All[1];

    /// <summary>Client of the optimizer.</summary>
    public Client Optimization => All[2];

    /// <summary>Clients of all three ports, coordinator first.</summary>
    public IReadOnlyList<Client> All { get; private set; } = [];

    /// <summary>The service's own container.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Errors that were logged since the last call; a request must never be one.</summary>
    public IReadOnlyList<string> TakeErrors() => _faults.Take();

    public async Task InitializeAsync()
    {
        _app = EmbeddedHost.Build(
            [
                $"--Nexus:Silo:DataFolder={_folder}", "--Nexus:Silo:ShutdownTimeout=00:00:10", "--Nexus:Gateway:StreamsMax=5", "--Nexus:Gateway:StreamHeartbeat=00:00:00.500",
                $"--Nexus:Gateway:CoordinationPort={_ports[0]}", $"--Nexus:Gateway:LearningPort={_ports[1]}", $"--Nexus:Gateway:OptimizationPort={_ports[2]}", .. Settings,
            ],
            builder => builder.Logging.ClearProviders().AddProvider(_faults));
        await _app.StartAsync();
        All = [.. _ports.Select(port => new Client(new($"http://127.0.0.1:{port}")))];
        Coordination = All[0];
        await Until.TrueAsync(async () => (await Coordination.GetAsync("/readyz")).Raw.IsSuccessStatusCode, "the service is ready");
    }

    public async Task DisposeAsync()
    {
        foreach (var client in All) { client.Dispose(); }
        _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class FaultCollector : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _faults = new();

        public List<string> Take()
        {
            var taken = new List<string>();
            while (_faults.TryDequeue(out var fault)) { taken.Add(fault); }
            return taken;
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) { _faults.Enqueue($"{formatter(state, exception)} {exception}"); }
        }

        public void Dispose()
        {
        }
    }
}

[CollectionDefinition(Name)]
public sealed class EmbeddedCollection : ICollectionFixture<EmbeddedFixture>
{
    public const string Name = "embedded";
}

/// <summary>Waiting for what must come about.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> holds, string what)
    {
        var end = TimeProvider.System.GetUtcNow() + Limit;
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, $"not within {Limit}: {what}");
            await Task.Delay(Step);
        }
    }
}
