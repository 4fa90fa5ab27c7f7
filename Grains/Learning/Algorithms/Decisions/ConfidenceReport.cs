using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

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
        var good = members.Count(member => member.Good);
        var (low, high) = Proportions.Wilson(good, members.Length);
        return new((double)number / Width, (number + 1.0) / Width, members.Length, members.Average(member => member.Confidence), (double)good / members.Length, low, high);
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
