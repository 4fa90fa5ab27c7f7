using System.Collections.Immutable;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>Ready-made rules in force.</summary>
internal static class SampleRules
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static readonly Condition Large = new Compared(new("size"), false, 50), Small = new Compared(new("size"), true, 50);

    public static Condition By(string agent) => new EqualTo(RuleStatement.AgentFeature, agent);

    /// <summary>A rule that was judged by so many experiences.</summary>
    public static RuleRecord Rule(string id, bool success, RuleCounts since, params ImmutableArray<Condition> conditions) => new()
    {
        Id = id,
        Stream = "s",
        Conditions = conditions,
        Success = success,
        CreatedAt = Noon,
        Induction = new(50, 45, 500, 200),
        HeldOut = default,
        Life = new(RuleStatus.Active, "holds", since, since, Pinned: false, Disabled: false),
        ThroughSeq = 1,
    };

    public static ExperienceValues Values(double size, string action = "{}") => ExperienceValues.Of(new()
    {
        Id = "e",
        Stream = "s",
        Timestamp = Noon,
        Success = false,
        ContextJson = FormattableString.Invariant($$"""{"size":{{size}}}"""),
        ActionJson = action,
    });
}
