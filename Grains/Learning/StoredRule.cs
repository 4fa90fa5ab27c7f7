using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Learning.Patterns;
using NexusActors.Learning.Rules;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>A rule as it is stored: a document of its own.</summary>
internal sealed record StoredRule
{
    /// <summary>Kind of its document; the document's id is the rule's.</summary>
    public const string Kind = "rule";

    public required string Stream { get; init; }
    public required ImmutableArray<StoredCondition> Conditions { get; init; }
    public required bool Success { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required StoredCounts Induction { get; init; }
    public required StoredCounts HeldOut { get; init; }
    public required RuleStatus Status { get; init; }
    public required string Reason { get; init; }
    public required StoredCounts Since { get; init; }
    public required StoredCounts Recent { get; init; }
    public bool Pinned { get; init; }
    public bool Disabled { get; init; }
    public required long ThroughSeq { get; init; }
    /// <summary>When its conditions were met last; it was called so before rules were used.</summary>
    [JsonPropertyName("LastUsed")] public DateTimeOffset? LastMet { get; init; }
    public long Uses { get; init; }
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The rule in a document.</summary>
    public static RuleRecord Read(Document document)
    {
        var stored = JsonSerializer.Deserialize(document.Body, StoredRuleJson.Default.StoredRule)!;
        return new()
        {
            Id = document.Id,
            Stream = stored.Stream,
            Conditions = [.. stored.Conditions.Select(condition => condition.Read())],
            Success = stored.Success,
            CreatedAt = stored.CreatedAt,
            Induction = stored.Induction.Read(),
            HeldOut = stored.HeldOut.Read(),
            Life = new(stored.Status, stored.Reason, stored.Since.Read(), stored.Recent.Read(), stored.Pinned, stored.Disabled),
            ThroughSeq = stored.ThroughSeq,
            LastMet = stored.LastMet,
            Uses = stored.Uses,
            LastUsed = stored.UsedAt,
        };
    }

    /// <summary>Whether a rule speaks of a word.</summary>
    public static bool Names(RuleRecord rule, string word) => Body(rule).AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0;

    /// <summary>A rule as the body of its document.</summary>
    public static byte[] Body(RuleRecord rule) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredRule
        {
            Stream = rule.Stream,
            Conditions = [.. rule.Conditions.Select(StoredCondition.Of)],
            Success = rule.Success,
            CreatedAt = rule.CreatedAt,
            Induction = StoredCounts.Of(rule.Induction),
            HeldOut = StoredCounts.Of(rule.HeldOut),
            Status = rule.Life.Status,
            Reason = rule.Life.Reason,
            Since = StoredCounts.Of(rule.Life.Since),
            Recent = StoredCounts.Of(rule.Life.Recent),
            Pinned = rule.Life.Pinned,
            Disabled = rule.Life.Disabled,
            ThroughSeq = rule.ThroughSeq,
            LastMet = rule.LastMet,
            Uses = rule.Uses,
            UsedAt = rule.LastUsed,
        },
        StoredRuleJson.Default.StoredRule);
}

/// <summary>Four counts.</summary>
internal sealed record StoredCounts(long Support, long Hits, long Rows, long Positives)
{
    public static StoredCounts Of(RuleCounts counts) => new(counts.Support, counts.Hits, counts.Rows, counts.Positives);

    public RuleCounts Read() => new(Support, Hits, Rows, Positives);
}

/// <summary>One condition: a bound of a quantity, a word, or nothing but a name for a missing value.</summary>
internal sealed record StoredCondition
{
    public required string Feature { get; init; }
    public TermOperation Operation { get; init; }
    public string? Second { get; init; }
    public double? Below { get; init; }
    public double? Above { get; init; }
    public string? Word { get; init; }

    /// <summary>As stored.</summary>
    /// <exception cref="ArgumentException">Rules have no such condition.</exception>
    public static StoredCondition Of(Condition condition) => condition switch
    {
        Compared compared => new()
        {
            Feature = compared.Term.First,
            Operation = compared.Term.Operation,
            Second = compared.Term.Operation == TermOperation.None ? null : compared.Term.Second,
            Below = compared.IsBelow ? compared.Bound : null,
            Above = compared.IsBelow ? null : compared.Bound,
        },
        EqualTo(var feature, var word) => new() { Feature = feature, Word = word },
        Missing(var feature) => new() { Feature = feature },
        _ => throw new ArgumentException($"{condition.GetType().Name} is no condition of a rule", nameof(condition)),
    };

    /// <summary>As it was.</summary>
    public Condition Read() => (Below ?? Above) is { } bound ? new Compared(new(Feature, Operation, Second ?? ""), Below is not null, bound)
        : Word is { } word ? new EqualTo(Feature, word) : new Missing(Feature);
}

/// <summary>What is stored of the rules of a stream, beside the rules themselves.</summary>
internal sealed record StoredInduction
{
    /// <summary>Kind of its document; the document's id is the stream.</summary>
    public const string Kind = "rule-stream";

    /// <summary>When rules were induced last.</summary>
    public required DateTimeOffset InducedAt { get; init; }
    /// <summary>Experiences that they were induced from.</summary>
    public required long Experiences { get; init; }
    /// <summary>Experiences that came since, up to <see cref="LookedSeq"/>.</summary>
    public required long Since { get; init; }
    /// <summary>The newest experience that was looked at.</summary>
    public required long LookedSeq { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredRule))]
[JsonSerializable(typeof(StoredInduction))]
internal sealed partial class StoredRuleJson : JsonSerializerContext;
