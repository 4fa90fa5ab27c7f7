using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>Says what adaptation rules make of actions before one is taken (stateless, any key). It answers from memory, by the rules that were in force a few seconds ago at most (<c>Nexus:Learning:FollowPeriod</c>).</summary>
[GrainInterfaceType("nexus.rule-advice"), Alias("nexus.IRuleAdviceGrain")]
public interface IRuleAdviceGrain : IGrainWithIntegerKey
{
    /// <summary>Orders actions by how likely they are to turn out well. Where the caller acts on it, rules that changed or confirmed what comes first are counted as used; a repeat counts them again.</summary>
    [Alias("Advise")] Task<RuleAdvice> AdviseAsync(RuleAdviceRequest request, CancellationToken cancellation = default);
}

/// <summary>Bounds of advice.</summary>
public static class RuleAdviceLimits
{
    /// <summary>Actions of one request.</summary>
    public const int ActionsMax = 100;
}

/// <summary>A situation, and what could be done in it.</summary>
[GenerateSerializer, Immutable, Alias("nexus.RuleAdviceRequest")]
public sealed record RuleAdviceRequest
{
    /// <summary>The stream whose rules are asked.</summary>
    [Id(0)] public required string Stream { get; init; }
    /// <summary>The situation as experiences of the stream tell it, JSON text of an object.</summary>
    [Id(1)] public string ContextJson { get; init; } = "{}";
    /// <summary>1 to <see cref="RuleAdviceLimits.ActionsMax"/> actions as experiences of the stream tell them, JSON text of an object each. The first is what would be done without rules.</summary>
    [Id(2)] public required ImmutableArray<string> ActionsJson { get; init; }
    /// <summary>When it would be done; null: now.</summary>
    [Id(3)] public DateTimeOffset? At { get; init; }
    /// <summary>Whether the caller does what comes first.</summary>
    [Id(4)] public bool Acts { get; init; } = true;
}

/// <summary>What rules did to the order. Appended, never renumbered.</summary>
public enum AdviceEffect
{
    /// <summary>No rule is in force.</summary>
    None = 0,
    /// <summary>What was given first comes first, and no rule about it says that it is good.</summary>
    Unchanged = 1,
    /// <summary>What was given first comes first, and a rule about it says that it is good.</summary>
    Confirmed = 2,
    /// <summary>Something else comes first.</summary>
    Changed = 3,
}

/// <summary>Actions in order.</summary>
[GenerateSerializer, Immutable, Alias("nexus.RuleAdvice")]
public sealed record RuleAdvice
{
    /// <summary>The likeliest to turn out well first; those that are as likely in the order in which they were given.</summary>
    [Id(0)] public required ImmutableArray<ActionAdvice> Actions { get; init; }
    /// <summary>How often things turn out well in this stream whatever is done, 0–1; null: no rule is in force.</summary>
    [Id(1)] public double? BaseRate { get; init; }
    /// <summary>Rules of the stream in force.</summary>
    [Id(2)] public int Rules { get; init; }
    /// <summary>What they did to the order.</summary>
    [Id(3)] public AdviceEffect Effect { get; init; }
    /// <summary>Ids of those that did it.</summary>
    [Id(4)] public ImmutableArray<string> Used { get; init; } = [];
    /// <summary>For people.</summary>
    [Id(5)] public required string Message { get; init; }
}

/// <summary>What rules say of one action.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ActionAdvice")]
public sealed record ActionAdvice
{
    /// <summary>Its place in the request, from 0.</summary>
    [Id(0)] public int Index { get; init; }
    /// <summary>Probability that it turns out well, 0–1; null: no rule of the stream is in force.</summary>
    [Id(1)] public double? Success { get; init; }
    /// <summary>The true rate is above this, with a probability of 95 % together with <see cref="High"/>. Where no rule holds both are those of the whole stream.</summary>
    [Id(2)] public double? Low { get; init; }
    /// <summary>And below this.</summary>
    [Id(3)] public double? High { get; init; }
    /// <summary>Id of the rule that it rests on; null: none holds, and it is the share of the whole stream.</summary>
    [Id(4)] public string? RestsOn { get; init; }
    /// <summary>The rules that hold, that which speaks first.</summary>
    [Id(5)] public ImmutableArray<AppliedRule> Rules { get; init; } = [];
}

/// <summary>A rule that holds for an action, with what came of those like it.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AppliedRule")]
public sealed record AppliedRule
{
    /// <summary>Identity.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>When it holds.</summary>
    [Id(1)] public required string Condition { get; init; }
    /// <summary>Whether it foretells success, else failure.</summary>
    [Id(2)] public bool Success { get; init; }
    /// <summary>Experiences that met its conditions, of those that it was not induced from.</summary>
    [Id(3)] public long Support { get; init; }
    /// <summary>Share of them that turned out well, whatever the rule foretells, 0–1.</summary>
    [Id(4)] public double SuccessRate { get; init; }
    /// <summary>The true share is above this, with 95 % confidence together with <see cref="SuccessHigh"/> (Wilson).</summary>
    [Id(5)] public double SuccessLow { get; init; }
    /// <summary>And below this.</summary>
    [Id(6)] public double SuccessHigh { get; init; }
}
