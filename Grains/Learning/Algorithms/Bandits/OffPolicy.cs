using System.Collections.Immutable;

namespace NexusActors.Learning.Bandits;

/// <summary>A choice that was made and what it cost.</summary>
/// <param name="Propensity">Probability with which the action was chosen then, above 0.</param>
/// <param name="Cost">What it cost.</param>
/// <param name="Would">Probability with which the policy that is judged would have chosen it.</param>
/// <param name="Expected">What a model expects the judged policy to cost here, over all its actions.</param>
/// <param name="ExpectedOfChosen">What the model expects of the action that was chosen.</param>
internal readonly record struct LoggedChoice(double Propensity, double Cost, double Would, double Expected = 0, double ExpectedOfChosen = 0);

/// <summary>A mean cost with its uncertainty.</summary>
/// <param name="Mean">Estimate.</param>
/// <param name="Low">The true mean is above this with 97.5 % confidence.</param>
/// <param name="High">And below this.</param>
internal readonly record struct CostEstimate(double Mean, double Low, double High);

/// <summary>
/// What a policy would have cost, from the choices of another: before it goes live. None says "better" when intervals overlap. (Dudík, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011;
/// Swaminathan and Joachims, "The self-normalized estimator for counterfactual learning", NIPS 2015.)
/// </summary>
internal static class OffPolicy
{
    private const double NinetyFive = 1.959963984540054;

    /// <summary>Inverse propensity score: unbiased, and wide where the policies differ much.</summary>
    public static CostEstimate Ips(ImmutableArray<LoggedChoice> log) => Interval([.. log.Select(choice => choice.Would / choice.Propensity * choice.Cost)]);

    /// <summary>The same divided by the mean weight: slightly biased, narrower.</summary>
    public static CostEstimate Snips(ImmutableArray<LoggedChoice> log)
    {
        var weight = log.Average(choice => choice.Would / choice.Propensity);
        if (weight == 0) { return new(double.NaN, double.NegativeInfinity, double.PositiveInfinity); }
        var mean = log.Average(choice => choice.Would / choice.Propensity * choice.Cost) / weight;
        // The ratio to first order.
        return Interval([.. log.Select(choice => mean + choice.Would / choice.Propensity * (choice.Cost - mean) / weight)]);
    }

    /// <summary>A model's expectation, corrected where it was seen to be wrong: unbiased if either the model or the propensities are right.</summary>
    public static CostEstimate DoublyRobust(ImmutableArray<LoggedChoice> log) => Interval([.. log.Select(choice => choice.Expected + choice.Would / choice.Propensity * (choice.Cost - choice.ExpectedOfChosen))]);

    private static CostEstimate Interval(double[] terms)
    {
        var mean = terms.Average();
        var half = terms.Length < 2 ? double.PositiveInfinity : NinetyFive * Math.Sqrt(terms.Sum(term => (term - mean) * (term - mean)) / (terms.Length - 1) / terms.Length);
        return new(mean, mean - half, mean + half);
    }
}
