using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>How far stated confidence was right.</summary>
/// <param name="Bins">Those of 15 bins of equal width that hold any decision.</param>
/// <param name="Decisions">How many.</param>
/// <param name="CalibrationError">Expected calibration error: mean over decisions of |rate − confidence| of their bin, 0–1.</param>
/// <param name="Brier">Mean squared difference of confidence and outcome, 0–1.</param>
/// <param name="BaseRate">Share of good outcomes.</param>
internal sealed record ConfidenceReport(ImmutableArray<ConfidenceBin> Bins, int Decisions, double CalibrationError, double Brier, double BaseRate)
{
    private const int Width = 15;

    /// <summary>Quantile of the 95 % interval.</summary>
    private const double Z = 1.96;

    /// <summary>Compares confidence with outcomes.</summary>
    /// <param name="outcomes">Confidence, 0–1, and whether the decision turned out well. None: all figures are 0.</param>
    public static ConfidenceReport Of(IReadOnlyCollection<(double Confidence, bool Good)> outcomes)
    {
        if (outcomes.Count == 0) { return new([], 0, 0, 0, 0); }
        var bins = outcomes.GroupBy(outcome => Math.Clamp((int)(outcome.Confidence * Width), 0, Width - 1)).OrderBy(bin => bin.Key).Select(bin => Bin(bin.Key, [.. bin])).ToImmutableArray();
        return new(bins, outcomes.Count,
            bins.Sum(bin => bin.Decisions * Math.Abs(bin.Rate - bin.Confidence)) / outcomes.Count,
            outcomes.Average(outcome => Math.Pow(outcome.Confidence - (outcome.Good ? 1 : 0), 2)),
            outcomes.Average(outcome => outcome.Good ? 1.0 : 0));
    }

    private static ConfidenceBin Bin(int number, (double Confidence, bool Good)[] members)
    {
        var rate = members.Average(member => member.Good ? 1.0 : 0);
        var (low, high) = Wilson(rate, members.Length);
        return new((double)number / Width, (number + 1.0) / Width, members.Length, members.Average(member => member.Confidence), rate, low, high);
    }

    private static (double Low, double High) Wilson(double rate, int count)
    {
        var centre = (rate + (Z * Z / (2 * count))) / (1 + (Z * Z / count));
        var half = Z / (1 + (Z * Z / count)) * Math.Sqrt((rate * (1 - rate) / count) + (Z * Z / (4.0 * count * count)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}

/// <summary>Decisions of like confidence.</summary>
/// <param name="From">Lower end of the bin.</param>
/// <param name="To">Upper end.</param>
/// <param name="Decisions">How many.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Rate">Share of them that turned out well.</param>
/// <param name="RateLow">Lower end of its 95 % interval (Wilson).</param>
/// <param name="RateHigh">Upper end.</param>
internal sealed record ConfidenceBin(double From, double To, int Decisions, double Confidence, double Rate, double RateLow, double RateHigh);
