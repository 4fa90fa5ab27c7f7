using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Body of POST /learning/adaptation-rules/advice.</summary>
internal sealed record RuleAdviceBody
{
    /// <summary>Whose rules are asked.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(LearningInput.DefaultStream)] public string? Stream { get; init; }
    /// <summary>The situation: an object as experiences of the stream have it; nothing where it is left out.</summary>
    public RawJson? Context { get; init; }
    /// <summary>What could be done: objects as experiences of the stream have them. The first is what would be done without rules.</summary>
    [MinLength(1), MaxLength(RuleAdviceLimits.ActionsMax)] public required IReadOnlyList<RawJson> Actions { get; init; }
    /// <summary>When it would be done; now where none is given.</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>Whether what comes first is done: then the rules that put it there count as used.</summary>
    [DefaultValue(true)] public bool? Acts { get; init; }
}

/// <summary>Answer of POST /learning/adaptation-rules/advice.</summary>
internal sealed record RuleAdviceResponse
{
    /// <summary>The stream that was asked.</summary>
    public required string Stream { get; init; }
    /// <summary>The likeliest to turn out well first; those that are as likely in the order given.</summary>
    public required IReadOnlyList<ActionAdviceEntry> Actions { get; init; }
    /// <summary>How often things turn out well in this stream whatever is done, 0–1; null: no rule is in force.</summary>
    public required double? BaseRate { get; init; }
    /// <summary>Rules of the stream in force.</summary>
    public required int RulesInForce { get; init; }
    /// <summary>What rules did to the order; null: none is in force.</summary>
    public required AdviceEffect? Effect { get; init; }
    /// <summary>Ids of the rules that did it.</summary>
    public required IReadOnlyList<string> RulesUsed { get; init; }
    /// <summary>For people.</summary>
    public required string Message { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static RuleAdviceResponse From(RuleAdviceRequest request, RuleAdvice advice, DateTimeOffset now) => new()
    {
        Stream = request.Stream,
        Actions = [.. advice.Actions.Select(action => ActionAdviceEntry.From(action, request.ActionsJson[action.Index]))],
        BaseRate = advice.BaseRate,
        RulesInForce = advice.Rules,
        Effect = advice.Effect == AdviceEffect.None ? null : advice.Effect,
        RulesUsed = advice.Used,
        Message = advice.Message,
        Timestamp = now,
    };
}

/// <summary>What rules say of one action.</summary>
internal sealed record ActionAdviceEntry
{
    /// <summary>Its place in the request, from 0.</summary>
    public required int Index { get; init; }
    /// <summary>As it was given.</summary>
    public required RawJson Action { get; init; }
    /// <summary>Probability that it turns out well, 0–1; null: no rule is in force.</summary>
    public required double? SuccessProbability { get; init; }
    /// <summary>The true rate lies above this, with a probability of 95 % together with <c>high</c>. Where no rule holds both are those of the whole stream.</summary>
    public required double? Low { get; init; }
    /// <summary>And below this.</summary>
    public required double? High { get; init; }
    /// <summary>The rule that it rests on; null: none holds, and it is the rate of the whole stream.</summary>
    public required string? RestsOn { get; init; }
    /// <summary>The rules that hold, that which speaks first.</summary>
    public required IReadOnlyList<AppliedRuleEntry> Rules { get; init; }

    /// <summary>Translates.</summary>
    public static ActionAdviceEntry From(ActionAdvice action, string json) => new()
    {
        Index = action.Index,
        Action = new(json),
        SuccessProbability = action.Success,
        Low = action.Low,
        High = action.High,
        RestsOn = action.RestsOn,
        Rules = [.. action.Rules.Select(AppliedRuleEntry.From)],
    };
}

/// <summary>A rule that holds for an action.</summary>
internal sealed record AppliedRuleEntry
{
    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>When it holds.</summary>
    public required string Condition { get; init; }
    /// <summary>What it foretells: <c>success</c> or <c>failure</c>.</summary>
    public required string Outcome { get; init; }
    /// <summary>Experiences that met its conditions, of those that it was not induced from.</summary>
    public required long Support { get; init; }
    /// <summary>Share of them that turned out well, whatever the rule foretells, 0–1.</summary>
    public required double SuccessRate { get; init; }
    /// <summary>The true share lies above this, with 95 % confidence together with <c>success_high</c>.</summary>
    public required double SuccessLow { get; init; }
    /// <summary>And below this.</summary>
    public required double SuccessHigh { get; init; }

    /// <summary>Translates.</summary>
    public static AppliedRuleEntry From(AppliedRule rule) => new()
    {
        Id = rule.Id,
        Condition = rule.Condition,
        Outcome = rule.Success ? "success" : "failure",
        Support = rule.Support,
        SuccessRate = rule.SuccessRate,
        SuccessLow = rule.SuccessLow,
        SuccessHigh = rule.SuccessHigh,
    };
}

/// <summary>Generated serialisation of advice. A member without a value is written as null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<AdviceEffect>)])]
[JsonSerializable(typeof(RuleAdviceResponse))]
internal sealed partial class RuleAdviceJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static RuleAdviceJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
