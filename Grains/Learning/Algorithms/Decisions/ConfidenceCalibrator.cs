using System.Collections.Immutable;

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
        List<(double Weight, double Raw, double Good)> pools = [];
        for (var bin = 0; bin < bins; bin++)
        {
            var members = sorted.AsSpan((int)((long)sorted.Length * bin / bins)..(int)((long)sorted.Length * (bin + 1) / bins));
            var (raw, good) = (0.0, 0.0);
            foreach (var member in members) { (raw, good) = (raw + member.Raw, good + (member.Good ? 1 : 0)); }
            pools.Add((members.Length, raw, good));
            // A bin that is no better than the one below it, or has the same confidence, is one with it.
            while (pools is [.., var below, var last] && (last.Good / last.Weight <= below.Good / below.Weight || last.Raw / last.Weight <= below.Raw / below.Weight))
            {
                pools.RemoveRange(pools.Count - 2, 2);
                pools.Add((below.Weight + last.Weight, below.Raw + last.Raw, below.Good + last.Good));
            }
        }
        return new([.. pools.Select(pool => pool.Raw / pool.Weight)], [.. pools.Select(pool => pool.Good / pool.Weight)], sorted.Length);
    }

    /// <summary>The calibrated confidence of a raw one, 0–1; it rises with it.</summary>
    public double Apply(double raw)
    {
        var stated = Math.Clamp(raw, 0, 1);
        return Raw.IsEmpty ? stated : ((Outcomes * Observed(stated)) + (Prior * stated)) / (Outcomes + Prior);
    }

    /// <summary>The rate at a raw confidence; beyond the lowest and the highest bin it is theirs.</summary>
    private double Observed(double raw)
    {
        var at = Raw.BinarySearch(raw);
        var next = at >= 0 ? at : ~at;
        if (next == 0) { return Calibrated[0]; }
        if (next == Raw.Length) { return Calibrated[^1]; }
        var share = (raw - Raw[next - 1]) / (Raw[next] - Raw[next - 1]);
        return Calibrated[next - 1] + (share * (Calibrated[next] - Calibrated[next - 1]));
    }
}
