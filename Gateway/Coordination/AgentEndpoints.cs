using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Agents: register, read, remove, drain.</summary>
internal static class AgentEndpoints
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/agents").WithTags("Agents");
        api.MapGet("", ListAsync).Named("ListAgents", "List all agents").Refuses();
        api.MapPost("", RegisterAsync).Takes<AgentRequest>().Named("RegisterAgent", "Register an agent",
            "A passive agent (default) gets its work assigned and moves it with PUT /tasks/{id}/status; a pulling one asks with POST /agents/{id}/leases.").Refuses(400, 413, 415, 422);
        api.MapGet("/{id}", GetAsync).Named("GetAgent", "Read one agent").Refuses(400, 404);
        api.MapDelete("/{id}", RemoveAsync).Named("RemoveAgent", "Remove an agent; its unfinished tasks go back to pending").Refuses(400, 404);
        api.MapPost("/{id}/drain", DrainAsync).Named("DrainAgent", "Let an agent finish what it holds and take nothing new").Refuses(400, 404);
        api.MapPost("/{id}/resume", ResumeAsync).Named("ResumeAgent", "Let a drained agent take work again").Refuses(400, 404);
    }

    private static async Task<AgentsReply> ListAsync(IGrainFactory grains, TimeProvider time) => new(await grains.Catalog().AgentsAsync(), time.GetUtcNow());

    private static async Task<JsonReply<AgentChanged>> RegisterAsync(HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var profile = await JsonBody.ReadAsync(http, AgentInput.Read);
        await grains.GetGrain<IAgentGrain>(profile.Id).RegisterAsync(profile);
        return Changed("Agent registered", profile.Id, time);
    }

    private static async Task<JsonReply<AgentResponse>> GetAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        var agent = await grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id)).GetAsync() ?? throw CoordinationEndpoints.Unknown("agent", id);
        return new(AgentResponse.From(agent, time.GetUtcNow()), CoordinationJson.Wire.AgentResponse);
    }

    private static async Task<JsonReply<AgentChanged>> RemoveAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        await grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id)).DeregisterAsync();
        return Changed("Agent removed", id, time);
    }

    private static async Task<JsonReply<AgentChanged>> DrainAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        await grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id)).DrainAsync(draining: true);
        return Changed("Agent drains", id, time);
    }

    private static async Task<JsonReply<AgentChanged>> ResumeAsync(string id, HttpContext http, IGrainFactory grains, TimeProvider time)
    {
        await grains.GetGrain<IAgentGrain>(Ids.FromPath(http, "id", id)).DrainAsync(draining: false);
        return Changed("Agent takes work again", id, time);
    }

    private static JsonReply<AgentChanged> Changed(string message, string id, TimeProvider time) =>
        new(new() { Message = message, AgentId = id, Timestamp = time.GetUtcNow() }, CoordinationJson.Wire.AgentChanged);
}
