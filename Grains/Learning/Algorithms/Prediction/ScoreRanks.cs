using System.Collections.Immutable;

namespace NexusActors.Learning.Prediction;

/// <summary>How well each outcome would fit what is predicted: the higher, the better.</summary>
/// <param name="Failure">Of failure.</param>
/// <param name="Success">Of success.</param>
internal readonly record struct Conformity(double Failure, double Success)
{
    /// <summary>Where nothing but a probability of success is known.</summary>
    public static Conformity Of(double probability) => new(1 - probability, probability);
}

/// <summary>
/// Where a score stands among those that a model gave to rows which it had not seen, for each outcome by itself (Mondrian; Vovk, Gammerman and Shafer 2005): the share of the failures that looked at least as much like successes, and of the
/// successes that looked at least as much like failures. Those are p-values, and so, unlike scores, they mean the same for every model.
/// </summary>
/// <param name="Failures">Scores of rows that failed at equal distances in weight, rising.</param>
/// <param name="Successes">Of those that succeeded.</param>
/// <param name="FailureRows">Rows that failed.</param>
/// <param name="SuccessRows">Rows that succeeded.</param>
internal sealed record ScoreRanks(ImmutableArray<double> Failures, ImmutableArray<double> Successes, int FailureRows, int SuccessRows)
{
    private const int Points = 200;

    /// <summary>From the rows of a training, each scored by a model that did not see it. Those that happened so lately that others like them are not known yet are left out, and each of the others stands for those that come late.</summary>
    /// <param name="scores">By row; higher is likelier to succeed.</param>
    /// <param name="examples">The rows.</param>
    public static ScoreRanks Fit(double[] scores, Examples examples)
    {
        var weights = examples.Weights.Length == 0 ? [.. Enumerable.Repeat(1.0, scores.Length)] : (double[])examples.Weights.Clone();
        if (!examples.Known.SequenceEqual(examples.Times))
        {
            double now = examples.Known.Max();
            foreach (var success in new[] { false, true })
            {
                var rows = Enumerable.Range(0, scores.Length).Where(i => examples.Targets[i] >= 0.5 == success).ToArray();
                var shares = OutcomeDelay.KnownShares(Array.ConvertAll(rows, i => (double)examples.Times[i]), Array.ConvertAll(rows, i => (double)examples.Known[i]), Array.ConvertAll(rows, i => success ? scores[i] : -scores[i]), now);
                for (var i = 0; i < rows.Length; i++) { weights[rows[i]] = double.IsNaN(shares[i]) ? 0 : weights[rows[i]] / shares[i]; }
            }
        }

        return Fit(scores, examples.Targets, weights);
    }

    /// <summary>From rows that were not trained on.</summary>
    /// <param name="scores">By row; higher is likelier to succeed.</param>
    /// <param name="outcomes">1 and 0.</param>
    /// <param name="weights">By row; empty: all alike.</param>
    public static ScoreRanks Fit(double[] scores, double[] outcomes, double[] weights)
    {
        int[] Rows(bool success) => [.. Enumerable.Range(0, scores.Length).Where(i => outcomes[i] >= 0.5 == success && (weights.Length == 0 || weights[i] > 0)).OrderBy(i => scores[i])];
        var (failed, succeeded) = (Rows(false), Rows(true));
        return new(Quantiles(failed, scores, weights), Quantiles(succeeded, scores, weights), failed.Length, succeeded.Length);
    }

    /// <summary>Of a score.</summary>
    public Conformity Of(double score) => new(Corrected(Above(Failures, score), FailureRows), Corrected(1 - Above(Successes, Math.BitIncrement(score)), SuccessRows));

    /// <summary>With the row itself among the others.</summary>
    private static double Corrected(double share, int rows) => (rows * share + 1) / (rows + 1);

    /// <summary>Share at or above a score, on a straight line between the points.</summary>
    private static double Above(ImmutableArray<double> points, double score)
    {
        if (points.IsEmpty) { return 1; }
        var (low, high) = (0, points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle] < score) { low = middle + 1; } else { high = middle; }
        }

        if (low == 0 || low == points.Length) { return low == 0 ? 1 : 0; }
        return (points.Length - low + 0.5 - (score - points[low - 1]) / (points[low] - points[low - 1])) / points.Length;
    }

    private static ImmutableArray<double> Quantiles(int[] rising, double[] scores, double[] weights)
    {
        if (rising.Length == 0) { return []; }
        double Weight(int row) => weights.Length == 0 ? 1 : weights[row];
        var total = rising.Sum(Weight);
        var points = ImmutableArray.CreateBuilder<double>(Points);
        var (place, sum) = (0, Weight(rising[0]));
        for (var point = 0; point < Points; point++)
        {
            while (sum < total * (point + 0.5) / Points && place < rising.Length - 1) { sum += Weight(rising[++place]); }
            points.Add(scores[rising[place]]);
        }

        return points.MoveToImmutable();
    }
}
