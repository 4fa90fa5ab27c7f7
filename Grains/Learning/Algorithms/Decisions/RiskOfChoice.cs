using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace NexusActors.Learning.Decisions;

/// <summary>What can go wrong with a choice. Uncertainties count as independent and normal; a failure counts as the worst bound in every objective.</summary>
/// <param name="ChanceBest">Probability that the chosen one turns out the best of all that take part.</param>
/// <param name="ChanceWorse">Probability that it turns out worse than the runner-up; null: there is none.</param>
/// <param name="ChanceFailure">Learned probability that it fails; null: nothing is known.</param>
/// <param name="Expected">Its total as expected, 0–1 within the bounds.</param>
/// <param name="Downside">Its total in the worst 5 %: 95 % of outcomes are better.</param>
/// <param name="DownsideOfRunnerUp">The same of the runner-up; null: there is none.</param>
/// <param name="Worst">Values that the chosen one's attributes reach only in the worst 5 %.</param>
/// <param name="Level"><c>low</c>, <c>medium</c> or <c>high</c>: the larger of <paramref name="ChanceWorse"/> and <paramref name="ChanceFailure"/> below 0.15, below 0.35, or above.</param>
internal sealed record RiskAssessment(
    double ChanceBest, double? ChanceWorse, double? ChanceFailure, double Expected, double Downside, double? DownsideOfRunnerUp, ImmutableSortedDictionary<string, double> Worst, string Level);

/// <summary>The total of one alternative as it may turn out: with the chance of success a normal distribution, else the floor that failure leaves.</summary>
/// <param name="Mean">If it succeeds.</param>
/// <param name="Deviation">If it succeeds.</param>
/// <param name="Success">Chance of success.</param>
/// <param name="Floor">If it fails.</param>
internal readonly record struct Prospect(double Mean, double Deviation, double Success, double Floor)
{
    private const int Points = 201;
    private const int Halvings = 60;

    public double Expected => (Success * Mean) + ((1 - Success) * Floor);

    /// <summary>Probability of turning out below a value; being equal counts half.</summary>
    public double Below(double value) =>
        (Success * (Deviation > 0 ? Normal.CDF(0, 1, (value - Mean) / Deviation) : Step(Mean, value))) + ((1 - Success) * Step(Floor, value));

    /// <summary>Probability of turning out above all others: exact but for the quadrature over quantiles of this one.</summary>
    public double ChanceAbove(IReadOnlyList<Prospect> others)
    {
        var above = (1 - Success) * Product(others, Floor);
        if (Deviation == 0) { return above + (Success * Product(others, Mean)); }
        var sum = 0.0;
        for (var k = 0; k < Points; k++) { sum += Product(others, Mean + (Deviation * Normal.InvCDF(0, 1, (k + 0.5) / Points))); }
        return above + (Success * sum / Points);
    }

    /// <summary>The value below which a share of all outcomes lies.</summary>
    public double Quantile(double share)
    {
        var (low, high) = (Math.Min(Floor, Mean - (10 * Deviation)), Math.Max(Floor, Mean + (10 * Deviation)));
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Below(middle) < share) { low = middle; }
            else { high = middle; }
        }
        return high;
    }

    private static double Product(IReadOnlyList<Prospect> others, double value)
    {
        var product = 1.0;
        foreach (var other in others) { product *= other.Below(value); }
        return product;
    }

    private static double Step(double at, double value) => value > at ? 1 : value == at ? 0.5 : 0;
}

/// <summary>Assesses the risk of a choice.</summary>
internal static class RiskOfChoice
{
    private const double Tail = 0.05;
    private const double TailDeviations = 1.6449;

    /// <summary>How an alternative may turn out.</summary>
    public static Prospect ProspectOf(DecisionMatrix matrix, int row)
    {
        var (mean, variance, floor) = (0.0, 0.0, 0.0);
        for (var j = 0; j < matrix.Weights.Length; j++)
        {
            mean += matrix.Weights[j] * matrix.Neutral[row][j];
            variance += matrix.Weights[j] * matrix.Deviations[row][j] * matrix.Weights[j] * matrix.Deviations[row][j];
            floor += matrix.Weights[j] * Math.Min(0, matrix.Neutral[row][j]);
        }
        return new(Math.Round(mean, Rankings.Digits), Math.Sqrt(variance), matrix.Success[row], Math.Round(floor, Rankings.Digits));
    }

    /// <param name="matrix">All alternatives.</param>
    /// <param name="rows">Which of them take part, by their place in the field.</param>
    /// <param name="choice">The one that is assessed, by its place among them.</param>
    /// <param name="rival">The best ranked of the others; -1: there is none.</param>
    /// <param name="successKnown">Whether the chance of success of any is known.</param>
    public static RiskAssessment Of(DecisionMatrix matrix, int[] rows, int choice, int rival, bool successKnown)
    {
        Prospect[] prospects = [.. rows.Select(row => ProspectOf(matrix, row))];
        var chosen = prospects[choice];
        var runnerUp = rival < 0 ? (Prospect?)null : prospects[rival];
        double? worse = runnerUp is { } second ? Math.Clamp(1 - chosen.ChanceAbove([second]), 0, 1) : null;
        double? failure = successKnown ? 1 - chosen.Success : null;
        return new(
            Math.Clamp(chosen.ChanceAbove([.. prospects.Where((_, i) => i != choice)]), 0, 1), worse, failure, chosen.Expected, chosen.Quantile(Tail), runnerUp?.Quantile(Tail),
            matrix.Criteria.Select((criterion, j) => (criterion.Attribute, Value: WorstOf(criterion, matrix.Beliefs[rows[choice]][j])))
                .DistinctBy(pair => pair.Attribute).ToImmutableSortedDictionary(pair => pair.Attribute, pair => pair.Value, StringComparer.Ordinal),
            Math.Max(worse ?? 0, failure ?? 0) switch { < 0.15 => "low", < 0.35 => "medium", _ => "high" });
    }

    private static double WorstOf(Criterion criterion, Belief belief) =>
        belief.Source == BeliefSource.Missing ? criterion.Value(0) : belief.Mean + ((criterion.Objective.Maximize ? -1 : 1) * TailDeviations * belief.StandardDeviation);
}
