using System.ComponentModel;
using System.Text.Json.Serialization;
using NexusActors.Errors;

namespace NexusActors.Http;

/// <summary>An error as the caller reads it: RFC 9457, and <c>error</c> for clients of the original system.</summary>
[Description("Problem details (RFC 9457); 'error' repeats 'detail' for clients of the original system.")]
internal sealed record Problem
{
    /// <summary>Names the kind of problem, <c>urn:nexus:problem:</c> and the code.</summary>
    public required string Type { get; init; }
    /// <summary>The kind of problem in words, the same for every occurrence.</summary>
    public required string Title { get; init; }
    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }
    /// <summary>What is wrong here and how to mend it.</summary>
    public required string Detail { get; init; }
    /// <summary>Path of the request.</summary>
    public string? Instance { get; init; }
    /// <summary>The same text as detail.</summary>
    public required string Error { get; init; }
    /// <summary>Machine word of the kind of problem, see <see cref="ProblemCodes"/>.</summary>
    public required string Code { get; init; }
    /// <summary>First input member at fault, by its path on the wire.</summary>
    public string? Field { get; init; }
    /// <summary>Every input member at fault with what is wrong with it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
    /// <summary>Where the task stands, when a lease is lost.</summary>
    public string? TaskStatus { get; init; }
    /// <summary>The result that won, when a lease is lost to a completion.</summary>
    public RawJson? TaskResult { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
    /// <summary>When a repeat has a chance; goes out as the header Retry-After.</summary>
    [JsonIgnore] public TimeSpan? RetryAfter { get; init; }

    /// <summary>A problem with the given text under both names.</summary>
    public static Problem Of(int status, string code, string detail, DateTimeOffset now) => new()
    {
        Type = "urn:nexus:problem:" + code,
        Title = ProblemCodes.Title(code),
        Status = status,
        Detail = detail,
        Error = detail,
        Code = code,
        Timestamp = now,
    };
}

/// <summary>Machine words of problems.</summary>
internal static class ProblemCodes
{
    /// <summary>Malformed or out of range, 400.</summary>
    public const string Invalid = "invalid";
    /// <summary>No such thing, or no such route, 404.</summary>
    public const string NotFound = "not_found";
    /// <summary>The id is taken, 400.</summary>
    public const string AlreadyExists = "already_exists";
    /// <summary>The lease is not held any more, 409.</summary>
    public const string LeaseLost = "lease_lost";
    /// <summary>The state forbids it, 409.</summary>
    public const string WrongState = "wrong_state";
    /// <summary>Well-formed and impossible, 422.</summary>
    public const string Impossible = "impossible";
    /// <summary>The idempotency key was used with another body, 422.</summary>
    public const string KeyReused = "key_reused";
    /// <summary>A limit is reached, 429.</summary>
    public const string LimitReached = "limit_reached";
    /// <summary>Storage or cluster does not answer, 503.</summary>
    public const string Unavailable = "unavailable";
    /// <summary>A fault of ours, 500.</summary>
    public const string Internal = "internal";
    /// <summary>The route has other methods, 405.</summary>
    public const string MethodNotAllowed = "method_not_allowed";
    /// <summary>The body is too large, 413.</summary>
    public const string TooLarge = "too_large";
    /// <summary>The body has the wrong media type, 415.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";
    /// <summary>Not for this caller, 403.</summary>
    public const string Forbidden = "forbidden";
    /// <summary>Any other client error.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>Status and word of a refusal.</summary>
    public static (int Status, string Code) Of(NexusError error) => error switch
    {
        NexusError.Invalid => (StatusCodes.Status400BadRequest, Invalid),
        NexusError.NotFound => (StatusCodes.Status404NotFound, NotFound),
        NexusError.AlreadyExists => (StatusCodes.Status400BadRequest, AlreadyExists),
        NexusError.LeaseLost => (StatusCodes.Status409Conflict, LeaseLost),
        NexusError.WrongState => (StatusCodes.Status409Conflict, WrongState),
        NexusError.Impossible => (StatusCodes.Status422UnprocessableEntity, Impossible),
        NexusError.KeyReused => (StatusCodes.Status422UnprocessableEntity, KeyReused),
        NexusError.LimitReached => (StatusCodes.Status429TooManyRequests, LimitReached),
        NexusError.StorageUnavailable or NexusError.Moved => (StatusCodes.Status503ServiceUnavailable, Unavailable),
        _ => (StatusCodes.Status500InternalServerError, Internal),
    };

    /// <summary>The word for a bare status.</summary>
    public static string Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Invalid,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => LimitReached,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => Internal,
        _ => BadRequest,
    };

    /// <summary>The kind of problem in words.</summary>
    public static string Title(string code) => code switch
    {
        Invalid => "The input is malformed or out of range",
        NotFound => "There is no such thing",
        AlreadyExists => "The id is taken",
        LeaseLost => "The lease is not held any more",
        WrongState => "The present state does not allow this",
        Impossible => "Well-formed, but impossible",
        KeyReused => "The idempotency key was used with another body",
        LimitReached => "A limit is reached",
        Unavailable => "Not available at the moment; nothing was changed",
        Internal => "A fault inside the service",
        MethodNotAllowed => "The route does not know this method",
        TooLarge => "The body is too large",
        UnsupportedMediaType => "The body has the wrong media type",
        Forbidden => "Not allowed",
        _ => "The request cannot be served",
    };
}
