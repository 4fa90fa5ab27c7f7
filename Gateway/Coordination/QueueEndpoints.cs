using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Queues: read, make, pause, redrive.</summary>
internal static class QueueEndpoints
{
    public static void MapQueues(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/queues").WithTags("Queues");
        api.MapGet("", ListAsync).Named("ListQueues", "List all queues").Refuses();
        api.MapGet("/{name}", GetAsync).Named("GetQueue", "Read one queue").Refuses(400, 404);
        api.MapPut("/{name}", PutAsync).Takes<QueueRequest>().Named("PutQueue", "Make a queue or replace its settings").Refuses(400, 413, 415);
        api.MapPost("/{name}/pause", PauseAsync).Named("PauseQueue", "Give out nothing of a queue; running work goes on").Refuses(400, 404);
        api.MapPost("/{name}/resume", ResumeAsync).Named("ResumeQueue", "Give out work of a paused queue again").Refuses(400, 404);
        api.MapPost("/{name}/redrive", RedriveAsync).Takes<RedriveBody>(optional: true).Named("RedriveQueue", "Take failed tasks of a queue up again, oldest first").Refuses(400, 404, 413, 415);
    }

    private static IQueueGrain Queue(this IGrainFactory grains, HttpContext http, string name) => grains.GetGrain<IQueueGrain>(Ids.FromPath(http, "name", name));

    private static async Task<JsonListReply<QueuesResponse>> ListAsync(IGrainFactory grains, TimeProvider time)
    {
        var queues = await grains.Catalog().QueuesAsync();
        return new(new() { Queues = queues.ToDictionary(queue => queue.Name, queue => QueueResponse.From(queue)), Count = queues.Length, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.QueuesResponse);
    }

    private static async Task<JsonReply<QueueResponse>> GetAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        Reply(await grains.Queue(http, name).GetAsync() ?? throw CoordinationEndpoints.Unknown("queue", name), time);

    private static async Task<JsonReply<QueueResponse>> PutAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var queue = grains.Queue(http, name);
        var settings = await JsonBody.ReadAsync(http, QueueInput.Read);
        return Reply(await queue.ConfigureAsync(settings), time);
    }

    private static async Task<JsonReply<QueueResponse>> PauseAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        Reply(await grains.Queue(http, name).PauseAsync(paused: true), time);

    private static async Task<JsonReply<QueueResponse>> ResumeAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time) =>
        Reply(await grains.Queue(http, name).PauseAsync(paused: false), time);

    private static async Task<JsonReply<RedriveResponse>> RedriveAsync(string name, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var queue = grains.Queue(http, name);
        var max = await JsonBody.ReadOptionalAsync(http, QueueInput.ReadRedrive);
        var redriven = await queue.RedriveFailedAsync(max);
        return new(new() { Message = $"{redriven} failed tasks taken up again", Redriven = redriven, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.RedriveResponse);
    }

    private static JsonReply<QueueResponse> Reply(QueueView queue, TimeProvider time) => new(QueueResponse.From(queue, time.GetUtcNow()), CoordinationJson.Wire.QueueResponse);
}
