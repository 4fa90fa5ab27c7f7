using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>A rule as it was induced.</summary>
/// <param name="Conditions">All of them must hold, those of the context first.</param>
/// <param name="Success">Whether it foretells success, else failure.</param>
/// <param name="Induction">On the experiences that it was induced from.</param>
/// <param name="HeldOut">On newer ones that it was not.</param>
internal sealed record InducedRule(ImmutableArray<Condition> Conditions, bool Success, RuleCounts Induction, RuleCounts HeldOut)
{
    /// <summary>For people.</summary>
    public string Text => string.Join(" and ", Conditions.Select(condition => condition.Text));

    /// <summary>The same stream, conditions and outcome have the same identity.</summary>
    public string IdIn(string stream) => "rule-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}\n{Success}\n{Text}")))[..16];
}

/// <summary>Induces rules of success and of failure from the experiences of one stream: from the older four fifths, while the newest fifth judges them.</summary>
internal static class ExperienceRuleInducer
{
    private const double HeldOutShare = 0.2, ConflictShare = 0.5;
    private const string ActionPrefix = "action.", Words = "#word", Member = "[", Clock = "time.", Taken = "#";

    /// <summary>Finds them. A rule that the held-out experiences gainsay is left out, and of two rules of opposite outcomes that mostly hold together the less sure one.</summary>
    /// <param name="experiences">Oldest first.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static ImmutableArray<InducedRule> Induce(IReadOnlyList<Experience> experiences, RuleSettings settings, CancellationToken cancellation = default)
    {
        var cut = experiences.Count - (int)(experiences.Count * HeldOutShare);
        var table = Askable(ExperienceTable.Of([.. experiences.Take(cut)], cancellation));
        settings = settings with { MayPair = name => !name.StartsWith(Clock, StringComparison.Ordinal) && !name.Contains(Taken, StringComparison.Ordinal) };
        var held = experiences.Skip(cut).Select(experience => (Values: ExperienceValues.Of(experience), experience.Success)).ToArray();
        var found = new List<(InducedRule Rule, bool[] Rows)>();
        foreach (var outcome in (ReadOnlySpan<bool>)[false, true])
        {
            ImmutableArray<bool> positive = [.. experiences.Take(cut).Select(experience => experience.Success == outcome)];
            foreach (var conditions in RuleInducer.Induce(table, positive, settings, cancellation))
            {
                ImmutableArray<Condition> ordered = [.. conditions.OrderBy(condition => condition.Feature.StartsWith(ActionPrefix, StringComparison.Ordinal))];
                var met = held.Where(one => one.Values.Meets(ordered)).ToArray();
                var counts = new RuleCounts(met.Length, met.Count(one => one.Success == outcome), held.Length, held.Count(one => one.Success == outcome));
                if (counts.Interval.High >= settings.PrecisionNeeded(counts.BaseRate)) { found.Add((new(ordered, outcome, RuleMatch.Count(table, positive, ordered), counts), RuleMatch.Rows(table, ordered))); }
            }
        }
        return [.. Agreeing(found)];
    }

    private static IEnumerable<InducedRule> Agreeing(List<(InducedRule Rule, bool[] Rows)> found)
    {
        var kept = new List<(InducedRule Rule, bool[] Rows)>();
        foreach (var one in found.OrderByDescending(one => one.Rule.Induction.Interval.Low))
        {
            if (kept.TrueForAll(other => other.Rule.Success == one.Rule.Success || Shared(one.Rows, other.Rows) < ConflictShare)) { kept.Add(one); }
        }
        return kept.Select(one => one.Rule);
    }

    /// <summary>The part of the smaller cover that lies in the other.</summary>
    private static double Shared(bool[] one, bool[] other)
    {
        var (both, first, second) = (0, 0, 0);
        for (var row = 0; row < one.Length; row++)
        {
            both += one[row] && other[row] ? 1 : 0;
            first += one[row] ? 1 : 0;
            second += other[row] ? 1 : 0;
        }
        return Math.Min(first, second) is > 0 and var smaller ? (double)both / smaller : 0;
    }

    /// <summary>Columns that can be asked of one experience without the schema: not those of paths whose type changes, nor members of lists, whose absence is not a missing value.</summary>
    private static FeatureTable Askable(FeatureTable table)
    {
        var mixed = table.Columns.Where(column => column.Name.EndsWith(Words, StringComparison.Ordinal)).Select(column => column.Name[..^Words.Length]).ToHashSet(StringComparer.Ordinal);
        return table with { Columns = [.. table.Columns.Where(column => !column.Name.Contains(Member, StringComparison.Ordinal) && !column.Name.EndsWith(Words, StringComparison.Ordinal) && !mixed.Contains(column.Name))] };
    }
}
