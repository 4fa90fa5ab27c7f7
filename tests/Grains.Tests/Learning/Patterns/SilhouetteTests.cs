using CsCheck;

namespace NexusActors.Learning.Patterns;

public sealed class SilhouetteTests
{
    /// <summary>By the definition, point by point, against the sums that the class keeps.</summary>
    [Fact]
    public void Mean_AnyPointsAndClusters_IsThatOfTheDefinition() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[4, 40], Gen.Int[2, 4]).Sample((seed, count, clusters) =>
        {
            var random = new Random(seed);
            var points = Enumerable.Range(0, count).Select(_ => new[] { random.Next(6), (float)random.NextDouble() }).ToArray();
            var own = Enumerable.Range(0, count).Select(i => i < clusters ? i : random.Next(clusters)).ToArray();

            Assert.Equal(Enumerable.Range(0, count).Average(i => Defined(i, points, own)), new Silhouette(points).Mean(own, clusters), 5);
        });

    [Fact]
    public void Mean_TwoFarGroups_IsNearlyOne() =>
        Assert.InRange(new Silhouette([[0], [0.1f], [10], [10.1f]]).Mean([0, 0, 1, 1], 2), 0.98, 1);

    [Fact]
    public void Mean_GroupsAreMixedUp_IsBelowZero() =>
        Assert.True(new Silhouette([[0], [0.1f], [10], [10.1f]]).Mean([0, 1, 0, 1], 2) < 0);

    [Fact]
    public void Mean_OneCluster_Refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Silhouette([[0], [1]]).Mean([0, 0], 1));

    private static double Defined(int i, float[][] points, int[] own)
    {
        var mates = Others(own[i]).Where(j => j != i).ToArray();
        if (mates.Length == 0) { return 0; }
        var (a, b) = (mates.Average(Distance), own.Distinct().Where(other => other != own[i]).Min(other => Others(other).Average(Distance)));
        return Math.Max(a, b) == 0 ? 0 : (b - a) / Math.Max(a, b);

        IEnumerable<int> Others(int cluster) => Enumerable.Range(0, own.Length).Where(j => own[j] == cluster);
        double Distance(int j) => Math.Sqrt(points[i].Zip(points[j], (x, y) => (double)(x - y) * (x - y)).Sum());
    }
}
