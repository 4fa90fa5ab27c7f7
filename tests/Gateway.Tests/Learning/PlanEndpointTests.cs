using System.Globalization;
using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

[Collection(EmbeddedCollection.Name)]
public sealed class PlanEndpointTests(EmbeddedFixture service)
{
    private const string Legacy = """
        {"goals":[{"id":"g1","description":"Improve performance","priority":4,"success_criteria":["response_time < 1s"],"complexity":0.3},
                  {"id":"g2","description":"Harden","priority":3,"success_criteria":[],"requires_specialist":true}],
         "constraints":{"budget":100000,"timeline_weeks":12,"team_mood":"good"}}
        """;

    private const string Chain = """
        {"start_date":"2027-03-01","goals":[
          {"id":"a","description":"first","priority":3,"success_criteria":["memory_usage <= 100%"],"effort_days":5},
          {"id":"b","description":"second","priority":3,"success_criteria":["response_time < 1s","people like it"],"effort_days":{"optimistic":4,"most_likely":5,"pessimistic":6},"depends_on":["a"],"cost":50},
          {"id":"c","description":"third","priority":5,"success_criteria":[],"effort_days":5}],
         "constraints":{"team_sizes":{"team":1},"day_rates":{"team":100}}}
        """;

    private static readonly string[] LegacyMembers = ["id", "goals", "constraints", "time_horizon", "phases", "milestones", "risk_assessment", "resource_requirements", "created_at"];
    private static readonly string[] ChainGoals = ["a", "b", "c"];

    private Client Http => service.Learning;

