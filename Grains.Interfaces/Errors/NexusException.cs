namespace NexusActors.Errors;

/// <summary>Why a call was refused. Appended, never renumbered.</summary>
public enum NexusError
{
    /// <summary>No error; never thrown.</summary>
    None = 0,
    /// <summary>The input is malformed or out of range (HTTP 400).</summary>
    Invalid = 1,
    /// <summary>No such agent, task or queue (HTTP 404).</summary>
    NotFound = 2,
    /// <summary>The id is taken (HTTP 400, as in the original API).</summary>
    AlreadyExists = 3,
    /// <summary>The caller no longer holds the lease that it names (HTTP 409, code <c>lease_lost</c>).</summary>
    LeaseLost = 4,
    /// <summary>The state of the thing does not allow the request (HTTP 409).</summary>
    WrongState = 5,
    /// <summary>Well-formed but impossible: a dependency cycle, an unknown parent or queue (HTTP 422).</summary>
    Impossible = 6,
    /// <summary>The idempotency key was used before with another body (HTTP 422).</summary>
    KeyReused = 7,
    /// <summary>A stated limit is reached; try again later (HTTP 429).</summary>
    LimitReached = 8,
    /// <summary>Storage does not answer or refuses writes; nothing was changed (HTTP 503).</summary>
    StorageUnavailable = 9,
    /// <summary>The queue was divided anew and this partition of it is no more; nothing was changed. Ask the queue (HTTP 503).</summary>
    Moved = 10,
}

/// <summary>A refusal that the caller can act on. Crosses the wire between silo and gateway.</summary>
/// <param name="error">The kind of refusal.</param>
/// <param name="message">What is wrong and how to fix it; shown to the caller.</param>
/// <param name="field">The input member at fault as on the wire (<c>dependencies[2]</c>), if any.</param>
/// <param name="retryAfter">When a repeat has a chance, for limits and storage faults.</param>
[GenerateSerializer, Alias("nexus.NexusException")]
public sealed class NexusException(NexusError error, string message, string? field = null, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>The kind of refusal.</summary>
    [Id(0)] public NexusError Error { get; } = error;

    /// <summary>The input member at fault as on the wire, if any.</summary>
    [Id(1)] public string? Field { get; } = field;

    /// <summary>When a repeat has a chance, for limits and storage faults.</summary>
    [Id(2)] public TimeSpan? RetryAfter { get; } = retryAfter;
}
