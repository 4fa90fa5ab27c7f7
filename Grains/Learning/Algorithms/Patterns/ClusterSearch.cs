using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Patterns;

/// <summary>
/// Groups of examples that are alike, whatever came of them: k-means over <see cref="ClusterSpace"/>, for each number of clusters from 2 to 8, on at most 2,000 examples spread evenly over the table; the number with the
/// best silhouette is taken, and every example belongs to the centre that is nearest to it.
/// </summary>
internal static class ClusterSearch
{
    /// <summary>Examples from which centres and silhouettes are reckoned, at most.</summary>
    public const int SampleMax = 2_000;

    private const int ClustersMax = 8, Starts = 2, TraitsMax = 4, ExamplesMost = 5, Cuts = 4;
    private const double TraitShareLeast = 0.5, TraitLiftLeast = 1.25;

    /// <summary>Finds them. The same table gives the same clusters.</summary>
    /// <param name="table">Features.</param>
    /// <param name="success">Outcome by row; it only describes the clusters.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static Clustering Find(FeatureTable table, ImmutableArray<bool> success, CancellationToken cancellation = default)
    {
        if (success.Length != table.Rows) { throw new ArgumentException($"{success.Length} outcomes for {table.Rows} examples.", nameof(success)); }
        var space = ClusterSpace.Of(table);
        int[] sampled = [.. Sample(table.Rows)];
        var sample = Array.ConvertAll(sampled, space.Point);
        var most = Math.Min(ClustersMax, new HashSet<float[]>(sample, PointEquality.Instance).Count);
        if (space.Dimensions == 0 || most < 2) { return new([], null, sample.Length); }

        var silhouette = new Silhouette(sample, cancellation);
        var (centres, best) = (Array.Empty<float[]>(), double.NegativeInfinity);
        for (var clusters = 2; clusters <= most; clusters++)
        {
            for (var start = 1; start <= Starts; start++)
            {
                cancellation.ThrowIfCancellationRequested();
                var tried = KMeans.Centres(sample, clusters, start);
                var score = silhouette.Mean(Array.ConvertAll(sample, point => KMeans.Nearest(tried, point)), clusters);
                if (score > best) { (centres, best) = (tried, score); }
            }
        }
        return new(Describe(table, success, space, centres, cancellation), best, sample.Length);
    }

    private static ImmutableArray<Cluster> Describe(FeatureTable table, ImmutableArray<bool> success, ClusterSpace space, float[][] centres, CancellationToken cancellation)
    {
        var (own, distance) = (new int[table.Rows], new float[table.Rows]);
        for (var row = 0; row < own.Length; row++)
        {
            var point = space.Point(row);
            own[row] = KMeans.Nearest(centres, point);
            distance[row] = TensorPrimitives.Distance(centres[own[row]], point);
        }
        cancellation.ThrowIfCancellationRequested();
        var conditions = Conditions.Of(table, fewest: 1, Cuts);
        var successes = RowSet.Where(table.Rows, row => success[row]);
        return [.. Enumerable.Range(0, centres.Length)
            .Select(cluster => RowSet.Where(table.Rows, row => own[row] == cluster))
            .Where(rows => rows.Count > 0)
            .Select(rows => Describe(rows, table.Rows, successes, conditions, distance))
            .OrderByDescending(cluster => cluster.Size)];
    }

    private static Cluster Describe(RowSet rows, int all, RowSet successes, ImmutableArray<(Condition Condition, RowSet Rows)> conditions, float[] distance)
    {
        var hits = rows.CountOf(successes);
        var (low, high) = Proportions.Wilson(hits, rows.Count);
        return new(rows.Count, (double)rows.Count / all, hits, (double)hits / rows.Count, low, high, Traits(rows, all, conditions), [.. rows.Rows().OrderBy(row => distance[row]).Take(ExamplesMost)]);
    }

    /// <summary>The most telling conditions by the divergence of their shares, one of each kind for a feature.</summary>
    private static ImmutableArray<Trait> Traits(RowSet rows, int all, ImmutableArray<(Condition Condition, RowSet Rows)> conditions) =>
        [.. conditions.Select(part => new Trait(part.Condition, (double)rows.CountOf(part.Rows) / rows.Count, (double)part.Rows.Count / all))
            .Where(trait => trait.Share >= TraitShareLeast && trait.Lift >= TraitLiftLeast)
            .OrderByDescending(Divergence)
            .DistinctBy(trait => (trait.Condition.Feature, trait.Condition.GetType()))
            .Take(TraitsMax)];

    private static double Divergence(Trait trait) => trait.Share * Math.Log(trait.Lift) + (trait.Share < 1 ? (1 - trait.Share) * Math.Log((1 - trait.Share) / (1 - trait.Overall)) : 0);

    private static IEnumerable<int> Sample(int rows)
    {
        var count = Math.Min(rows, SampleMax);
        for (var i = 0; i < count; i++) { yield return (int)((long)i * rows / count); }
    }

    private sealed class PointEquality : IEqualityComparer<float[]>
    {
        public static readonly PointEquality Instance = new();

        public bool Equals(float[]? x, float[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(float[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
