using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Hosting;

/// <summary>The real program: how it stops, and what is there when it comes back.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan WaitsLonger = TimeSpan.FromSeconds(15);
    private readonly SiloPlace _place = new();
    private readonly HttpClient _http;

    public StopTests() => _http = new() { BaseAddress = _place.Coordination };

    public void Dispose()
    {
        _http.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task Terminate_WhileIdle_EndsCleanly()
    {
        await using var silo = await SiloProcess.StartAsync(_place);
        Assert.Equal(ExitCode.Done, await silo.TerminateAsync(WaitsLonger));
        Assert.Equal("", silo.Errors);
        Assert.DoesNotContain("warn:", silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_LongPollAndEventStreamAreOpen_AnswersAndEndsThem()
    {
        await using var silo = await SiloProcess.StartAsync(_place, ["--Nexus:Gateway:StreamHeartbeat=00:00:20"]);
        await PostAsync("agents", """{"id":"puller","agent_type":"monitoring","name":"P","capabilities":["analysis"],"mode":"pull"}""");
        using var stream = await _http.GetAsync(new Uri("events?after=0", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line && !line.Contains("puller", StringComparison.Ordinal)) { }
        var poll = _http.PostAsync(new Uri("agents/puller/leases", UriKind.Relative), JsonContent.Create(new { wait_seconds = 60 }));
        await StillThereAsync("puller");

        var stopping = Stopwatch.StartNew();
        silo.RequestTermination();

        using var answer = await poll;
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await reader.ReadToEndAsync();
        Assert.Equal(ExitCode.Done, await silo.WaitExitAsync());
        Assert.True(stopping.Elapsed < WaitsLonger, $"stopped after {stopping.Elapsed}:\n{silo.Output}");
    }

    [Fact]
    public async Task Terminate_UnderLoad_KeepsEverythingThatWasAcknowledged()
    {
        var acknowledged = new List<string>();
        await using (var silo = await SiloProcess.StartAsync(_place))
        {
            var submitting = SubmitUntilRefusedAsync(acknowledged);
            await Until(() => Count(acknowledged) >= 200, silo);
            Assert.Equal(ExitCode.Done, await silo.TerminateAsync());
            await submitting;
        }
        await using var again = await SiloProcess.StartAsync(_place);
        await AssertThereAsync(acknowledged);
    }

    [Fact]
    public async Task Kill_UnderLoad_KeepsEverythingThatWasAcknowledged()
    {
        var acknowledged = new List<string>();
        await using (var silo = await SiloProcess.StartAsync(_place))
        {
            var submitting = SubmitUntilRefusedAsync(acknowledged);
            await Until(() => Count(acknowledged) >= 200, silo);
            await silo.KillAsync();
            await submitting;
        }
        await using var again = await SiloProcess.StartAsync(_place);
        await AssertThereAsync(acknowledged);
    }

    [Fact]
    public async Task Start_OldNamesInTheEnvironment_Act()
    {
        await using var silo = await SiloProcess.StartAsync(_place, environment: new Dictionary<string, string?>
        {
            ["MAX_TASK_RETRIES"] = "7",
            ["TASK_TIMEOUT"] = "7200",
            ["POSTGRES_HOST"] = "postgres",
        });
        await PostAsync("tasks", """{"id":"t","task_type":"testing","priority":3,"description":"d"}""");
        using var task = JsonDocument.Parse(await _http.GetStringAsync(new Uri("tasks/t", UriKind.Relative)));
        Assert.Equal(7, task.RootElement.GetProperty("max_retries").GetInt32());
        Assert.Equal(7200, task.RootElement.GetProperty("timeouts").GetProperty("run_seconds").GetDouble());
        Assert.Contains("without effect in this version: POSTGRES_HOST", silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("postgres\"", silo.Output, StringComparison.Ordinal);
    }

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    // The agent answers other calls while its long poll waits.
    private async Task StillThereAsync(string agent)
    {
        using var answer = await _http.GetAsync(new Uri($"agents/{agent}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task SubmitUntilRefusedAsync(List<string> acknowledged)
    {
        async Task SubmitAsync(int lane)
        {
            for (var i = 0; ; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"t-{lane}-{i}");
                try
                {
                    await PostAsync("tasks", $$"""{"id":"{{id}}","task_type":"testing","priority":3,"description":"d"}""");
                }
                catch (Exception refused) when (refused is HttpRequestException or IOException or Xunit.Sdk.TrueException)
                {
                    return;
                }
                lock (acknowledged) { acknowledged.Add(id); }
            }
        }
        await Task.WhenAll(Enumerable.Range(0, 8).Select(SubmitAsync));
    }

    private static int Count(List<string> acknowledged)
    {
        lock (acknowledged) { return acknowledged.Count; }
    }

    private async Task AssertThereAsync(List<string> ids)
    {
        foreach (var id in ids)
        {
            using var answer = await _http.GetAsync(new Uri($"tasks/{id}", UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode, $"{id} is lost: {answer.StatusCode}");
        }
    }

    private static async Task Until(Func<bool> holds, SiloProcess silo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, silo.Output);
            await Task.Delay(20);
        }
    }
}
