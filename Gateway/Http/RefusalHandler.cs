using Microsoft.AspNetCore.Diagnostics;
using NexusActors.Errors;

namespace NexusActors.Http;

/// <summary>Turns every exception into problem details, and logs those that are a fault of ours or of what we stand on.</summary>
internal sealed class RefusalHandler(TimeProvider time, ILogger<RefusalHandler> log) : IExceptionHandler
{
    /// <summary>When to try again where nobody knows better.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;                                                       // nobody is there to read an answer
        }
        var problem = Translate(exception, time.GetUtcNow());
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            var route = (httpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
            if (problem.Code == ProblemCodes.Unavailable) { log.Unavailable(exception, httpContext.Request.Method, route); }
            else { log.Failed(exception, httpContext.Request.Method, route); }
        }
        await ProblemWriter.WriteAsync(httpContext, problem);
        return true;
    }

    /// <summary>The problem that an exception stands for. Texts of exceptions that were not written for callers stay inside.</summary>
    public static Problem Translate(Exception exception, DateTimeOffset now) => exception switch
    {
        InputException input => Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.Invalid, input.Faults.Text, now) with
        {
            Field = input.Faults.Field,
            Errors = input.Faults.ByField,
        },
        NexusException refusal => Translate(refusal, now),
        RequestException request => Problem.Of(request.Status, ProblemCodes.Of(request.Status), request.Message, now),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            Problem.Of(StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, "the body is larger than this route takes", now),
        BadHttpRequestException bad => Problem.Of(bad.StatusCode, ProblemCodes.Of(bad.StatusCode), bad.Message, now),
        TimeoutException or OrleansException or OperationCanceledException =>
            Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "the service cannot answer at the moment; try again", now) with { RetryAfter = RetryAfter },
        _ => Problem.Of(StatusCodes.Status500InternalServerError, ProblemCodes.Internal, "something failed inside the service; the cause is in its log", now),
    };

    private static Problem Translate(NexusException refusal, DateTimeOffset now)
    {
        var (status, code) = ProblemCodes.Of(refusal.Error);
        var again = status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;
        return Problem.Of(status, code, refusal.Message, now) with
        {
            Field = refusal.Field,
            Errors = refusal.Field is { } field ? new Dictionary<string, string[]> { [field] = [refusal.Message] } : null,
            RetryAfter = again ? refusal.RetryAfter ?? RetryAfter : null,
        };
    }
}

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed")]
    public static partial void Failed(this ILogger log, Exception exception, string method, string route);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Route}: storage or cluster did not answer")]
    public static partial void Unavailable(this ILogger log, Exception exception, string method, string route);
}
