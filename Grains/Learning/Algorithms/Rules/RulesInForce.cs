using System.Collections.Immutable;

namespace NexusActors.Learning.Rules;

/// <summary>The rules of one stream that are in force.</summary>
internal sealed class RulesInForce
{
    private RulesInForce(ImmutableArray<RuleStatement> all)
    {
        All = all;
        // The rule that was counted longest knows best how often anything turns out well.
        var counts = all.Length == 0 ? default : all.MaxBy(rule => rule.Counts.Rows)!.Counts;
        (Experiences, Successes) = (counts.Rows, counts.Positives);
    }

    /// <summary>None.</summary>
    public static RulesInForce Nothing { get; } = new([]);

    /// <summary>Those about an action before those about the situation alone, then the surest first: of those that hold, the first one speaks.</summary>
    public ImmutableArray<RuleStatement> All { get; }

    /// <summary>Experiences that rules were judged by.</summary>
    public long Experiences { get; }

    /// <summary>Those of them that turned out well.</summary>
    public long Successes { get; }

    /// <summary>How often things turn out well whatever is done, above 0 and below 1.</summary>
    public double BaseRate => (Successes + 1.0) / (Experiences + 2);

    /// <summary>Those of a stream's rules that are in force.</summary>
    public static RulesInForce Of(IEnumerable<RuleRecord> rules) =>
        new([.. rules.Where(rule => rule.Life.InForce).Select(RuleStatement.Of).OrderByDescending(rule => rule.IsOfAction).ThenByDescending(rule => rule.Confidence).ThenBy(rule => rule.Id, StringComparer.Ordinal)]);
}
