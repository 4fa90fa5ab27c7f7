using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Patterns;

public sealed class ClusterSearchTests
{
    private static readonly string[] Kinds = ["batch", "query", "stream"];

    [Fact]
    public void Find_ThreeKindsOfWork_AreFoundAndToldApart()
    {
        var data = Make(1500, seed: 1);

        var found = ClusterSearch.Find(data.Table, data.Success);

        Assert.Equal(3, found.Clusters.Length);
        Assert.InRange(found.Silhouette!.Value, 0.6, 1);
        foreach (var (kind, cluster) in Kinds.Select(kind => (kind, found.Clusters.Single(cluster => cluster.Traits.Any(trait => trait.Condition == new EqualTo("kind", kind))))))
        {
            Assert.All(cluster.Examples, row => Assert.Equal(kind, Kinds[data.Kind[row]]));
            Assert.Equal(data.Kind.Count(own => Kinds[own] == kind), cluster.Size);
            Assert.Contains($"kind = {kind}", cluster.Sentence, StringComparison.Ordinal);
        }
    }

    /// <summary>Sizes, successes and shares of conditions, counted again from the values.</summary>
    [Fact]
    public void Find_AnyData_FiguresAreThoseOfTheRows() =>
        Gen.Int[0, 10_000].Sample(
            seed =>
            {
                var data = Make(300, seed, missing: 0.1);
                var found = ClusterSearch.Find(data.Table, data.Success);
                Assert.Equal(300, found.Clusters.Sum(cluster => cluster.Size));
                Assert.Equal(data.Success.Count(success => success), found.Clusters.Sum(cluster => cluster.Successes));
                foreach (var trait in found.Clusters.SelectMany(cluster => cluster.Traits))
                {
                    Assert.Equal((double)Enumerable.Range(0, 300).Count(row => data.Holds(trait.Condition, row)) / 300, trait.Overall, 12);
                    Assert.InRange(trait.Share, 0.5, 1);
                    Assert.True(trait.Lift >= 1.25, trait.Text);
                }
                Assert.All(found.Clusters, cluster => Assert.InRange(cluster.Rate, cluster.RateLow, cluster.RateHigh));
            },
            iter: 10);

    [Fact]
    public void Find_SameTable_SameClusters()
    {
        var data = Make(400, seed: 7);

        Assert.Equal(ClusterSearch.Find(data.Table, data.Success).Clusters.Select(cluster => cluster.Sentence), ClusterSearch.Find(data.Table, data.Success).Clusters.Select(cluster => cluster.Sentence));
    }

    [Fact]
    public void Find_MoreThanTheSample_EveryRowHasACluster()
    {
        var data = Make(ClusterSearch.SampleMax * 3, seed: 3);

        var found = ClusterSearch.Find(data.Table, data.Success);

        Assert.Equal((ClusterSearch.SampleMax, ClusterSearch.SampleMax * 3), (found.Measured, found.Clusters.Sum(cluster => cluster.Size)));
    }

    [Fact]
    public void Find_AllTheSame_NoCluster()
    {
        var table = new FeatureTable([new NumericColumn("n", [.. Enumerable.Repeat(1.0, 30)]), new CategoryColumn("w", ["x"], [.. new int[30]])], 30);

        var found = ClusterSearch.Find(table, [.. new bool[30]]);

        Assert.Empty(found.Clusters);
        Assert.Null(found.Silhouette);
    }

    [Fact]
    public void Find_TwoDifferentRows_TwoClusters()
    {
        var table = new FeatureTable([new NumericColumn("n", [.. Enumerable.Range(0, 30).Select(row => row % 2.0)])], 30);

        Assert.Equal([15, 15], ClusterSearch.Find(table, [.. new bool[30]]).Clusters.Select(cluster => cluster.Size));
    }

    /// <summary>One huge value must not be a cluster of its own with all the rest in the other.</summary>
    [Fact]
    public void Find_OneValueIsFarOff_TheOthersAreStillToldApart()
    {
        var data = Make(900, seed: 5);
        var numbers = (NumericColumn)data.Table.Columns[0];
        var table = data.Table with { Columns = data.Table.Columns.SetItem(0, numbers with { Values = numbers.Values.SetItem(0, 1e12) }) };

        Assert.True(ClusterSearch.Find(table, data.Success).Clusters.Length >= 3);
    }

    private static Data Make(int rows, int seed, double missing = 0)
    {
        var random = new Random(seed);
        int[] kind = [.. Enumerable.Range(0, rows).Select(_ => random.Next(3))];
        double Near(double middle) => random.NextDouble() < missing ? double.NaN : middle + random.NextDouble() - 0.5;
        double[] size = [.. kind.Select(own => Near(own * 10))], load = [.. kind.Select(own => Near(own == 1 ? 20 : 3))];
        return new(
            new([new NumericColumn("size", [.. size]), new NumericColumn("load", [.. load]), new CategoryColumn("kind", [.. Kinds], [.. kind])], rows),
            [.. kind.Select(own => random.NextDouble() < 0.3 * (own + 1))],
            [.. kind]);
    }

    private sealed record Data(FeatureTable Table, ImmutableArray<bool> Success, ImmutableArray<int> Kind)
    {
        public bool Holds(Condition condition, int row)
        {
            var number = Table.Columns.OfType<NumericColumn>().FirstOrDefault(column => column.Name == condition.Feature)?.Values[row] ?? 0;
            return condition switch
            {
                AtMost(_, var bound) => number <= bound,
                Above(_, var bound) => number > bound,
                EqualTo(_, var word) => Kinds[Kind[row]] == word,
                Missing => double.IsNaN(number),
                _ => throw new InvalidOperationException(condition.Text),
            };
        }
    }
}
