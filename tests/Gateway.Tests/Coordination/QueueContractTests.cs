using System.Net;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Queues on the wire.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class QueueContractTests(EmbeddedFixture service)
{
    private static readonly string[] Members =
        ["name", "max_length", "paused", "default_key", "keys", "partitions", "ready", "delayed", "blocked", "running", "active_agents", "oldest_ready_seconds"];

    private Client Http => service.Coordination;

    [Fact]
    public async Task Put_Everything_ReadsBack()
    {
        var name = Api.NewId("queue");
        var put = (await Http.PutAsync($"/queues/{name}", """{"max_length":5,"paused":true,"default_key":{"weight":2.5,"concurrency":3},"keys":{"tenant 1":{"rate_per_second":0.5,"burst":4}}}""")).Ok();
        var got = (await Http.GetAsync($"/queues/{name}")).Ok();
        foreach (var queue in new[] { put, got })
        {
            Assert.Equal([.. Members, "timestamp"], queue.Names());
            Assert.Equal((name, 5, true), (queue.Text("name"), queue.GetProperty("max_length").GetInt32(), queue.GetProperty("paused").GetBoolean()));
            Assert.Equal("""{"weight":2.5,"concurrency":3,"rate_per_second":null,"burst":1}""", queue.GetProperty("default_key").GetRawText());
            Assert.Equal("""{"tenant 1":{"weight":1,"concurrency":null,"rate_per_second":0.5,"burst":4}}""", queue.GetProperty("keys").GetRawText());
        }
    }

    [Fact]
    public async Task List_All_IsAnObjectByNameWithTheDefaultQueue()
    {
        var answer = (await Http.GetAsync("/queues")).Ok();
        Assert.Equal(["queues", "count", "timestamp"], answer.Names());
        Assert.Equal(Members, answer.GetProperty("queues").GetProperty("default").Names());
        Assert.Equal(answer.GetProperty("queues").Names().Count(), answer.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task PauseThenResume_Queue_HoldsWorkBack()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        Assert.True((await Http.PostAsync($"/queues/{queue}/pause")).Ok().GetProperty("paused").GetBoolean());
        var task = await Http.TaskAsync(queue);
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PostAsync($"/agents/{agent}/leases")).Status);
        Assert.Equal("paused", (await Http.GetAsync($"/tasks/{task}/explain")).Ok().Text("wait_reason"));
        Assert.False((await Http.PostAsync($"/queues/{queue}/resume")).Ok().GetProperty("paused").GetBoolean());
        Assert.Equal(task, (await Http.LeaseAsync(agent)).TaskId);
    }

    [Fact]
    public async Task Redrive_Failed_TakesThemUpAgain()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        for (var i = 0; i < 3; i++)
        {
            await Http.TaskAsync(queue);
            var (task, token) = await Http.LeaseAsync(agent);
            (await Http.PostAsync($"/tasks/{task}/fail", $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","retryable":false}""")).Ok();
        }
        var answer = (await Http.PostAsync($"/queues/{queue}/redrive", """{"max":2}""")).Ok();
        Assert.Equal(["message", "redriven", "timestamp"], answer.Names());
        Assert.Equal(2, answer.GetProperty("redriven").GetInt32());
        Assert.Equal(1, (await Http.PostAsync($"/queues/{queue}/redrive")).Ok().GetProperty("redriven").GetInt32());
    }

    [Fact]
    public async Task UnknownQueue_EachRoute_Is404()
    {
        var nothing = Api.NewId("nothing");
        await (await Http.GetAsync($"/queues/{nothing}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        foreach (var path in new[] { "pause", "resume", "redrive" })
        {
            await (await Http.PostAsync($"/queues/{nothing}/{path}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }
    }
}
