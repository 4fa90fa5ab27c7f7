using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Answer of GET /learning/adaptation-rules.</summary>
internal sealed record RulesResponse
{
    /// <summary>By id; in force first, then by confidence.</summary>
    public required IReadOnlyDictionary<string, RuleSummary> AdaptationRules { get; init; }
    /// <summary>How many there are, shown or not.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A rule in the list.</summary>
internal record RuleSummary
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>When it holds, such as <c>disk_free_gb &lt; 5 and region = eu</c>.</summary>
    public required string Condition { get; init; }
    /// <summary>What to do or expect then.</summary>
    public required string Action { get; init; }
    /// <summary>1–10; 10 is the surest.</summary>
    public required int Priority { get; init; }
    /// <summary>How often it is right at least, with 95 % confidence, on experiences that it was not induced from, 0–1.</summary>
    public required double Confidence { get; init; }
    /// <summary>How often it was right on them, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>How many choices it has changed or confirmed: assignments of tasks, and advice that was acted on.</summary>
    public required long UsageCount { get; init; }
    /// <summary>When it was induced.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it last changed or confirmed a choice; null: never.</summary>
    public required DateTimeOffset? LastUsed { get; init; }
    /// <summary>When an experience last met its conditions; null: none since.</summary>
    public required DateTimeOffset? LastMet { get; init; }
    /// <summary>The stream that it holds for.</summary>
    public required string Stream { get; init; }
    /// <summary>What it foretells: <c>success</c> or <c>failure</c>.</summary>
    public required string Outcome { get; init; }
    /// <summary>Where it stands in its life.</summary>
    public required RuleStatus Status { get; init; }
    /// <summary>Whether it counts now.</summary>
    public required bool InForce { get; init; }
    /// <summary>A person keeps it in force.</summary>
    public required bool Pinned { get; init; }
    /// <summary>A person keeps it out of force.</summary>
    public required bool Disabled { get; init; }

    /// <summary>Translates.</summary>
    public static RuleSummary From(AdaptationRule rule) => new()
    {
        Id = rule.Id,
        Condition = rule.Condition,
        Action = rule.Action,
        Priority = rule.Priority,
        Confidence = rule.Confidence,
        SuccessRate = rule.SuccessRate,
        UsageCount = rule.UsageCount,
        CreatedAt = rule.CreatedAt,
        LastUsed = rule.LastUsed,
        LastMet = rule.LastMet,
        Stream = rule.Stream,
        Outcome = OutcomeOf(rule),
        Status = rule.Status,
        InForce = rule.InForce,
        Pinned = rule.Pinned,
        Disabled = rule.Disabled,
    };

    /// <summary>The word for what it foretells.</summary>
    public static string OutcomeOf(AdaptationRule rule) => rule.Success ? "success" : "failure";
}

/// <summary>A rule with its evidence.</summary>
internal sealed record RuleResponse : RuleSummary
{
    /// <summary>Translates.</summary>
    [SetsRequiredMembers]
    public RuleResponse(AdaptationRule rule)
        : base(From(rule)) =>
        (Reason, Induction, HeldOut, Since, Recent) = (rule.Reason, EvidenceResponse.From(rule.Induction), EvidenceResponse.From(rule.HeldOut), EvidenceResponse.From(rule.Since), EvidenceResponse.From(rule.Recent));

    /// <summary>Why it stands where it stands.</summary>
    [JsonPropertyOrder(1)] public string Reason { get; }
    /// <summary>On the experiences that it was induced from.</summary>
    [JsonPropertyOrder(1)] public EvidenceResponse Induction { get; }
    /// <summary>On those that were held out then.</summary>
    [JsonPropertyOrder(1)] public EvidenceResponse HeldOut { get; }
    /// <summary>On those that came since; they decide whether it comes into force.</summary>
    [JsonPropertyOrder(1)] public EvidenceResponse Since { get; }
    /// <summary>On the newest of them, older ones fading by halves; they decide whether it stays in force.</summary>
    [JsonPropertyOrder(1)] public EvidenceResponse Recent { get; }
}

/// <summary>How often a rule was right.</summary>
internal sealed record EvidenceResponse
{
    /// <summary>Experiences that met the conditions.</summary>
    public required long Support { get; init; }
    /// <summary>Those of them that turned out as foretold.</summary>
    public required long Hits { get; init; }
    /// <summary>All experiences that were looked at.</summary>
    public required long Experiences { get; init; }
    /// <summary>All that turned out so, whether the conditions held or not.</summary>
    public required long Positives { get; init; }
    /// <summary>Hits of support, 0–1.</summary>
    public required double Precision { get; init; }
    /// <summary>Where the true precision lies with 95 % confidence: from.</summary>
    public required double PrecisionLow { get; init; }
    /// <summary>To.</summary>
    public required double PrecisionHigh { get; init; }
    /// <summary>Precision over the share of all that turned out so.</summary>
    public required double Lift { get; init; }

    /// <summary>Translates.</summary>
    public static EvidenceResponse From(RuleEvidence evidence) => new()
    {
        Support = evidence.Support,
        Hits = evidence.Hits,
        Experiences = evidence.Experiences,
        Positives = evidence.Positives,
        Precision = evidence.Precision,
        PrecisionLow = evidence.PrecisionLow,
        PrecisionHigh = evidence.PrecisionHigh,
        Lift = evidence.Lift,
    };
}

/// <summary>One rule.</summary>
internal sealed record RuleReply
{
    /// <summary>The rule.</summary>
    public required RuleResponse AdaptationRule { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>All rules, with their evidence.</summary>
internal sealed record RulesExport
{
    /// <summary>In force first, then by confidence; retired ones last.</summary>
    public required IReadOnlyList<RuleResponse> AdaptationRules { get; init; }
    /// <summary>How many.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Body of PUT /learning/adaptation-rules/{rule_id}.</summary>
internal sealed record RuleChangeRequest
{
    /// <summary>Keep it in force, whatever comes.</summary>
    public bool? Pinned { get; init; }
    /// <summary>Keep it out of force.</summary>
    public bool? Disabled { get; init; }
}

/// <summary>What came of inducing.</summary>
internal sealed record InductionResponse
{
    /// <summary>For people.</summary>
    public required string Message { get; init; }
    /// <summary>Of which stream.</summary>
    public required string Stream { get; init; }
    /// <summary>Experiences that it learned from.</summary>
    public required int Experiences { get; init; }
    /// <summary>Rules that were found in them.</summary>
    public required int Found { get; init; }
    /// <summary>Those of them that were not known yet.</summary>
    public required int Added { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Generated serialisation of rules. A member without a value is written as null, as the original does.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<RuleStatus>)])]
[JsonSerializable(typeof(RulesResponse))]
[JsonSerializable(typeof(RuleReply))]
[JsonSerializable(typeof(RulesExport))]
[JsonSerializable(typeof(InductionResponse))]
internal sealed partial class RuleJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static RuleJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
