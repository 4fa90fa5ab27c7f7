using MathNet.Numerics;

namespace NexusActors.Learning.Statistics;

/// <summary>Statistics of counts of successes.</summary>
internal static class Proportions
{
    private const double NinetyFive = 1.959963984540054;

    /// <summary>Where the true rate lies with 95 % confidence (Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927).</summary>
    public static (double Low, double High) Wilson(int successes, int trials)
    {
        if (trials == 0) { return (0, 1); }
        var (rate, z) = ((double)successes / trials, NinetyFive * NinetyFive);
        var (middle, half) = (rate + z / (2 * trials), NinetyFive * Math.Sqrt((rate * (1 - rate) + z / (4 * trials)) / trials));
        // Where all or none succeed an end is the rate itself, and rounding must not put it on the wrong side.
        return (Math.Clamp((middle - half) / (1 + z / trials), 0, rate), Math.Clamp((middle + half) / (1 + z / trials), rate, 1));
    }

    /// <summary>
    /// How likely two groups of one rate are to differ as much as these or more: Fisher's exact test, two-sided (tables no likelier than this one; Fisher, "Statistical methods for research workers", 5th ed., 1934).
    /// </summary>
    public static double Fisher(int successes, int trials, int otherSuccesses, int otherTrials)
    {
        var (all, hits) = (trials + otherTrials, successes + otherSuccesses);
        var (least, most) = (Math.Max(0, hits - otherTrials), Math.Min(hits, trials));
        var whole = SpecialFunctions.BinomialLn(all, hits);
        double LogOf(int k) => SpecialFunctions.BinomialLn(trials, k) + SpecialFunctions.BinomialLn(otherTrials, hits - k) - whole;
        var own = LogOf(successes);
        var sum = 0.0;
        for (var k = least; k <= most; k++)
        {
            // Rounding must not leave out the mirror image of this table.
            if (LogOf(k) is var log && log <= own + 1e-9) { sum += Math.Exp(log); }
        }
        return Math.Min(1, sum);
    }

    /// <summary>Chi-square of two groups, with the sign of their difference; a fast measure of the same for searching.</summary>
    public static double SignedChiSquare(int successes, int trials, int otherSuccesses, int otherTrials)
    {
        double all = trials + otherTrials, hits = successes + otherSuccesses;
        if (trials == 0 || otherTrials == 0 || hits == 0 || hits == all) { return 0; }
        var apart = (double)successes * otherTrials - (double)otherSuccesses * trials;
        return Math.Sign(apart) * apart * apart * all / ((double)trials * otherTrials * hits * (all - hits));
    }

    /// <summary>
    /// Which of several p-values are discoveries when the expected share of false ones among them is to stay below a rate, whatever they have to do with each other (Benjamini and Yekutieli, "The control of the false
    /// discovery rate in multiple testing under dependency", Annals of Statistics 29, 2001).
    /// </summary>
    public static bool[] Discoveries(IReadOnlyList<double> p, double rate)
    {
        var order = Enumerable.Range(0, p.Count).OrderBy(i => p[i]).ToArray();
        var harmonic = Enumerable.Range(1, p.Count).Sum(i => 1.0 / i);
        var count = Enumerable.Range(1, p.Count).LastOrDefault(rank => p[order[rank - 1]] <= rate * rank / (p.Count * harmonic));
        var found = new bool[p.Count];
        foreach (var i in order.Take(count)) { found[i] = true; }
        return found;
    }
}
