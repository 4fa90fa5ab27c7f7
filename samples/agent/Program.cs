using System.Runtime.InteropServices;
using NexusActors.Samples.Agent;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(AgentSettings.Usage);
    return 0;
}
var (settings, faults) = AgentSettings.Parse(args);
if (faults.Count > 0)
{
    foreach (var fault in faults)
    {
        Console.Error.WriteLine(fault);
    }
    Console.Error.WriteLine(AgentSettings.Usage);
    return 2;
}

var time = TimeProvider.System;
void Say(string line) => Console.WriteLine($"{time.GetUtcNow():HH:mm:ss.fff} {settings.Id} {line}");

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;   // leave in order instead
    stop.Cancel();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var limits = settings.Config is { } file ? AgentLimits.Read(file) : new AgentLimits();
using var coordinatorHttp = new HttpClient { BaseAddress = settings.Coordinator, Timeout = Timeout.InfiniteTimeSpan };
using var checkHttp = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = Timeout.InfiniteTimeSpan };
using var journal = new Journal(settings.JournalFile ?? $"agent-{string.Join('_', settings.Id.Split(Path.GetInvalidFileNameChars()))}.journal", time, settings.Fsync);

var client = new CoordinatorClient(coordinatorHttp, new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), new Random()), time, Say);
IWork[] kinds = [new HttpCheck(checkHttp, limits, time), new Checksum(limits), new ShellCommand(limits, time), new Summary()];
var runner = new WorkRunner(client, settings.Id, kinds, journal, Say);
try
{
    using var agent = new AgentLoop(client, settings, runner, journal, Say, time);
    await agent.RunAsync(stop.Token);
    return 0;
}
catch (CoordinatorException refusal)
{
    Say($"refused by the coordinator: {refusal.Message}");
    return 1;
}
