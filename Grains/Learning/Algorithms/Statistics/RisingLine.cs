using System.Collections.Immutable;

namespace NexusActors.Learning.Statistics;

/// <summary>A line through points that rise in both directions; beyond the first and the last it is level.</summary>
/// <param name="X">Rising.</param>
/// <param name="Y">By point, rising.</param>
internal readonly record struct RisingLine(ImmutableArray<double> X, ImmutableArray<double> Y)
{
    /// <summary>
    /// The line through the centres of pooled blocks: neighbours whose rates do not rise become one, and those of the same place (pool adjacent violators, Ayer et al. 1955; centred as by Oron and Flournoy 2017, so that
    /// no two places become one).
    /// </summary>
    /// <param name="blocks">By rising mean of x: weight, above 0, with the weighted sums of x and y.</param>
    public static RisingLine Fit(IEnumerable<(double Weight, double X, double Y)> blocks)
    {
        var pools = new List<(double Weight, double X, double Y)>();
        foreach (var block in blocks)
        {
            pools.Add(block);
            while (pools is [.., var a, var b] && (a.Y * b.Weight >= b.Y * a.Weight || a.X / a.Weight >= b.X / b.Weight))
            {
                pools.RemoveAt(pools.Count - 1);
                pools[^1] = (a.Weight + b.Weight, a.X + b.X, a.Y + b.Y);
            }
        }
        return new([.. pools.Select(pool => pool.X / pool.Weight)], [.. pools.Select(pool => pool.Y / pool.Weight)]);
    }

    /// <summary>Its height; there is at least one point.</summary>
    public double At(double x)
    {
        var place = X.AsSpan().BinarySearch(x);
        if (place >= 0) { return Y[place]; }
        place = ~place;
        if (place == 0) { return Y[0]; }
        if (place == X.Length) { return Y[^1]; }
        return Y[place - 1] + (x - X[place - 1]) / (X[place] - X[place - 1]) * (Y[place] - Y[place - 1]);
    }
}
