using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Coordination;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Erasures as documents of the ledger.</summary>
internal static class ErasureFacts
{
    /// <summary>Kind of an <see cref="Erasure"/>.</summary>
    public const string Kind = "erasure";
    /// <summary>Kind of what stands for an erasure as long as it is under way.</summary>
    public const string OpenKind = "erasure-open";
    /// <summary>A setting of the ledger: the id of the erasure that ended last. Whoever has experiences at hand reads them anew when it changes.</summary>
    public const string LastSetting = "learning.last_erasure";

    /// <summary>Why a stream is trained after it.</summary>
    public const string Cause = "erasure";

    private const string Begun = "experience.erasure_begun", Ended = "experience.erased";

    /// <summary>The erasure in a document.</summary>
    public static Erasure Read(Document document) => JsonSerializer.Deserialize(document.Body, ErasureJson.Default.Erasure)!;

    /// <summary>The entries that store how an erasure stands.</summary>
    /// <param name="erasure">How.</param>
    /// <param name="version">1 for a new one.</param>
    /// <param name="now">When.</param>
    public static ImmutableArray<LedgerEntry> Entries(Erasure erasure, int version, DateTimeOffset now)
    {
        var document = new Document(Kind, erasure.Id, version, erasure.BegunAt, now, JsonSerializer.SerializeToUtf8Bytes(erasure, ErasureJson.Default.Erasure));
        if (version == 1)
        {
            return
            [
                new() { Change = new DocumentInsert(document), Events = [Event(Begun, erasure, now)] },
                new() { Change = new DocumentInsert(new(OpenKind, erasure.Id, 1, now, now, [])) },
            ];
        }
        var update = new LedgerEntry { Change = new DocumentUpdate(document) };
        if (erasure.EndedAt is null) { return [update]; }
        return
        [
            update with { Events = [Event(Ended, erasure, now)] },
            new() { Change = new DocumentDelete(OpenKind, erasure.Id, 1) },
            new() { Change = new SettingPut(LastSetting, erasure.Id) },
        ];
    }

    private static LedgerEvent Event(string type, Erasure erasure, DateTimeOffset now) => new(
        now, type, null, null, null, new EventData().With("erasure_id", erasure.Id).With("experiences", erasure.Experiences).With("decisions", erasure.Decisions).With("rules", erasure.Rules).Json());
}

/// <summary>The stored form of erasures.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Erasure))]
internal sealed partial class ErasureJson : JsonSerializerContext;
