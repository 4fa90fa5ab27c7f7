namespace NexusActors.Learning.Plans;

/// <summary>
/// Samples of a beta-PERT distribution: beta with shapes 1 + 4 (likely − low) / (high − low) and 1 + 4 (high − likely) / (high − low), stretched over [low, high]. Drawn by its inverse distribution function, tabulated once:
/// one uniform number for each sample, monotone in it, so that runs with common random numbers can be compared.
/// </summary>
internal sealed class BetaPert
{
    private const int Cells = 1024;
    private const int Substeps = 4;

    private readonly double[] _quantiles;

    public BetaPert(ThreePoint point)
    {
        if (!point.IsValid) { throw new ArgumentException($"{point} is not in order", nameof(point)); }
        _quantiles = point.IsExact ? [point.Low, point.Low] : Quantiles(point);
    }

    /// <summary>The value below which a share of the distribution lies.</summary>
    /// <param name="share">In [0, 1).</param>
    public double Quantile(double share)
    {
        var place = share * (_quantiles.Length - 1);
        var cell = (int)place;
        return _quantiles[cell] + ((place - cell) * (_quantiles[cell + 1] - _quantiles[cell]));
    }

    private static double[] Quantiles(ThreePoint point)
    {
        var range = point.High - point.Low;
        var (before, after) = (4 * (point.Likely - point.Low) / range, 4 * (point.High - point.Likely) / range);

        // The density is bounded, since both shapes are at least 1: its integral by Simpson's rule on an even grid, then turned around.
        const int steps = Cells * Substeps;
        var integral = new double[steps + 1];
        for (var i = 0; i < steps; i++)
        {
            var (from, to) = ((double)i / steps, (i + 1.0) / steps);
            integral[i + 1] = integral[i] + Density(from) + (4 * Density((from + to) / 2)) + Density(to);
        }
        var quantiles = new double[Cells + 1];
        var step = 0;
        for (var cell = 0; cell <= Cells; cell++)
        {
            var wanted = integral[steps] * cell / Cells;
            while (step < steps - 1 && integral[step + 1] < wanted) { step++; }
            var width = integral[step + 1] - integral[step];
            quantiles[cell] = point.Low + (range * Math.Clamp((step + (width > 0 ? (wanted - integral[step]) / width : 0)) / steps, 0, 1));
        }
        return quantiles;

        double Density(double x) => Math.Pow(x, before) * Math.Pow(1 - x, after);
    }
}
