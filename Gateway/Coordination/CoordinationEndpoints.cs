using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>The multi-agent coordinator's routes.</summary>
internal static class CoordinationEndpoints
{
    /// <summary>Key of grains that are stateless or alone of their kind.</summary>
    private const int Only = 0;

    /// <summary>Maps every route of the coordinator onto its port.</summary>
    public static RouteGroupBuilder MapCoordination(this IEndpointRouteBuilder routes, int port)
    {
        var api = routes.MapGroup("").OnPort(port).WithGroupName(ServedApi.Coordination);
        var coordination = api.MapGroup("/coordination").WithTags("Coordination");
        coordination.MapGet("/status", StatusAsync).Named("GetCoordinationStatus", "Count agents and tasks").Refuses();
        coordination.MapPost("/start", StartAsync).Named("StartCoordination", "Give out work", "Coordination runs when the service starts. The switch is kept over restarts.").Refuses();
        coordination.MapPost("/stop", StopAsync).Named("StopCoordination", "Give out no more work; running work goes on").Refuses();
        api.MapAgents();
        api.MapLeases();
        api.MapTasks();
        api.MapTaskActions();
        api.MapQueues();
        api.MapEvents();
        return api;
    }

    /// <summary>The grain that reads over all agents, tasks and queues.</summary>
    public static ICatalogGrain Catalog(this IGrainFactory grains) => grains.GetGrain<ICatalogGrain>(Only);

    /// <summary>The refusal of an unknown thing.</summary>
    public static NexusException Unknown(string kind, string id) => new(NexusError.NotFound, $"there is no {kind} '{id}'");

    private static async Task<JsonReply<StatusResponse>> StatusAsync(IGrainFactory grains, TimeProvider time)
    {
        var status = await grains.Catalog().StatusAsync();
        var now = time.GetUtcNow();
        long Tasks(WorkStatus where) => status.Tasks.GetValueOrDefault(where);
        return new(new()
        {
            CoordinationRunning = status.Running,
            TotalAgents = status.TotalAgents,
            ActiveAgents = status.ActiveAgents,
            TotalTasks = status.Tasks.Values.Sum(),
            PendingTasks = Tasks(WorkStatus.Pending),
            InProgressTasks = Tasks(WorkStatus.InProgress),
            CompletedTasks = Tasks(WorkStatus.Completed),
            ActiveConflicts = 0,
            ActiveCollaborations = 0,
            LastUpdate = now,
            AssignedTasks = Tasks(WorkStatus.Assigned),
            DelegatedTasks = Tasks(WorkStatus.Delegated),
            FailedTasks = Tasks(WorkStatus.Failed),
            CancelledTasks = Tasks(WorkStatus.Cancelled),
            Timestamp = now,
        }, CoordinationJson.Wire.StatusResponse);
    }

    private static Task<JsonReply<Done>> StartAsync(IGrainFactory grains, TimeProvider time) => SwitchAsync(grains, time, running: true);

    private static Task<JsonReply<Done>> StopAsync(IGrainFactory grains, TimeProvider time) => SwitchAsync(grains, time, running: false);

    private static async Task<JsonReply<Done>> SwitchAsync(IGrainFactory grains, TimeProvider time, bool running)
    {
        await grains.GetGrain<ICoordinatorGrain>(Only).SwitchAsync(running);
        return new(new() { Message = running ? "Coordination started" : "Coordination stopped", Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.Done);
    }
}
