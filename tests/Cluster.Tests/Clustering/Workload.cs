using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace NexusActors.Clustering;

/// <summary>Submitters and agents that work through one gateway until they are told to stop, and remember what was acknowledged to them.</summary>
internal sealed class Workload(Uri address) : IDisposable
{
    private const int Lanes = 4;
    private readonly ClusterClientOverHttp _client = new(address);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, bool> _submitted = new();
    private readonly ConcurrentDictionary<string, int> _completed = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Completions that were acknowledged.</summary>
    public int Completed => _completed.Count;

    /// <summary>What was acknowledged up to now.</summary>
    public (string[] Submitted, string[] Completed) Acknowledged() => ([.. _submitted.Keys], [.. _completed.Keys]);

    public void Dispose()
    {
        _stop.Dispose();
        _client.Dispose();
    }

    /// <summary>Registers the agents and sets everybody to work.</summary>
    public async Task StartAsync()
    {
        for (var lane = 0; lane < Lanes; lane++) { await _client.RegisterAsync($"agent-{lane}"); }
        _running = Task.WhenAll(Enumerable.Range(0, Lanes).SelectMany(lane => new[] { Task.Run(() => SubmitAsync(lane)), Task.Run(() => WorkAsync($"agent-{lane}")) }));
    }

    /// <summary>Lets them end.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Lets them end, then looks for what was acknowledged: every task is there, and every completed one is completed, once.</summary>
    public async Task StopAndCheckAsync()
    {
        await StopAsync();
        Assert.NotEmpty(_completed);
        foreach (var id in _submitted.Keys)
        {
            var task = await _client.GetAsync($"tasks/{id}");
            if (!_completed.ContainsKey(id)) { continue; }
            Assert.Equal("completed", task.GetProperty("status").GetString());
            var history = (await _client.GetAsync($"tasks/{id}/history")).GetProperty("events").EnumerateArray();
            Assert.Single(history, one => one.GetProperty("type").GetString() == "task.completed");
        }
        Assert.All(_completed, one => Assert.Equal(1, one.Value));
    }

    private async Task SubmitAsync(int lane)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"t-{lane}-{i}");
            await _client.SubmitAsync(id);
            _submitted[id] = true;
        }
    }

    private async Task WorkAsync(string agent)
    {
        while (!_stop.IsCancellationRequested)
        {
            var answer = await _client.PostAsync($"agents/{agent}/leases", """{"max":5,"wait_seconds":2}""");
            if (answer.ValueKind == JsonValueKind.Undefined) { continue; }
            foreach (var lease in answer.GetProperty("leases").EnumerateArray())
            {
                var (id, token) = (lease.GetProperty("task_id").GetString()!, lease.GetProperty("lease_token").GetString());
                var body = $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","result":{} }""";
                if (await ReportAsync($"tasks/{id}/complete", body)) { _completed.AddOrUpdate(id, 1, (_, times) => times + 1); }
            }
        }
    }

    // A lease that was lost while its silo was away is somebody else's by now.
    private async Task<bool> ReportAsync(string path, string body)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                var (status, text) = await _client.PostOnceAsync(path, body);
                if (status == HttpStatusCode.OK) { return true; }
                if (status == HttpStatusCode.Conflict) { return false; }
                Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{path}: {status} {text}");
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                // Asked again.
            }
            Assert.False(limit.IsCancellationRequested, $"{path} is not answered");
            await Task.Delay(200, CancellationToken.None);
        }
    }
}
