namespace NexusActors.Learning.Statistics;

/// <summary>Quantiles of samples.</summary>
internal static class Quantiles
{
    /// <summary>A quantile of sorted numbers, along straight lines between neighbours (type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996).</summary>
    /// <param name="sorted">Rising, at least one.</param>
    /// <param name="share">0–1.</param>
    public static double Of(ReadOnlySpan<double> sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
    }
}
