using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>One task: read it, move it, call it off, take it up again.</summary>
internal static class TaskActionEndpoints
{
    public static void MapTaskActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/tasks/{id}").WithTags("Tasks");
        api.MapGet("", GetAsync).Named("GetTask", "Read one task").Refuses(400, 404);
        api.MapGet("/history", HistoryAsync).Named("GetTaskHistory", "Read everything that happened to a task").Refuses(400, 404);
        api.MapGet("/explain", ExplainAsync).Named("ExplainTask", "Say why a task runs where it runs, or why it waits").Refuses(400, 404);
        api.MapPut("/status", SetStatusAsync).Takes<StatusBody>().Named("SetTaskStatus", "Move a task, as passive agents do").Refuses(400, 404, 409, 413, 415);
        api.MapPost("/cancel", CancelAsync).Takes<CancelBody>(optional: true).Named("CancelTask", "Call a task off",
            "At once where it waits or a passive agent holds it; by an order with the next heartbeat where a pulling agent works on it.").Refuses(400, 404, 413, 415);
        api.MapPost("/redrive", RedriveAsync).Named("RedriveTask", "Take a failed or cancelled task up again with fresh retries").Refuses(400, 404, 409);
    }

    private static ITaskGrain Task(this IGrainFactory grains, HttpContext http, string id) => grains.GetGrain<ITaskGrain>(Ids.FromPath(http, "id", id));

    private static async Task<JsonReply<TaskResponse>> GetAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var task = await grains.Task(http, id).GetAsync() ?? throw CoordinationEndpoints.Unknown("task", id);
        return new(TaskResponse.From(task, time.GetUtcNow()), CoordinationJson.Wire.TaskResponse);
    }

    private static async Task<JsonListReply<HistoryResponse>> HistoryAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var events = await grains.Task(http, id).HistoryAsync();
        var trimmed = events is not [{ Type: "task.submitted" }, ..];
        return new(new() { TaskId = id, Events = [.. events.Select(EventResponse.From)], Count = events.Length, Trimmed = trimmed, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.HistoryResponse);
    }

    private static async Task<JsonReply<ExplainResponse>> ExplainAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        new(ExplainResponse.From(id, await grains.Task(http, id).ExplainAsync(), time.GetUtcNow()), CoordinationJson.Wire.ExplainResponse);

    private static async Task<JsonReply<TaskChanged>> SetStatusAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var grain = grains.Task(http, id);
        var change = await JsonBody.ReadAsync(http, TaskInput.ReadStatus);
        var task = await grain.SetStatusAsync(change);
        return Changed("Task status updated", task, time);
    }

    private static async Task<JsonReply<CancelResponse>> CancelAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var grain = grains.Task(http, id);
        var (reason, children) = await JsonBody.ReadOptionalAsync(http, TaskInput.ReadCancel);
        var tasks = await grain.CancelAsync(reason, children);
        var own = tasks.First(task => task.Spec.Id == id);
        return new(new()
        {
            Message = own.Status == WorkStatus.Cancelled ? "Task cancelled" : own.CancelRequested ? "The agent is asked to stop" : "The task had ended",
            TaskId = id,
            Status = own.Status,
            CancelRequested = own.CancelRequested,
            Cancelled = [.. tasks.Where(task => task.Status == WorkStatus.Cancelled || task.CancelRequested).Select(task => new CancelledTask { TaskId = task.Spec.Id, Status = task.Status, CancelRequested = task.CancelRequested })],
            Timestamp = time.GetUtcNow(),
        }, CoordinationJson.Wire.CancelResponse);
    }

    private static async Task<JsonReply<TaskChanged>> RedriveAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        Changed("Task taken up again", await grains.Task(http, id).RedriveAsync(), time);

    private static JsonReply<TaskChanged> Changed(string message, TaskView task, TimeProvider time) =>
        new(new() { Message = message, TaskId = task.Spec.Id, Status = task.Status, RetryAt = task.Status == WorkStatus.Pending ? task.NextAttemptAt : null, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.TaskChanged);
}
