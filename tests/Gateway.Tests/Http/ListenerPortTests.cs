using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NexusActors.Http;

/// <summary>Endpoints belong to the listener that took the connection.</summary>
public sealed class ListenerPortTests : IAsyncLifetime
{
    private readonly int[] _ports = FreePorts.Take(3);
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<MatcherPolicy, ListenerPortPolicy>();
        builder.WebHost.UseUrls([.. _ports.Select(port => $"http://127.0.0.1:{port}")]);
        _app = builder.Build();
        _app.MapGet("/everywhere", () => "everywhere");
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

    [Fact]
    public async Task Route_WithoutPort_IsServedOnEach()
    {
        for (var port = 0; port < 3; port++)
        {
            Assert.Equal("everywhere", await _http.GetStringAsync(Url(port, "/everywhere")));
        }
    }

    [Fact]
    public async Task Route_OfAnotherPort_IsUnknownHereWhateverTheHostHeaderSays()
    {
        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsync(Url(1, "/only-here"), null)).StatusCode);
        using var forged = new HttpRequestMessage(HttpMethod.Post, Url(0, "/only-here"));
        forged.Headers.Host = $"127.0.0.1:{_ports[1]}";
        Assert.Equal(HttpStatusCode.NotFound, (await _http.SendAsync(forged)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Url(2, "/only-here"))).StatusCode);
    }

    [Fact]
    public async Task Method_OfAnotherPortsRoute_IsNotAllowedHereAndNamesOnlyWhatIs()
    {
        var answer = await _http.PostAsync(Url(0, "/split"), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET"], answer.Content.Headers.Allow);
        Assert.Equal("second", await (await _http.PostAsync(Url(1, "/split"), null)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Url(2, "/split"))).StatusCode);
    }

    private string Url(int port, string path) => $"http://127.0.0.1:{_ports[port]}{path}";
}
