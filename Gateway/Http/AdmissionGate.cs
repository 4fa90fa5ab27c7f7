namespace NexusActors.Http;

/// <summary>
/// Refuses at once what is more than can be answered in time (503, <c>Retry-After</c>). Requests that wait for work, event streams, probes, metrics and documents are not counted.
/// </summary>
internal static class AdmissionGate
{
    /// <summary>While those inside would take longer, fewer are let in.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    /// <summary>On routes that wait.</summary>
    private sealed class Waits;

    /// <summary>Marks routes whose requests wait: their time says nothing about load, and they take little of it.</summary>
    public static TBuilder NotCounted<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Waits());

    /// <summary>Adds it behind routing.</summary>
    public static void UseAdmission(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        var limit = new AdmissionLimit(WaitMax, time.GetUtcNow());
        app.Use(next => http => IsCounted(http) ? EnterAsync(http, next, limit, time) : next(http));
    }

    private static bool IsCounted(HttpContext http) => http.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<ListenerPort>() is not null && metadata.GetMetadata<Waits>() is null;

    private static async Task EnterAsync(HttpContext http, RequestDelegate next, AdmissionLimit limit, TimeProvider time)
    {
        if (!limit.TryEnter(time.GetUtcNow()))
        {
            await ProblemWriter.WriteAsync(http, Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "more is asked for than can be answered in time; try again", time.GetUtcNow()) with { RetryAfter = RefusalHandler.RetryAfter });
            return;
        }
        var answered = false;
        try
        {
            await next(http);
            answered = http.Response.StatusCode < StatusCodes.Status500InternalServerError && !http.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            limit.Leave(answered, time.GetUtcNow());
        }
    }
}
