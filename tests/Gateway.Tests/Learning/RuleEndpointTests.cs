using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NexusActors.Hosting;
using NexusActors.Ledger;

namespace NexusActors.Learning;

public sealed class RuleEndpointTests(RuleEndpointTests.Fixture service) : IClassFixture<RuleEndpointTests.Fixture>
{
    private static readonly string[] Legacy = ["id", "condition", "action", "priority", "confidence", "success_rate", "usage_count", "created_at", "last_used"];

    private readonly string _stream = Guid.NewGuid().ToString("N");
    private int _sent;

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly EmbeddedFixture _service = new() { Settings = ["--Nexus:Learning:FollowPeriod=00:00:00.1", "--Nexus:Learning:Rules:InductionInterval=365.00:00:00"] };

        public Client Learning => _service.Learning;

        internal ILedger Ledger => _service.Services.GetRequiredService<ILedger>();

        public Task InitializeAsync() => _service.InitializeAsync();

        public Task DisposeAsync() => _service.DisposeAsync();
    }

    [Fact]
    public async Task List_AfterExperiences_HasTheMembersOfTheOriginalById()
    {
        var id = await LearnAsync();

        var reply = (await service.Learning.GetAsync("/learning/adaptation-rules")).Ok();

        Assert.Superset(new HashSet<string> { "adaptation_rules", "count", "timestamp" }, reply.Names().ToHashSet());
        var rule = reply.GetProperty("adaptation_rules").GetProperty(id);
        Assert.Superset(Legacy.ToHashSet(), rule.Names().ToHashSet());
        Assert.Equal(id, rule.Text("id"));
        Assert.Matches("^disk_free_gb < [45](\\.\\d+)? and region = eu$", rule.Text("condition"));
        Assert.Equal("expect failure", rule.Text("action"));
        Assert.InRange(rule.GetProperty("priority").GetInt32(), 1, 10);
        Assert.InRange(rule.GetProperty("confidence").GetDouble(), 0.1, rule.GetProperty("success_rate").GetDouble());
    }

    [Fact]
    public async Task Rule_LaterExperiencesBearItOut_ComesIntoForceWithEvidenceAndEvent()
    {
        var id = await LearnAsync();
        await RecordAsync(400);

        var rule = await UntilAsync(id, rule => rule.Text("status") == "active");

        Assert.True(rule.GetProperty("in_force").GetBoolean());
        Assert.StartsWith("holds: right ", rule.Text("reason"), StringComparison.Ordinal);
        var since = rule.GetProperty("since");
        Assert.Equal((0, JsonValueKind.Null), (rule.GetProperty("usage_count").GetInt64(), rule.GetProperty("last_used").ValueKind));
        Assert.True(since.GetProperty("precision_low").GetDouble() >= 0.6);
        Assert.NotEqual(JsonValueKind.Null, rule.GetProperty("last_met").ValueKind);
        Assert.Equal(["rule.induced", "rule.promoted"], (await EventsAsync(id)).Where(type => type is not "rule.watched"));
        Assert.True((await service.Learning.GetAsync("/learning/status")).Ok().GetProperty("adaptation_rules").GetInt32() > 0);
    }

    [Fact]
    public async Task Rule_TheWorldChanges_IsRetiredAndNoLongerListed()
    {
        var id = await LearnAsync();
        await RecordAsync(600, isBroken: true);

        await UntilAsync(id, rule => rule.Text("status") == "retired");

        Assert.False((await ListAsync()).TryGetProperty(id, out _));
        Assert.True((await ListAsync("&status=retired")).TryGetProperty(id, out _));
    }

    [Fact]
    public async Task Set_PinnedThenDisabled_StandsAboveTheEvidence()
    {
        var id = await LearnAsync();

        var pinned = (await service.Learning.PutAsync($"/learning/adaptation-rules/{id}", """{"pinned":true}""")).Ok().GetProperty("adaptation_rule");
        Assert.Equal((true, "active", true), (pinned.GetProperty("in_force").GetBoolean(), pinned.Text("status"), pinned.GetProperty("pinned").GetBoolean()));
        await (await service.Learning.PutAsync($"/learning/adaptation-rules/{id}", """{"disabled":true}""")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible", "disabled");

        var disabled = (await service.Learning.PutAsync($"/learning/adaptation-rules/{id}", """{"pinned":false,"disabled":true}""")).Ok().GetProperty("adaptation_rule");
        Assert.Equal((false, true), (disabled.GetProperty("in_force").GetBoolean(), disabled.GetProperty("disabled").GetBoolean()));
        Assert.Equal(2, (await EventsAsync(id)).Count(type => type == "rule.changed"));
    }

    [Fact]
    public async Task Induce_Again_NothingIsNew()
    {
        await LearnAsync();

        var again = (await service.Learning.PostAsync($"/learning/adaptation-rules/induce?stream={_stream}")).Ok();

        Assert.True(again.GetProperty("found").GetInt32() > 0, again.Text("message"));
        Assert.Equal(0, again.GetProperty("added").GetInt32());
    }

    [Fact]
    public async Task Induce_TooLittleData_SaysSo()
    {
        await RecordAsync(30);

        Assert.Equal($"Too little data: stream '{_stream}' has 30 experiences, at least 100 are needed.", (await service.Learning.PostAsync($"/learning/adaptation-rules/induce?stream={_stream}")).Ok().Text("message"));
    }

    [Fact]
    public async Task Export_JsonAndCsv_HaveTheSameRules()
    {
        var id = await LearnAsync();

        var json = (await service.Learning.GetAsync($"/learning/adaptation-rules/export?stream={_stream}")).Ok();
        var csv = await service.Learning.GetAsync($"/learning/adaptation-rules/export?stream={_stream}&format=csv");

        var ids = json.GetProperty("adaptation_rules").EnumerateArray().Select(rule => rule.Text("id")).ToArray();
        Assert.Contains(id, ids);
        Assert.Equal("text/csv", csv.Raw.Content.Headers.ContentType?.MediaType);
        var lines = csv.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("id,stream,condition,outcome,", lines[0], StringComparison.Ordinal);
        Assert.Equal(ids, lines.Skip(1).Select(line => line.Split(',')[0]));
    }

    [Theory]
    [InlineData("status", "?status=asleep")]
    [InlineData("limit", "?limit=1")]
    [InlineData("format", "/export?format=xml")]
    public async Task BadQuery_NamesTheMember(string field, string query) => await (await service.Learning.GetAsync("/learning/adaptation-rules" + query)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task Unknown_Rule_Is404()
    {
        await (await service.Learning.GetAsync("/learning/adaptation-rules/rule-none")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await service.Learning.PutAsync("/learning/adaptation-rules/rule-none", """{"pinned":true}""")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await service.Learning.PutAsync("/learning/adaptation-rules/rule-none", """{"pinned":1}""")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "pinned");
    }

    /// <summary>Records what teaches one rule of failure, and gives its id.</summary>
    private async Task<string> LearnAsync()
    {
        await RecordAsync(1_000);
        (await service.Learning.PostAsync($"/learning/adaptation-rules/induce?stream={_stream}")).Ok();
        return Assert.Single((await ListAsync()).EnumerateObject(), rule => rule.Value.Text("outcome") == "failure").Name;
    }

    private async Task<JsonElement> ListAsync(string more = "") => (await service.Learning.GetAsync($"/learning/adaptation-rules?stream={_stream}{more}")).Ok().GetProperty("adaptation_rules");

    private async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> holds)
    {
        var rule = default(JsonElement);
        await Until.TrueAsync(async () => holds(rule = (await service.Learning.GetAsync($"/learning/adaptation-rules/{id}")).Ok().GetProperty("adaptation_rule")), $"rule {id} stands otherwise");
        return rule;
    }

    /// <summary>Types of what happened to a rule, in order.</summary>
    private async Task<string[]> EventsAsync(string id)
    {
        var page = await service.Ledger.ReadEventsAsync(0, new() { Types = ["rule.*"] }, 100_000);
        return [.. page.Events.Where(happened => happened.DataJson.Contains(id, StringComparison.Ordinal)).Select(happened => happened.Type)];
    }

    /// <summary>Nearly full disks in region eu fail; where the world is broken they do not.</summary>
    private async Task RecordAsync(int count, bool isBroken = false)
    {
        var random = new Random(++_sent);
        var lines = Enumerable.Range(0, count).Select(_ => (Free: random.Next(300) / 10.0, Region: random.Next(2) == 0 ? "eu" : "us")).Select(disk => string.Create(CultureInfo.InvariantCulture,
            $$"""{"stream":"{{_stream}}","context":{"disk_free_gb":{{disk.Free:F1}},"region":"{{disk.Region}}"},"action_taken":{},"outcome":{},"success":{{(random.NextDouble() < (!isBroken && disk.Free < 5 && disk.Region == "eu" ? 0.05 : 0.95) ? "true" : "false")}}}"""));
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();
        Assert.Equal(count, reply.GetProperty("accepted").GetInt32());
    }
}
