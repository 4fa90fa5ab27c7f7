using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using NexusActors.CrashAgent;

namespace NexusActors.Crash;

/// <summary>Agent processes that are started again whenever they crash.</summary>
internal sealed class AgentFleet(IReadOnlyList<CrashSettings> agents, int seed) : IAsyncDisposable
{
    private const int KilledExitCode = 137;
    private static readonly string Program =
        typeof(AgentFleet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "CrashAgentAssembly").Value!;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private Task[] _keepers = [];
    private int _crashes;

    /// <summary>How often an agent died by plan.</summary>
    public int Crashes => Volatile.Read(ref _crashes);

    /// <summary>Ends that were not planned.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public void Start() => _keepers = [.. agents.Select((agent, i) => KeepAsync(agent, new Random(unchecked((seed * 31) + i))))];

    /// <summary>Ends them all.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_keepers);
        _stop.Dispose();
    }

    private async Task KeepAsync(CrashSettings agent, Random chance)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var process = Launch(agent with { Seed = chance.Next() });
            var said = process.StandardError.ReadToEndAsync();
            try
            {
                await process.WaitForExitAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
                return;
            }
            if (process.ExitCode != KilledExitCode)
            {
                var text = await said;
                _faults.Enqueue($"{agent.Id} ended with {process.ExitCode}: {text[Math.Max(0, text.Length - 2000)..]}");
            }
            Interlocked.Increment(ref _crashes);
            await Task.Delay(chance.Next(300));
        }
    }

    private static Process Launch(CrashSettings agent)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", ["exec", Program, .. agent.Arguments()])
        {
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start");
    }
}
