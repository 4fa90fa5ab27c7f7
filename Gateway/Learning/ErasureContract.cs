using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Body of POST /learning/erasures: the experiences go that all given members mean. At least one of subject, tag, stream and before is given.</summary>
internal sealed record ErasureBody
{
    /// <summary>Identity, for a repeat after an answer that was lost; one is made where none is given.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Id { get; init; }
    /// <summary>The value of a field that is replaced by a pseudonym, or the pseudonym itself. With the experiences go decisions, rules and outcomes of policies that hold it. It is not kept.</summary>
    [MinLength(1), MaxLength(ErasureInput.SubjectMax)] public string? Subject { get; init; }
    /// <summary>With this tag; not together with a subject.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Tag { get; init; }
    /// <summary>In this stream.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Stream { get; init; }
    /// <summary>That happened before this moment.</summary>
    public DateTimeOffset? Before { get; init; }
    /// <summary>How long to wait for the end, seconds. After it the answer is 202 and the erasure goes on.</summary>
    [Range(0.0, 10.0), DefaultValue(5.0)] public double? WaitSeconds { get; init; }
}

/// <summary>Where an erasure stands.</summary>
internal enum ErasureStatus
{
    /// <summary>Not stated; never sent.</summary>
    None = 0,
    /// <summary>Under way.</summary>
    Running = 1,
    /// <summary>All is gone, and what was learned from it is being learned anew.</summary>
    Done = 2,
}

/// <summary>An erasure.</summary>
internal sealed record ErasureResponse
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>Where it stands.</summary>
    public required ErasureStatus Status { get; init; }
    /// <summary>The pseudonym of the subject.</summary>
    public required string? Subject { get; init; }
    /// <summary>As asked.</summary>
    public required string? Tag { get; init; }
    /// <summary>As asked.</summary>
    public required string? Stream { get; init; }
    /// <summary>As asked.</summary>
    public required DateTimeOffset? Before { get; init; }
    /// <summary>As asked.</summary>
    public required string? ExperienceId { get; init; }
    /// <summary>Experiences removed so far.</summary>
    public required long Experiences { get; init; }
    /// <summary>Decisions removed so far.</summary>
    public required long Decisions { get; init; }
    /// <summary>Rules forgotten so far.</summary>
    public required long Rules { get; init; }
    /// <summary>The streams that something was removed from; their models learn anew.</summary>
    public required IReadOnlyList<string> Streams { get; init; }
    /// <summary>When it was begun.</summary>
    public required DateTimeOffset BegunAt { get; init; }
    /// <summary>When all was gone; null: not yet.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Translates.</summary>
    public static ErasureResponse From(Erasure erasure) => new()
    {
        Id = erasure.Id,
        Status = erasure.EndedAt is null ? ErasureStatus.Running : ErasureStatus.Done,
        Subject = erasure.Subject,
        Tag = erasure.Tag,
        Stream = erasure.Stream,
        Before = erasure.Before,
        ExperienceId = erasure.ExperienceId,
        Experiences = erasure.Experiences,
        Decisions = erasure.Decisions,
        Rules = erasure.Rules,
        Streams = erasure.Streams,
        BegunAt = erasure.BegunAt,
        EndedAt = erasure.EndedAt,
    };
}

/// <summary>Answer with one erasure.</summary>
internal sealed record ErasureReply
{
    /// <summary>The erasure.</summary>
    public required ErasureResponse Erasure { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Generated serialisation of erasures.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<ErasureStatus>)])]
[JsonSerializable(typeof(ErasureReply))]
internal sealed partial class ErasureWireJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static ErasureWireJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