    [Fact]
    public async Task Make_BodyOfTheOriginal_AnswersWithThePlan()
    {
        var reply = (await Http.PostAsync("/strategic-plans", Legacy)).Ok();

        Assert.Equal(["strategic_plan", "timestamp"], reply.Names());
        var plan = reply.GetProperty("strategic_plan");
        Assert.Empty(LegacyMembers.Except(plan.Names()));
        Assert.Equal(["g1", "g2"], plan.GetProperty("goals").EnumerateArray().Select(goal => goal.Text("id")));
        Assert.Equal("good", plan.GetProperty("constraints").Text("team_mood"));
        Assert.Equal(["constraints.team_mood"], plan.GetProperty("not_applied").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(("ready", 1, true), (plan.Text("status"), plan.GetProperty("version").GetInt32(), plan.GetProperty("proven_optimal").GetBoolean()));
        Assert.Equal(plan.GetProperty("length_days").GetDouble() / 5, plan.GetProperty("time_horizon").GetDouble());
        Assert.Equal(JsonValueKind.Array, plan.GetProperty("phases").ValueKind);
        Assert.Equal(["finish_days", "finish_p50", "finish_p80", "finish_p95", "cost", "chances", "drivers", "samples", "seed"], plan.GetProperty("risk_assessment").Names());
        Assert.Equal(["specialist", "team"], plan.GetProperty("resource_requirements").GetProperty("teams").EnumerateArray().Select(team => team.Text("team")));
        Assert.Empty(plan.GetProperty("breaches").EnumerateArray());
    }

    [Fact]
    public async Task Make_SameIdAgain_IsTheSamePlanOrRefused()
    {
        var id = Api.NewId("plan");
        var body = Chain.Insert(Chain.IndexOf('{') + 1, $"\"id\":\"{id}\",");
        var first = (await Http.PostAsync("/strategic-plans", body)).Ok().GetProperty("strategic_plan");
        var again = (await Http.PostAsync("/strategic-plans", body)).Ok().GetProperty("strategic_plan");

        Assert.Equal(first.GetRawText(), again.GetRawText());
        await (await Http.PostAsync("/strategic-plans", body.Replace("\"priority\":5", "\"priority\":4", StringComparison.Ordinal))).RefusedAsync(HttpStatusCode.BadRequest, "already_exists", "id");
        Assert.Equal(first.GetRawText(), (await PlanAsync(id)).GetRawText());
    }

    [Fact]
    public async Task Make_ScheduleRiskAndCost_FitTogether()
    {
        var plan = await MakeAsync(Chain);
        var goals = plan.GetProperty("schedule").EnumerateArray().ToDictionary(goal => goal.Text("goal_id")!);

        // One team of one: the important goal first, then the chain.
        Assert.Equal(["2027-03-08", "2027-03-15", "2027-03-01"], ChainGoals.Select(id => goals[id].Text("start")));
        Assert.Equal(("2027-03-19", 15.0, 3.0), (plan.Text("finish_date"), plan.GetProperty("length_days").GetDouble(), plan.GetProperty("time_horizon").GetDouble()));
        Assert.Equal(["c", "a", "b"], plan.GetProperty("critical_path").EnumerateArray().Select(goal => goal.GetString()));
        Assert.Equal("""{"optimistic":4,"most_likely":5,"pessimistic":6}""", goals["b"].GetProperty("effort_days").GetRawText());
        Assert.Equal(1_550, plan.GetProperty("resource_requirements").GetProperty("cost").GetDouble());
        Assert.Equal(3, plan.GetProperty("resource_requirements").GetProperty("weeks").GetArrayLength());
        Assert.Equal("b", plan.GetProperty("risk_assessment").GetProperty("drivers")[0].Text("goal_id"));
        Assert.Equal([1, 2], plan.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task Make_ConstraintsThatCannotBeKept_AnswersWithEachAndTheSmallestChange()
    {
        var plan = await MakeAsync(Chain.Replace("\"team_sizes\"", "\"budget\":1000,\"timeline_weeks\":2,\"team_sizes\"", StringComparison.Ordinal));

        var breaches = plan.GetProperty("breaches").EnumerateArray().ToDictionary(breach => breach.Text("constraint")!, breach => (breach.GetProperty("limit").GetDouble(), breach.GetProperty("smallest").GetDouble(), breach.GetProperty("is_proven").GetBoolean()));
        Assert.Equal(new Dictionary<string, (double, double, bool)> { ["budget"] = (1_000, 1_550, true), ["timeline_weeks"] = (2, 3, true) }, breaches);
        var team = Assert.Single(plan.GetProperty("team_relaxations").EnumerateArray());
        Assert.Equal(("team", 1, 2), (team.Text("team"), team.GetProperty("size").GetInt32(), team.GetProperty("smallest").GetInt32()));
    }

    [Theory]
    [InlineData("goals", """{"constraints":{}}""")]
    [InlineData("goals", """{"goals":[],"constraints":{}}""")]
    [InlineData("constraints", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[]}]}""")]
    [InlineData("goals[0].id", """{"goals":[{"id":"a/b","description":"x","priority":1,"success_criteria":[]}],"constraints":{}}""")]
    [InlineData("goals[0].description", """{"goals":[{"id":"a","priority":1,"success_criteria":[]}],"constraints":{}}""")]
    [InlineData("goals[0].priority", """{"goals":[{"id":"a","description":"x","priority":6,"success_criteria":[]}],"constraints":{}}""")]
    [InlineData("goals[0].success_criteria[1]", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":["a",1]}],"constraints":{}}""")]
    [InlineData("goals[0].effort_days.pessimistic", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"effort_days":{"optimistic":1,"most_likely":2}}],"constraints":{}}""")]
    [InlineData("goals[0].effort_days", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"effort_days":{"optimistic":3,"most_likely":2,"pessimistic":1}}],"constraints":{}}""")]
    [InlineData("goals[0].deadline", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"deadline":"soon"}],"constraints":{}}""")]
    [InlineData("goals[0].depends_on", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"depends_on":["a"]}],"constraints":{}}""")]
    [InlineData("goals[0].resources.qa", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"resources":{"qa":1.5}}],"constraints":{}}""")]
    [InlineData("constraints.budget", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[]}],"constraints":{"budget":-1}}""")]
    [InlineData("constraints.timeline_weeks", """{"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[]}],"constraints":{"timeline_weeks":0}}""")]
    [InlineData("search_seconds", """{"search_seconds":301,"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[]}],"constraints":{}}""")]
    [InlineData("start_date", """{"start_date":"0001-01-01","goals":[{"id":"a","description":"x","priority":1,"success_criteria":[]}],"constraints":{}}""")]
    public async Task Make_BadInput_NamesTheMember(string field, string body) => await (await Http.PostAsync("/strategic-plans", body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task Make_ManyFaultsAmongMembers_NamesEach()
    {
        var refused = await (await Http.PostAsync("/strategic-plans", """
            {"goals":[{"id":"a","description":"x","priority":1,"success_criteria":[],"depends_on":["nobody"],"cost":{"optimistic":3,"most_likely":2,"pessimistic":1}},
                      {"id":"a","description":"x","priority":1,"success_criteria":[],"deadline":"2327-01-01"}],"constraints":{"timeline_weeks":0}}
            """)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "goals");
        Assert.Equal(["goals", "goals[0].cost", "goals[0].depends_on", "goals[1].deadline", "constraints.timeline_weeks"], refused.GetProperty("errors").Names());
    }

    [Fact]
    public async Task Make_WithoutWaiting_IsAcceptedAndReadLater()
    {
        var answer = await Http.PostAsync("/strategic-plans", Chain.Insert(Chain.IndexOf('{') + 1, "\"wait\":false,"));
        var plan = JsonDocument.Parse(answer.Text).RootElement.GetProperty("strategic_plan");
        // A plan that small may be there before the answer is.
        Assert.Equal(answer.Status, plan.Text("status") == "planning" ? HttpStatusCode.Accepted : HttpStatusCode.OK);
        Assert.Equal(3, plan.GetProperty("goals").GetArrayLength());
        Assert.Equal(answer.Status == HttpStatusCode.Accepted ? $"/strategic-plans/{plan.Text("id")}" : null, answer.Raw.Headers.Location?.OriginalString);

        var later = (await Http.GetAsync($"/strategic-plans/{plan.Text("id")}?wait_seconds=20")).Ok().GetProperty("strategic_plan");
        Assert.Equal(("ready", 1, JsonValueKind.Null), (later.Text("status"), later.GetProperty("version").GetInt32(), later.GetProperty("progress").ValueKind));
    }

    [Fact]
    public async Task Replan_GoalsFinishedAndChanged_FinishedStayAndOldVersionsRemain()
    {
        var made = await MakeAsync(Chain);
        var path = $"/strategic-plans/{made.Text("id")}";

        const string change = """{"if_version":1,"from":"2027-03-15","finished":[{"id":"c","started_on":"2027-03-02","finished_on":"2027-03-12","cost":900}],"in_progress":[{"id":"a","started_on":"2027-03-12","remaining_days":2}],"constraints":{"team_sizes":{"team":2},"day_rates":{"team":100}}}""";
        var plan = (await Http.PostAsync($"{path}/replan", change)).Ok().GetProperty("strategic_plan");

        Assert.Equal((2, "2027-03-15"), (plan.GetProperty("version").GetInt32(), plan.Text("planned_from")));
        var goals = plan.GetProperty("schedule").EnumerateArray().ToDictionary(goal => goal.Text("goal_id")!, goal => (goal.Text("state"), goal.Text("start"), goal.Text("finish")));
        Assert.Equal(("finished", "2027-03-02", "2027-03-12"), goals["c"]);
        Assert.Equal(("in_progress", "2027-03-12", "2027-03-16"), goals["a"]);
        Assert.Equal(("planned", "2027-03-17", "2027-03-23"), goals["b"]);
        Assert.Equal("900", plan.GetProperty("schedule")[2].GetProperty("cost").GetRawText());

        // The same change once more is the same version; another that names the old version is refused.
        Assert.Equal(plan.GetRawText(), (await Http.PostAsync($"{path}/replan", change)).Ok().GetProperty("strategic_plan").GetRawText());
        await (await Http.PostAsync($"{path}/replan", """{"if_version":1}""")).RefusedAsync(HttpStatusCode.Conflict, "wrong_state", "if_version");
        Assert.Equal(made.GetProperty("schedule").GetRawText(), (await Http.GetAsync($"{path}?version=1")).Ok().GetProperty("strategic_plan").GetProperty("schedule").GetRawText());
        Assert.Equal(plan.GetRawText(), (await PlanAsync(made.Text("id")!)).GetRawText());
        await (await Http.GetAsync($"{path}?version=3")).RefusedAsync(HttpStatusCode.NotFound, "not_found", "version");
    }

    [Fact]
    public async Task Replan_BadInput_NamesEach()
    {
        var made = await MakeAsync(Chain);
        var refused = await (await Http.PostAsync($"/strategic-plans/{made.Text("id")}/replan", """{"from":"2027-02-26","finished":[{"id":"x"},{"id":"a","finished_on":"2027-03-02"}],"in_progress":[{"id":"a"}]}"""))
            .RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        Assert.Equal(["from", "finished[0].id", "finished[1].finished_on", "in_progress[0].id"], refused.GetProperty("errors").Names());
    }

    [Theory]
    [InlineData("", "text/csv", "csv", "id,description,")]
    [InlineData("?format=ICS", "text/calendar", "ics", "BEGIN:VCALENDAR")]
    [InlineData("?format=mermaid&version=1", "application/vnd.mermaid", "mmd", "gantt")]
    public async Task Export_Format_HasItsTypeNameAndText(string query, string type, string ending, string begin)
    {
        var id = (await MakeAsync(Chain)).Text("id");
        var answer = await Http.GetAsync($"/strategic-plans/{id}/export{query}");

        Assert.Equal((HttpStatusCode.OK, type, "utf-8"), (answer.Status, answer.Raw.Content.Headers.ContentType?.MediaType, answer.Raw.Content.Headers.ContentType?.CharSet));
        Assert.Equal($"{id}-v1.{ending}", answer.Raw.Content.Headers.ContentDisposition?.FileName);
        Assert.StartsWith(begin, answer.Text, StringComparison.Ordinal);
        await (await Http.GetAsync($"/strategic-plans/{id}/export?format=pdf")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "format");
    }

    [Fact]
    public async Task Criteria_MachineThatIsMeasured_TellsWhatHoldsAndWhatCannotBeTold()
    {
        await Until.TrueAsync(async () => (await service.Optimization.GetAsync("/performance/metrics")).Ok().GetProperty("metrics").TryGetProperty("memory_usage", out _), "memory is measured");
        var id = (await MakeAsync(Chain)).Text("id");
        var reply = (await Http.GetAsync($"/strategic-plans/{id}/criteria")).Ok();

        var criteria = reply.GetProperty("criteria").EnumerateArray().ToArray();
        Assert.Equal(("a", "memory_usage <= 100 %", true), (criteria[0].Text("goal_id"), criteria[0].Text("parsed"), criteria[0].GetProperty("holds").GetBoolean()));
        Assert.InRange(criteria[0].GetProperty("latest").GetDouble(), 0, 1);
        Assert.Equal(("response_time < 1 s", "no metric 'response_time' is measured"), (criteria[1].Text("parsed"), criteria[1].Text("reason")));
        Assert.Equal((null, JsonValueKind.Null), (criteria[2].Text("parsed"), criteria[2].GetProperty("holds").ValueKind));
        Assert.Equal((1, 0, 2), (reply.GetProperty("holding").GetInt32(), reply.GetProperty("failing").GetInt32(), reply.GetProperty("unknown").GetInt32()));
    }

    [Fact]
    public async Task List_Pages_AreNewestFirst()
    {
        var (first, second) = ((await MakeAsync(Chain)).Text("id"), (await MakeAsync(Legacy)).Text("id"));

        List<string?> ids = [];
        for (string? query = "?limit=1"; query is not null;)
        {
            var page = (await Http.GetAsync("/strategic-plans" + query)).Ok();
            ids.AddRange(page.GetProperty("strategic_plans").EnumerateArray().Select(plan => plan.Text("id")));
            query = ids.Count < 200 && page.Text("next_cursor") is { } cursor ? string.Create(CultureInfo.InvariantCulture, $"?limit=1&cursor={cursor}") : null;
        }
        Assert.True(ids.IndexOf(second) >= 0 && ids.IndexOf(second) < ids.IndexOf(first));
        await (await Http.GetAsync("/strategic-plans?limit=101&page=2")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    private async Task<JsonElement> MakeAsync(string body) => (await Http.PostAsync("/strategic-plans", body)).Ok().GetProperty("strategic_plan");

    private async Task<JsonElement> PlanAsync(string id) => (await Http.GetAsync($"/strategic-plans/{id}")).Ok().GetProperty("strategic_plan");
}
