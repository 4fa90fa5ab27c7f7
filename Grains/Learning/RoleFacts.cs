using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Coordination;
using NexusActors.Learning.Features;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Declared roles as documents of the ledger.</summary>
internal static class RoleFacts
{
    /// <summary>Kind of the roles of a stream; its id is the stream.</summary>
    public const string Kind = "stream-roles";
    /// <summary>Why a stream is trained after they changed.</summary>
    public const string Cause = "roles";

    private const string Declared = "stream.roles_declared";

    /// <summary>Those of a stream; null where none were declared.</summary>
    public static async Task<(StreamRoles Roles, int Version)?> FindAsync(IDocumentFacts ledger, string stream, CancellationToken cancellation) =>
        await ledger.FindDocumentAsync(Kind, stream, cancellation) is { } stored ? (JsonSerializer.Deserialize(stored.Body, RoleJson.Default.StreamRoles)!, stored.Version) : null;

    /// <summary>How a learner sees the experiences of a stream.</summary>
    public static async Task<FieldRoles> ReadAsync(IDocumentFacts ledger, string stream, CancellationToken cancellation) =>
        await FindAsync(ledger, stream, cancellation) is var (roles, _) ? new(roles) : FieldRoles.None;

    /// <summary>How a learner sees the experiences of a stream; null: of all, each by the roles of its own.</summary>
    public static async Task<Func<Experience, Experience>> SeenAsync(IDocumentFacts ledger, string? stream, CancellationToken cancellation)
    {
        if (stream is not null) { return (await ReadAsync(ledger, stream, cancellation)).Seen; }
        var byStream = new Dictionary<string, FieldRoles>(StringComparer.Ordinal);
        await foreach (var stored in ledger.AllDocumentsAsync(Kind, cancellation)) { byStream.Add(stored.Id, new(JsonSerializer.Deserialize(stored.Body, RoleJson.Default.StreamRoles)!)); }
        return experience => byStream.GetValueOrDefault(experience.Stream, FieldRoles.None).Seen(experience);
    }

    /// <summary>Whether two declare the same.</summary>
    public static bool AreSame(StreamRoles one, StreamRoles other) => one.KnownBefore.SequenceEqual(other.KnownBefore) && one.KnownAfter.SequenceEqual(other.KnownAfter);

    /// <summary>The entry that stores them.</summary>
    public static LedgerEntry Entry(string stream, StreamRoles roles, int version, DateTimeOffset now)
    {
        var document = new Document(Kind, stream, version + 1, now, now, JsonSerializer.SerializeToUtf8Bytes(roles, RoleJson.Default.StreamRoles));
        return new()
        {
            Change = version == 0 ? new DocumentInsert(document) : new DocumentUpdate(document),
            Events = [new(now, Declared, null, null, null, new EventData().With("stream", stream).With("known_before", string.Join(' ', roles.KnownBefore)).With("known_after", string.Join(' ', roles.KnownAfter)).Json())],
        };
    }
}

/// <summary>The stored form of roles.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StreamRoles))]
internal sealed partial class RoleJson : JsonSerializerContext;
