using System.Diagnostics;
using NexusActors.Chaos.Load;
using NexusActors.Crash;
using NexusActors.CrashAgent;

namespace NexusActors.Chaos.Faults;

/// <summary>Agents that die at every point at which one can, again and again.</summary>
internal sealed class CrashAgents : Fault
{
    private const int Agents = 3;
    private const double CrashChance = 0.02;

    public override string Name => "crash-agents";

    public override string What => "three more agents that kill -9 themselves with leases in hand or reports on their way, again and again";

    public override Bar Bar => new() { GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        CrashSettings[] agents = [.. Enumerable.Range(0, Agents).Select(i => scene.Workforce.Agent($"crash-{i}", i * 2, CrashChance))];
        await using var fleet = new AgentFleet(agents, scene.Chance.Next());
        fleet.Start();
        await FaultScene.WaitAsync(scene.Seconds(15, 60), cancellation);
        scene.Note($"{fleet.Crashes} crashes");
        foreach (var fault in fleet.Faults) { scene.Notebook.Odd(fault); }
    }
}

/// <summary>A task that kills every agent that takes it.</summary>
internal sealed class PoisonTask : Fault
{
    private const string Queue = "poison";
    private const int Tasks = 4, Agents = 2, LossesMax = 2;
    private const double PollSeconds = 0.5, Patience = 90;

    public override string Name => "poison-task";

    public override string What => "tasks that kill -9 every agent that takes one; each must end as failed when it has cost three agents, and be there to be looked at";

    public override Bar Bar => new() { GapMax = 6 };

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        using var caller = new Caller(scene.Rig.Pool, 0, new(KeyKind.Work, "poisoner"), scene.Notebook, new(scene.Chance.Next()));
        await caller.SendAsync(HttpMethod.Put, $"queues/{Queue}", "{}", null, cancellation);
        var tasks = scene.Workforce.Book.MakePoison(Queue, Tasks, LossesMax);
        foreach (var task in tasks)
        {
            var answer = await caller.SendAsync(HttpMethod.Post, "tasks", TaskBook.Body(task).ToJsonString(), task.Id, cancellation);
            if (!answer.IsSuccess) { throw new InvalidOperationException($"{task.Id}: {(int)answer.Status} {answer.Text}"); }
        }
        scene.Workforce.Book.Acknowledge(tasks);
        CrashSettings[] agents = [.. Enumerable.Range(0, Agents).Select(i => scene.Workforce.Agent($"victim-{i}", i, crashChance: 1) with { Queues = [Queue], Batch = 1 })];
        await using var fleet = new AgentFleet(agents, scene.Chance.Next());
        fleet.Start();
        var from = scene.Notebook.Time.Now;
        foreach (var task in tasks)
        {
            string? status;
            while ((status = await StatusAsync(caller, task.Id, cancellation)) is not ("failed" or "completed" or "cancelled") && scene.Notebook.Time.Now - from < Patience) { await FaultScene.WaitAsync(PollSeconds, cancellation); }
            if (status != "failed") { scene.Notebook.Violated(Invariants.PoisonEnds, task.Id, $"kills whoever takes it, and after {scene.Notebook.Time.Now - from:F0} s it is {status}"); }
        }
        var ended = await caller.GetAsync($"tasks/{tasks[0].Id}", cancellation);
        scene.Note($"{Tasks} tasks cost {fleet.Crashes} agents in {scene.Notebook.Time.Now - from:F0} s; one says: {ended.Json.GetProperty("error_message").GetString()}");
        foreach (var fault in fleet.Faults) { scene.Notebook.Odd(fault); }
    }

    private static async Task<string?> StatusAsync(Caller caller, string task, CancellationToken cancellation) =>
        (await caller.GetAsync($"tasks/{task}", cancellation)).Json.GetProperty("status").GetString();
}

/// <summary>Many agents come back in the same moment, each by a connection of its own.</summary>
internal sealed class Reconnect : Fault
{
    private const string Queue = "reconnect";
    private static readonly string[] Calls = ["heartbeat", "leases"];
    private const int RegistrationsAtOnce = 32, PauseMsLeast = 100, PauseMsMost = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), TimeMax = TimeSpan.FromMinutes(2);

    public override string Name => "reconnect";

    public override string What => "5,000 agents (1,000 in short runs) connect in the same moment, beat and ask for work";

    public override async Task PrepareAsync(FaultScene scene, CancellationToken cancellation)
    {
        using var caller = new Caller(scene.Rig.Pool, 0, new(KeyKind.Read, "registrar"), scene.Notebook, new(scene.Chance.Next()));
        await caller.SendAsync(HttpMethod.Put, $"queues/{Queue}", "{}", null, cancellation);
        await Parallel.ForAsync(0, Agents(scene), new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce, CancellationToken = cancellation }, async (i, token) =>
        {
            var answer = await caller.PostAsync("agents", $$"""{"id":"{{Id(i)}}","agent_type":"qa_automation","name":"{{Id(i)}}","capabilities":["testing"],"max_capacity":4,"mode":"pull","queues":["{{Queue}}"]}""", token);
            // An agent of an earlier round, or one whose answer was lost, is there already.
            if (!answer.IsSuccess && answer.Status != System.Net.HttpStatusCode.BadRequest) { throw new InvalidOperationException($"{Id(i)} cannot register: {(int)answer.Status} {answer.Text}"); }
        });
    }

    public override async Task InjectAsync(FaultScene scene, CancellationToken cancellation)
    {
        var count = Agents(scene);
        var back = new double[count];
        var failures = 0;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeMax);
        using var sockets = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) };
        using var http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan };
        var seed = scene.Chance.Next();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            var chance = new Random(seed + i);
            foreach (var path in Calls)
            {
                for (var tries = 0; !await IsAnsweredAsync(http, new(scene.Rig.Pool.Addresses[(i + tries) % scene.Rig.Pool.Addresses.Length], $"agents/{Id(i)}/{path}"), limit.Token); tries++)
                {
                    Interlocked.Increment(ref failures);
                    await Task.Delay(chance.Next(PauseMsLeast, PauseMsMost), limit.Token);
                }
            }
            back[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }));
        Array.Sort(back);
        scene.Note($"{count} agents: half were back after {back[count / 2]:F2} s, 99 % after {back[count * 99 / 100]:F2} s, all after {back[^1]:F2} s; {failures} requests were repeated");
    }

    private static int Agents(FaultScene scene) => scene.Count(1000, 5000);

    private static string Id(int number) => $"back-{number}";

    private static async Task<bool> IsAnsweredAsync(HttpClient http, Uri uri, CancellationToken cancellation)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            using var answer = await http.PostAsync(uri, null, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
