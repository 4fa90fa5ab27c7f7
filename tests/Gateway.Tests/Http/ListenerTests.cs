using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NexusActors.Http;

/// <summary>What every port serves, and what belongs to one port alone.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    private readonly int[] _ports = FreePorts.Take(3);
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.Configuration["Nexus:Gateway:CoordinationPort"] = $"{_ports[0]}";
        builder.Configuration["Nexus:Gateway:LearningPort"] = $"{_ports[1]}";
        builder.Configuration["Nexus:Gateway:OptimizationPort"] = $"{_ports[2]}";
        builder.AddNexusGateway();
        _app = builder.Build();
        _app.MapNexusGateway();
        _app.MapPost("/only-here", () => "here").OnPort(_ports[1]);
        _app.MapGet("/split", () => "first").OnPort(_ports[0]);
        _app.MapPost("/split", () => "second").OnPort(_ports[1]);
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Theory, InlineData(0, "multi_agent_coordinator"), InlineData(1, "adaptive_learning_engine"), InlineData(2, "production_optimizer")]
    public async Task Health_EachPort_HasTheShapeOfTheOriginal(int port, string service)
    {
        var body = await JsonAsync(await GetAsync(port, "/health"));
        Assert.Equal(["status", "service", "timestamp", "version"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("healthy", body.GetProperty("status").GetString());
        Assert.Equal(service, body.GetProperty("service").GetString());
        Assert.EndsWith("Z", body.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
    }

    [Theory, InlineData("/healthz", "application/json"), InlineData("/readyz", "application/json"), InlineData("/metrics", "text/plain"), InlineData("/openapi/v1.json", "application/json"), InlineData("/docs/", "text/html")]
    public async Task Operations_EachPort_AreServed(string path, string mediaType)
    {
        for (var port = 0; port < 3; port++)
        {
            var answer = await GetAsync(port, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(mediaType, answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task OpenApi_EachPort_GivesItsOwnDocument()
    {
        var titles = new List<string?>();
        for (var port = 0; port < 3; port++)
        {
            titles.Add((await JsonAsync(await GetAsync(port, "/openapi/v1.json"))).GetProperty("info").GetProperty("title").GetString());
        }
        Assert.Equal(["Multi-agent coordinator", "Adaptive learning engine", "Production optimizer"], titles);
    }

    [Fact]
    public async Task Docs_Page_LoadsNothingFromElsewhere()
    {
        var page = await GetAsync(0, "/docs/");
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("http://", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'self'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var script in new[] { "scalar.js", "scalar.aspnetcore.js" })
        {
            Assert.Contains(script, html, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(0, "/docs/" + script)).StatusCode);
        }
    }

    [Fact]
    public async Task Route_OfAnotherPort_IsUnknownHereWhateverTheHostHeaderSays()
    {
        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsync(Url(1, "/only-here"), null)).StatusCode);
        using var forged = new HttpRequestMessage(HttpMethod.Post, Url(0, "/only-here"));
        forged.Headers.Host = $"127.0.0.1:{_ports[1]}";
        await ProblemAssert.IsAsync(await _http.SendAsync(forged), HttpStatusCode.NotFound, "not_found");
        await ProblemAssert.IsAsync(await GetAsync(2, "/only-here"), HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Method_OfAnotherPortsRoute_IsNotAllowedHereAndNamesOnlyWhatIs()
    {
        var answer = await _http.PostAsync(Url(0, "/split"), null);
        await ProblemAssert.IsAsync(answer, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal(["GET"], answer.Content.Headers.Allow);
        Assert.Equal("second", await (await _http.PostAsync(Url(1, "/split"), null)).Content.ReadAsStringAsync());
    }

    private string Url(int port, string path) => $"http://127.0.0.1:{_ports[port]}{path}";

    private Task<HttpResponseMessage> GetAsync(int port, string path) => _http.GetAsync(Url(port, path));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
