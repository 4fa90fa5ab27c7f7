using System.Reflection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NexusActors.Http;

/// <summary>Answer of GET /health, as the original gives it.</summary>
internal sealed record HealthReply
{
    /// <summary>Always <c>healthy</c>: a process that can say so.</summary>
    public required string Status { get; init; }
    /// <summary>Which service this is.</summary>
    public required string Service { get; init; }
    /// <summary>Now.</summary>
    public required DateTimeOffset Timestamp { get; init; }
    /// <summary>Version of the product.</summary>
    public required string Version { get; init; }
}

/// <summary>Answer of the probes.</summary>
internal sealed record ProbeReply
{
    /// <summary><c>live</c> or <c>ready</c>.</summary>
    public required string Status { get; init; }
    /// <summary>Each check that was made, with its state.</summary>
    public required IReadOnlyDictionary<string, string> Checks { get; init; }
    /// <summary>Now.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Health, probes and metrics, on each port.</summary>
internal static class OperationsEndpoints
{
    /// <summary>Tag of health checks that decide whether work may come.</summary>
    public const string ReadyTag = "ready";

    private static readonly string Version = typeof(OperationsEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Maps GET /health of one service.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes, ServedApi api) =>
        routes.MapGet("/health", (TimeProvider time) => new JsonReply<HealthReply>(
                new() { Status = "healthy", Service = api.Service, Timestamp = time.GetUtcNow(), Version = Version }, HttpJson.Wire.HealthReply))
            .OnPort(api.Port).WithGroupName(api.Name).WithTags("Operations")
            .Named(OperationName("GetHealth", api), "Say that the service is there");

    /// <summary>Maps the probes and the metrics of every port.</summary>
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", (TimeProvider time) => new JsonReply<ProbeReply>(
                new() { Status = "live", Checks = new Dictionary<string, string>(), Timestamp = time.GetUtcNow() }, HttpJson.Wire.ProbeReply))
            .WithTags("Operations").Named("GetLiveness", "Liveness probe: the process answers");
        routes.MapGet("/readyz", ReadyAsync)
            .WithTags("Operations").Named("GetReadiness", "Readiness probe: storage and actors answer, and the process does not drain")
            .Produces<ProbeReply>().Produces<Problem>(StatusCodes.Status503ServiceUnavailable, ProblemWriter.MediaType);
        routes.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get])).ExcludeFromDescription();
    }

    private static string OperationName(string name, ServedApi api) => $"{name}_{api.Name}";

    private static async Task<IResult> ReadyAsync(HealthCheckService health, TimeProvider time, HttpContext http)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(ReadyTag), http.RequestAborted);
        if (report.Status == HealthStatus.Unhealthy)
        {
            var failing = report.Entries.Where(entry => entry.Value.Status == HealthStatus.Unhealthy).Select(entry => $"{entry.Key}: {entry.Value.Description ?? "does not answer"}");
            return new ProblemReply(Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "not ready: " + string.Join("; ", failing), time.GetUtcNow()) with { RetryAfter = RefusalHandler.RetryAfter });
        }
        return new JsonReply<ProbeReply>(new()
        {
            Status = "ready",
            Checks = report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Status == HealthStatus.Healthy ? "healthy" : "degraded"),
            Timestamp = time.GetUtcNow(),
        }, HttpJson.Wire.ProbeReply);
    }
}
