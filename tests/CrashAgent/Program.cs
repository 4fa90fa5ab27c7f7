using System.Runtime.InteropServices;
using NexusActors.CrashAgent;
using NexusActors.Samples.Agent;

var settings = CrashSettings.From(args);
using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
using var http = new HttpClient { BaseAddress = settings.Coordinator, Timeout = Timeout.InfiniteTimeSpan };
using var journal = new Journal(settings.Journal, TimeProvider.System);
var chance = new Random(settings.Seed);
var client = new CoordinatorClient(http, new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), new Random(settings.Seed + 1)), TimeProvider.System, Console.Error.WriteLine);
await new CrashLoop(client, settings, journal, chance).RunAsync(stop.Token);
