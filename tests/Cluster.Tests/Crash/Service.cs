using System.Net.Http.Json;
using System.Text.Json;
using NexusActors.Processes;

namespace NexusActors.Crash;

/// <summary>The service on one data folder, killed and started again.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly SiloPlace _place = new();
    private readonly string[] _settings;
    private SiloProcess _process;

    private Service(string[] settings)
    {
        _settings = settings;
        _process = SiloProcess.Launch(_place, settings);
        Http = new HttpClient { BaseAddress = _place.Coordination, Timeout = TimeSpan.FromSeconds(40) };
    }

    public HttpClient Http { get; }

    public Uri Address => _place.Coordination;

    public string Folder => _place.Folder;

    public int Kills { get; private set; }

    /// <summary>What the running process printed.</summary>
    public string Output => _process.Output;

    public static async Task<Service> StartAsync(params string[] settings)
    {
        var service = new Service(settings);
        await service._process.WaitReadyAsync();
        return service;
    }

    /// <summary>Kills it with -9, waits, and starts it again on the same folder.</summary>
    public async Task KillAndRestartAsync(TimeSpan pause)
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
        Kills++;
        await Task.Delay(pause);
        _process = SiloProcess.Launch(_place, _settings);
        await _process.WaitReadyAsync();
    }

    /// <summary>Stops it in order, so that the data folder is at rest.</summary>
    public async Task StopAsync() => Assert.Equal(0, await _process.TerminateAsync());

    /// <summary>Tasks that have ended, of all; null while the service does not answer.</summary>
    public async Task<(int Ended, int Total)?> CountsAsync()
    {
        try
        {
            var status = await Http.GetFromJsonAsync<JsonElement>("coordination/status");
            int Of(string name) => status.GetProperty(name).GetInt32();
            return (Of("completed_tasks") + Of("failed_tasks") + Of("cancelled_tasks"), Of("total_tasks"));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Every task as GET /tasks tells it, page by page, with its status.</summary>
    public async Task<Dictionary<string, string>> ListAsync()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        for (string? cursor = null; ;)
        {
            var page = await Http.GetFromJsonAsync<JsonElement>($"tasks?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            foreach (var task in page.GetProperty("tasks").EnumerateObject())
            {
                all.Add(task.Name, task.Value.GetProperty("status").GetString()!);
            }
            cursor = page.GetProperty("next_cursor").GetString();
            if (cursor is null)
            {
                return all;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        _place.Dispose();
    }
}
