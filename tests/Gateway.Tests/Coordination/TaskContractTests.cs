using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Tasks as the original's clients and ours see them.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class TaskContractTests(EmbeddedFixture service)
{
    private static readonly string[] OriginalMembers =
    [
        "id", "task_type", "priority", "description", "requirements", "dependencies", "assigned_agent", "status", "created_at", "assigned_at",
        "started_at", "completed_at", "deadline", "result", "error_message", "retry_count", "max_retries", "estimated_duration", "actual_duration",
    ];

    private Client Http => service.Coordination;

    [Fact]
    public async Task UnmodifiedClientOfTheOriginal_RegistersAndSubmits_FindsItsTasksAssigned()
    {
        var (one, two) = (Api.NewId("agent"), Api.NewId("agent"));
        (await Http.PostAsync("/agents", $$"""{"id":"{{one}}","agent_type":"decision_engine","name":"Decision","capabilities":["analysis","decision_making"]}""")).Ok();
        (await Http.PostAsync("/agents", $$"""{"id":"{{two}}","agent_type":"qa_automation","name":"QA","capabilities":["testing","validation"]}""")).Ok();
        var first = (await Http.PostAsync("/tasks", """{"task_type":"analysis","priority":3,"description":"a","estimated_duration":300}""")).Ok();
        var second = (await Http.PostAsync("/tasks", """{"task_type":"testing","priority":3,"description":"b","estimated_duration":300}""")).Ok();
        Assert.Equal(["message", "task_id", "timestamp"], first.Names());
        string[] ids = [first.Text("task_id")!, second.Text("task_id")!];
        await Until.TrueAsync(async () =>
        {
            var tasks = (await Http.GetAsync("/tasks")).Ok().GetProperty("tasks");
            return ids.All(id => tasks.GetProperty(id).Text("status") == "assigned");
        }, "both are assigned");
        foreach (var id in ids)
        {
            (await Http.PutAsync($"/tasks/{id}/status", """{"status":"in_progress"}""")).Ok();
            var moved = (await Http.PutAsync($"/tasks/{id}/status", """{"status":"completed","result":{"ok":true}}""")).Ok();
            Assert.Equal("message", moved.Names().First());
            Assert.Equal("completed", (await Http.GetAsync($"/tasks/{id}")).Ok().Text("status"));
        }
        (await Http.DeleteAsync($"/agents/{one}")).Ok();
        (await Http.DeleteAsync($"/agents/{two}")).Ok();
    }

    [Fact]
    public async Task Get_Submitted_HasEveryMemberOfTheOriginalWithItsType()
    {
        var queue = await Http.QueueAsync();
        var parent = await Http.TaskAsync(queue);
        var id = await Http.TaskAsync(queue, $$""","requirements": {"resources":{"cpu":2}, "free": [1,  2]},"dependencies":["{{parent}}"],"deadline":"2035-01-02T03:04:05","estimated_duration":300.5""");
        var task = (await Http.GetAsync($"/tasks/{id}")).Ok();
        Assert.Equal(OriginalMembers, task.Names().Take(OriginalMembers.Length));
        Assert.Equal((id, "analysis", 3, "a task", "pending"), (task.Text("id"), task.Text("task_type"), task.GetProperty("priority").GetInt32(), task.Text("description"), task.Text("status")));
        Assert.Equal("""{"resources":{"cpu":2}, "free": [1,  2]}""", task.GetProperty("requirements").GetRawText());
        Assert.Equal($"""["{parent}"]""", task.GetProperty("dependencies").GetRawText());
        Assert.Equal("2035-01-02T03:04:05.000000Z", task.Text("deadline"));
        Assert.Equal((300.5, 0, 3), (task.GetProperty("estimated_duration").GetDouble(), task.GetProperty("retry_count").GetInt32(), task.GetProperty("max_retries").GetInt32()));
        foreach (var name in new[] { "assigned_agent", "assigned_at", "started_at", "completed_at", "result", "error_message", "actual_duration" })
        {
            Assert.Equal(JsonValueKind.Null, task.GetProperty(name).ValueKind);
        }
    }

    [Fact]
    public async Task Submit_EveryOption_ReadsBack()
    {
        var queue = await Http.QueueAsync();
        var parent = await Http.TaskAsync(queue);
        var id = await Http.TaskAsync(queue, $$$"""
            ,"key":"tenant 1","units":3,"not_before":"2040-01-01T00:00:00+01:00","dependencies":[{"task_id":"{{{parent}}}","on_failure":"RUN"}],
            "retry":{"max_retries":7,"backoff_base_seconds":0.5,"backoff_cap_seconds":60,"non_retryable_codes":["fatal"],"max_losses":2},
            "timeouts":{"queue_wait_seconds":1000000000.5e-1,"run_seconds":20,"heartbeat_seconds":5,"total_seconds":3000}
            """);
        var task = (await Http.GetAsync($"/tasks/{id}")).Ok();
        Assert.Equal((queue, "tenant 1", 3), (task.Text("queue"), task.Text("key"), task.GetProperty("units").GetInt32()));
        Assert.Equal("2039-12-31T23:00:00.000000Z", task.Text("not_before"));
        Assert.Equal($$"""{"{{parent}}":"run"}""", task.GetProperty("dependency_rules").GetRawText());
        Assert.Equal("""{"max_retries":7,"backoff_base_seconds":0.5,"backoff_cap_seconds":60,"non_retryable_codes":["fatal"],"max_losses":2}""", task.GetProperty("retry").GetRawText());
        Assert.Equal("""{"queue_wait_seconds":100000000.05,"run_seconds":20,"heartbeat_seconds":5,"total_seconds":3000}""", task.GetProperty("timeouts").GetRawText());
    }

    [Fact]
    public async Task Submit_SameIdAgain_Is400AndChangesNothing()
    {
        var id = await Http.TaskAsync(await Http.QueueAsync());
        await (await Http.PostAsync("/tasks", $$"""{"id":"{{id}}","task_type":"testing","priority":1,"description":"other"}""")).RefusedAsync(HttpStatusCode.BadRequest, "already_exists", "id");
        Assert.Equal("a task", (await Http.GetAsync($"/tasks/{id}")).Ok().Text("description"));
    }

    [Fact]
    public async Task Submit_UnknownQueueOrParentOrItself_Is422()
    {
        var id = Api.NewId("task");
        string Body(string more) => $$"""{"id":"{{id}}","task_type":"testing","priority":1,"description":"x",{{more}}}""";
        await (await Http.PostAsync("/tasks", Body($"\"queue\":\"{Api.NewId("no-queue")}\""))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible");
        await (await Http.PostAsync("/tasks", Body($"\"dependencies\":[\"{Api.NewId("no-task")}\"]"))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible");
        await (await Http.PostAsync("/tasks", Body($"\"dependencies\":[\"{id}\"]"))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "impossible");
        await (await Http.GetAsync($"/tasks/{id}")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Submit_FullQueue_Is429WithRetryAfter()
    {
        var queue = await Http.QueueAsync("""{"max_length":1}""");
        await Http.TaskAsync(queue);
        var answer = await Http.PostAsync("/tasks", $$"""{"task_type":"testing","priority":1,"description":"x","queue":"{{queue}}"}""");
        await answer.RefusedAsync(HttpStatusCode.TooManyRequests, "limit_reached");
        Assert.True(answer.Raw.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Status_AsTheOriginal_MovesAndRefusesWhatTheStateForbids()
    {
        var queue = await Http.QueueAsync();
        await Http.AgentAsync(queue: queue);
        var id = await Http.TaskAsync(queue);
        await Until.TrueAsync(async () => (await Http.GetAsync($"/tasks/{id}")).Ok().Text("status") == "assigned", "it is assigned");
        foreach (var status in new[] { "in_progress", "Delegated", "COMPLETED", "completed" })
        {
            Assert.Equal(status.ToLowerInvariant(), (await Http.PutAsync($"/tasks/{id}/status", $$"""{"status":"{{status}}"}""")).Ok().Text("status"));
        }
        await (await Http.PutAsync($"/tasks/{id}/status", """{"status":"in_progress"}""")).RefusedAsync(HttpStatusCode.Conflict, "wrong_state");
    }

    [Fact]
    public async Task Status_Failed_KeepsTheErrorText()
    {
        var queue = await Http.QueueAsync();
        await Http.AgentAsync(queue: queue);
        var id = await Http.TaskAsync(queue, ""","retry":{"max_retries":0}""");
        await Until.TrueAsync(async () => (await Http.GetAsync($"/tasks/{id}")).Ok().Text("status") == "assigned", "it is assigned");
        (await Http.PutAsync($"/tasks/{id}/status", """{"status":"failed","error_message":"it broke\nbadly"}""")).Ok();
        var task = (await Http.GetAsync($"/tasks/{id}")).Ok();
        Assert.Equal(("failed", "it broke\nbadly"), (task.Text("status"), task.Text("error_message")));
        var redriven = (await Http.PostAsync($"/tasks/{id}/redrive")).Ok();
        Assert.Equal(["message", "task_id", "status"], redriven.Names().Take(3));
        Assert.NotEqual("failed", redriven.Text("status"));
    }

    [Fact]
    public async Task List_WithoutQuery_HasTheTrueCount()
    {
        var queue = await Http.QueueAsync();
        var before = (await Http.GetAsync("/tasks")).Ok();
        Assert.Equal(["tasks", "count", "next_cursor", "timestamp"], before.Names());
        await Http.TaskAsync(queue);
        var id = await Http.TaskAsync(queue);
        var after = (await Http.GetAsync("/tasks")).Ok();
        Assert.Equal(2, after.GetProperty("count").GetInt64() - before.GetProperty("count").GetInt64());
        Assert.Equal(id, after.GetProperty("tasks").Names().First());
        Assert.Equal(OriginalMembers, after.GetProperty("tasks").GetProperty(id).Names().Take(OriginalMembers.Length));
    }

    [Fact]
    public async Task List_ByPages_GivesEachOnceNewestFirst()
    {
        var queue = await Http.QueueAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++) { ids.Insert(0, await Http.TaskAsync(queue)); }
        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = (await Http.GetAsync($"/tasks?queue={queue}&limit=3{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}")).Ok();
            Assert.Equal(page.GetProperty("tasks").Names().Count(), page.GetProperty("count").GetInt32());
            seen.AddRange(page.GetProperty("tasks").Names());
            if (cursor.Length == 0) { await Http.TaskAsync(queue); }            // a newer task does not move the pages
            cursor = page.Text("next_cursor");
        } while (cursor is not null);
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task List_ByFilters_GivesWhatMatchesAll()
    {
        var queue = await Http.QueueAsync();
        var plain = await Http.TaskAsync(queue);
        var other = await Http.TaskAsync(queue, type: "testing");
        var agent = await Http.AgentAsync(queue: queue, mode: "pull");
        await Http.LeaseAsync(agent);
        var created = (await Http.GetAsync($"/tasks/{other}")).Ok().Text("created_at");
        async Task<IEnumerable<string>> ListAsync(string query) => (await Http.GetAsync($"/tasks?queue={queue}&{query}")).Ok().GetProperty("tasks").Names();
        Assert.Equal([other], await ListAsync("type=testing"));
        Assert.Equal([plain], await ListAsync("status=in_progress,assigned"));
        Assert.Equal([other, plain], await ListAsync("status=in_progress&status=Pending"));
        Assert.Equal([plain], await ListAsync($"agent={agent}"));
        Assert.Equal([other, plain], await ListAsync("priority=3"));
        Assert.Empty(await ListAsync("priority=4"));
        Assert.Equal([other], await ListAsync($"created_from={created}&type=testing"));
        Assert.Empty(await ListAsync("created_before=2020-01-01T00:00:00%2B01:00"));
        Assert.Equal([other], await ListAsync("limit=1"));
    }

    [Theory]
    [InlineData("status=done", "status"), InlineData("type=x", "type"), InlineData("priority=6", "priority"), InlineData("priority=x", "priority"), InlineData("created_from=yesterday", "created_from"), InlineData("limit=0", "limit"), InlineData("limit=1001", "limit"),
        InlineData("limit=1&limit=2", "limit"), InlineData("cursor=x", "cursor"), InlineData("cursor=AAAAAAAAAAA", "cursor"), InlineData("queue=a/b", "queue"), InlineData("stauts=failed", "stauts")]
    public async Task List_BadQuery_Is400AndNamesIt(string query, string field) => await (await Http.GetAsync($"/tasks?{query}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task History_OfATask_TellsEveryTransition()
    {
        var queue = await Http.QueueAsync();
        var id = await Http.TaskAsync(queue);
        (await Http.PostAsync($"/tasks/{id}/cancel", """{"reason":"no need"}""")).Ok();
        var history = (await Http.GetAsync($"/tasks/{id}/history")).Ok();
        Assert.Equal(["task_id", "events", "count", "trimmed", "timestamp"], history.Names());
        var events = history.GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(["task.submitted", "task.cancelled"], events.Select(one => one.Text("type")));
        Assert.Equal(["seq", "at", "type", "task_id", "agent_id", "queue", "data"], events[0].Names());
        await (await Http.GetAsync($"/tasks/{Api.NewId("no-task")}/history")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Explain_Waiting_SaysWhy()
    {
        var queue = await Http.QueueAsync();
        var id = await Http.TaskAsync(queue);
        var why = (await Http.GetAsync($"/tasks/{id}/explain")).Ok();
        Assert.Equal(["task_id", "status", "wait_reason", "summary", "until", "waits_for", "candidates", "effective_priority", "assignment", "timestamp"], why.Names());
        Assert.Equal(("pending", "no_capable_agent"), (why.Text("status"), why.Text("wait_reason")));
        await (await Http.GetAsync($"/tasks/{Api.NewId("no-task")}/explain")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Cancel_WithChildren_NamesAllThatWereCalledOff()
    {
        var queue = await Http.QueueAsync();
        var parent = await Http.TaskAsync(queue);
        var child = await Http.TaskAsync(queue, $$""","dependencies":["{{parent}}"]""");
        var answer = (await Http.PostAsync($"/tasks/{parent}/cancel", """{"children":true}""")).Ok();
        Assert.Equal(["message", "task_id", "status", "cancel_requested", "cancelled", "timestamp"], answer.Names());
        Assert.Equal(new[] { child, parent }.Order(), answer.GetProperty("cancelled").EnumerateArray().Select(task => task.Text("task_id")).Order());
        Assert.Equal("cancelled", (await Http.GetAsync($"/tasks/{child}")).Ok().Text("status"));
        Assert.Equal("cancelled", (await Http.PostAsync($"/tasks/{parent}/cancel")).Ok().Text("status"));
        (await Http.PostAsync($"/tasks/{parent}/redrive")).Ok();
        await (await Http.PostAsync($"/tasks/{parent}/redrive")).RefusedAsync(HttpStatusCode.Conflict, "wrong_state");
    }
}
