using System.Globalization;
using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class DecisionEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private const string Servers = """
        "scenario_type":"resource_allocation","description":"the shop is slow","context":{"load":0.9},"objectives":["minimize_cost","maximize_performance"],
        "available_actions":[{"action_type":"scale_up","estimated_cost":500,"performance_gain":0.5,"zone":"b"},{"action_type":"restart","estimated_cost":100,"performance_gain":0.4},{"action_type":"rebuild","estimated_cost":900,"performance_gain":0.2}]
        """;

    private static readonly string[] Legacy = ["scenario_id", "selected_action", "confidence", "reasoning", "expected_outcomes", "risk_assessment", "alternative_actions", "decision_time", "timestamp"];

    private readonly string _id = Api.NewId("decision");

    [Fact]
    public async Task Decide_BodyOfTheOriginal_EveryLegacyMemberFirst()
    {
        var reply = (await service.Learning.PostAsync("/decisions", $"{{{Servers}}}")).Ok();

        Assert.Equal(["decision_result", "timestamp"], reply.Names());
        var result = reply.GetProperty("decision_result");
        Assert.Equal(Legacy, result.Names().Take(Legacy.Length));
        Assert.NotEmpty(result.Text("scenario_id")!);
        Assert.Equal("""{"action_type":"restart","estimated_cost":100,"performance_gain":0.4}""", result.GetProperty("selected_action").GetRawText());
        Assert.InRange(result.GetProperty("confidence").GetDouble(), 0.3, 1);
        Assert.Contains("'restart' ranks first of 3", result.Text("reasoning"), StringComparison.Ordinal);
        Assert.Equal(100, result.GetProperty("expected_outcomes").GetProperty("estimated_cost").GetDouble());
        Assert.True(result.GetProperty("risk_assessment").Text("level") is "low" or "medium" or "high");
        Assert.InRange(result.GetProperty("decision_time").GetDouble(), 0, 30);
        Assert.True(result.GetProperty("timestamp").TryGetDateTimeOffset(out _));
    }

    [Fact]
    public async Task Decide_Alternatives_AsTheyWereSentWithWhatWouldMakeThemWin()
    {
        var result = await DecideAsync("");

        var alternatives = result.GetProperty("alternative_actions").EnumerateArray().ToArray();
        Assert.Equal(["scale_up", "rebuild"], alternatives.Select(alternative => alternative.Text("name")));
        Assert.Equal("b", alternatives[0].GetProperty("action").Text("zone"));
        Assert.True(alternatives[0].GetProperty("score").GetDouble() > alternatives[1].GetProperty("score").GetDouble());
        Assert.Equal([true, false], alternatives.Select(alternative => alternative.GetProperty("on_pareto_front").GetBoolean()));
        var change = alternatives[0].GetProperty("wins_if").EnumerateArray().First(change => change.Text("attribute") == "estimated_cost");
        var cheaper = (await DecideAsync("", Servers.Replace("\"estimated_cost\":500", $"\"estimated_cost\":{(change.GetProperty("to").GetDouble() - 1).ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal), "-cheaper")).Text("selected_name");
        Assert.Equal("scale_up", cheaper);
    }

    [Fact]
    public async Task Decide_BeyondTheOriginal_TellsHowItCame()
    {
        var result = await DecideAsync(""","constraints":{"max_cost":500,"ignored":{"deep":1}},"weights":{"cost":2},"bounds":{"cost":[0,1000],"performance_gain":[0,1]},"method":"TOPSIS","urgency":0.9,"complexity":0.1,"risk_tolerance":0.2""", Servers.Replace("resource_allocation", "security_response", StringComparison.Ordinal));

        Assert.Equal("topsis", result.Text("method"));
        Assert.Equal(("rebuild", "max_cost"), (result.GetProperty("excluded")[0].Text("action"), result.GetProperty("excluded")[0].GetProperty("breaches")[0].Text("constraint")));
        Assert.Equal(400, result.GetProperty("excluded")[0].GetProperty("breaches")[0].GetProperty("excess").GetDouble());
        Assert.Equal(["restart", "scale_up"], result.GetProperty("pareto_front").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.Equal(["promethee", "spotis", "vikor"], result.GetProperty("witnesses").EnumerateArray().Select(witness => witness.Text("method")).Order());
        Assert.Equal(2.0 / 3, result.GetProperty("objectives")[0].GetProperty("weight").GetDouble(), 9);
        Assert.Equal((0, 1000, true), (result.GetProperty("objectives")[0].GetProperty("low").GetDouble(), result.GetProperty("objectives")[0].GetProperty("high").GetDouble(), result.GetProperty("objectives")[0].GetProperty("bounds_declared").GetBoolean()));
        Assert.Equal("ignored", result.GetProperty("constraints_not_applied")[0].Text("constraint"));
        Assert.Equal(2, result.GetProperty("ranking").GetArrayLength());
        Assert.Equal("minimize_cost", result.GetProperty("ranking")[0].GetProperty("scores")[0].Text("objective"));
        Assert.Equal(2, result.GetProperty("weight_flips").GetArrayLength());
        Assert.Equal((result.GetProperty("raw_confidence").GetDouble(), 0), (result.GetProperty("confidence").GetDouble(), result.GetProperty("calibrated_by").GetInt32()));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("policy").ValueKind);
    }

    [Fact]
    public async Task Decide_EveryActionBreaksAConstraint_SaysWhichIsNearestAndWhatWouldAdmitIt()
    {
        var refusal = await (await service.Learning.PostAsync("/decisions", $"{{\"id\":\"{_id}\",{Servers},\"constraints\":{{\"max_cost\":80}}}}")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible", "constraints");

        Assert.Contains("'restart' comes nearest: estimated_cost is 100, 20 above the limit of 80; it could be chosen with max_cost at 100", refusal.Text("error"), StringComparison.Ordinal);
        await (await service.Learning.GetAsync("/decisions/" + _id)).RefusedAsync(HttpStatusCode.NotFound, "not_found", "decision_id");
    }

    [Fact]
    public async Task Decide_SameIdAgain_SameRequestGetsTheFirstAnswerAnotherIsRefused()
    {
        var first = await DecideAsync("");

        Assert.Equal(first.GetRawText(), (await DecideAsync("")).GetRawText());
        await (await service.Learning.PostAsync("/decisions", $$"""{"id":"{{_id}}",{{Servers}},"urgency":0.6}""")).RefusedAsync(HttpStatusCode.BadRequest, "already_exists", "id");
    }

    [Theory]
    [InlineData("objectives[1]", "minimize_cost\",\"maximize_performance", "minimize_cost\",\"be_quick")]
    [InlineData("objectives", "minimize_cost\",\"maximize_performance", "minimize_beauty")]
    [InlineData("objectives", "[\"minimize_cost\",\"maximize_performance\"]", "[]")]
    [InlineData("available_actions[1]", "{\"action_type\":\"restart\",\"estimated_cost\":100,\"performance_gain\":0.4}", "\"restart\"")]
    [InlineData("available_actions['restart'].estimated_cost", "\"estimated_cost\":100", "\"estimated_cost\":1e200")]
    [InlineData("scenario_type", "resource_allocation", "gambling")]
    [InlineData("context", "\"context\":{\"load\":0.9}", "\"context\":7")]
    [InlineData("constraints.max_cost", "\"context\"", "\"constraints\":{\"max_cost\":\"low\"},\"context\"")]
    [InlineData("constraints.cost", "\"context\"", "\"constraints\":{\"cost\":{\"min\":5,\"max\":1}},\"context\"")]
    [InlineData("weights.speed", "\"context\"", "\"weights\":{\"speed\":1},\"context\"")]
    [InlineData("weights.cost", "\"context\"", "\"weights\":{\"cost\":-1},\"context\"")]
    [InlineData("bounds.cost", "\"context\"", "\"bounds\":{\"cost\":[5,5]},\"context\"")]
    [InlineData("method", "\"context\"", "\"method\":\"dice\",\"context\"")]
    [InlineData("missing", "\"context\"", "\"missing\":\"guess\",\"context\"")]
    [InlineData("urgency", "\"context\"", "\"urgency\":1.5,\"context\"")]
    [InlineData("mode", "\"context\"", "\"mode\":\"bold\",\"context\"")]
    [InlineData("id", "\"context\"", "\"id\":\"policies\",\"context\"")]
    public async Task Decide_BadInput_NamesTheMember(string field, string was, string now)
    {
        Assert.Contains(was, Servers, StringComparison.Ordinal);
        var refusal = await (await service.Learning.PostAsync("/decisions", $"{{{Servers.Replace(was, now, StringComparison.Ordinal)}}}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);
        Assert.StartsWith(field, refusal.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Decision_AskedAndAnsweredAsTheyWere()
    {
        var result = await DecideAsync(""","constraints":{"max_cost":500},"bounds":{"cost":[0,1000]}""");

        var stored = (await service.Learning.GetAsync("/decisions/" + _id)).Ok();

        Assert.Equal(result.GetRawText(), stored.GetProperty("decision_result").GetRawText());
        Assert.Equal("""{"load":0.9}""", stored.GetProperty("context").GetRawText());
        Assert.Equal("""{"max_cost":500}""", stored.GetProperty("constraints").GetRawText());
        Assert.Equal("""{"cost":[0,1000]}""", stored.GetProperty("bounds").GetRawText());
        Assert.Equal(3, stored.GetProperty("available_actions").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, stored.GetProperty("outcome").ValueKind);
    }

    [Fact]
    public async Task Outcome_Told_IsStoredWithAnExperienceOfTheScenario()
    {
        await DecideAsync("");

        var reply = (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":true,"performance_metrics":{"latency":12},"outcome":{"note":"fine"},"feedback_score":0.8}""")).Ok();

        Assert.Equal(["message", "decision_id", "experience_id", "timestamp"], reply.Names());
        var outcome = (await service.Learning.GetAsync("/decisions/" + _id)).Ok().GetProperty("outcome");
        Assert.Equal((true, 0.8, 12), (outcome.GetProperty("success").GetBoolean(), outcome.GetProperty("feedback_score").GetDouble(), outcome.GetProperty("performance_metrics").GetProperty("latency").GetDouble()));
        var experience = (await service.Learning.GetAsync("/learning/experiences/" + reply.Text("experience_id"))).Ok();
        Assert.Equal(("decision.resource_allocation", """{"load":0.9}"""), (experience.Text("stream"), experience.GetProperty("context").GetRawText()));
        Assert.Equal("restart", experience.GetProperty("action_taken").Text("action_type"));
        Assert.Equal("""{"note":"fine"}""", experience.GetProperty("outcome").GetRawText());
        Assert.Equal((true, 0.8), (experience.GetProperty("success").GetBoolean(), experience.GetProperty("feedback_score").GetDouble()));
    }

    [Fact]
    public async Task Outcome_ToldTwice_TheSameChangesNothingAnotherIsRefused()
    {
        await DecideAsync("");
        (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":false}""")).Ok();

        (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":false}""")).Ok();
        await (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":true}""")).RefusedAsync(HttpStatusCode.Conflict, "wrong_state");

        Assert.False((await service.Learning.GetAsync("/decisions/" + _id)).Ok().GetProperty("outcome").GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task List_FiltersAndPages_EachOnceNewestFirst()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add($"{_id}-{i}");
            (await service.Learning.PostAsync("/decisions", $$"""{"id":"{{ids[i]}}",{{Servers.Replace("resource_allocation", "incident_response", StringComparison.Ordinal)}}}""")).Ok();
        }
        (await service.Learning.PostAsync($"/decisions/{ids[2]}/outcome", """{"success":true}""")).Ok();

        var (seen, cursor) = (new List<string?>(), "");
        do
        {
            var page = (await service.Learning.GetAsync($"/decisions?scenario_type=incident_response&limit=2{cursor}")).Ok();
            Assert.InRange(page.GetProperty("count").GetInt32(), 1, 2);
            seen.AddRange(page.GetProperty("decisions").EnumerateArray().Select(decision => decision.Text("id")));
            cursor = page.Text("next_cursor") is { } next ? "&cursor=" + next : null;
        }
        while (cursor is not null);
        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
        var known = (await service.Learning.GetAsync("/decisions?scenario_type=incident_response&outcome_known=true")).Ok().GetProperty("decisions").EnumerateArray().Single();
        Assert.Equal((ids[2], "restart", true), (known.Text("id"), known.Text("selected_name"), known.GetProperty("success").GetBoolean()));
        Assert.Equal(4, (await service.Learning.GetAsync("/decisions?scenario_type=incident_response&outcome_known=false")).Ok().GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("limit", "?limit=501")]
    [InlineData("scenario_type", "?scenario_type=lunch")]
    [InlineData("outcome_known", "?outcome_known=soon")]
    [InlineData("cursor", "?cursor=1")]
    [InlineData("policy", "?policy=x")]
    public async Task List_BadQuery_NamesTheMember(string field, string query) => await (await service.Learning.GetAsync("/decisions" + query)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task Confidence_AfterOutcomes_CountsWhatWasStated()
    {
        var body = Servers.Replace("resource_allocation", "capacity_planning", StringComparison.Ordinal);
        var stated = (await DecideAsync("", body)).GetProperty("confidence").GetDouble();
        (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":true}""")).Ok();

        var reply = (await service.Learning.GetAsync("/decisions/confidence")).Ok();

        var scenario = reply.GetProperty("scenarios").EnumerateArray().Single(one => one.Text("scenario_type") == "capacity_planning");
        Assert.Equal((1, 1), (scenario.GetProperty("outcomes").GetInt32(), scenario.GetProperty("base_rate").GetDouble()));
        Assert.Equal((1 - stated) * (1 - stated), scenario.GetProperty("stated").GetProperty("brier").GetDouble(), 9);
        Assert.Equal(1 - stated, scenario.GetProperty("raw").GetProperty("calibration_error").GetDouble(), 9);
        Assert.Equal(stated, scenario.GetProperty("stated").GetProperty("bins")[0].GetProperty("confidence").GetDouble(), 9);
        Assert.Equal(["outcomes", "base_rate", "stated", "raw"], reply.GetProperty("all").Names());
    }

    [Fact]
    public async Task Policy_AskedInShadow_TheRankingAnswersAndTheRestIsKept()
    {
        var policy = Api.NewId("policy");

        var result = await DecideAsync($$""","mode":"explore","policy":"{{policy}}" """);

        Assert.Equal("restart", result.Text("selected_name"));
        var draw = result.GetProperty("policy");
        Assert.Equal((policy, "shadow", 1.0, "restart"), (draw.Text("policy"), draw.Text("mode"), draw.GetProperty("propensity").GetDouble(), draw.Text("ranked")));
        Assert.Equal(1, draw.GetProperty("options").EnumerateArray().Sum(option => option.GetProperty("probability").GetDouble()), 9);
        (await service.Learning.PostAsync($"/decisions/{_id}/outcome", """{"success":true}""")).Ok();
        var view = (await service.Learning.GetAsync("/decisions/policies/" + policy)).Ok();
        Assert.Equal(("shadow", 1, 0), (view.Text("mode"), view.GetProperty("outcomes").GetInt32(), view.GetProperty("explored").GetInt32()));
        Assert.Equal(0, view.GetProperty("evaluations").GetArrayLength());
    }

    [Fact]
    public async Task PutPolicy_Live_IsKeptAndAnswers()
    {
        var policy = Api.NewId("policy");

        var set = (await service.Learning.PutAsync("/decisions/policies/" + policy, """{"mode":"live","share":0.5}""")).Ok();
        var draw = (await DecideAsync($$""","mode":"explore","policy":"{{policy}}" """)).GetProperty("policy");

        Assert.Equal(("live", 0.5), (set.Text("mode"), set.GetProperty("share").GetDouble()));
        Assert.Equal(("live", 0.5), (draw.Text("mode"), draw.GetProperty("share").GetDouble()));
        Assert.Equal(draw.Text("answered") == "restart" ? 0.5 + 0.5 / 3 : 0.5 / 3, draw.GetProperty("propensity").GetDouble(), 9);
        var listed = (await service.Learning.GetAsync("/decisions/policies")).Ok().GetProperty("policies").EnumerateArray().Single(one => one.Text("name") == policy);
        Assert.Equal((set.Text("mode"), set.Text("created_at")), (listed.Text("mode"), listed.Text("created_at")));
        await (await service.Learning.PutAsync("/decisions/policies/" + policy, """{"mode":"asleep"}""")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "mode");
    }

    private async Task<JsonElement> DecideAsync(string more, string body = Servers, string suffix = "") =>
        (await service.Learning.PostAsync("/decisions", $$"""{"id":"{{_id}}{{suffix}}",{{body}}{{more}}}""")).Ok().GetProperty("decision_result");
}
