using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Decisions;

/// <summary>
/// Maps a raw confidence to how often decisions of such confidence turned out well. Outcomes are put into bins of equal size; their rates are made monotone by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002)
/// and joined by straight lines. The raw confidence keeps the weight of some imagined outcomes in which it was right, so that few real ones change little, none nothing, and two raw confidences never become one.
/// </summary>
/// <param name="Raw">Mean raw confidence of each bin, rising.</param>
/// <param name="Calibrated">Rate of good outcomes of each bin, never falling.</param>
/// <param name="Outcomes">Outcomes that it was made from.</param>
internal sealed record ConfidenceCalibrator(ImmutableArray<double> Raw, ImmutableArray<double> Calibrated, int Outcomes)
{
    private const int BinsMax = 15;
    private const int BinSizeMin = 20;

    /// <summary>Imagined outcomes.</summary>
    private const double Prior = 30;

    /// <summary>Changes nothing.</summary>
    public static ConfidenceCalibrator None { get; } = new([], [], 0);

    /// <summary>Learns from decisions whose outcome is known.</summary>
    /// <param name="outcomes">Raw confidence, 0–1, and whether the decision turned out well.</param>
    public static ConfidenceCalibrator Fit(IReadOnlyCollection<(double Raw, bool Good)> outcomes)
    {
        if (outcomes.Count == 0) { return None; }
        var sorted = outcomes.OrderBy(outcome => outcome.Raw).ToArray();
        var bins = Math.Clamp(sorted.Length / BinSizeMin, 1, BinsMax);
        var line = RisingLine.Fit(Enumerable.Range(0, bins).Select(bin =>
        {
            var members = sorted.AsSpan((int)((long)sorted.Length * bin / bins)..(int)((long)sorted.Length * (bin + 1) / bins));
            var (raw, good) = (0.0, 0.0);
            foreach (var member in members) { (raw, good) = (raw + member.Raw, good + (member.Good ? 1 : 0)); }
            return ((double)members.Length, raw, good);
        }));
        return new(line.X, line.Y, sorted.Length);
    }

    /// <summary>The calibrated confidence of a raw one, 0–1; it rises with it.</summary>
    public double Apply(double raw)
    {
        var stated = Math.Clamp(raw, 0, 1);
        return Raw.IsEmpty ? stated : ((Outcomes * new RisingLine(Raw, Calibrated).At(stated)) + (Prior * stated)) / (Outcomes + Prior);
    }
}
