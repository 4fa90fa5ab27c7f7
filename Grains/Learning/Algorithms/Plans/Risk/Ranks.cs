namespace NexusActors.Learning.Plans;

/// <summary>Ranks and their correlation (Spearman 1904); equal values share the mean of their ranks.</summary>
internal static class Ranks
{
    public static double[] Of(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++) { wide[i] = values[i]; }
        return Of(wide);
    }

    public static double[] Of(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        var places = new int[sorted.Length];
        for (var i = 0; i < places.Length; i++) { places[i] = i; }
        Array.Sort(sorted, places);
        var ranks = new double[sorted.Length];
        for (var from = 0; from < sorted.Length;)
        {
            var to = from + 1;
            while (to < sorted.Length && sorted[to] == sorted[from]) { to++; }
            for (var k = from; k < to; k++) { ranks[places[k]] = (from + to - 1) / 2.0; }
            from = to;
        }
        return ranks;
    }

    /// <summary>In [−1, 1]; 0 where one of both does not vary.</summary>
    public static double Correlation(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var mean = (left.Length - 1) / 2.0;
        var (both, leftSquares, rightSquares) = (0.0, 0.0, 0.0);
        for (var i = 0; i < left.Length; i++)
        {
            var (x, y) = (left[i] - mean, right[i] - mean);
            both += x * y;
            leftSquares += x * x;
            rightSquares += y * y;
        }
        return leftSquares > 0 && rightSquares > 0 ? both / Math.Sqrt(leftSquares * rightSquares) : 0;
    }
}
