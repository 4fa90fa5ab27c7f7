using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace NexusActors.Http;

/// <summary>Sends problems.</summary>
internal static class ProblemWriter
{
    /// <summary>Media type of problem details.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Sends one as the whole answer.</summary>
    public static async Task WriteAsync(HttpContext http, Problem problem)
    {
        var response = http.Response;
        response.StatusCode = problem.Status;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
        problem = problem with { Instance = problem.Instance ?? http.Request.Path.Value };
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, HttpJson.Wire.Problem);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Gives a body to an answer that has a status only: unknown route, wrong method, wrong media type.</summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        var detail = status switch
        {
            StatusCodes.Status404NotFound => $"there is no route {http.Request.Path.Value} on port {http.Connection.LocalPort}; see /docs for those that are",
            StatusCodes.Status405MethodNotAllowed => $"{http.Request.Path.Value} does not know {http.Request.Method}; allowed: {http.Response.Headers.Allow}",
            StatusCodes.Status415UnsupportedMediaType => JsonBody.WrongMediaType(http.Request),
            _ => ProblemCodes.Title(ProblemCodes.Of(status)),
        };
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return WriteAsync(http, Problem.Of(status, ProblemCodes.Of(status), detail, now));
    }
}

/// <summary>A problem as a handler's answer.</summary>
internal sealed class ProblemReply(Problem problem) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => ProblemWriter.WriteAsync(httpContext, problem);
}
