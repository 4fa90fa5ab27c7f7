namespace NexusActors.Learning.Decisions;

/// <summary>Ranks rows of scores, more being better. None of the four ranks an alternative lower for having improved; SPOTIS and TOPSIS judge each alternative alone, so that no third changes the order of two.</summary>
internal static class Rankings
{
    /// <summary>Weight of group utility against the greatest regret in VIKOR.</summary>
    private const double Consensus = 0.5;

    /// <summary>Differences of score that PROMETHEE takes for none, and from which on it prefers wholly.</summary>
    private const double Indifference = 0.05;
    private const double Preference = 0.30;

    /// <summary>Digits that count, of scores, totals and sums alike; what is equal on paper differs behind them.</summary>
    public const int Digits = 10;

    public static readonly RankingMethod[] Methods = [RankingMethod.Spotis, RankingMethod.Topsis, RankingMethod.Promethee, RankingMethod.Vikor];

    /// <summary>Whether a method's total is the sum over criteria of weight × a part that does not depend on the weights.</summary>
    public static bool IsAdditive(RankingMethod method) => method is RankingMethod.Spotis or RankingMethod.Promethee;

    /// <summary>Whether the order of two alternatives depends on them alone, given the bounds.</summary>
    public static bool JudgesAlone(RankingMethod method) => method is RankingMethod.Spotis or RankingMethod.Topsis;

    /// <summary>Parts of an additive method by alternative and criterion: scores, or net flows of each criterion.</summary>
    public static double[][] Parts(RankingMethod method, double[][] scores)
    {
        if (method != RankingMethod.Promethee) { return scores; }
        var parts = scores.Select(row => new double[row.Length]).ToArray();
        for (var j = 0; j < scores[0].Length; j++)
        {
            var flows = Flows([.. scores.Select(row => row[j])]);
            for (var i = 0; i < scores.Length; i++) { parts[i][j] = flows[i]; }
        }
        return parts;
    }

    /// <summary>Totals by alternative, more being better.</summary>
    /// <param name="method">How.</param>
    /// <param name="parts">By alternative and criterion: <see cref="Parts"/> of an additive method, else scores; 0 is the worst bound, 1 the best.</param>
    /// <param name="weights">By criterion; they sum to 1.</param>
    public static double[] Totals(RankingMethod method, double[][] parts, double[] weights) => method switch
    {
        RankingMethod.Spotis or RankingMethod.Promethee => Array.ConvertAll(parts, row => Sum(row, weights)),
        RankingMethod.Topsis => Array.ConvertAll(parts, row => Closeness(row, weights)),
        RankingMethod.Vikor => Compromise(parts, weights),
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    /// <summary>Alternatives from best to worst: by total, then by sum of scores (so that what dominates stands before what it dominates), then by id.</summary>
    public static int[] Order(double[] totals, double[] sums, IReadOnlyList<string> ids) =>
        [.. Enumerable.Range(0, totals.Length).Order(Comparer<int>.Create((one, other) => Compare(totals, sums, ids, one, other)))];

    /// <summary>The first of that order.</summary>
    public static int First(double[] totals, double[] sums, IReadOnlyList<string> ids)
    {
        var first = 0;
        for (var i = 1; i < totals.Length; i++)
        {
            if (Compare(totals, sums, ids, i, first) < 0) { first = i; }
        }
        return first;
    }

    /// <summary>Sum of weight × part.</summary>
    public static double Sum(double[] row, double[] weights)
    {
        var sum = 0.0;
        for (var j = 0; j < row.Length; j++) { sum += weights[j] * row[j]; }
        return sum;
    }

    /// <summary>Net flows of one criterion (PROMETHEE II): for each score, how much it is preferred to all others, less how much they are to it.</summary>
    public static double[] Flows(double[] scores)
    {
        double[] sorted = [.. scores.Order()];
        var sums = new double[sorted.Length + 1];
        for (var i = 0; i < sorted.Length; i++) { sums[i + 1] = sums[i] + (sorted[i] - sorted[0]); }
        return Array.ConvertAll(scores, score => (Preferred(score, sorted, sums) - Suffered(score, sorted, sums)) / Math.Max(1, scores.Length - 1));
    }

    /// <summary>Closeness to the ideal against the anti-ideal (TOPSIS).</summary>
    public static double Closeness(double[] row, double[] weights)
    {
        var (toIdeal, toWorst) = (0.0, 0.0);
        for (var j = 0; j < row.Length; j++)
        {
            var score = Math.Clamp(row[j], 0, 1);
            toIdeal += weights[j] * (1 - score) * weights[j] * (1 - score);
            toWorst += weights[j] * score * weights[j] * score;
        }
        return Math.Sqrt(toWorst) / (Math.Sqrt(toWorst) + Math.Sqrt(toIdeal));
    }

    private static int Compare(double[] totals, double[] sums, IReadOnlyList<string> ids, int one, int other) =>
        Math.Round(totals[other], Digits).CompareTo(Math.Round(totals[one], Digits)) is not 0 and var byTotal ? byTotal
        : Math.Round(sums[other], Digits).CompareTo(Math.Round(sums[one], Digits)) is not 0 and var bySum ? bySum
        : string.CompareOrdinal(ids[one], ids[other]);

    private static double[] Compromise(double[][] scores, double[] weights)
    {
        var (utility, regret) = (new double[scores.Length], new double[scores.Length]);
        for (var i = 0; i < scores.Length; i++)
        {
            regret[i] = double.NegativeInfinity;
            for (var j = 0; j < weights.Length; j++)
            {
                var loss = weights[j] * (1 - scores[i][j]);
                utility[i] += loss;
                regret[i] = Math.Max(regret[i], loss);
            }
        }
        var (least, most, mildest, hardest) = (utility.Min(), utility.Max(), regret.Min(), regret.Max());
        return [.. utility.Zip(regret, (sum, worst) => 1 - (Consensus * Within(sum, least, most)) - ((1 - Consensus) * Within(worst, mildest, hardest)))];
    }

    private static double Within(double value, double low, double high) => high > low ? (value - low) / (high - low) : 0;

    /// <summary>Sum of the preferences of a score over all others.</summary>
    private static double Preferred(double score, double[] sorted, double[] sums)
    {
        var (whole, part) = (CountBelow(sorted, score - Preference, orEqual: true), CountBelow(sorted, score - Indifference, orEqual: false));
        return whole + Slope(((part - whole) * (score - sorted[0] - Indifference)) - (sums[part] - sums[whole]));
    }

    /// <summary>Sum of the preferences of all others over a score.</summary>
    private static double Suffered(double score, double[] sorted, double[] sums)
    {
        var (part, whole) = (CountBelow(sorted, score + Indifference, orEqual: true), CountBelow(sorted, score + Preference, orEqual: false));
        return sorted.Length - whole + Slope(sums[whole] - sums[part] - ((whole - part) * (score - sorted[0] + Indifference)));
    }

    private static double Slope(double difference) => difference / (Preference - Indifference);

    private static int CountBelow(double[] sorted, double limit, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < limit || (orEqual && sorted[middle] == limit)) { low = middle + 1; }
            else { high = middle; }
        }
        return low;
    }
}
