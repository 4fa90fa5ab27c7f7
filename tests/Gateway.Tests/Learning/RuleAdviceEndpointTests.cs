using System.Globalization;
using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class RuleAdviceEndpointTests(RuleAdviceEndpointTests.Fixture service) : IClassFixture<RuleAdviceEndpointTests.Fixture>
{
    private const string Route = "/learning/adaptation-rules/advice";

    private readonly string _stream = Guid.NewGuid().ToString("N");
    private int _sent;

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly EmbeddedFixture _service = new() { Settings = ["--Nexus:Learning:FollowPeriod=00:00:00.1", "--Nexus:Learning:Rules:UsagePeriod=00:00:00.1", "--Nexus:Learning:Rules:InductionInterval=365.00:00:00"] };

        public Client Learning => _service.Learning;

        public Task InitializeAsync() => _service.InitializeAsync();

        public Task DisposeAsync() => _service.DisposeAsync();
    }

    [Fact]
    public async Task Advise_RuleAgainstAnAction_ComesLastWithTheRuleAndIsCounted()
    {
        await RecordAsync(1_000);
        (await service.Learning.PostAsync($"/learning/adaptation-rules/induce?stream={_stream}")).Ok();
        await RecordAsync(500);
        await Until.TrueAsync(async () => (await AdviseAsync(90, acts: false)).Text("effect") == "changed", "a rule against fast moves of large things is in force");

        Assert.All((await ListAsync()).EnumerateObject(), rule => Assert.Equal(0, rule.Value.GetProperty("usage_count").GetInt64()));
        var advice = await AdviseAsync(90);

        Assert.Equal([1, 0], advice.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("index").GetInt32()));
        var last = advice.GetProperty("actions")[1];
        Assert.Equal("fast", last.GetProperty("action").Text("mode"));
        Assert.InRange(last.GetProperty("success_probability").GetDouble(), last.GetProperty("low").GetDouble(), last.GetProperty("high").GetDouble());
        Assert.True(last.GetProperty("success_probability").GetDouble() < advice.GetProperty("base_rate").GetDouble());
        var rule = last.GetProperty("rules")[0];
        Assert.Equal((last.Text("rests_on"), "failure"), (rule.Text("id"), rule.Text("outcome")));
        Assert.Contains("action.mode = fast", rule.Text("condition"), StringComparison.Ordinal);
        Assert.Contains(rule.Text("id"), advice.GetProperty("rules_used").EnumerateArray().Select(id => id.GetString()));
        await Until.TrueAsync(async () => (await ListAsync()).GetProperty(rule.Text("id")!) is var counted && counted.GetProperty("usage_count").GetInt64() == 1 && counted.GetProperty("last_used").ValueKind == JsonValueKind.String, "the rule was used once");
    }

    [Fact]
    public async Task Advise_NoRules_SaysSoAndKeepsTheOrder()
    {
        var advice = await AdviseAsync(90);

        Assert.Equal([0, 1], advice.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("index").GetInt32()));
        Assert.Equal((0, JsonValueKind.Null, JsonValueKind.Null), (advice.GetProperty("rules_in_force").GetInt32(), advice.GetProperty("effect").ValueKind, advice.GetProperty("base_rate").ValueKind));
        Assert.Equal(JsonValueKind.Null, advice.GetProperty("actions")[0].GetProperty("success_probability").ValueKind);
        Assert.StartsWith($"No rule of stream '{_stream}' is in force", advice.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "actions")]
    [InlineData("""{"actions":[]}""", "actions")]
    [InlineData("""{"actions":[1]}""", "actions[0]")]
    [InlineData("""{"actions":[{}],"context":[]}""", "context")]
    [InlineData("""{"actions":[{}],"stream":""}""", "stream")]
    [InlineData("""{"actions":[{}],"acts":"yes"}""", "acts")]
    [InlineData("""{"actions":[{}],"at":"soon"}""", "at")]
    public async Task BadInput_NamesTheField(string body, string field) => await (await service.Learning.PostAsync(Route, body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    private async Task<JsonElement> AdviseAsync(int size, bool acts = true)
    {
        var body = $$"""{"stream":"{{_stream}}","context":{"size":{{size}}},"actions":[{"mode":"fast"},{"mode":"safe"}],"acts":{{(acts ? "true" : "false")}}}""";
        return (await service.Learning.PostAsync(Route, body)).Ok();
    }

    private async Task<JsonElement> ListAsync() => (await service.Learning.GetAsync($"/learning/adaptation-rules?stream={_stream}")).Ok().GetProperty("adaptation_rules");

    /// <summary>Large things that are moved fast break.</summary>
    private async Task RecordAsync(int count)
    {
        var random = new Random(++_sent);
        var lines = Enumerable.Range(0, count).Select(_ => (Size: random.Next(100), Mode: random.Next(2) == 0 ? "fast" : "safe")).Select(one => string.Create(CultureInfo.InvariantCulture,
            $$"""{"stream":"{{_stream}}","context":{"size":{{one.Size}}},"action_taken":{"mode":"{{one.Mode}}"},"outcome":{},"success":{{(random.NextDouble() < (one.Size > 70 && one.Mode == "fast" ? 0.05 : 0.93) ? "true" : "false")}}}"""));
        Assert.Equal(count, (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok().GetProperty("accepted").GetInt32());
    }
}
