using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Patterns;

/// <summary>What an example may be: one feature within bounds.</summary>
/// <param name="Feature">Name of its column.</param>
internal abstract record Condition(string Feature)
{
    /// <summary>For people.</summary>
    public abstract string Text { get; }
}

/// <summary>A number of at most so much.</summary>
internal sealed record AtMost(string Feature, double Bound) : Condition(Feature)
{
    /// <inheritdoc/>
    public override string Text => string.Create(CultureInfo.InvariantCulture, $"{Feature} ≤ {Bound:G6}");
}

/// <summary>A number above so much.</summary>
internal sealed record Above(string Feature, double Bound) : Condition(Feature)
{
    /// <inheritdoc/>
    public override string Text => string.Create(CultureInfo.InvariantCulture, $"{Feature} > {Bound:G6}");
}

/// <summary>That word.</summary>
internal sealed record EqualTo(string Feature, string Word) : Condition(Feature)
{
    /// <inheritdoc/>
    public override string Text => $"{Feature} = {Word}";
}

/// <summary>No value.</summary>
internal sealed record Missing(string Feature) : Condition(Feature)
{
    /// <inheritdoc/>
    public override string Text => $"{Feature} is missing";
}

/// <summary>Conditions that a table suggests, each with the rows that meet it.</summary>
internal static class Conditions
{
    /// <summary>Words of a column that have a condition, the most frequent ones.</summary>
    private const int WordsMax = 64;

    /// <summary>All that between them cut each feature into parts: words that are frequent enough, and bounds at quantiles of numbers.</summary>
    /// <param name="table">Examples.</param>
    /// <param name="fewest">Rows that must meet a condition, and rows that must not.</param>
    /// <param name="cuts">Bounds of a number at most.</param>
    public static ImmutableArray<(Condition Condition, RowSet Rows)> Of(FeatureTable table, int fewest, int cuts)
    {
        var all = ImmutableArray.CreateBuilder<(Condition, RowSet)>();
        foreach (var column in table.Columns)
        {
            foreach (var candidate in column switch
            {
                NumericColumn numbers => OfNumbers(numbers, cuts),
                CategoryColumn words => OfWords(words, fewest),
                _ => throw new ArgumentException($"No condition is known for a column of {column.GetType().Name}.", nameof(table)),
            })
            {
                var count = candidate.Rows.Count;
                if (count >= fewest && table.Rows - count >= fewest) { all.Add(candidate); }
            }
        }
        return all.DrainToImmutable();
    }

    private static IEnumerable<(Condition Condition, RowSet Rows)> OfNumbers(NumericColumn column, int cuts)
    {
        var values = column.Values;
        var known = values.Where(value => !double.IsNaN(value)).Order().ToArray();
        yield return (new Missing(column.Name), RowSet.Where(values.Length, row => double.IsNaN(values[row])));
        if (known.Length == 0) { yield break; }
        // A bound at the greatest value would leave nothing above it.
        foreach (var bound in Enumerable.Range(1, cuts).Select(i => known[(int)((long)i * (known.Length - 1) / (cuts + 1))]).Distinct().Where(bound => bound < known[^1]))
        {
            yield return (new AtMost(column.Name, bound), RowSet.Where(values.Length, row => values[row] <= bound));
            yield return (new Above(column.Name, bound), RowSet.Where(values.Length, row => values[row] > bound));
        }
    }

    private static IEnumerable<(Condition Condition, RowSet Rows)> OfWords(CategoryColumn column, int fewest)
    {
        var codes = column.Codes;
        var counts = new int[column.Categories.Length];
        foreach (var code in codes)
        {
            if (code >= 0) { counts[code]++; }
        }
        yield return (new Missing(column.Name), RowSet.Where(codes.Length, row => codes[row] < 0));
        foreach (var word in Enumerable.Range(0, counts.Length).Where(code => counts[code] >= fewest).OrderByDescending(code => counts[code]).ThenBy(code => code).Take(WordsMax))
        {
            yield return (new EqualTo(column.Name, column.Categories[word]), RowSet.Where(codes.Length, row => codes[row] == word));
        }
    }
}
