using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Pulling agents: lease, heartbeat, reports.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class LeaseContractTests(EmbeddedFixture service)
{
    private Client Http => service.Coordination;

    [Fact]
    public async Task Lease_Nothing_Is204WithoutBody()
    {
        var agent = await Http.AgentAsync(mode: "pull", queue: await Http.QueueAsync());
        foreach (var body in new[] { null, "{}", """{"max":5,"wait_seconds":0.2}""" })
        {
            var answer = await Http.PostAsync($"/agents/{agent}/leases", body);
            Assert.Equal((HttpStatusCode.NoContent, ""), (answer.Status, answer.Text));
        }
    }

    [Fact]
    public async Task Lease_WithWork_GivesTaskTokenAndParents()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var parent = await Http.TaskAsync(queue);
        var child = await Http.TaskAsync(queue, $$""","dependencies":["{{parent}}"]""");
        var (first, token) = await Http.LeaseAsync(agent);
        Assert.Equal(parent, first);
        (await Http.PostAsync($"/tasks/{parent}/complete", $$$"""{"agent_id":"{{{agent}}}","lease_token":"{{{token}}}","result":{"found": [1, 2]}}""")).Ok();

        var answer = (await Http.PostAsync($"/agents/{agent}/leases", """{"max":10,"wait_seconds":10}""")).Ok();
        Assert.Equal(["leases", "count", "timestamp"], answer.Names());
        Assert.Equal(1, answer.GetProperty("count").GetInt32());
        var lease = answer.GetProperty("leases")[0];
        Assert.Equal(["task_id", "attempt", "lease_token", "expires_at", "task", "parents"], lease.Names());
        Assert.Equal((child, 1), (lease.Text("task_id"), lease.GetProperty("attempt").GetInt32()));
        Assert.Equal(("in_progress", agent), (lease.GetProperty("task").Text("status"), lease.GetProperty("task").Text("assigned_agent")));
        Assert.Equal($$$"""[{"task_id":"{{{parent}}}","status":"completed","result":{"found": [1, 2]}}]""", lease.GetProperty("parents").GetRawText());
    }

    [Fact]
    public async Task Lease_WorkThatComesWhileWaiting_IsGivenAtOnce()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var waiting = Http.LeaseAsync(agent);
        var task = await Http.TaskAsync(queue);
        Assert.Equal(task, (await waiting).TaskId);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 5)]
    public async Task Lease_ManyCallsOfOneAgentWait_EveryTaskReachesOneOfThem(int capacity, int max)
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue, capacity: capacity);
        var waiting = Enumerable.Range(0, 8).Select(_ => WorkAsync()).ToArray();
        var tasks = new List<string>();
        for (var i = 0; i < waiting.Length; i++) { tasks.Add(await Http.TaskAsync(queue)); }

        Assert.Equal(tasks.Order(StringComparer.Ordinal), (await Task.WhenAll(waiting)).SelectMany(done => done).Order(StringComparer.Ordinal));

        // A call that asks for several may take the task of another, which then ends with nothing.
        async Task<List<string>> WorkAsync()
        {
            var done = new List<string>();
            var answer = await Http.PostAsync($"/agents/{agent}/leases", $$"""{"max":{{max}},"wait_seconds":10}""");
            foreach (var lease in answer.Status == HttpStatusCode.NoContent ? [] : answer.Ok().GetProperty("leases").EnumerateArray().ToArray())
            {
                (await Http.PostAsync($"/tasks/{lease.Text("task_id")}/complete", $$"""{"agent_id":"{{agent}}","lease_token":"{{lease.Text("lease_token")}}"}""")).Ok();
                done.Add(lease.Text("task_id")!);
            }
            return done;
        }
    }

    [Fact]
    public async Task Lease_CallerThatHangsUp_LosesNoTask()
    {
        var queue = await Http.QueueAsync();
        var (quitter, other) = (await Http.AgentAsync(mode: "pull", queue: queue), await Http.AgentAsync(mode: "pull", queue: queue));
        var hungUp = 0;
        for (var round = 0; round < 10; round++)
        {
            using var hangUp = new CancellationTokenSource();
            using var body = new StringContent("""{"wait_seconds":30}""", System.Text.Encoding.UTF8, "application/json");
            var waiting = Http.Http.PostAsync($"/agents/{quitter}/leases", body, hangUp.Token);
            var submitted = Http.TaskAsync(queue);
            await hangUp.CancelAsync();
            var task = await submitted;
            try { (await waiting).Dispose(); }
            catch (OperationCanceledException) { hungUp++; }
            // It is the other's, or the answer was on its way already and the quitter learns of it by its heartbeat. Either can do it well before the lease runs out.
            await Until.TrueAsync(async () => await TryCompleteAsync(quitter) || await TryCompleteAsync(other, lease: true), $"{task} is in somebody's hands");
            Assert.Equal("completed", (await Http.GetAsync($"/tasks/{task}")).Ok().Text("status"));
        }
        Assert.True(hungUp > 0, "somebody hung up");
    }

    private async Task<bool> TryCompleteAsync(string agent, bool lease = false)
    {
        if (lease) { await Http.PostAsync($"/agents/{agent}/leases"); }
        foreach (var held in (await Http.PostAsync($"/agents/{agent}/heartbeat")).Ok().GetProperty("held").EnumerateArray())
        {
            var done = await Http.PostAsync($"/tasks/{held.Text("task_id")}/complete", $$"""{"agent_id":"{{agent}}","lease_token":"{{held.Text("lease_token")}}"}""");
            if (done.Status == HttpStatusCode.OK) { return true; }
            await done.RefusedAsync(HttpStatusCode.Conflict, "lease_lost");      // given back between the two calls
        }
        return false;
    }

    [Fact]
    public async Task Heartbeat_RenewsTellsAndOrders()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        (await Http.PostAsync($"/tasks/{task}/cancel", """{"reason":"changed my mind"}""")).Ok();
        var answer = (await Http.PostAsync($"/agents/{agent}/heartbeat", $$$"""{"leases":[{"task_id":"{{{task}}}","lease_token":"{{{token}}}","progress":{"percent": 50}},{"task_id":"other","lease_token":"x"}]}""")).Ok();
        Assert.Equal(["orders", "held", "lost", "lost_leases", "timestamp"], answer.Names());
        var order = Assert.Single(answer.GetProperty("orders").EnumerateArray());
        Assert.Equal(("cancel", task, "changed my mind"), (order.Text("order"), order.Text("task_id"), order.Text("reason")));
        var held = Assert.Single(answer.GetProperty("held").EnumerateArray());
        Assert.Equal(["task_id", "attempt", "lease_token", "expires_at"], held.Names());
        Assert.Equal((task, token), (held.Text("task_id"), held.Text("lease_token")));
        Assert.Equal("other", Assert.Single(answer.GetProperty("lost").EnumerateArray()).GetString());
        var lost = Assert.Single(answer.GetProperty("lost_leases").EnumerateArray());
        Assert.Equal(["task_id", "lease_token"], lost.Names());
        Assert.Equal(("other", "x"), (lost.Text("task_id"), lost.Text("lease_token")));
        await Until.TrueAsync(async () => (await Http.GetAsync($"/tasks/{task}")).Ok().GetProperty("progress").GetRawText() == """{"percent": 50}""", "the progress can be read");
    }

    [Fact]
    public async Task Heartbeat_OldAndNewLeaseOfOneTask_LosesTheOldOneAlone()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue, capacity: 1);
        var task = await Http.TaskAsync(queue);
        var (_, old) = await Http.LeaseAsync(agent);
        (await Http.PostAsync($"/tasks/{task}/return", $$"""{"agent_id":"{{agent}}","lease_token":"{{old}}"}""")).Ok();
        var (again, token) = await Http.LeaseAsync(agent);
        Assert.Equal(task, again);

        var answer = (await Http.PostAsync($"/agents/{agent}/heartbeat", $$"""{"leases":[{"task_id":"{{task}}","lease_token":"{{old}}"},{"task_id":"{{task}}","lease_token":"{{token}}"}]}""")).Ok();

        Assert.Equal(old, Assert.Single(answer.GetProperty("lost_leases").EnumerateArray()).Text("lease_token"));
        Assert.Equal(token, Assert.Single(answer.GetProperty("held").EnumerateArray()).Text("lease_token"));
        // Its one place is still taken: the newer lease has not left its hands.
        await Http.TaskAsync(queue);
        Assert.Equal(HttpStatusCode.NoContent, (await Http.PostAsync($"/agents/{agent}/leases", "{}")).Status);
    }

    [Fact]
    public async Task Complete_Repeated_GetsItsFirstAnswerAndALateOneIsRefusedWithTheWinner()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        var body = $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","result":[1,2]}""";
        for (var i = 0; i < 2; i++)
        {
            var answer = (await Http.PostAsync($"/tasks/{task}/complete", body)).Ok();
            Assert.Equal(["message", "task_id", "status", "timestamp"], answer.Names());
            Assert.Equal((task, "completed"), (answer.Text("task_id"), answer.Text("status")));
        }
        var late = await (await Http.PostAsync($"/tasks/{task}/complete", $$"""{"agent_id":"{{agent}}","lease_token":"stale"}""")).RefusedAsync(HttpStatusCode.Conflict, "lease_lost");
        Assert.Equal(("completed", "[1,2]"), (late.Text("task_status"), late.GetProperty("task_result").GetRawText()));
        await (await Http.PostAsync($"/tasks/{task}/fail", $$"""{"agent_id":"{{agent}}","lease_token":"stale"}""")).RefusedAsync(HttpStatusCode.Conflict, "lease_lost");
        Assert.Equal("[1,2]", (await Http.GetAsync($"/tasks/{task}")).Ok().GetProperty("result").GetRawText());
    }

    [Fact]
    public async Task Fail_Retryable_SaysWhenItIsTriedAgain()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        var answer = (await Http.PostAsync($"/tasks/{task}/fail", $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","error_code":"E1","error_message":"no","delay_seconds":3600}""")).Ok();
        Assert.Equal(["message", "task_id", "status", "retry_at", "timestamp"], answer.Names());
        Assert.Equal("pending", answer.Text("status"));
        var read = (await Http.GetAsync($"/tasks/{task}")).Ok();
        Assert.Equal(("E1", 1), (read.Text("error_code"), read.GetProperty("retry_count").GetInt32()));
        var attempt = Assert.Single(read.GetProperty("attempts").EnumerateArray());
        Assert.Equal(["number", "agent_id", "started_at", "ended_at", "outcome", "error_code", "error_message"], attempt.Names());
        Assert.Equal(("failed", "no"), (attempt.Text("outcome"), attempt.Text("error_message")));
    }

    [Fact]
    public async Task Fail_NotRetryable_EndsIt()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        Assert.Equal("failed", (await Http.PostAsync($"/tasks/{task}/fail", $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}","retryable":false}""")).Ok().Text("status"));
    }

    [Fact]
    public async Task Return_CountsNoFailure()
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        var task = await Http.TaskAsync(queue);
        var (_, token) = await Http.LeaseAsync(agent);
        Assert.Equal("pending", (await Http.PostAsync($"/tasks/{task}/return", $$"""{"agent_id":"{{agent}}","lease_token":"{{token}}"}""")).Ok().Text("status"));
        var (again, _) = await Http.LeaseAsync(agent);
        Assert.Equal(task, again);
        Assert.Equal(0, (await Http.GetAsync($"/tasks/{task}")).Ok().GetProperty("retry_count").GetInt32());
    }

    [Theory, InlineData("application/json"), InlineData("application/x-ndjson")]
    public async Task Reports_Mixed_AnswersEachForItself(string type)
    {
        var queue = await Http.QueueAsync();
        var agent = await Http.AgentAsync(mode: "pull", queue: queue);
        for (var i = 0; i < 3; i++) { await Http.TaskAsync(queue); }
        var leases = (await Http.PostAsync($"/agents/{agent}/leases", """{"max":3,"wait_seconds":10}""")).Ok().GetProperty("leases").EnumerateArray().Select(lease => (Id: lease.Text("task_id"), Token: lease.Text("lease_token"))).ToArray();
        Assert.Equal(3, leases.Length);
        string[] items =
        [
            $$$"""{"task_id":"{{{leases[0].Id}}}","lease_token":"{{{leases[0].Token}}}","outcome":"Complete","result":{}}""",
            $$"""{"task_id":"{{leases[1].Id}}","lease_token":"stale","outcome":"complete"}""",
            $$"""{"task_id":"{{leases[1].Id}}","lease_token":"{{leases[1].Token}}","outcome":"finish"}""",
            "7",
            $$"""{"task_id":"{{leases[1].Id}}","lease_token":"{{leases[1].Token}}","outcome":"fail","retryable":false}""",
            $$"""{"task_id":"{{leases[2].Id}}","lease_token":"{{leases[2].Token}}","outcome":"return","delay_seconds":600}""",
        ];
        var body = type == "application/json" ? $"[{string.Join(',', items)}]" : string.Join('\n', items);
        var answer = (await Http.SendAsync(HttpMethod.Post, $"/agents/{agent}/reports", body, type)).Ok();
        Assert.Equal(["results", "accepted", "refused", "timestamp"], answer.Names());
        Assert.Equal((3, 3), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("refused").GetInt32()));
        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal((leases[0].Id, "completed"), (results[0].Text("task_id"), results[0].Text("status")));
        Assert.Equal("lease_lost", results[1].Text("code"));
        Assert.Equal(("invalid", "outcome"), (results[2].Text("code"), results[2].Text("field")));
        Assert.Equal(("invalid", "body"), (results[3].Text("code"), results[3].Text("field")));
        Assert.Equal("failed", results[4].Text("status"));
        Assert.Equal((JsonValueKind.String, "pending"), (results[5].GetProperty("retry_at").ValueKind, results[5].Text("status")));
        Assert.NotEmpty(results[1].Text("error")!);
    }

    [Fact]
    public async Task UnknownAgent_EachRoute_Is404()
    {
        var nobody = Api.NewId("nobody");
        foreach (var (path, body) in new[] { ("leases", null), ("heartbeat", null), ("drain", null), ("resume", null), ("reports", """[{"task_id":"x","lease_token":"x","outcome":"complete"}]""") })
        {
            await (await Http.PostAsync($"/agents/{nobody}/{path}", body)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task UnknownTask_EachRoute_Is404()
    {
        var nothing = Api.NewId("nothing");
        foreach (var path in new[] { "cancel", "redrive" })
        {
            await (await Http.PostAsync($"/tasks/{nothing}/{path}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }
        await (await Http.PutAsync($"/tasks/{nothing}/status", """{"status":"completed"}""")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (await Http.GetAsync($"/tasks/{nothing}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var agent = await Http.AgentAsync(mode: "pull");
        var report = await Http.PostAsync($"/tasks/{nothing}/complete", $$"""{"agent_id":"{{agent}}","lease_token":"x"}""");
        Assert.Contains(report.Status, new[] { HttpStatusCode.NotFound, HttpStatusCode.Conflict });
    }
}
