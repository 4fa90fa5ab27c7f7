using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Agents as the original's clients and ours see them.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class AgentContractTests(EmbeddedFixture service)
{
    private static readonly string[] OriginalMembers =
    [
        "id", "agent_type", "name", "capabilities", "current_load", "max_capacity", "status", "last_heartbeat",
        "performance_score", "success_rate", "average_response_time", "specializations", "resource_requirements",
    ];

    private Client Http => service.Coordination;

    [Fact]
    public async Task Register_AsTheOriginal_AnswersAsTheOriginal()
    {
        var id = Api.NewId();
        var answer = (await Http.PostAsync("/agents", $$"""{"id":"{{id}}","agent_type":"QA_Automation","name":"Prüfer","capabilities":["testing","validation"]}""")).Ok();
        Assert.Equal(["message", "agent_id", "timestamp"], answer.Names());
        Assert.Equal(id, answer.Text("agent_id"));
    }

    [Fact]
    public async Task Get_Registered_HasEveryMemberOfTheOriginalWithItsType()
    {
        var id = Api.NewId();
        (await Http.PostAsync("/agents", $$$"""{"id":"{{{id}}}","agent_type":"qa_automation","name":"Prüfer","capabilities":["juggling"],"max_capacity":7,"specializations":["ui"],"resource_requirements":{"cpu":1.5},"unknown":{"x":1}}""")).Ok();
        var agent = (await Http.GetAsync($"/agents/{id}")).Ok();
        Assert.Equal(OriginalMembers, agent.Names().Take(OriginalMembers.Length));
        Assert.Equal((id, "qa_automation", "Prüfer", "active", "passive"), (agent.Text("id"), agent.Text("agent_type"), agent.Text("name"), agent.Text("status"), agent.Text("mode")));
        Assert.Equal((0, 7), (agent.GetProperty("current_load").GetInt32(), agent.GetProperty("max_capacity").GetInt32()));
        Assert.Equal((1.0, 1.0, 0.0), (agent.GetProperty("performance_score").GetDouble(), agent.GetProperty("success_rate").GetDouble(), agent.GetProperty("average_response_time").GetDouble()));
        Assert.Equal("""["juggling"]["ui"]{"cpu":1.5}""", agent.GetProperty("capabilities").GetRawText() + agent.GetProperty("specializations").GetRawText() + agent.GetProperty("resource_requirements").GetRawText());
        Assert.Equal(JsonValueKind.String, agent.GetProperty("timestamp").ValueKind);
        Assert.EndsWith("Z", agent.Text("last_heartbeat"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_All_IsAnObjectById()
    {
        var id = await Http.AgentAsync();
        var answer = (await Http.GetAsync("/agents")).Ok();
        Assert.Equal(["agents", "count", "timestamp"], answer.Names());
        Assert.Equal(answer.GetProperty("agents").Names().Count(), answer.GetProperty("count").GetInt32());
        Assert.Equal(OriginalMembers, answer.GetProperty("agents").GetProperty(id).Names().Take(OriginalMembers.Length));
        Assert.DoesNotContain("timestamp", answer.GetProperty("agents").GetProperty(id).Names());
    }

    [Fact]
    public async Task List_Again_ShowsWhatChangedAndItsOwnTime()
    {
        var id = await Http.AgentAsync();
        var before = (await Http.GetAsync("/agents")).Ok();
        var same = (await Http.GetAsync("/agents")).Ok();
        Assert.True(string.CompareOrdinal(same.Text("timestamp"), before.Text("timestamp")) > 0);
        Assert.False(same.GetProperty("agents").GetProperty(id).GetProperty("draining").GetBoolean());

        (await Http.PostAsync($"/agents/{id}/drain", "")).Ok();
        Assert.True((await Http.GetAsync("/agents")).Ok().GetProperty("agents").GetProperty(id).GetProperty("draining").GetBoolean());
    }

    [Fact]
    public async Task Register_Twice_Is400()
    {
        var id = await Http.AgentAsync();
        await (await Http.PostAsync("/agents", $$"""{"id":"{{id}}","agent_type":"operations","name":"x","capabilities":[]}""")).RefusedAsync(HttpStatusCode.BadRequest, "already_exists", "id");
    }

    [Fact]
    public async Task Register_UnknownQueue_Is422() =>
        await (await Http.PostAsync("/agents", $$"""{"id":"{{Api.NewId()}}","agent_type":"operations","name":"x","capabilities":[],"queues":["{{Api.NewId("no-queue")}}"]}""")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible");

    [Fact]
    public async Task Remove_Registered_TakesItAway()
    {
        var id = await Http.AgentAsync();
        var answer = (await Http.DeleteAsync($"/agents/{id}")).Ok();
        Assert.Equal(["message", "agent_id", "timestamp"], answer.Names());
        await (await Http.GetAsync($"/agents/{id}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await Http.DeleteAsync($"/agents/{id}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Remove_WithWork_GivesItBack()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(queue: queue);
        var task = await Http.TaskAsync(queue);
        await Until.TrueAsync(async () => (await Http.GetAsync($"/tasks/{task}")).Ok().Text("status") == "assigned", "the task is assigned");
        (await Http.DeleteAsync($"/agents/{agent}")).Ok();
        await Until.TrueAsync(async () => (await Http.GetAsync($"/tasks/{task}")).Ok().Text("status") == "pending", "the task is pending again");
    }

    [Fact]
    public async Task Drain_ThenResume_ShowsAndTakesWorkAgain()
    {
        var queue = await Http.QueueAsync();
        var id = await Http.AgentAsync(mode: "pull", queue: queue);
        Assert.Equal(["message", "agent_id", "timestamp"], (await Http.PostAsync($"/agents/{id}/drain")).Ok().Names());
        Assert.True((await Http.GetAsync($"/agents/{id}")).Ok().GetProperty("draining").GetBoolean());
        await Http.TaskAsync(queue);
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PostAsync($"/agents/{id}/leases")).Status);
        (await Http.PostAsync($"/agents/{id}/resume")).Ok();
        Assert.False((await Http.GetAsync($"/agents/{id}")).Ok().GetProperty("draining").GetBoolean());
        await Http.LeaseAsync(id);
    }

    [Theory, InlineData("späher ✓"), InlineData("a%2Fb"), InlineData("a?b#c&d=e"), InlineData("a\\b"), InlineData("😀"), InlineData("a+b c"), InlineData("...")]
    public async Task Id_OddButPrintable_IsReachedByItsUrl(string prefix)
    {
        var id = prefix + Api.NewId();
        (await Http.PostAsync("/agents", JsonSerializer.Serialize(new { id, agent_type = "operations", name = "x", capabilities = Array.Empty<string>() }))).Ok();
        Assert.Equal(id, (await Http.GetAsync($"/agents/{Uri.EscapeDataString(id)}")).Ok().Text("id"));
        (await Http.DeleteAsync($"/agents/{Uri.EscapeDataString(id)}")).Ok();
    }

    [Theory, InlineData("a%2Fb"), InlineData("a%2fb"), InlineData("%0A"), InlineData("%20")]
    public async Task Id_NotAnId_Is400(string path)
    {
        await (await Http.GetAsync($"/agents/{path}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await (await Http.DeleteAsync($"/agents/{path}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Id_TooLong_Is400() => await (await Http.GetAsync($"/agents/{new string('x', 201)}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "id");

    [Fact]
    public async Task Status_Coordination_CountsWhatThereIs()
    {
        var before = (await Http.GetAsync("/coordination/status")).Ok();
        Assert.Equal(
            ["coordination_running", "total_agents", "active_agents", "total_tasks", "pending_tasks", "in_progress_tasks", "completed_tasks", "active_conflicts", "active_collaborations", "last_update"],
            before.Names().Take(10));
        Assert.Equal(JsonValueKind.True, before.GetProperty("coordination_running").ValueKind);
        await Http.AgentAsync();
        await Http.TaskAsync(await Http.QueueAsync());
        var after = (await Http.GetAsync("/coordination/status")).Ok();
        Assert.Equal(1, after.GetProperty("total_agents").GetInt32() - before.GetProperty("total_agents").GetInt32());
        Assert.Equal(1, after.GetProperty("total_tasks").GetInt64() - before.GetProperty("total_tasks").GetInt64());
    }

    [Fact]
    public async Task StopThenStart_Coordination_ShowsInStatus()
    {
        Assert.Equal(["message", "timestamp"], (await Http.PostAsync("/coordination/stop")).Ok().Names());
        Assert.False((await Http.GetAsync("/coordination/status")).Ok().GetProperty("coordination_running").GetBoolean());
        (await Http.PostAsync("/coordination/start")).Ok();
        Assert.True((await Http.GetAsync("/coordination/status")).Ok().GetProperty("coordination_running").GetBoolean());
    }
}
