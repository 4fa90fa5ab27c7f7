namespace NexusActors.Learning.Prediction;

/// <summary>Split conformal prediction (Papadopoulos et al. 2002; Vovk, Gammerman and Shafer 2005): coverage holds for rows that are exchangeable with the calibration rows, whatever the model.</summary>
internal static class Conformal
{
    /// <summary>The ⌈(n + 1) · coverage⌉-th smallest score: a new score is at most that with at least that probability. Infinite where there are too few.</summary>
    public static double Quantile(IReadOnlyCollection<double> scores, double coverage)
    {
        var rank = (int)Math.Ceiling((scores.Count + 1) * coverage - 1e-9);
        return rank > scores.Count ? double.PositiveInfinity : scores.Order().ElementAt(Math.Max(0, rank - 1));
    }
}

/// <summary>
/// Which outcomes cannot be ruled out, with coverage for each class by itself (Mondrian): a share of at least <paramref name="Coverage"/> of the failures has a set with failure in it, and likewise
/// of the successes. A rare class is so not paid for by a frequent one.
/// </summary>
/// <param name="Coverage">What was asked for.</param>
/// <param name="FailureMax">Failure is in the set where the probability of success is at most that.</param>
/// <param name="SuccessMax">Success is in the set where the probability of failure is at most that.</param>
/// <param name="Failures">Calibration rows that failed.</param>
/// <param name="Successes">Those that succeeded.</param>
internal sealed record ConformalSets(double Coverage, double FailureMax, double SuccessMax, int Failures, int Successes)
{
    /// <summary>From rows that were not trained on.</summary>
    public static ConformalSets Fit(double[] probabilities, double[] outcomes, double coverage)
    {
        var failed = probabilities.Where((_, i) => outcomes[i] < 0.5).ToArray();
        var succeeded = probabilities.Where((_, i) => outcomes[i] >= 0.5).Select(p => 1 - p).ToArray();
        return new(coverage, Conformal.Quantile(failed, coverage), Conformal.Quantile(succeeded, coverage), failed.Length, succeeded.Length);
    }

    /// <summary>Whether failure and success are in the set.</summary>
    public (bool CanFail, bool CanSucceed) Of(double probability) => (probability <= FailureMax, 1 - probability <= SuccessMax);
}
