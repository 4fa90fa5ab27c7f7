using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Learning.Plans;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>A plan in the ledger: what is being planned, and which versions there are.</summary>
internal sealed record PlanHead
{
    /// <summary>Of the request that made it, so that a repeat is known.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Of the newest change; null: there was none.</summary>
    public string? ChangeHash { get; init; }

    /// <summary>What is being planned; null: nothing.</summary>
    public PlanBasis? Pending { get; init; }

    /// <summary>By version, from 1: the version of this document that came with it. Part of the key of the version's own document, so that what a writer leaves who lost is never read.</summary>
    public ImmutableArray<int> Versions { get; init; } = [];

    /// <summary>The newest version in short; null: there is none.</summary>
    public PlanOverview? Newest { get; init; }
}

/// <summary>What a list shows of a version.</summary>
internal sealed record PlanOverview(int Goals, DateOnly Start, DateOnly Finish, double Cost, ImmutableArray<string> Breaches);

/// <summary>A version of a plan in the ledger. It never changes.</summary>
internal sealed record PlanVersion
{
    public required PlanBasis Basis { get; init; }

    public required StrategicPlan Plan { get; init; }

    public required DateTimeOffset MadeAt { get; init; }
}

/// <summary>A plan as it is stored, and the entries that change it.</summary>
internal sealed record StoredPlan(Document Document, PlanHead Head)
{
    /// <summary>Kind of the documents that hold plans.</summary>
    public const string Kind = "plan";

    /// <summary>Kind of those that hold versions.</summary>
    public const string VersionKind = "plan-version";

    /// <summary>The first version of a plan is there.</summary>
    public const string Made = "plan.made";

    /// <summary>A further one is.</summary>
    public const string Revised = "plan.revised";

    /// <summary>The newest version; 0: there is none yet.</summary>
    public int Version => Head.Versions.Length;

    public static string HashOf(PlanSpec spec) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(spec, PlanStoreJson.Default.PlanSpec)));

    public static string HashOf(PlanChange change) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(change, PlanStoreJson.Default.PlanChange)));

    public static StoredPlan Read(Document document) => new(document, JsonSerializer.Deserialize(document.Body, PlanStoreJson.Default.PlanHead)!);

    public static PlanVersion ReadVersion(Document document) => JsonSerializer.Deserialize(document.Body, PlanStoreJson.Default.PlanVersion)!;

    /// <summary>A plan that is asked for.</summary>
    public static (StoredPlan Next, LedgerEntry Entry) New(string id, string requestHash, PlanBasis basis, DateTimeOffset now)
    {
        var head = new PlanHead { RequestHash = requestHash, Pending = basis };
        var document = new Document(Kind, id, 1, now, now, Body(head));
        return (new(document, head), new() { Change = new DocumentInsert(document) });
    }

    /// <summary>A change that is asked for.</summary>
    public (StoredPlan Next, LedgerEntry Entry) Revise(string changeHash, PlanBasis basis, DateTimeOffset now) => Update(Head with { ChangeHash = changeHash, Pending = basis }, now, []);

    /// <summary>The version that was pending is there.</summary>
    public (StoredPlan Next, ImmutableArray<LedgerEntry> Entries) Complete(PlanVersion made)
    {
        var plan = made.Plan;
        ImmutableArray<string> breaches = [.. plan.Breaches.Select(breach => breach.Constraint)];
        var head = Head with { Pending = null, Versions = Head.Versions.Add(Document.Version + 1), Newest = new(plan.Goals.Length, plan.Start, plan.Finish, plan.Cost, breaches) };
        var happened = new LedgerEvent(made.MadeAt, Version == 0 ? Made : Revised, null, null, null, EventOf(Version + 1, plan));
        var (next, entry) = Update(head, made.MadeAt, [happened]);
        var body = JsonSerializer.SerializeToUtf8Bytes(made, PlanStoreJson.Default.PlanVersion);
        return (next, [entry, new() { Change = new DocumentInsert(new(VersionKind, next.KeyOf(next.Version), 1, made.MadeAt, made.MadeAt, body)) }]);
    }

    /// <summary>Whether a change that names its version is the newest change once more, as from a caller who did not get the answer.</summary>
    public bool IsRepeat(PlanChange change, string changeHash) => Head.ChangeHash == changeHash && change.IfVersion is { } version && version == (Head.Pending is null ? Version - 1 : Version);

    /// <summary>Id of the document of a version.</summary>
    public string KeyOf(int version) => $"{Document.Id}:{Head.Versions[version - 1]}";

    public PlanSummary ToSummary() => new()
    {
        Id = Document.Id,
        Status = Head.Pending is null ? PlanStatus.Ready : PlanStatus.Planning,
        Version = Version,
        Goals = Head.Newest?.Goals ?? Head.Pending?.Spec.Goals.Length ?? 0,
        Start = Head.Newest?.Start ?? Head.Pending?.Spec.Start,
        Finish = Head.Newest?.Finish,
        Cost = Head.Newest?.Cost,
        Breaches = Head.Newest?.Breaches ?? [],
        CreatedAt = Document.CreatedAt,
        UpdatedAt = Document.UpdatedAt,
    };

    private (StoredPlan Next, LedgerEntry Entry) Update(PlanHead head, DateTimeOffset now, ImmutableArray<LedgerEvent> events)
    {
        var document = Document with { Version = Document.Version + 1, UpdatedAt = now, Body = Body(head) };
        return (new(document, head), new() { Change = new DocumentUpdate(document), Events = events });
    }

    private string EventOf(int version, StrategicPlan plan)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("plan_id"u8, Document.Id);
            json.WriteNumber("version"u8, version);
            json.WriteString("finish"u8, plan.Finish.ToString("O", null));
            json.WriteNumber("cost"u8, plan.Cost);
            json.WriteNumber("breaches"u8, plan.Breaches.Length);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static byte[] Body(PlanHead head) => JsonSerializer.SerializeToUtf8Bytes(head, PlanStoreJson.Default.PlanHead);
}

/// <summary>Generated serialisation of what is stored of plans.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(PlanHead))]
[JsonSerializable(typeof(PlanVersion))]
[JsonSerializable(typeof(PlanSpec))]
[JsonSerializable(typeof(PlanChange))]
internal sealed partial class PlanStoreJson : JsonSerializerContext;
