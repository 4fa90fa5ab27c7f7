using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Declared roles of members of experiences over HTTP.</summary>
internal static class RoleEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapRoles(this RouteGroupBuilder api)
    {
        api.MapGet("/learning/roles/{stream}", GetAsync).Named("GetStreamRoles", "Read what was declared of the members of a stream's experiences").Refuses(400, 404);
        api.MapPut("/learning/roles/{stream}", SetAsync).Takes<StreamRolesBody>().Named("SetStreamRoles", "Declare which members are known before the action, and which only afterwards",
            "Replaces what was declared before. The models of the stream are learned anew and replace the old ones whether they look better or not; rules are induced anew.").Refuses(400, 409, 413, 415);
    }

    private static async Task<JsonReply<StreamRolesReply>> GetAsync(HttpContext http, [FromRoute] string stream, IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        Reply(stream, await Grain(http, grains, stream).GetAsync(cancellation) ?? throw new NexusException(NexusError.NotFound, $"no roles were declared for stream '{stream}'; all is what its place says", "stream"), time);

    private static async Task<JsonReply<StreamRolesReply>> SetAsync(HttpContext http, [FromRoute] string stream, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var grain = Grain(http, grains, stream);
        var roles = await JsonBody.ReadAsync(http, input => new StreamRoles { KnownBefore = input.Words("known_before", StreamRoles.NamesMax), KnownAfter = input.Words("known_after", StreamRoles.NamesMax) });
        return Reply(stream, await grain.SetAsync(roles, cancellation), time);
    }

    private static IStreamRolesGrain Grain(HttpContext http, IGrainFactory grains, string stream) => grains.GetGrain<IStreamRolesGrain>(Ids.FromPath(http, "stream", stream));

    private static JsonReply<StreamRolesReply> Reply(string stream, StreamRoles roles, TimeProvider time) =>
        new(new() { Stream = stream, KnownBefore = roles.KnownBefore, KnownAfter = roles.KnownAfter, Timestamp = time.GetUtcNow() }, RoleWireJson.Wire.StreamRolesReply);
}

/// <summary>Body of PUT /learning/roles/{stream}. What is not given is empty.</summary>
internal sealed record StreamRolesBody
{
    /// <summary>Names of <c>performance_metrics</c> that are known before the action; <c>*</c> stands for any characters. They are predicted from, and not predicted.</summary>
    [MaxLength(StreamRoles.NamesMax)] public IReadOnlyList<string>? KnownBefore { get; init; }
    /// <summary>Members of context and action that are known only afterwards, by name (at any depth) or by path (<c>context.ticket.closed_by</c>); <c>*</c> stands for any characters. Nothing is learned from them.</summary>
    [MaxLength(StreamRoles.NamesMax)] public IReadOnlyList<string>? KnownAfter { get; init; }
}

/// <summary>Declared roles.</summary>
internal sealed record StreamRolesReply
{
    /// <summary>Of which stream.</summary>
    public required string Stream { get; init; }
    /// <summary>Metrics that are known before the action.</summary>
    public required IReadOnlyList<string> KnownBefore { get; init; }
    /// <summary>Members of context and action that are known only afterwards.</summary>
    public required IReadOnlyList<string> KnownAfter { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Generated serialisation of roles.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(StreamRolesReply))]
internal sealed partial class RoleWireJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static RoleWireJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
