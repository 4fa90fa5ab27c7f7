using System.Globalization;
using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class NeighbourEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _stream = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Similar_SituationsThatWereThere_NearestFirstWithWhatCameOfThem()
    {
        await RecordAsync(200);

        var reply = await FindAsync("""{"load":0.905,"region":"eu"}""", ""","action_taken":{"type":"drain"},"limit":5""");

        Assert.Equal((5, 200), (reply.GetProperty("count").GetInt32(), reply.GetProperty("experiences_compared").GetInt32()));
        Assert.Equal(3, reply.GetProperty("features_compared").GetInt32());
        Assert.False(reply.GetProperty("truncated").GetBoolean());
        var found = reply.GetProperty("experiences").EnumerateArray().ToArray();
        var distances = found.Select(one => one.GetProperty("distance").GetDouble()).ToArray();
        Assert.Equal(distances.Order(), distances);
        Assert.All(found, one => Assert.Equal("eu", one.GetProperty("experience").GetProperty("context").Text("region")));
        Assert.All(found, one => Assert.InRange(one.GetProperty("experience").GetProperty("context").GetProperty("load").GetDouble(), 0.8, 1));
        var summary = reply.GetProperty("summary");
        Assert.Equal(found.Count(one => one.GetProperty("experience").GetProperty("success").GetBoolean()) / 5.0, summary.GetProperty("success_rate").GetDouble());
        Assert.InRange(summary.GetProperty("success_rate").GetDouble(), summary.GetProperty("success_rate_low").GetDouble(), summary.GetProperty("success_rate_high").GetDouble());
        Assert.InRange(summary.GetProperty("base_success_rate").GetDouble(), 0.01, 0.99);
        var seconds = summary.GetProperty("numbers").GetProperty("outcome.seconds");
        Assert.Equal(5, seconds.GetProperty("count").GetInt32());
        Assert.InRange(seconds.GetProperty("median").GetDouble(), seconds.GetProperty("p10").GetDouble(), seconds.GetProperty("p90").GetDouble());
    }

    [Fact]
    public async Task Similar_SomethingDiffers_IsTold()
    {
        await RecordAsync(200);

        var reply = await FindAsync("""{"load":0.5,"region":"mars","cpu":3}""", ""","limit":1""");

        Assert.Equal(["cpu", "region"], reply.GetProperty("unknown").EnumerateArray().Select(name => name.GetString()));
        var difference = reply.GetProperty("experiences")[0].GetProperty("differences")[0];
        Assert.Equal("region", difference.Text("feature"));
        Assert.Equal("(other)", difference.Text("asked"));
        Assert.Equal(2, reply.GetProperty("features_compared").GetInt32());
    }

    /// <summary>What is stored is compared from the next question on.</summary>
    [Fact]
    public async Task Similar_ExperienceComes_IsFoundAtOnce()
    {
        await RecordAsync(50);
        await FindAsync("""{"load":0.5,"region":"eu"}""");
        (await service.Learning.PostAsync("/learning/experiences", $$"""{"id":"{{_stream}}-new","stream":"{{_stream}}","context":{"load":7,"region":"us"},"action_taken":{"type":"drain"},"outcome":{},"success":false}""")).Ok();

        var reply = await FindAsync("""{"load":7,"region":"us"}""", ""","limit":1""");

        Assert.Equal($"{_stream}-new", reply.GetProperty("experiences")[0].GetProperty("experience").Text("id"));
        Assert.Equal(0, reply.GetProperty("experiences")[0].GetProperty("distance").GetDouble());
        Assert.Equal(51, reply.GetProperty("experiences_compared").GetInt32());
    }

    [Fact]
    public async Task Similar_NothingThere_SaysSo()
    {
        var reply = await FindAsync("{}");

        Assert.Equal(0, reply.GetProperty("count").GetInt32());
        Assert.Contains("no experiences", reply.Text("message"), StringComparison.Ordinal);
        Assert.False(reply.TryGetProperty("summary", out _));
        Assert.True(reply.TryGetProperty("timestamp", out _));
    }

    [Theory]
    [InlineData("context", "{}")]
    [InlineData("context", """{"context":3}""")]
    [InlineData("action_taken", """{"context":{},"action_taken":[]}""")]
    [InlineData("limit", """{"context":{},"limit":101}""")]
    [InlineData("at", """{"context":{},"at":"soon"}""")]
    [InlineData("stream", """{"context":{},"stream":""}""")]
    public async Task BadInput_NamesTheField(string field, string body) =>
        await (await service.Learning.PostAsync("/learning/experiences/similar", body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    private async Task<JsonElement> FindAsync(string context, string more = "") =>
        (await service.Learning.PostAsync("/learning/experiences/similar", $$"""{"stream":"{{_stream}}","context":{{context}}{{more}}}""")).Ok();

    /// <summary>Load rises from 0 to 1 in both regions; what is loaded fails.</summary>
    private async Task RecordAsync(int count)
    {
        var lines = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture,
            $$"""{"stream":"{{_stream}}","context":{"load":{{(double)i / count}},"region":"{{(i % 2 == 0 ? "eu" : "us")}}"},"action_taken":{"type":"{{(i % 4 < 2 ? "drain" : "copy")}}"},"outcome":{"seconds":{{i}}},"success":{{(i < count / 2 ? "true" : "false")}}}"""));
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();
        Assert.Equal(count, reply.GetProperty("accepted").GetInt32());
    }
}
