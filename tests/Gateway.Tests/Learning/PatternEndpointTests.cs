using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class PatternEndpointTests(PatternEndpointTests.Fixture service) : IClassFixture<PatternEndpointTests.Fixture>
{
    private const int ExperiencesMax = 600;

    private static readonly string[] Regions = ["eu", "us", "ap"], Failing = ["drain", "restart", "rollback"], Sound = ["copy", "scan", "copy"];

    private readonly string _stream = Guid.NewGuid().ToString("N");

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly EmbeddedFixture _service = new() { Settings = [$"--Nexus:Learning:Patterns:ExperiencesMax={ExperiencesMax}", "--Nexus:Learning:Patterns:CacheTime=00:10:00"] };

        public Client Learning => _service.Learning;

        public Task InitializeAsync() => _service.InitializeAsync();

        public Task DisposeAsync() => _service.DisposeAsync();
    }

    [Fact]
    public async Task Patterns_OfTheOriginal_HasItsMembers()
    {
        await RecordAsync(400);

        var reply = (await service.Learning.GetAsync("/learning/patterns?hours=24")).Ok();

        Assert.Superset(new HashSet<string> { "patterns", "analysis_period_hours", "experiences_analyzed", "timestamp" }, reply.Names().ToHashSet());
        Assert.Equal(24, reply.GetProperty("analysis_period_hours").GetInt32());
        var patterns = reply.GetProperty("patterns");
        Assert.Equal(patterns.GetProperty("total_clusters").GetInt32(), patterns.GetProperty("patterns").GetArrayLength());
        Assert.InRange(patterns.GetProperty("silhouette_score").GetDouble(), 0.01, 1);
        Assert.False(patterns.TryGetProperty("message", out _));
    }

    [Fact]
    public async Task Patterns_FailuresHaveACondition_SegmentTellsItWithEvidence()
    {
        await RecordAsync(500);

        var reply = await FindAsync();

        Assert.Equal(500, reply.GetProperty("experiences_analyzed").GetInt32());
        Assert.False(reply.GetProperty("truncated").GetBoolean());
        var segment = reply.GetProperty("patterns").GetProperty("segments")[0];
        Assert.Equal(["region = eu"], segment.GetProperty("conditions").EnumerateArray().Select(condition => condition.GetString()));
        Assert.True(segment.GetProperty("success_rate_high").GetDouble() < segment.GetProperty("rest_success_rate").GetDouble());
        Assert.StartsWith("Where region = eu, ", segment.Text("description"), StringComparison.Ordinal);
        foreach (var id in segment.GetProperty("example_ids").EnumerateArray())
        {
            Assert.Equal("eu", (await service.Learning.GetAsync($"/learning/experiences/{id.GetString()}")).Ok().GetProperty("context").Text("region"));
        }
    }

    [Fact]
    public async Task Patterns_ActionsFollowEachOther_SequenceIsTold()
    {
        var random = new Random(1);
        var now = DateTimeOffset.UtcNow;
        var lines = Enumerable.Range(0, 60).SelectMany(session => (random.Next(2) == 0 ? Failing : Sound).Select((action, i) =>
            $$"""{"stream":"{{_stream}}","timestamp":"{{now.AddSeconds(i - 10):O}}","context":{"session_id":"{{session}}"},"action_taken":{"action_type":"{{action}}"},"outcome":{},"success":{{(action == "rollback" ? "false" : "true")}}}"""));
        (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();

        var patterns = (await FindAsync()).GetProperty("patterns");

        Assert.Equal(60, patterns.GetProperty("sequence_runs").GetInt32());
        var sequence = Assert.Single(patterns.GetProperty("sequences").EnumerateArray(), told => string.Join(' ', told.GetProperty("actions").EnumerateArray().Select(action => action.GetString())) == "drain restart rollback");
        Assert.Equal(0, sequence.GetProperty("success_rate").GetDouble());
        Assert.True(sequence.GetProperty("lift").GetDouble() > 1.5);
    }

    [Fact]
    public async Task Patterns_TooLittleData_OnlyAMessage()
    {
        await RecordAsync(5);

        var reply = await FindAsync();

        Assert.Equal(["message"], reply.GetProperty("patterns").Names());
        Assert.Equal(5, reply.GetProperty("experiences_analyzed").GetInt32());
    }

    /// <summary>The answer is kept, but not beyond the next experience.</summary>
    [Fact]
    public async Task Patterns_ExperienceComes_IsLookedAtAtOnce()
    {
        await RecordAsync(20);
        Assert.Equal(20, (await FindAsync()).GetProperty("experiences_analyzed").GetInt32());

        await RecordAsync(7);

        Assert.Equal(27, (await FindAsync()).GetProperty("experiences_analyzed").GetInt32());
    }

    [Fact]
    public async Task Patterns_Hours_OnlyThePeriodIsLookedAt()
    {
        await RecordAsync(15, hoursAgo: 3);
        await RecordAsync(12, hoursAgo: 0);

        Assert.Equal(12, (await FindAsync("&hours=2")).GetProperty("experiences_analyzed").GetInt32());
        Assert.Equal(27, (await FindAsync("&hours=4")).GetProperty("experiences_analyzed").GetInt32());
    }

    [Fact]
    public async Task Patterns_MoreThanTheBound_TheNewestAndSaysSo()
    {
        await RecordAsync(ExperiencesMax + 1);

        var reply = await FindAsync("&limit=1");

        Assert.Equal(ExperiencesMax, reply.GetProperty("experiences_analyzed").GetInt32());
        Assert.True(reply.GetProperty("truncated").GetBoolean());
        Assert.Equal(1, reply.GetProperty("patterns").GetProperty("patterns").GetArrayLength());
        Assert.InRange(reply.GetProperty("patterns").GetProperty("segments").GetArrayLength(), 0, 1);
    }

    [Theory]
    [InlineData("hours", "?hours=0")]
    [InlineData("hours", "?hours=yesterday")]
    [InlineData("limit", "?limit=101")]
    [InlineData("hour", "?hour=3")]
    public async Task Patterns_BadQuery_NamesTheMember(string field, string query) =>
        await (await service.Learning.GetAsync("/learning/patterns" + query)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    private async Task<JsonElement> FindAsync(string more = "") => (await service.Learning.GetAsync($"/learning/patterns?stream={_stream}{more}")).Ok();

    /// <summary>Those of region eu mostly fail.</summary>
    private async Task RecordAsync(int count, int hoursAgo = 0)
    {
        var (random, now) = (new Random(count), DateTimeOffset.UtcNow.AddHours(-hoursAgo));
        var lines = Enumerable.Range(0, count).Select(_ => Regions[random.Next(3)]).Select(region => string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $$"""{"stream":"{{_stream}}","timestamp":"{{now:O}}","context":{"region":"{{region}}","load":{{random.NextDouble():F3}}},"action_taken":{"action_type":"copy"},"outcome":{},"success":{{(random.NextDouble() < (region == "eu" ? 0.2 : 0.9) ? "true" : "false")}}}"""));
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();
        Assert.Equal(count, reply.GetProperty("accepted").GetInt32());
    }
}
