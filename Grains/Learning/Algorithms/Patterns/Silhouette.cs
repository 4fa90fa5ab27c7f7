using System.Numerics.Tensors;

namespace NexusActors.Learning.Patterns;

/// <summary>
/// How well points lie in their clusters: 1 far from all others, 0 between two, below 0 nearer to another (Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", 1987). It is
/// exact, from the distances of all pairs, which are reckoned once for any number of clusterings of the same points.
/// </summary>
internal sealed class Silhouette
{
    private readonly float[][] _distances;

    /// <summary>Of those points, a few thousand at most.</summary>
    public Silhouette(float[][] points, CancellationToken cancellation = default)
    {
        _distances = new float[points.Length][];
        for (var i = 0; i < points.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            _distances[i] = new float[points.Length];
            for (var j = 0; j < i; j++) { _distances[i][j] = _distances[j][i] = TensorPrimitives.Distance(points[i], points[j]); }
        }
    }

    /// <summary>The mean over all points; one that is alone in its cluster counts 0.</summary>
    /// <param name="cluster">By point, from 0.</param>
    /// <param name="clusters">How many clusters; below 2 there is nothing to compare.</param>
    public double Mean(int[] cluster, int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 2);
        var sizes = new int[clusters];
        foreach (var own in cluster) { sizes[own]++; }
        var (total, sums) = (0.0, new double[clusters]);
        for (var i = 0; i < cluster.Length; i++)
        {
            Array.Clear(sums);
            for (var j = 0; j < cluster.Length; j++) { sums[cluster[j]] += _distances[i][j]; }
            var own = cluster[i];
            if (sizes[own] == 1) { continue; }
            var (within, nearest) = (sums[own] / (sizes[own] - 1), double.PositiveInfinity);
            for (var other = 0; other < clusters; other++)
            {
                if (other != own && sizes[other] > 0) { nearest = Math.Min(nearest, sums[other] / sizes[other]); }
            }
            if (double.IsFinite(nearest) && Math.Max(within, nearest) is > 0 and var larger) { total += (nearest - within) / larger; }
        }
        return total / cluster.Length;
    }
}
