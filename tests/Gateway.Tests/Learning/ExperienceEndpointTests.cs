using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class ExperienceEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private const string Minimal = """{"context":{"load":0.7},"action_taken":{"scale":2},"outcome":{"latency":11},"success":true}""";

    private readonly string _stream = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Record_BodyOfTheOriginal_IsStoredWithItsDefaults()
    {
        var reply = (await service.Learning.PostAsync("/learning/experiences", Minimal)).Ok();
        var id = reply.GetProperty("experience_id").GetString()!;
        Assert.Equal(["message", "experience_id", "timestamp"], reply.EnumerateObject().Select(member => member.Name));

        var stored = await ReadAsync(id);
        Assert.Equal("""{"load":0.7}""", stored.GetProperty("context").GetRawText());
        Assert.Equal("""{"scale":2}""", stored.GetProperty("action_taken").GetRawText());
        Assert.Equal("""{"latency":11}""", stored.GetProperty("outcome").GetRawText());
        Assert.Equal("default", stored.GetProperty("stream").GetString());
        Assert.Equal("supervised", stored.GetProperty("learning_type").GetString());
        Assert.Equal(0.5, stored.GetProperty("feedback_score").GetDouble());
        Assert.Equal(reply.GetProperty("timestamp").GetString(), stored.GetProperty("timestamp").GetString());
    }

    [Fact]
    public async Task Record_EveryMember_ComesBackAsItWasSent()
    {
        var id = $"e-{_stream} ü";
        (await service.Learning.PostAsync("/learning/experiences", $$"""
            {"id":"{{id}}","stream":"{{_stream}}","timestamp":"2026-02-03T04:05:06.123456+01:00","context":{"a":[1,{"b":null}]},"action_taken":{},"outcome":{"x":"y"},"success":false,
             "performance_metrics":{"latency":1.25,"errors":0},"feedback_score":0.9,"learning_type":"REINFORCEMENT","tags":["a","b c"],"unknown":1}
            """)).Ok();

        var stored = await ReadAsync(id);
        Assert.Equal("2026-02-03T03:05:06.123456Z", stored.GetProperty("timestamp").GetString());
        Assert.Equal("reinforcement", stored.GetProperty("learning_type").GetString());
        Assert.False(stored.GetProperty("success").GetBoolean());
        Assert.Equal(0.9, stored.GetProperty("feedback_score").GetDouble());
        Assert.Equal("""{"errors":0,"latency":1.25}""", stored.GetProperty("performance_metrics").GetRawText());
        Assert.Equal("""["a","b c"]""", stored.GetProperty("tags").GetRawText());
    }

    [Fact]
    public async Task Record_IdThatIsTaken_IsRefusedAndTheFirstStays()
    {
        var body = Minimal.Insert(1, $"\"id\":\"{_stream}\",");
        (await service.Learning.PostAsync("/learning/experiences", body)).Ok();

        await (await service.Learning.PostAsync("/learning/experiences", body.Replace("true", "false", StringComparison.Ordinal))).RefusedAsync(HttpStatusCode.BadRequest, "already_exists", "id");
        Assert.True((await ReadAsync(_stream)).GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("context", """{"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("context", """{"context":[],"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("context", """{"context":{"a":1e999},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("action_taken", """{"context":{},"action_taken":"x","outcome":{},"success":true}""")]
    [InlineData("outcome", """{"context":{},"action_taken":{},"outcome":null,"success":true}""")]
    [InlineData("success", """{"context":{},"action_taken":{},"outcome":{},"success":"yes"}""")]
    [InlineData("id", """{"id":"a/b","context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("id", """{"id":"task:t1:1","context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("feedback_score", """{"feedback_score":1.5,"context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("learning_type", """{"learning_type":"guess","context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("timestamp", """{"timestamp":"yesterday","context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("performance_metrics.a", """{"performance_metrics":{"a":"1"},"context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("tags[1]", """{"tags":["a",""],"context":{},"action_taken":{},"outcome":{},"success":true}""")]
    [InlineData("body", """[1]""")]
    [InlineData("body", """{"context":NaN}""")]
    [InlineData("body", "")]
    public async Task Record_BadInput_NamesTheMemberAndStoresNothing(string field, string body)
    {
        var before = await TotalAsync();
        await (await service.Learning.PostAsync("/learning/experiences", body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);
        Assert.Equal(before, await TotalAsync());
    }

    [Fact]
    public async Task Get_UnknownOrImpossibleId_IsRefused()
    {
        await (await service.Learning.GetAsync("/learning/experiences/" + _stream)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await service.Learning.GetAsync("/learning/experiences/" + new string('x', 201))).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "experience_id");
        await (await service.Learning.GetAsync($"/learning/experiences/task:{new string('x', 200)}:1")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Status_AfterExperiences_CountsThemTruly()
    {
        var before = (await service.Learning.GetAsync("/learning/status")).Ok();
        await RecordAsync(1, success: true, DateTimeOffset.UtcNow);
        await RecordAsync(2, success: false, DateTimeOffset.UtcNow);
        await RecordAsync(3, success: true, DateTimeOffset.UtcNow.AddDays(-2));

        var after = (await service.Learning.GetAsync("/learning/status")).Ok();
        Assert.Equal(3, Difference("total_experiences"));
        Assert.Equal(2, Difference("recent_experiences_24h"));
        Assert.Equal(2, Difference("successful_experiences"));
        Assert.Equal("""{"regression_models":0,"classification_models":0}""", after.GetProperty("models_trained").GetRawText());
        Assert.Equal(JsonValueKind.Null, after.GetProperty("last_training").ValueKind);
        Assert.Equal(0.1, after.GetProperty("learning_rate").GetDouble());
        Assert.Equal(0.8, after.GetProperty("adaptation_threshold").GetDouble());

        long Difference(string name) => after.GetProperty(name).GetInt64() - before.GetProperty(name).GetInt64();
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("&success=true", 3)]
    [InlineData("&success=false&tag=odd", 0)]
    [InlineData("&tag=even", 2)]
    [InlineData("&type=online", 5)]
    [InlineData("&type=transfer", 0)]
    [InlineData("&from=2026-01-01T00:00:02Z&before=2026-01-01T00:00:04Z", 2)]
    public async Task List_Filters_AllMustMatch(string query, int count)
    {
        for (var i = 1; i <= 5; i++) { await RecordAsync(i, success: i % 2 == 1, new DateTimeOffset(2026, 1, 1, 0, 0, i, TimeSpan.Zero)); }

        Assert.Equal(count, (await service.Learning.GetAsync($"/learning/experiences?stream={_stream}{query}")).Ok().GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task List_Pages_ShowEachOnceNewestArrivalFirst()
    {
        for (var i = 1; i <= 7; i++) { await RecordAsync(i, success: true, DateTimeOffset.UtcNow.AddHours(-i)); }
        var (seen, cursor) = (new List<string?>(), "");
        do
        {
            var page = (await service.Learning.GetAsync($"/learning/experiences?stream={_stream}&limit=3{cursor}")).Ok();
            seen.AddRange(page.GetProperty("experiences").EnumerateArray().Select(experience => experience.GetProperty("id").GetString()));
            cursor = page.GetProperty("next_cursor").GetString() is { } next ? "&cursor=" + next : null;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, 7).Reverse().Select(i => $"{_stream}-{i}"), seen);
    }

    [Theory]
    [InlineData("limit", "?limit=0")]
    [InlineData("limit", "?limit=1001")]
    [InlineData("cursor", "?cursor=abc")]
    [InlineData("type", "?type=guess")]
    [InlineData("success", "?success=perhaps")]
    [InlineData("from", "?from=now")]
    [InlineData("tags", "?tags=a")]
    public async Task List_BadQuery_NamesTheMember(string field, string query) =>
        await (await service.Learning.GetAsync("/learning/experiences" + query)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    private async Task RecordAsync(int number, bool success, DateTimeOffset at) => (await service.Learning.PostAsync("/learning/experiences", JsonSerializer.Serialize(new
    {
        id = $"{_stream}-{number}",
        stream = _stream,
        timestamp = at,
        context = new { },
        action_taken = new { },
        outcome = new { },
        success,
        learning_type = "online",
        tags = new[] { number % 2 == 0 ? "even" : "odd" },
    }))).Ok();

    private async Task<JsonElement> ReadAsync(string id) => (await service.Learning.GetAsync("/learning/experiences/" + Uri.EscapeDataString(id))).Ok();

    private async Task<long> TotalAsync() => (await service.Learning.GetAsync("/learning/status")).Ok().GetProperty("total_experiences").GetInt64();
}
