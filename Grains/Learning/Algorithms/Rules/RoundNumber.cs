namespace NexusActors.Learning.Rules;

/// <summary>The number of fewest digits within bounds: people choose such limits, so that where data leave a gap it is the likeliest place of the true one, and the plainest to read.</summary>
internal static class RoundNumber
{
    private const int ExponentMax = 15, ExponentMin = -15;
    private const double LargestExact = 1e15;

    /// <summary>Finds it; where numbers are too large or too close for that, the end that is allowed.</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end, above the lower one.</param>
    /// <param name="includesHigh">Whether the upper end is allowed and the lower is not; else the other way round.</param>
    public static double Within(double low, double high, bool includesHigh)
    {
        var end = includesHigh ? high : low;
        if (Math.Max(Math.Abs(low), Math.Abs(high)) >= LargestExact) { return end; }
        if (Allows(0)) { return 0; }
        var (from, to) = ((decimal)low, (decimal)high);
        for (var exponent = ExponentMax; exponent >= ExponentMin; exponent--)
        {
            var unit = Power(exponent);
            foreach (var step in (ReadOnlySpan<decimal>)[unit, unit / 2])
            {
                // Of several multiples, the nearest to the middle.
                var nearest = (double)(Math.Round((from + to) / 2 / step) * step);
                if (Allows(nearest)) { return nearest; }
                if (Allows((double)(Math.Ceiling(from / step) * step)) && (double)(Math.Ceiling(from / step) * step) is var least) { return least; }
            }
        }
        return end;

        bool Allows(double number) => includesHigh ? number > low && number <= high : number >= low && number < high;
    }

    private static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++) { power *= 10; }
        return exponent < 0 ? 1 / power : power;
    }
}
