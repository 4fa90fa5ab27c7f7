using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NexusActors.Hosting;

namespace NexusActors.Http;

/// <summary>The whole service in this process, on free ports, with a data folder of its own that goes with it.</summary>
public sealed class RunningService : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-gateway").FullName;
    private WebApplication _app = null!;
    private int[] _ports = [];

    /// <summary>Settings beyond the ports and the folder; set before the start.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public HttpClient Http { get; } = new();

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public async Task InitializeAsync()
    {
        _ports = FreePorts.Take(3);
        Settings["Nexus:Gateway:CoordinationPort"] = $"{_ports[0]}";
        Settings["Nexus:Gateway:LearningPort"] = $"{_ports[1]}";
        Settings["Nexus:Gateway:OptimizationPort"] = $"{_ports[2]}";
        Settings["Nexus:Silo:DataFolder"] = _folder;
        _app = EmbeddedHost.Build([.. Settings.Select(setting => $"--{setting.Key}={setting.Value}")], builder => builder.Logging.ClearProviders());
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public string Coordination(string path) => $"http://127.0.0.1:{_ports[0]}{path}";

    public string Learning(string path) => $"http://127.0.0.1:{_ports[1]}{path}";

    public string Optimization(string path) => $"http://127.0.0.1:{_ports[2]}{path}";

    public Task<HttpResponseMessage> PostAsync(string url, string body, string mediaType = "application/json") =>
        Http.PostAsync(url, new StringContent(body, Encoding.UTF8, mediaType));

    /// <summary>Reads a JSON answer that must be a success.</summary>
    public async Task<JsonElement> GetJsonAsync(string url) => await JsonAsync(await Http.GetAsync(url));

    /// <summary>Sends a body and reads a JSON answer that must be a success.</summary>
    public async Task<JsonElement> PostJsonAsync(string url, string body, string mediaType = "application/json") => await JsonAsync(await PostAsync(url, body, mediaType));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"200 expected, {(int)answer.StatusCode} got: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
