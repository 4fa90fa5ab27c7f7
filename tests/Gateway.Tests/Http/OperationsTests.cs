using System.Net;
using NexusActors.Hosting;

namespace NexusActors.Http;

/// <summary>What every port answers.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class OperationsTests(EmbeddedFixture service)
{
    [Theory, InlineData(0, "multi_agent_coordinator"), InlineData(1, "adaptive_learning_engine"), InlineData(2, "production_optimizer")]
    public async Task Health_EachPort_HasTheShapeOfTheOriginal(int port, string name)
    {
        var health = (await service.All[port].GetAsync("/health")).Ok();
        Assert.Equal(["status", "service", "timestamp", "version"], health.Names());
        Assert.Equal("healthy", health.Text("status"));
        Assert.Equal(name, health.Text("service"));
        Assert.True(UtcTime.TryParse(health.Text("timestamp")!, out _));
        Assert.NotEmpty(health.Text("version")!);
    }

    [Theory, InlineData("/healthz", "application/json"), InlineData("/readyz", "application/json"), InlineData("/metrics", "text/plain"), InlineData("/openapi/v1.json", "application/json"), InlineData("/docs/", "text/html")]
    public async Task Operations_EachPort_AreServedByGetOnly(string path, string mediaType)
    {
        foreach (var http in service.All)
        {
            var answer = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(mediaType, answer.Raw.Content.Headers.ContentType?.MediaType);
            var post = await http.PostAsync(path, "{}");
            Assert.Contains(post.Status, new[] { HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound });
            ProblemAssert.WellFormed(post.Raw, post.Text);
        }
    }

    [Fact]
    public async Task Ready_Running_NamesItsChecks() => Assert.NotEmpty((await service.Coordination.GetAsync("/readyz")).Ok().GetProperty("checks").Names());

    [Fact]
    public async Task Metrics_AfterARequest_HoldThoseOfHttpRuntimeAndActors()
    {
        await service.Coordination.TaskAsync();
        var text = (await service.Coordination.GetAsync("/metrics")).Text;
        foreach (var name in new[] { "http_server_request_duration", "dotnet_gc_", "orleans_", "nexus_" })
        {
            Assert.Contains(name, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OpenApi_EachPort_GivesItsOwnDocument()
    {
        var titles = new List<string?>();
        foreach (var http in service.All)
        {
            titles.Add((await http.GetAsync("/openapi/v1.json")).Ok().GetProperty("info").Text("title"));
        }
        Assert.Equal(["Multi-agent coordinator", "Adaptive learning engine", "Production optimizer"], titles);
    }

    [Fact]
    public async Task Docs_Page_LoadsNothingFromElsewhere()
    {
        var page = await service.Coordination.GetAsync("/docs/");
        var own = service.Coordination.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Contains(own, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Text.Replace(own, "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'self'", Assert.Single(page.Raw.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var script in new[] { "scalar.js", "scalar.aspnetcore.js" })
        {
            Assert.Contains(script, page.Text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await service.Coordination.GetAsync("/docs/" + script)).Status);
        }
    }

    [Theory, InlineData("/nope"), InlineData("/"), InlineData("/conflicts"), InlineData("/collaborations"), InlineData("/tasks/x/y/z"), InlineData("/learning/status")]
    public async Task Route_Unknown_Is404(string path) => await (await service.Coordination.GetAsync(path)).RefusedAsync(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task Route_OfTheCoordinator_IsUnknownOnTheOtherPorts()
    {
        await (await service.All[1].GetAsync("/tasks")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await service.All[2].PostAsync("/agents", "{}", ("Host", "127.0.0.1:8070"))).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }
}
