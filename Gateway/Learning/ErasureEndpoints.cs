using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Erasure of experiences over HTTP.</summary>
internal static class ErasureEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void MapErasures(this RouteGroupBuilder api)
    {
        api.MapPost("/learning/erasures", BeginAsync).Takes<ErasureBody>().Named("BeginErasure", "Erase experiences and what was derived from them",
            "Once it is answered it is done to its end, whatever stops in between. Models that may have learned from what is gone learn anew, and replace the old ones whether they are better or not.")
            .Produces<ErasureReply>(StatusCodes.Status202Accepted).Refuses(400, 413, 415).NotCounted();
        api.MapDelete("/learning/experiences/{experience_id}", EraseOneAsync).Named("EraseExperience", "Erase one experience", "As an erasure that names nothing else.")
            .Produces<ErasureReply>(StatusCodes.Status202Accepted).Refuses(400, 404).NotCounted();
        api.MapGet("/learning/erasures/{erasure_id}", GetAsync).Named("GetErasure", "Read how an erasure stands").Refuses(400, 404);
    }

    private static async Task<JsonReply<ErasureReply>> BeginAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var (id, request, wait) = await JsonBody.ReadAsync(http, ErasureInput.Read);
        return await AnswerAsync(http, grains, id ?? Ulid.NewUlid(time.GetUtcNow()).ToString(), request, wait, time, cancellation);
    }

    private static async Task<JsonReply<ErasureReply>> EraseOneAsync(HttpContext http, [FromRoute(Name = "experience_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        LearningInput.ReadId(http, id);
        if (await grains.GetGrain<IExperienceCatalogGrain>(0).GetAsync(id, cancellation) is null) { throw new NexusException(NexusError.NotFound, $"there is no experience '{id}'", "experience_id"); }
        return await AnswerAsync(http, grains, Ulid.NewUlid(time.GetUtcNow()).ToString(), new() { ExperienceId = id }, ErasureInput.WaitDefault, time, cancellation);
    }

    private static async Task<JsonReply<ErasureReply>> AnswerAsync(HttpContext http, IGrainFactory grains, string id, ErasureRequest request, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var erasure = await grains.GetGrain<IErasureGrain>(id).BeginAsync(request, wait, cancellation);
        if (erasure.EndedAt is null)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = $"/learning/erasures/{Uri.EscapeDataString(erasure.Id)}";
        }
        return Reply(erasure, time);
    }

    private static async Task<JsonReply<ErasureReply>> GetAsync(HttpContext http, [FromRoute(Name = "erasure_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        Reply(await grains.GetGrain<IErasureGrain>(Ids.FromPath(http, "erasure_id", id)).GetAsync(cancellation) ?? throw new NexusException(NexusError.NotFound, $"there is no erasure '{id}'", "erasure_id"), time);

    private static JsonReply<ErasureReply> Reply(Erasure erasure, TimeProvider time) => new(new() { Erasure = ErasureResponse.From(erasure), Timestamp = time.GetUtcNow() }, ErasureWireJson.Wire.ErasureReply);
}
