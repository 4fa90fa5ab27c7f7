using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary>The agent against a coordinator written by the test.</summary>
public sealed class AgentLoopTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ScratchFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _leases = new();
    private volatile string _heartbeat = """{"orders":[],"held":[],"lost":[]}""";
    private volatile string? _known;

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_OneTask_WorksReportsAndLeaves()
    {
        var http = new ScriptedHttp(Answer);
        _leases.Enqueue(LeaseOf("t1", "k1"));
        var running = RunAsync(http, new Probe((_, _) => Task.FromResult(new JsonObject { ["ok"] = true })));

        var report = await SeenAsync(http, "/agents/a1/reports");
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.Equal("""[{"task_id":"t1","lease_token":"k1","outcome":"complete","result":{"ok":true},"retryable":true}]""", report.Body);
        Assert.Contains(http.Seen, call => call.Path == "/agents" && call.Body.Contains("\"mode\":\"pull\"", StringComparison.Ordinal));
        Assert.Contains(http.Seen, call => call.Path == "/agents/a1/drain");
        Assert.Contains(http.Seen, call => call is { Path: "/agents/a1", Method.Method: "DELETE" });
        Assert.Equal(["started", "leased", "sent", "accepted", "stopped"], Journal.Read(JournalFile).Select(line => line.Event));
    }

    [Fact]
    public async Task Run_WorkFails_ReportsCodeAndWhetherToTryAgain()
    {
        var http = new ScriptedHttp(Answer);
        _leases.Enqueue(LeaseOf("t1", "k1"));
        var running = RunAsync(http, new Probe((_, _) => throw new WorkFailure("broken", "it is broken", retryable: false)));

        var report = await SeenAsync(http, "/agents/a1/reports");
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.Equal("""[{"task_id":"t1","lease_token":"k1","outcome":"fail","error_code":"broken","error_message":"it is broken","retryable":false}]""", report.Body);
    }

    [Fact]
    public async Task Run_LeaseLost_StopsTheWorkAndReportsNothing()
    {
        var http = new ScriptedHttp(Answer);
        _leases.Enqueue(LeaseOf("t1", "k1"));
        var stopped = new TaskCompletionSource();
        var running = RunAsync(http, new Probe((_, cancellation) => UntilStopped(stopped, cancellation)));

        _heartbeat = """{"orders":[],"held":[],"lost":["t1"],"lost_leases":[{"task_id":"t1","lease_token":"k1"}]}""";
        await stopped.Task.WaitAsync(Patience);
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.DoesNotContain(http.Seen, call => call.Path == "/agents/a1/reports");
        Assert.Contains(Journal.Read(JournalFile), line => line is { Event: "lost", Task: "t1", Token: "k1" });
    }

    [Fact]
    public async Task Run_CancelOrdered_StopsTheWorkAndGivesItBack()
    {
        var http = new ScriptedHttp(Answer);
        _leases.Enqueue(LeaseOf("t1", "k1"));
        var stopped = new TaskCompletionSource();
        var running = RunAsync(http, new Probe((_, cancellation) => UntilStopped(stopped, cancellation)));

        _heartbeat = """{"orders":[{"order":"cancel","task_id":"t1","reason":"no longer wanted"}],"held":[{"task_id":"t1","attempt":1,"lease_token":"k1","expires_at":"2030-01-01T00:00:00Z"}],"lost":[]}""";
        var report = await SeenAsync(http, "/agents/a1/reports");
        _heartbeat = """{"orders":[],"held":[],"lost":[]}""";
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.Contains("\"outcome\":\"return\"", report.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StoppedWithWorkThatDoesNotEnd_GivesItBack()
    {
        var http = new ScriptedHttp(Answer);
        _leases.Enqueue(LeaseOf("t1", "k1"));
        var started = new TaskCompletionSource();
        var running = RunAsync(http, new Probe((_, cancellation) =>
        {
            started.SetResult();
            return UntilStopped(new TaskCompletionSource(), cancellation);
        }));

        await started.Task.WaitAsync(Patience);
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        var report = Assert.Single(http.Seen, call => call.Path == "/agents/a1/reports");
        Assert.Contains("\"outcome\":\"return\"", report.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KnownFromAnEarlierRun_TakesRegistrationUpAndGivesOldLeasesBack()
    {
        var http = new ScriptedHttp(Answer);
        _known = """{"capabilities":["analysis"],"max_capacity":1,"queues":["default"]}""";
        _heartbeat = """{"orders":[],"held":[{"task_id":"old","attempt":1,"lease_token":"k0","expires_at":"2030-01-01T00:00:00Z"}],"lost":[]}""";
        var running = RunAsync(http, new Probe((_, _) => throw new InvalidOperationException()));

        var report = await SeenAsync(http, "/agents/a1/reports");
        _heartbeat = """{"orders":[],"held":[],"lost":[]}""";
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.Contains("""{"task_id":"old","lease_token":"k0","outcome":"return",""", report.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(http.Seen, call => call.Path == "/agents");
        Assert.Contains(http.Seen, call => call.Path == "/agents/a1/resume");
    }

    [Fact]
    public async Task Run_KnownWithAnotherProfile_RegistersAnew()
    {
        var http = new ScriptedHttp(Answer);
        _known = """{"capabilities":["testing"],"max_capacity":1}""";
        var running = RunAsync(http, new Probe((_, _) => throw new InvalidOperationException()));

        await SeenAsync(http, "/agents/a1/leases");
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.Equal(["GET /agents/a1", "DELETE /agents/a1", "POST /agents"], http.Seen.Take(3).Select(call => $"{call.Method} {call.Path}"));
    }

    private string JournalFile => Path.Combine(_folder.Path, "a1.journal");

    private async Task RunAsync(ScriptedHttp http, IWork kind)
    {
        var client = new CoordinatorClient(new HttpClient(http) { BaseAddress = new Uri("http://c/") }, new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), new Random(1)), TimeProvider.System, _ => { });
        var settings = new AgentSettings { Id = "a1", Type = "monitoring", Capabilities = ["analysis"], Slots = 1, DrainTime = TimeSpan.Zero, Deregister = true };
        using var journal = new Journal(JournalFile, TimeProvider.System);
        using var agent = new AgentLoop(client, settings, new WorkRunner(client, "a1", [kind], journal, _ => { }), journal, _ => { }, TimeProvider.System);
        await agent.RunAsync(_stop.Token);
    }

    private HttpResponseMessage Answer(ScriptedHttp.Call call)
    {
        var now = DateTimeOffset.UnixEpoch.ToString("O");
        switch (call.Method.Method, call.Path)
        {
            case ("GET", "/agents/a1"):
                return _known is { } known ? ScriptedHttp.Answer(200, known) : ScriptedHttp.Answer(404, """{"error":"unknown"}""");
            case (_, "/agents/a1/leases") when _leases.TryDequeue(out var lease):
                return ScriptedHttp.Answer(200, $$"""{"leases":[{{lease}}],"count":1,"timestamp":"{{now}}"}""");
            case (_, "/agents/a1/leases"):
                return ScriptedHttp.Answer(204, "");
            case (_, "/agents/a1/heartbeat"):
                return ScriptedHttp.Answer(200, _heartbeat);
            case (_, "/agents/a1/reports"):
                var results = JsonNode.Parse(call.Body)!.AsArray().Select(report => $$"""{"task_id":"{{report!["task_id"]}}","status":"completed"}""");
                return ScriptedHttp.Answer(200, $$"""{"results":[{{string.Join(',', results)}}]}""");
            default:
                return ScriptedHttp.Answer(200, "{}");
        }
    }

    private static string LeaseOf(string task, string token) =>
        "{" + $"\"task_id\":\"{task}\",\"attempt\":1,\"lease_token\":\"{token}\",\"expires_at\":\"{DateTimeOffset.UnixEpoch.AddSeconds(1):O}\"," +
        """ "task":{"task_type":"analysis","description":"d","requirements":{"work":{"kind":"probe"}}},"parents":[]}""";

    private static async Task<JsonObject> UntilStopped(TaskCompletionSource stopped, CancellationToken cancellation)
    {
        using var seen = cancellation.Register(() => stopped.TrySetResult());
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw new InvalidOperationException();
    }

    private static async Task<ScriptedHttp.Call> SeenAsync(ScriptedHttp http, string path)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            if (http.Seen.FirstOrDefault(call => call.Path == path) is { } call)
            {
                return call;
            }
            await Task.Delay(5);
        }
        throw new TimeoutException($"no call of {path}");
    }

    private sealed class Probe(Func<WorkOrder, CancellationToken, Task<JsonObject>> run) : IWork
    {
        public string Kind => "probe";

        public Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation) => run(order, cancellation);
    }
}
