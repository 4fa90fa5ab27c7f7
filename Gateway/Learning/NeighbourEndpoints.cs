using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Similar experiences over HTTP.</summary>
internal static class NeighbourEndpoints
{
    /// <summary>Maps the route.</summary>
    public static void MapNeighbours(this RouteGroupBuilder api) =>
        api.MapPost("/learning/experiences/similar", FindAsync).Takes<SimilarRequest>()
            .Named("FindSimilarExperiences", "Find out what happened in situations like this one", "The experiences of a stream that are most like a situation, exactly, with what sets each apart, and what came of all of them together.").Refuses(400, 413, 415);

    private static async Task<JsonReply<SimilarResponse>> FindAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var (stream, request) = await JsonBody.ReadAsync(http, Read);
        var report = await grains.GetGrain<IStreamNeighboursGrain>(stream).FindAsync(request, cancellation);
        return new(SimilarResponse.From(report, stream, time.GetUtcNow()), NeighbourJson.Wire.SimilarResponse);
    }

    private static (string Stream, NeighbourRequest Request) Read(JsonInput input) => (input.Word("stream") ?? LearningInput.DefaultStream, new()
    {
        ContextJson = input.OpenObject("context", required: true) ?? "{}",
        ActionJson = input.OpenObject("action_taken"),
        At = input.Time("at"),
        Count = input.Integer("limit", 1, NeighbourLimits.CountMax) ?? NeighbourLimits.CountDefault,
    });
}
