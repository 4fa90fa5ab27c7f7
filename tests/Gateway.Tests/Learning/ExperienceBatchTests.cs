using System.Net;
using System.Text;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class ExperienceBatchTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    private string Item(string id, string stream = "default") => $$"""{"id":"{{_key}}-{{id}}","stream":"{{stream}}-{{_key}}","context":{"n":1},"action_taken":{},"outcome":{},"success":true}""";

    [Theory]
    [InlineData("application/json", "[", ",", "]")]
    [InlineData("application/x-ndjson", "", "\n", "\n")]
    public async Task Batch_GoodAndBadItems_AreAnsweredEachForItself(string mediaType, string open, string between, string close)
    {
        string[] items = [Item("1"), """{"context":{}}""", Item("2", "other"), Item("1"), "7"];
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", open + string.Join(between, items) + close, mediaType)).Ok();

        Assert.Equal(2, reply.GetProperty("accepted").GetInt32());
        Assert.Equal(3, reply.GetProperty("refused").GetInt32());
        var results = reply.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, 5), results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal([$"{_key}-1", null, $"{_key}-2", null, null], results.Select(result => Member(result, "experience_id")));
        Assert.Equal([null, "invalid", null, "already_exists", "invalid"], results.Select(result => Member(result, "code")));
        Assert.Equal([null, "action_taken", null, "id", "body"], results.Select(result => Member(result, "field")));
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Batch_TenThousand_AreAllStored()
    {
        var before = await TotalAsync();
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', Enumerable.Range(0, 10_000).Select(i => Item($"n{i}", $"s{i % 3}"))), "application/x-ndjson")).Ok();

        Assert.Equal(10_000, reply.GetProperty("accepted").GetInt32());
        Assert.Equal(before + 10_000, await TotalAsync());
    }

    [Fact]
    public async Task Batch_OneMoreThanTenThousand_IsRefusedWhole()
    {
        var before = await TotalAsync();
        var answer = await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', Enumerable.Range(0, 10_001).Select(i => Item($"m{i}"))), "application/x-ndjson");

        await answer.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        Assert.Equal(before, await TotalAsync());
    }

    [Fact]
    public async Task Batch_WrongFormAsAWhole_IsRefused()
    {
        await (await service.Learning.PostAsync("/learning/experiences/batch", Item("1"))).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
        await (await service.Learning.PostAsync("/learning/experiences/batch", $"[{Item("1")},")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
        await (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", "a,b", "text/plain")).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Batch_RefusedWhole_LeavesTheConnectionOfUse()
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = service.Learning.Http.BaseAddress };
        for (var i = 0; i < 20; i++)
        {
            using var refused = await http.PostAsync("/learning/experiences/batch", new StringContent($"[{Item("1")},", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    private async Task<int> CountAsync()
    {
        var count = 0;
        foreach (var stream in new[] { "default", "other" })
        {
            count += (await service.Learning.GetAsync($"/learning/experiences?stream={stream}-{_key}")).Ok().GetProperty("count").GetInt32();
        }

        return count;
    }

    private async Task<long> TotalAsync() => (await service.Learning.GetAsync("/learning/status")).Ok().GetProperty("total_experiences").GetInt64();

    private static string? Member(JsonElement result, string name) => result.TryGetProperty(name, out var value) ? value.GetString() : null;
}
