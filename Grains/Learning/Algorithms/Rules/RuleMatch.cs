using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Rules;

/// <summary>How often what a rule foretells came about where its conditions held.</summary>
/// <param name="Support">Rows that met the conditions.</param>
/// <param name="Hits">Those of them that turned out as foretold.</param>
/// <param name="Rows">All rows.</param>
/// <param name="Positives">All that turned out so, whether the conditions held or not.</param>
internal readonly record struct RuleCounts(long Support, long Hits, long Rows, long Positives)
{
    /// <summary>Share of hits, 0–1; 0 without support.</summary>
    public double Precision => Support == 0 ? 0 : (double)Hits / Support;

    /// <summary>Share of all that turned out so, 0–1.</summary>
    public double BaseRate => Rows == 0 ? 0 : (double)Positives / Rows;

    /// <summary><see cref="Precision"/> over <see cref="BaseRate"/>; 1 where nothing is known.</summary>
    public double Lift => Support == 0 || Positives == 0 ? 1 : Precision / BaseRate;

    /// <summary>Where the true precision lies with 95 % confidence (Wilson).</summary>
    public (double Low, double High) Interval => Proportions.Wilson((int)Math.Min(Hits, int.MaxValue), (int)Math.Min(Support, int.MaxValue));

    /// <summary>Both together.</summary>
    public static RuleCounts operator +(RuleCounts one, RuleCounts other) => new(one.Support + other.Support, one.Hits + other.Hits, one.Rows + other.Rows, one.Positives + other.Positives);
}

/// <summary>Rules against the rows of a table.</summary>
internal static class RuleMatch
{
    /// <summary>By row, whether all conditions hold. A column that the table does not have has no value.</summary>
    public static bool[] Rows(FeatureTable table, ImmutableArray<Condition> conditions)
    {
        var tests = conditions.Select(condition => Test(table, condition)).ToArray();
        return [.. Enumerable.Range(0, table.Rows).Select(row => Array.TrueForAll(tests, test => test(row)))];
    }

    /// <summary>Counts over a table.</summary>
    public static RuleCounts Count(FeatureTable table, ImmutableArray<bool> positive, ImmutableArray<Condition> conditions)
    {
        var matched = Rows(table, conditions);
        return new(matched.Count(match => match), matched.Where((match, row) => match && positive[row]).Count(), table.Rows, positive.Count(outcome => outcome));
    }

    private static Func<int, bool> Test(FeatureTable table, Condition condition)
    {
        if (condition is Compared compared)
        {
            var (first, second) = (Numbers(table, compared.Term.First), Numbers(table, compared.Term.Second));
            return row => compared.Holds(compared.Term.Of(first?.Values[row] ?? double.NaN, second?.Values[row] ?? double.NaN));
        }
        var column = table.Columns.FirstOrDefault(column => column.Name == condition.Feature);
        return condition switch
        {
            AtMost(_, var bound) => row => column is NumericColumn numbers && numbers.Values[row] <= bound,
            Above(_, var bound) => row => column is NumericColumn numbers && numbers.Values[row] > bound,
            EqualTo(_, var word) => row => column is CategoryColumn words && words.Codes[row] is >= 0 and var code && words.Categories[code] == word,
            Missing => row => column is null || double.IsNaN(FeatureRows.Value(column, row)),
            _ => throw new ArgumentException($"{condition.GetType().Name} is no known condition", nameof(condition)),
        };
    }

    private static NumericColumn? Numbers(FeatureTable table, string name) => table.Columns.OfType<NumericColumn>().FirstOrDefault(column => column.Name == name);
}
