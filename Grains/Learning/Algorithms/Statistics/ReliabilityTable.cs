using System.Collections.Immutable;

namespace NexusActors.Learning.Statistics;

/// <summary>How far stated probabilities were right: of predictions, and of confidence in decisions.</summary>
/// <param name="Bins">Those of <see cref="BinsMax"/> bins of equal width that are not empty.</param>
/// <param name="Count">Answers.</param>
/// <param name="BaseRate">Share of them in which it happened.</param>
/// <param name="CalibrationError">Expected calibration error: mean over answers of |observed − predicted| of their bin, 0–1.</param>
/// <param name="Brier">Mean squared difference of probability and outcome, 0–1 (Brier 1950).</param>
internal sealed record ReliabilityTable(ImmutableArray<ReliabilityBin> Bins, int Count, double BaseRate, double CalibrationError, double Brier)
{
    /// <summary>Bins of equal width.</summary>
    public const int BinsMax = 15;

    /// <summary>Compares probabilities with what came of it.</summary>
    /// <param name="probabilities">0–1.</param>
    /// <param name="outcomes">1 (happened) and 0, as many. None: all figures are 0.</param>
    public static ReliabilityTable Of(ReadOnlySpan<double> probabilities, ReadOnlySpan<double> outcomes)
    {
        if (outcomes.IsEmpty) { return new([], 0, 0, 0, 0); }
        var (counts, predicted, happened, brier) = (new int[BinsMax], new double[BinsMax], new int[BinsMax], 0.0);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var bin = Math.Clamp((int)(probabilities[i] * BinsMax), 0, BinsMax - 1);
            counts[bin]++;
            predicted[bin] += probabilities[i];
            if (outcomes[i] > 0.5) { happened[bin]++; }
            brier += (probabilities[i] - outcomes[i]) * (probabilities[i] - outcomes[i]);
        }

        ImmutableArray<ReliabilityBin> bins = [.. Enumerable.Range(0, BinsMax).Where(bin => counts[bin] > 0).Select(bin => Bin(bin, counts[bin], predicted[bin] / counts[bin], happened[bin]))];
        return new(bins, outcomes.Length, happened.Sum() / (double)outcomes.Length, bins.Sum(bin => bin.Count * Math.Abs(bin.Observed - bin.Predicted)) / outcomes.Length, brier / outcomes.Length);
    }

    private static ReliabilityBin Bin(int number, int count, double predicted, int happened)
    {
        var (low, high) = Proportions.Wilson(happened, count);
        return new((double)number / BinsMax, (number + 1.0) / BinsMax, count, predicted, (double)happened / count) { Low = low, High = high };
    }
}
