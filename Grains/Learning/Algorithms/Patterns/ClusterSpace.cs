using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Patterns;

/// <summary>
/// Examples as points between which distances mean something. A number is counted in standard deviations from its mean, at most four; a word is a dimension of its own, scaled so that a column of words sets two examples
/// as far apart on average as a number does; a missing number lies at the mean and has a dimension that says so. Columns that hold one value, or mostly words that are rare, set nothing apart and are left out.
/// </summary>
internal sealed class ClusterSpace
{
    private const int DimensionsMax = 400, WordsMax = 24;
    private const double FarMost = 4, FewestShare = 0.01, DistinctLeast = 0.1;
    private readonly ImmutableArray<Axis> _axes;

    private ClusterSpace(ImmutableArray<Axis> axes) => _axes = axes;

    /// <summary>Numbers of a point.</summary>
    public int Dimensions => _axes.Length;

    /// <summary>The space of a table; columns beyond 400 dimensions are left out.</summary>
    public static ClusterSpace Of(FeatureTable table)
    {
        var axes = ImmutableArray.CreateBuilder<Axis>();
        foreach (var column in table.Columns)
        {
            Axis[] added = column switch
            {
                NumericColumn numbers => [.. OfNumbers(numbers)],
                CategoryColumn words => [.. OfWords(words)],
                _ => throw new ArgumentException($"{column.Name} is of no known kind", nameof(table)),
            };
            if (axes.Count + added.Length <= DimensionsMax) { axes.AddRange(added); }
        }
        return new(axes.DrainToImmutable());
    }

    /// <summary>One example.</summary>
    public float[] Point(int row)
    {
        var point = new float[_axes.Length];
        for (var i = 0; i < point.Length; i++) { point[i] = _axes[i].Value(row); }
        return point;
    }

    private static IEnumerable<Axis> OfNumbers(NumericColumn column)
    {
        var (count, mean, squares) = (0, 0.0, 0.0);
        foreach (var value in column.Values)
        {
            if (double.IsNaN(value)) { continue; }
            count++;
            var apart = value - mean;
            mean += apart / count;
            squares += apart * (value - mean);
        }
        if (count > 0 && Math.Sqrt(squares / count) is > 0 and var deviation && double.IsFinite(deviation)) { yield return new NumberAxis(column, mean, deviation); }
        if (Scale([count / (double)column.Values.Length, 1 - count / (double)column.Values.Length]) is { } scale && IsFrequent(count, column.Values.Length)) { yield return new MissingAxis(column, scale); }
    }

    private static IEnumerable<Axis> OfWords(CategoryColumn column)
    {
        var counts = new int[column.Categories.Length + 1];
        foreach (var code in column.Codes) { counts[code < 0 ? ^1 : code]++; }
        var rows = column.Codes.Length;
        var frequent = Enumerable.Range(0, counts.Length).Where(code => counts[code] >= FewestShare * rows && counts[code] < rows).OrderByDescending(code => counts[code]).ThenBy(code => code).Take(WordsMax).ToArray();
        if (frequent.Sum(code => counts[code]) < rows / 2.0) { yield break; }
        if (Scale(counts.Select(count => count / (double)rows)) is not { } scale) { yield break; }
        foreach (var code in frequent) { yield return new WordAxis(column, code == column.Categories.Length ? -1 : code, scale); }
    }

    private static bool IsFrequent(int count, int rows) => count >= FewestShare * rows && count <= (1 - FewestShare) * rows;

    /// <summary>What makes the mean square distance of two examples that of a standardised number, which is 2; null: all are the same.</summary>
    private static float? Scale(IEnumerable<double> shares) => 1 - shares.Sum(share => share * share) is > 1e-9 and var differ ? (float)(1 / Math.Sqrt(Math.Max(DistinctLeast, differ))) : null;

    private abstract record Axis
    {
        public abstract float Value(int row);
    }

    private sealed record NumberAxis(NumericColumn Column, double Mean, double Deviation) : Axis
    {
        public override float Value(int row) => double.IsNaN(Column.Values[row]) ? 0 : (float)Math.Clamp((Column.Values[row] - Mean) / Deviation, -FarMost, FarMost);
    }

    private sealed record MissingAxis(NumericColumn Column, float Scale) : Axis
    {
        public override float Value(int row) => double.IsNaN(Column.Values[row]) ? Scale : 0;
    }

    private sealed record WordAxis(CategoryColumn Column, int Code, float Scale) : Axis
    {
        public override float Value(int row) => Column.Codes[row] == Code ? Scale : 0;
    }
}
