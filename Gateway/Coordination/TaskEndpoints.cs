using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Tasks: submit one or many, list.</summary>
internal static class TaskEndpoints
{
    private const int PageMax = 1_000;
    private const int KeyLengthMax = 255;
    private const string KeyHeader = "Idempotency-Key";
    private static readonly string[] Filters = ["status", "type", "queue", "agent", "priority", "created_from", "created_before", "limit", "cursor"];

    public static void MapTasks(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/tasks").WithTags("Tasks");
        api.MapPost("", SubmitAsync).Takes<TaskRequest>().WithMetadata(HeaderContract.IdempotencyKey).Named("SubmitTask", "Submit a task",
            "With the header Idempotency-Key a repeat gets the first answer; the same key with another body is refused (422). The same id again without a key is refused (400).").Refuses(400, 413, 415, 422, 429);
        api.MapPost("/batch", SubmitManyAsync).TakesMany<TaskRequest>(routes.ServiceProvider).WithMetadata(HeaderContract.IdempotencyKey).Named("SubmitTasks", "Submit many tasks",
            "Items are answered one by one, in order; an item may depend on another of the batch. With the header Idempotency-Key each item has the key and '#' and its position.").Refuses(400, 413, 415);
        api.MapGet("", ListAsync).Named("ListTasks", "List tasks, newest first",
            "Without a query the newest 1,000, and count is the number of all tasks. With one, count is the number in the page.")
            .WithMetadata(new QueryContract("status", "One or more statuses, repeated or with commas", typeof(WorkStatus)))
            .WithMetadata(new QueryContract("type", "Task type", typeof(TaskType)))
            .WithMetadata(new QueryContract("queue", "Queue", typeof(string)))
            .WithMetadata(new QueryContract("agent", "Agent that has it, or had it last", typeof(string)))
            .WithMetadata(new QueryContract("priority", "Priority, 1–5", typeof(int)))
            .WithMetadata(new QueryContract("created_from", "Submitted at or after", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("created_before", "Submitted before", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("limit", "How many at most, 1–1,000", typeof(int)))
            .WithMetadata(new QueryContract("cursor", "next_cursor of the page before", typeof(string)))
            .Refuses(400);
    }

    private static async Task<JsonReply<TaskSubmitted>> SubmitAsync(HttpContext http, IGrainFactory grains, TimeProvider time, RemoteCalls calls)
    {
        var now = time.GetUtcNow();
        var key = KeyOf(http.Request);
        var (spec, hash) = await JsonBody.ReadHashedAsync(http, input => TaskInput.Read(input, now), hashed: key is not null);
        var replies = await grains.GetGrain<IQueueGrain>(spec.Queue).SubmitAsync([new TaskSubmission { Spec = spec, IdempotencyKey = calls.OperationId(key), BodyHash = hash ?? "" }]);
        var reply = replies[0];
        if (reply.Error != NexusError.None)
        {
            throw new NexusException(reply.Error, reply.Message ?? "the task was refused", reply.Field);
        }
        return new(new() { Message = "Task submitted", TaskId = reply.TaskId, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.TaskSubmitted);
    }

    private static async Task<JsonListReply<BatchResponse>> SubmitManyAsync(HttpContext http, IGrainFactory grains, TimeProvider time, RemoteCalls calls, IOptions<GatewayOptions> limits)
    {
        var now = time.GetUtcNow();
        var key = KeyOf(http.Request);
        var operation = calls.OperationId(key);
        var items = new BulkItems<TaskSubmission>();
        await BulkBody.ReadAsync(http, limits.Value, (index, json) => items.Add(json, input => new TaskSubmission
        {
            Spec = TaskInput.Read(input, now),
            IdempotencyKey = operation is null ? null : $"{operation}#{index}",
            BodyHash = key is null ? "" : Convert.ToHexStringLower(SHA256.HashData(json.Span)),
        }));
        var replies = items.Valid.Count == 0 ? [] : await calls.WithinAsync(() => grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. items.Valid]), items.Valid.Count, time);
        var (next, accepted) = (0, 0);
        var results = new BatchResult[items.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = items.FaultsOf(i) is { } faults ? new() { Index = i, Error = faults.Text, Code = ProblemCodes.Invalid, Field = faults.Field } : ResultOf(i, replies[next++]);
            if (results[i].Error is null) { accepted++; }
        }
        return new(new() { Results = results, Accepted = accepted, Refused = results.Length - accepted, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.BatchResponse);
    }

    private static BatchResult ResultOf(int index, SubmitReply reply) => reply.Error == NexusError.None
        ? new() { Index = index, TaskId = reply.TaskId }
        : new() { Index = index, TaskId = reply.TaskId, Error = reply.Message ?? "the task was refused", Code = ProblemCodes.Of(reply.Error).Code, Field = reply.Field };

    private static async Task<JsonListReply<TasksResponse>> ListAsync(HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var query = new QueryInput(http.Request, Filters);
        var filter = new TaskFilter
        {
            Statuses = query.Choices<WorkStatus>("status"),
            Type = query.Choice<TaskType>("type"),
            Queue = query.Id("queue"),
            AgentId = query.Id("agent"),
            Priority = query.Integer("priority", 1, 5) ?? 0,
            CreatedFrom = query.Time("created_from"),
            CreatedBefore = query.Time("created_before"),
            BeforeSeq = PageCursor.Read(query),
            Limit = query.Integer("limit", 1, PageMax) ?? PageMax,
        };
        query.Faults.ThrowIfAny();
        var page = await grains.Catalog().TasksAsync(filter);
        var tasks = new Dictionary<string, TaskResponse>(page.Tasks.Length, StringComparer.Ordinal);
        foreach (var task in page.Tasks)
        {
            tasks[task.Spec.Id] = TaskResponse.From(task);
        }
        return new(new()
        {
            Tasks = tasks,
            Count = query.IsEmpty ? page.Total ?? tasks.Count : tasks.Count,
            NextCursor = PageCursor.Of(page.NextBeforeSeq),
            Timestamp = time.GetUtcNow(),
        }, CoordinationJson.Wire.TasksResponse);
    }

    private static string? KeyOf(HttpRequest request)
    {
        var values = request.Headers[KeyHeader];
        if (values.Count == 0) { return null; }
        return values.Count == 1 && values[0] is { Length: >= 1 and <= KeyLengthMax } key && Ids.IsPrintable(key) ? key
            : throw new InputException(KeyHeader, $"{KeyHeader} must be one header of 1–{KeyLengthMax} printable characters");
    }
}
