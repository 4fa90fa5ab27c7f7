using NexusActors.CrashAgent;
using NexusActors.Samples.Agent;

namespace NexusActors.Chaos.Load;

/// <summary>One of the agents that do the work, in this process: it leases, beats, completes, fails, falls silent, reports twice; it does not crash.</summary>
internal sealed class CrewMember(CrashSettings settings, HttpMessageHandler front, Notebook notebook)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public CrashSettings Settings => settings;

    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient(front, disposeHandler: false) { BaseAddress = Front.Anywhere, Timeout = Timeout.InfiniteTimeSpan };
        using var journal = new Journal(settings.Journal, TimeProvider.System);
        var client = new CoordinatorClient(http, new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250), new Random(settings.Seed + 1)), TimeProvider.System, _ => { });
        var chance = new Random(settings.Seed);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await new CrashLoop(client, settings, journal, chance).RunAsync(stop);
            }
            catch (Exception refusal) when (refusal is CoordinatorException or System.Text.Json.JsonException)
            {
                notebook.Odd($"{settings.Id} was told: {refusal.Message}");
                await Task.Delay(Pause, CancellationToken.None);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The run is over.
            }
        }
    }
}
