using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Neighbours;

public sealed class NeighbourIndexTests
{
    /// <summary>Numbers, numbers with gaps, numbers on a grid, whose distances tie, few words, many words, true and false.</summary>
    private static readonly FeatureShape[] Shapes =
    [
        FeatureShape.Number("context.load"), FeatureShape.Number("context.gaps"), FeatureShape.Number("context.grid"), FeatureShape.Number("context.flag"),
        new("context.region", ["ap", "eu", "us", FieldSchema.Other]), new("action.type", [.. Enumerable.Range(0, 40).Select(word => $"w{word}"), FieldSchema.Other]),
        FeatureShape.Number("action.size"), FeatureShape.Number("action.gaps"), FeatureShape.Number("context.more"),
    ];

    /// <summary>The same as looking at one after another in double precision, whatever the data, with ties by the newest.</summary>
    [Fact]
    public void Nearest_AnyExperiences_AreThoseOfBruteForce() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 700], Gen.Int[1, 40], Gen.Bool).Sample((seed, count, k, withAction) =>
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, count).Select(_ => Row(random)).ToArray();
            var space = SimilaritySpace.Of([.. Shapes], rows);
            var index = new NeighbourIndex(space.Axes.Length, int.MaxValue);
            for (var i = 0; i < count; i++) { index.Add(space.Point(rows[i]), i + 1, rows[i][3] == 1); }
            var removed = Enumerable.Range(1, count).Where(_ => random.Next(10) == 0).Select(seq => (long)seq).ToHashSet();
            foreach (var seq in removed) { index.Remove(seq); }

            var query = space.Query(random.Next(2) == 0 ? rows[random.Next(count)] : Row(random), withAction);

            var expected = Enumerable.Range(0, count).Select(i => new Neighbour(i + 1, query.Square(space.Point(rows[i])))).Where(one => !removed.Contains(one.Seq))
                .OrderBy(one => one.Square).ThenByDescending(one => one.Seq).Take(k);
            Assert.Equal(expected, index.Nearest(query, k));
            Assert.Equal(count - removed.Count, index.Count);
            Assert.Equal(rows.Where((row, i) => row[3] == 1 && !removed.Contains(i + 1)).Count(), index.Successes);
        }, iter: 300);

    [Fact]
    public void Nearest_AllAreTheSame_TheNewest()
    {
        var space = SimilaritySpace.Of([FeatureShape.Number("a")], [[0], [1], [2], [3]]);
        var index = new NeighbourIndex(1, int.MaxValue);
        for (var seq = 1; seq <= 1_000; seq++) { index.Add(space.Point([2]), seq, true); }

        Assert.Equal([1_000L, 999, 998], index.Nearest(space.Query([2]), 3).Select(one => one.Seq));
    }

    /// <summary>Of more than there is room for the oldest go, and nothing else does.</summary>
    [Fact]
    public void Add_MoreThanTheBound_TheOldestAreForgotten()
    {
        const int Max = 1_000, Added = 5_000;
        var space = SimilaritySpace.Of([FeatureShape.Number("a")], [[0], [1], [2], [3]]);
        var index = new NeighbourIndex(1, Max);
        for (var seq = 1; seq <= Added; seq++)
        {
            index.Add(space.Point([seq]), seq, seq % 2 == 0);
            Assert.InRange(index.Count, Math.Min(seq, Max / 2), Max);
        }

        var kept = index.Nearest(space.Query([0]), 2 * Max).Select(one => one.Seq).Order().ToArray();
        Assert.Equal(Enumerable.Range(Added - index.Count + 1, index.Count).Select(seq => (long)seq), kept);
        Assert.Equal(kept.Count(seq => seq % 2 == 0), index.Successes);
    }

    [Fact]
    public void Remove_NotThere_ChangesNothing()
    {
        var space = SimilaritySpace.Of([FeatureShape.Number("a")], [[0], [1], [2], [3]]);
        var index = new NeighbourIndex(1, 100);
        index.Add(space.Point([1]), 7, true);

        index.Remove(8);
        index.Remove(7);
        index.Remove(7);

        Assert.Equal((0, 0), (index.Count, index.Successes));
        Assert.Empty(index.Nearest(space.Query([1]), 5));
    }

    [Fact]
    public void Nearest_Nothing_IsEmpty()
    {
        var space = SimilaritySpace.Of([], []);

        Assert.Empty(new NeighbourIndex(0, 100).Nearest(space.Query([]), 5));
    }

    private static double[] Row(Random random) =>
    [
        random.NextDouble() * 100, random.Next(4) == 0 ? double.NaN : random.NextDouble(), random.Next(5), random.Next(2), random.Next(5) == 0 ? double.NaN : random.Next(4),
        Math.Floor(41 * random.NextDouble() * random.NextDouble()), Math.Exp(4 * random.NextDouble()), random.Next(2) == 0 ? double.NaN : random.Next(3), random.Next(100),
    ];
}
