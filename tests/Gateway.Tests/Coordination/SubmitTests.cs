using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Coordination;

/// <summary>Idempotent submit and batches.</summary>
[Collection(EmbeddedCollection.Name)]
public sealed class SubmitTests(EmbeddedFixture service)
{
    private Client Http => service.Coordination;

    private static string Body(string queue, string description = "x") => $$"""{"task_type":"testing","priority":1,"description":"{{description}}","queue":"{{queue}}"}""";

    private async Task<long> CountAsync(string queue) => (await Http.GetAsync($"/tasks?queue={queue}")).Ok().GetProperty("count").GetInt64();

    [Fact]
    public async Task Submit_SameKeySameBody_GetsTheFirstAnswer()
    {
        var (queue, key) = (await Http.QueueAsync(), Api.NewId("key"));
        var ids = new HashSet<string?>();
        for (var i = 0; i < 3; i++) { ids.Add((await Http.PostAsync("/tasks", Body(queue), ("Idempotency-Key", key))).Ok().Text("task_id")); }
        Assert.Single(ids);
        Assert.Equal(1, await CountAsync(queue));
    }

    [Fact]
    public async Task Submit_SameKeyAtOnce_MakesOneTask()
    {
        var (queue, key) = (await Http.QueueAsync(), Api.NewId("key"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Http.PostAsync("/tasks", Body(queue), ("Idempotency-Key", key))));
        Assert.Single(answers.Select(answer => answer.Ok().Text("task_id")).Distinct());
        Assert.Equal(1, await CountAsync(queue));
    }

    [Fact]
    public async Task Submit_SameKeyOtherBody_Is422()
    {
        var (queue, key) = (await Http.QueueAsync(), Api.NewId("key"));
        (await Http.PostAsync("/tasks", Body(queue), ("Idempotency-Key", key))).Ok();
        await (await Http.PostAsync("/tasks", Body(queue, "other"), ("Idempotency-Key", key))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "key_reused");
        Assert.Equal(1, await CountAsync(queue));
    }

    [Fact]
    public async Task Submit_SameKeyWithId_GetsTheFirstAnswer()
    {
        var (id, key) = (Api.NewId("task"), Api.NewId("key"));
        var body = $$"""{"id":"{{id}}","task_type":"testing","priority":1,"description":"x"}""";
        for (var i = 0; i < 2; i++) { Assert.Equal(id, (await Http.PostAsync("/tasks", body, ("Idempotency-Key", key))).Ok().Text("task_id")); }
        await (await Http.PostAsync("/tasks", body)).RefusedAsync(HttpStatusCode.BadRequest, "already_exists");
    }

