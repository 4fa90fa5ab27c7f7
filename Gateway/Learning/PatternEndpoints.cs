using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Patterns over HTTP.</summary>
internal static class PatternEndpoints
{
    private const int HoursDefault = 24, HoursMax = 87_600, LimitDefault = 20, LimitMax = 100;

    /// <summary>Maps the route.</summary>
    public static void MapPatterns(this RouteGroupBuilder api) =>
        api.MapGet("/learning/patterns", FindAsync)
            .Named("FindPatterns", "Find out what experiences have in common", "Clusters of experiences that are alike, segments whose success differs significantly, and actions that follow each other more often than by chance, each with its evidence. The answer is kept for a short while, for as long as no experience comes.")
            .WithMetadata(new QueryContract("hours", "Look at experiences of the last hours, 1–87,600; 24 where not given", typeof(int)))
            .WithMetadata(new QueryContract("stream", "In this stream; all where not given", typeof(string)))
            .WithMetadata(new QueryContract("limit", "How many of each kind at most, 1–100; 20 where not given", typeof(int)))
            .Refuses(400);

    private static async Task<JsonReply<PatternsResponse>> FindAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var query = new QueryInput(http.Request, "hours", "stream", "limit");
        var (hours, stream, limit) = (query.Integer("hours", 1, HoursMax) ?? HoursDefault, query.Word("stream"), query.Integer("limit", 1, LimitMax) ?? LimitDefault);
        query.Faults.ThrowIfAny();
        var report = await grains.GetGrain<IPatternGrain>(PatternScope.Key(stream)).FindAsync(TimeSpan.FromHours(hours), cancellation);
        return new(PatternsResponse.From(report, hours, limit, time.GetUtcNow()), PatternJson.Wire.PatternsResponse);
    }
}
