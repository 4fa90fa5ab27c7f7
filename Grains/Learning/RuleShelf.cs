using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Errors;
using NexusActors.Learning.Rules;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>The rules of a stream as the ledger has them, with their versions.</summary>
internal sealed class RuleShelf
{
    /// <summary>An event: a rule was induced, for the first time or anew.</summary>
    public const string InducedEvent = "rule.induced";
    /// <summary>An event: a rule is watched.</summary>
    public const string WatchedEvent = "rule.watched";
    /// <summary>An event: a rule has come into force.</summary>
    public const string PromotedEvent = "rule.promoted";
    /// <summary>An event: a rule does not hold, or holds no more.</summary>
    public const string RetiredEvent = "rule.retired";
    /// <summary>An event: a person pinned or disabled a rule, or let it go.</summary>
    public const string ChangedEvent = "rule.changed";

    private readonly ILedger _ledger;
    private readonly string _stream;
    private readonly ImmutableDictionary<string, int> _versions;
    private readonly int _version;

    private RuleShelf(ILedger ledger, string stream, ImmutableArray<RuleRecord> rules, ImmutableDictionary<string, int> versions, StoredInduction? induction, int version) =>
        (_ledger, _stream, Rules, _versions, Induction, _version) = (ledger, stream, rules, versions, induction, version);

    /// <summary>In no order.</summary>
    public ImmutableArray<RuleRecord> Rules { get; }

    /// <summary>When they were induced, and what came since; null: never.</summary>
    public StoredInduction? Induction { get; }

    /// <summary>Reads those of a stream.</summary>
    public static async Task<RuleShelf> ReadAsync(ILedger ledger, string stream, CancellationToken cancellation)
    {
        var induction = await ledger.FindDocumentAsync(StoredInduction.Kind, stream, cancellation);
        // Without an induction there is no rule.
        if (induction is null) { return new(ledger, stream, [], ImmutableDictionary<string, int>.Empty.WithComparers(StringComparer.Ordinal), null, 0); }
        var rules = await ledger.AllDocumentsAsync(StoredRule.Kind, cancellation).Select(document => (Rule: StoredRule.Read(document), document.Version)).Where(one => one.Rule.Stream == stream).ToArrayAsync(cancellation);
        return new(
            ledger, stream, [.. rules.Select(one => one.Rule)], rules.ToImmutableDictionary(one => one.Rule.Id, one => one.Version, StringComparer.Ordinal),
            JsonSerializer.Deserialize(induction.Body, StoredRuleJson.Default.StoredInduction), induction.Version);
    }

    /// <summary>The rules of all streams.</summary>
    public static async Task<ImmutableArray<RuleRecord>> AllAsync(IDocumentFacts ledger, CancellationToken cancellation) =>
        [.. await ledger.AllDocumentsAsync(StoredRule.Kind, cancellation).Select(StoredRule.Read).ToArrayAsync(cancellation)];

    /// <summary>Stores what differs, each change with its event; the answer is the shelf as it is then.</summary>
    /// <exception cref="NexusException">Another activation came first; read anew.</exception>
    public async Task<RuleShelf> StoreAsync(ImmutableArray<RuleRecord> next, StoredInduction? induction, DateTimeOffset now, CancellationToken cancellation)
    {
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        var (versions, version) = (_versions, _version);
        if (induction is not null && induction != Induction)
        {
            version++;
            var document = new Document(StoredInduction.Kind, _stream, version, now, now, JsonSerializer.SerializeToUtf8Bytes(induction, StoredRuleJson.Default.StoredInduction));
            entries.Add(new() { Change = version == 1 ? new DocumentInsert(document) : new DocumentUpdate(document) });
        }
        var known = Rules.ToDictionary(rule => rule.Id, StringComparer.Ordinal);
        foreach (var rule in next)
        {
            var was = known.GetValueOrDefault(rule.Id);
            known.Remove(rule.Id);
            if (was == rule) { continue; }
            versions = versions.SetItem(rule.Id, versions.GetValueOrDefault(rule.Id) + 1);
            var document = new Document(StoredRule.Kind, rule.Id, versions[rule.Id], now, now, StoredRule.Body(rule));
            entries.Add(new() { Change = was is null ? new DocumentInsert(document) : new DocumentUpdate(document), Events = [.. Events(was, rule, now)] });
        }
        versions = versions.RemoveRange(known.Keys);
        entries.AddRange(known.Keys.Select(forgotten => new LedgerEntry { Change = new DocumentDelete(StoredRule.Kind, forgotten, _versions[forgotten]) }));
        if (entries.Count == 0) { return this; }
        foreach (var result in await _ledger.CommitAsync(entries.DrainToImmutable(), cancellation))
        {
            if (result.Outcome != CommitOutcome.Done) { throw new NexusException(NexusError.WrongState, $"the rules of stream '{_stream}' were changed by another activation; they are read anew"); }
        }
        return new(_ledger, _stream, next, versions, induction ?? Induction, version);
    }

    private static IEnumerable<LedgerEvent> Events(RuleRecord? was, RuleRecord rule, DateTimeOffset now)
    {
        var (from, to) = (was?.Life.Status ?? RuleStatus.None, rule.Life.Status);
        if (was is not null && (was.Life.Pinned != rule.Life.Pinned || was.Life.Disabled != rule.Life.Disabled)) { yield return Event(ChangedEvent, rule, now); }
        if (from == to) { yield break; }
        yield return Event(to switch { RuleStatus.Candidate => InducedEvent, RuleStatus.Shadow => WatchedEvent, RuleStatus.Active => PromotedEvent, _ => RetiredEvent }, rule, now);
    }

    private static LedgerEvent Event(string type, RuleRecord rule, DateTimeOffset now)
    {
        var view = rule.View();
        var data = new RuleEvent(rule.Id, rule.Stream, view.Condition, rule.Success, view.Confidence, rule.Life.Reason, rule.Life.Pinned, rule.Life.Disabled);
        return new(now, type, null, null, null, JsonSerializer.Serialize(data, RuleEventJson.Default.RuleEvent));
    }
}

/// <summary>What an event tells of a rule.</summary>
internal sealed record RuleEvent(string RuleId, string Stream, string Condition, bool Success, double Confidence, string Reason, bool Pinned, bool Disabled);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RuleEvent))]
internal sealed partial class RuleEventJson : JsonSerializerContext;