    [Fact]
    public async Task Submit_KeyTooLong_Is400() =>
        await (await Http.PostAsync("/tasks", Body("default"), ("Idempotency-Key", new string('x', 256)))).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "Idempotency-Key");

    [Theory, InlineData("application/json"), InlineData("application/x-ndjson")]
    public async Task Batch_Mixed_AnswersEachForItself(string type)
    {
        var queue = await Http.QueueAsync();
        var (first, second) = (Api.NewId("task"), Api.NewId("task"));
        string[] items =
        [
            $$"""{"id":"{{first}}","task_type":"testing","priority":1,"description":"x","queue":"{{queue}}"}""",
            $$"""{"id":"{{second}}","task_type":"testing","priority":1,"description":"x","queue":"{{queue}}","dependencies":["{{first}}"]}""",
            $$"""{"id":"{{first}}","task_type":"testing","priority":1,"description":"again","queue":"{{queue}}"}""",
            $$"""{"task_type":"testing","priority":0,"description":"x","queue":"{{queue}}"}""",
            "[]",
            Body(queue),
        ];
        var body = type == "application/json" ? $"[{string.Join(",\n", items)}]" : string.Join('\n', items);
        var answer = (await Http.SendAsync(HttpMethod.Post, "/tasks/batch", body, type)).Ok();
        Assert.Equal(["results", "accepted", "refused", "timestamp"], answer.Names());
        Assert.Equal((3, 3), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("refused").GetInt32()));
        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, 6), results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal((first, second), (results[0].Text("task_id"), results[1].Text("task_id")));
        Assert.Equal("already_exists", results[2].Text("code"));
        Assert.Equal(("priority", "priority must be an integer between 1 and 5"), (results[3].Text("field"), results[3].Text("error")));
        Assert.Equal("body", results[4].Text("field"));
        Assert.Equal(3, await CountAsync(queue));
    }

    [Fact]
    public async Task Batch_Cycle_IsRefusedWithItsPath()
    {
        var queue = await Http.QueueAsync();
        var (one, two) = (Api.NewId("task"), Api.NewId("task"));
        var answer = (await Http.PostAsync("/tasks/batch", $$"""
            [{"id":"{{one}}","task_type":"testing","priority":1,"description":"x","queue":"{{queue}}","dependencies":["{{two}}"]},
             {"id":"{{two}}","task_type":"testing","priority":1,"description":"x","queue":"{{queue}}","dependencies":["{{one}}"]}]
            """)).Ok();
        Assert.All(answer.GetProperty("results").EnumerateArray(), result => Assert.Equal("impossible", result.Text("code")));
        Assert.Contains($"{one}", answer.GetProperty("results")[0].Text("error"), StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(queue));
    }

    [Fact]
    public async Task Batch_Repeated_GetsTheFirstAnswers()
    {
        var (queue, key) = (await Http.QueueAsync(), Api.NewId("key"));
        var body = $"[{Body(queue, "a")},{Body(queue, "b")},{Body(queue, "c")}]";
        var first = (await Http.PostAsync("/tasks/batch", body, ("Idempotency-Key", key))).Ok();
        var again = (await Http.PostAsync("/tasks/batch", body, ("Idempotency-Key", key))).Ok();
        Assert.Equal(first.GetProperty("results").GetRawText(), again.GetProperty("results").GetRawText());
        Assert.Equal(3, await CountAsync(queue));
        var other = (await Http.PostAsync("/tasks/batch", $"[{Body(queue, "a")},{Body(queue, "z")}]", ("Idempotency-Key", key))).Ok();
        Assert.Equal("key_reused", other.GetProperty("results")[1].Text("code"));
    }

    [Fact]
    public async Task Batch_TenThousand_IsTakenAndOneMoreIsNot()
    {
        var queue = await Http.QueueAsync();
        var items = Enumerable.Repeat(Body(queue), 10_000);
        var answer = (await Http.SendAsync(HttpMethod.Post, "/tasks/batch", string.Join('\n', items), "application/x-ndjson")).Ok();
        Assert.Equal(10_000, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(1000, await CountAsync(queue));                            // of the page
        Assert.Equal(10_000, (await Http.GetAsync($"/queues/{queue}")).Ok().GetProperty("ready").GetInt32());
        await (await Http.SendAsync(HttpMethod.Post, "/tasks/batch", string.Join('\n', items.Append(Body(queue))), "application/x-ndjson")).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
        Assert.Equal(10_000, (await Http.GetAsync($"/queues/{queue}")).Ok().GetProperty("ready").GetInt32());
    }

    [Fact]
    public async Task Batch_BrokenAsAWhole_IsRefusedAndNothingIsTaken()
    {
        var queue = await Http.QueueAsync();
        await (await Http.PostAsync("/tasks/batch", $"[{Body(queue)},{Body(queue)}")).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
        await (await Http.PostAsync("/tasks/batch", Body(queue))).RefusedAsync(HttpStatusCode.BadRequest, "invalid", "body");
        await (await Http.SendAsync(HttpMethod.Post, "/tasks/batch", Body(queue), "text/plain")).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        Assert.Equal(0, await CountAsync(queue));
    }

    [Fact]
    public async Task Submit_WithoutId_MakesIdsThatSortByTime()
    {
        var queue = await Http.QueueAsync();
        var first = (await Http.PostAsync("/tasks", Body(queue))).Ok().Text("task_id");
        Assert.Equal(26, first!.Length);
        Assert.Equal(JsonValueKind.Object, (await Http.GetAsync($"/tasks/{first}")).Ok().ValueKind);
    }
}
