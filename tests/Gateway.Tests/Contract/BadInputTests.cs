using System.Net;
using System.Text.Json;
using NexusActors.Hosting;
using NexusActors.Http;

namespace NexusActors.Contract;

/// <summary>Every route of every port against everything that a caller can get wrong. The routes and their bodies come from the OpenAPI documents, so that no route is forgotten and the documents tell the truth.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class BadInputTests(EmbeddedFixture service)
{
    private static readonly string[] NotObjects = ["[]", "5", "\"x\"", "null", "true"];
    private static readonly string[] NotJson = ["{", "}", "x", "{\"a\":NaN}", "{\"a\":Infinity}", "{'a':1}", "{\"a\":1,}", "{\"a\":1}{", "\u0000", "{\"a\":\"\n\"}", "[1 2]"];
    private static readonly int[] Depths = [40, 20_000];
    private static readonly string?[] OtherMediaTypes = ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=iso-8859-1", "garbage", null];
    private static readonly string[] NotIds = ["a%2Fb", "%0A", "%E2%80%A8", "%20%20", new string('x', 201)];
    private static readonly HttpMethod[] OtherMethods = [HttpMethod.Patch, HttpMethod.Options, HttpMethod.Parse("BREW")];

    private Task<Answer> SendAsync(Operation operation, string? body, string? type = "application/json", string? id = null) =>
        service.All[operation.Port].SendAsync(operation.Method, operation.At(id ?? Api.NewId("bad")), body, type);

    private async Task<List<Operation>> WithBodyAsync() => [.. (await Operation.AllAsync(service)).Where(operation => operation.Body is not null)];

    /// <summary>Runs a check on each operation; at the end nothing may have changed, and nothing may have been an error of ours.</summary>
    private async Task EachAsync(IEnumerable<Operation> operations, Func<Operation, Task> check)
    {
        service.TakeErrors();
        var before = await Facts.ReadAsync(service);
        var faults = new List<string>();
        var count = 0;
        foreach (var operation in operations)
        {
            count++;
            try { await check(operation); }
            catch (Exception fault) when (fault is Xunit.Sdk.XunitException or HttpRequestException or JsonException or KeyNotFoundException) { faults.Add($"{operation}: {fault.Message}"); }
        }
        Assert.True(count > 2, "there are operations to check");
        Assert.Empty(faults);
        var errors = service.TakeErrors();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.Equal(before, await Facts.ReadAsync(service));
    }

    /// <summary>The fault of the body, or of its only item.</summary>
    private static async Task<JsonElement> FaultAsync(Operation operation, Answer answer)
    {
        if (!operation.Many || answer.Status != HttpStatusCode.OK) { return await answer.RefusedAsync(HttpStatusCode.BadRequest, "invalid"); }
        var results = answer.Ok();
        Assert.Equal((0, 1), (results.GetProperty("accepted").GetInt32(), results.GetProperty("refused").GetInt32()));
        return results.GetProperty("results")[0];
    }

    [Fact]
    public async Task Member_WrongInAnyWayThatTheDocumentForbids_IsNamed() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        foreach (var (path, why, body) in Schemas.Mutants(operation.Body!.Value))
        {
            var fault = await FaultAsync(operation, await SendAsync(operation, operation.Carry(body.ToJsonString())));
            Assert.True(fault.Text("error")!.Contains($"{path} must be ", StringComparison.Ordinal) || fault.Text("error")!.Contains($"{path} is required", StringComparison.Ordinal),
                $"{path} ({why}) is not named: {fault.Text("error")}");
        }
    });

    [Fact]
    public async Task Member_MissingThoughRequired_IsNamedTogetherWithTheOthers() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        if (!Schemas.Required(operation.Body!.Value).Any()) { return; }
        var fault = await FaultAsync(operation, await SendAsync(operation, operation.Carry("{}")));
        Assert.All(Schemas.Required(operation.Body!.Value), name => Assert.Contains($"{name} is required", fault.Text("error"), StringComparison.Ordinal));
    });

    [Fact]
    public async Task Body_NotAnObject_IsSaidSo() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        foreach (var item in NotObjects)
        {
            var fault = await FaultAsync(operation, await SendAsync(operation, operation.Carry(item)));
            Assert.Equal("body", fault.Text("field"));
        }
    });

    [Fact]
    public async Task Body_NotJson_IsSaidSo() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        foreach (var text in NotJson)
        {
            var answer = await SendAsync(operation, text);
            await answer.RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
        }
    });

    [Fact]
    public async Task Body_SameMemberTwice_IsSaidSo() => await EachAsync(await WithBodyAsync(), async operation =>
        Assert.Equal("body", (await FaultAsync(operation, await SendAsync(operation, operation.Carry("""{"a":1,"a":2}""")))).Text("field")));

    [Fact]
    public async Task Body_NestedTooDeep_IsSaidSo() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        foreach (var depth in Depths)
        {
            var deep = "{\"a\":" + new string('[', depth) + new string(']', depth) + "}";
            Assert.Equal("body", (await FaultAsync(operation, await SendAsync(operation, operation.Carry(deep)))).Text("field"));
        }
    });

    [Fact]
    public async Task Body_Missing_IsSaidSoWhereItIsRequired() => await EachAsync((await WithBodyAsync()).Where(operation => operation.Required), async operation =>
    {
        await (await SendAsync(operation, "")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
    });

    [Fact]
    public async Task Body_OfOtherMediaType_Is415() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        foreach (var type in OtherMediaTypes)
        {
            await (await SendAsync(operation, operation.Carry("{}"), type)).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        }
    });

    [Fact]
    public async Task Body_TooLarge_Is413() => await EachAsync(await WithBodyAsync(), async operation =>
    {
        var large = operation.Carry($$"""{"a":"{{new string('x', 300 * 1024)}}"}""");
        await (await SendAsync(operation, large)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    });

    [Fact]
    public async Task Body_TooLargeInPiecesOfUnknownNumber_Is413() => await EachAsync((await WithBodyAsync()).Take(3), async operation =>
    {
        using var request = new HttpRequestMessage(operation.Method, operation.At("x"));
        request.Content = new StringContent($$"""{"a":"{{new string('x', 300 * 1024)}}"}""", null, "application/json");
        request.Headers.TransferEncodingChunked = true;
        var raw = await service.All[operation.Port].Http.SendAsync(request);
        await ProblemAssert.IsAsync(raw, HttpStatusCode.RequestEntityTooLarge, "too_large");
    });

    [Fact]
    public async Task Id_ThatCannotBe_IsNamed() => await EachAsync((await Operation.AllAsync(service)).Where(operation => operation.Parameters.Length > 0), async operation =>
    {
        var body = operation.Body is { } schema ? operation.Carry(Schemas.Sample(schema)!.ToJsonString()) : null;
        foreach (var id in NotIds)
        {
            await (await SendAsync(operation, body, id: id)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", operation.Parameters[0]);
        }
    });

    [Fact]
    public async Task Id_OfNothing_Is404() => await EachAsync((await Operation.AllAsync(service)).Where(operation => operation.Parameters.Length > 0 && !operation.Makes), async operation =>
    {
        var body = operation.Body is { } schema ? operation.Carry(Schemas.Sample(schema)!.ToJsonString()) : null;
        await (await SendAsync(operation, body)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    });

    [Fact]
    public async Task Method_Unknown_Is405AndNamesThoseThatAre() => await EachAsync((await Operation.AllAsync(service)).DistinctBy(operation => (operation.Port, operation.Path)), async operation =>
    {
        foreach (var method in OtherMethods)
        {
            var answer = await service.All[operation.Port].SendAsync(method, operation.At("x"), null);
            await answer.RefusedAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
            Assert.Contains(operation.Method.Method, answer.Raw.Content.Headers.Allow);
        }
    });

    [Fact]
    public async Task Route_OfOnePort_IsUnknownOnTheOthers() => await EachAsync((await Operation.AllAsync(service)).Where(operation => !operation.Path.StartsWith("/health", StringComparison.Ordinal) && operation.Path != "/readyz"), async operation =>
    {
        for (var port = 0; port < service.All.Count; port++)
        {
            if (port == operation.Port) { continue; }
            await (await service.All[port].SendAsync(operation.Method, operation.At("x"), null)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }
    });
}
