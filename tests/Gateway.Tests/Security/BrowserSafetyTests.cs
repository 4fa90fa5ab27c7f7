using System.Net;
using NexusActors.Hosting;

namespace NexusActors.Security;

/// <summary>What a browser may do that runs pages of others on this machine, over real HTTP.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class BrowserSafetyTests(EmbeddedFixture service)
{
    private Client Http => service.Coordination;

    private string Authority => Http.Http.BaseAddress!.Authority;

    private Task<Answer> SubmitAsync(string id, params (string Name, string Value)[] headers) =>
        Http.PostAsync("/tasks", $$"""{"id":"{{id}}","task_type":"analysis","priority":3,"description":"a task"}""", headers);

    [Theory, InlineData("evil.example"), InlineData("evil.example:8070"), InlineData("localhost.evil.example"), InlineData("127.0.0.1.evil.example:80"), InlineData("10.0.0.1"), InlineData("[fd00::1]:8070")]
    public async Task Request_UnderAnotherName_Is403AlsoWhenItOnlyReads(string host)
    {
        foreach (var http in service.All)
        {
            await (await http.GetAsync("/health", ("Host", host))).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        }
        await (await SubmitAsync(Api.NewId(), ("Host", host))).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory, InlineData("localhost"), InlineData("LOCALHOST:9"), InlineData("127.0.0.1:8070"), InlineData("[::1]"), InlineData("[::1]:8070")]
    public async Task Request_UnderANameOfThisMachine_IsServed(string host) => (await Http.GetAsync("/health", ("Host", host))).Ok();

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("http://localhost:3000", null)]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("http://localhost:3000", "same-site")]
    [InlineData(null, "cross-site")]
    public async Task Change_ByAPageOfAnotherOrigin_Is403AndChangesNothing(string? origin, string? site)
    {
        var id = Api.NewId("task");
        var answer = await SubmitAsync(id, Headers(origin, site));
        await answer.RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.DoesNotContain(answer.Raw.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        await (await Http.GetAsync("/tasks/" + id)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch })
        {
            await (await Http.SendAsync(method, "/agents/x", null, headers: Headers(origin, site))).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Theory, InlineData(true, null), InlineData(true, "same-origin"), InlineData(false, "none"), InlineData(false, null)]
    public async Task Change_ByAProgramOrAPageOfTheServiceItself_IsMade(bool ownOrigin, string? site) =>
        (await SubmitAsync(Api.NewId("task"), Headers(ownOrigin ? "http://" + Authority : null, site))).Ok();

    [Fact]
    public async Task Read_ByAPageOfAnotherOrigin_IsAnsweredWithoutLeaveToReadIt()
    {
        var answer = await Http.GetAsync("/agents", Headers("https://evil.example", "cross-site"));
        answer.Ok();
        Assert.DoesNotContain(answer.Raw.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        using var preflight = await PreflightAsync(Http, "https://evil.example");
        Assert.DoesNotContain(preflight.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    internal static (string, string)[] Headers(string? origin, string? site) =>
        [.. new[] { ("Origin", origin), ("Sec-Fetch-Site", site) }.Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!))];

    internal static async Task<HttpResponseMessage> PreflightAsync(Client http, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/tasks");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        return await http.Http.SendAsync(request);
    }
}

/// <summary>The same with a page and a name that are allowed.</summary>
public sealed class AllowedOriginTests : IAsyncLifetime
{
    private const string Page = "http://localhost:3000";
    private readonly EmbeddedFixture _service = new() { Settings = [$"--Nexus:Gateway:AllowedOrigins={Page}, https://tools.example", "--Nexus:Gateway:AllowedHosts=nexus.example"] };

    public Task InitializeAsync() => _service.InitializeAsync();

    public Task DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task AllowedPageAndName_AreServedAndOthersAreNot()
    {
        var http = _service.Coordination;
        var headers = BrowserSafetyTests.Headers(Page, "same-site");

        using (var preflight = await BrowserSafetyTests.PreflightAsync(http, Page))
        {
            Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
            Assert.Equal([Page], preflight.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Contains("POST", string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        }
        var made = await http.PostAsync("/tasks", """{"id":"t1","task_type":"analysis","priority":3,"description":"a task"}""", headers);
        made.Ok();
        Assert.Equal([Page], made.Raw.Headers.GetValues("Access-Control-Allow-Origin"));

        // A page can read refusals too, or it could not say what is wrong.
        var refused = await http.PostAsync("/tasks", "{}", headers);
        await refused.RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        Assert.Equal([Page], refused.Raw.Headers.GetValues("Access-Control-Allow-Origin"));

        using var other = await BrowserSafetyTests.PreflightAsync(http, "https://evil.example");
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        await (await http.PostAsync("/tasks", "{}", BrowserSafetyTests.Headers("https://evil.example", "cross-site"))).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");

        (await http.GetAsync("/health", ("Host", "nexus.example:443"))).Ok();
        await (await http.GetAsync("/health", ("Host", "sub.nexus.example"))).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
    }
}
