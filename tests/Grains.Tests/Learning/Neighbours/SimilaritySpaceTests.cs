using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Neighbours;

public sealed class SimilaritySpaceTests
{
    private static readonly FeatureShape Load = FeatureShape.Number("context.load"), Region = new("context.region", ["eu", "us", FieldSchema.Other]);

    /// <summary>By the definition: quartiles set the scale, words are the same or not, one missing is 1, both missing 0; the root of the mean over the features.</summary>
    [Fact]
    public void Distance_AnyTwo_IsThatOfTheDefinition() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[20, 200]).Sample((seed, count) =>
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, count).Select(i => new[] { random.Next(6) == 0 ? double.NaN : i + random.NextDouble(), random.Next(6) == 0 ? double.NaN : random.Next(2) }).ToArray();
            rows[0] = [0.5, 0];
            rows[1] = [1.5, 1];
            var space = SimilaritySpace.Of([Load, Region], rows);
            var (a, b) = (rows[random.Next(count)], rows[random.Next(count)]);
            var query = space.Query(a);

            var loads = rows.Select(row => row[0]).Where(value => !double.IsNaN(value)).Order().ToArray();
            var scale = Math.Sqrt(2) * (Quantile(loads, 0.75) - Quantile(loads, 0.25)) / 1.3489795;
            var far = 4 / Math.Sqrt(2);
            double Place(double load) => Math.Clamp((load - Quantile(loads, 0.5)) / scale, -far, far);
            var load = double.IsNaN(a[0]) || double.IsNaN(b[0]) ? double.IsNaN(a[0]) == double.IsNaN(b[0]) ? 0 : 1 : Math.Pow(Place(a[0]) - Place(b[0]), 2);
            var region = a[1].Equals(b[1]) ? 0 : 1;
            Assert.Equal(Math.Sqrt((load + region) / 2), query.Distance(query.Square(space.Point(b))), tolerance: 1e-5);
        }, iter: 300);

    /// <summary>What the distances are told as: about 1 for two taken at random.</summary>
    [Fact]
    public void Distance_TwoAtRandom_IsAboutOne()
    {
        var random = new Random(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var rows = Enumerable.Range(0, 2_000).Select(_ => new[] { 1e6 * Normal() + 3e9, Normal(), Normal() }).ToArray();
        var space = SimilaritySpace.Of([FeatureShape.Number("a"), FeatureShape.Number("b"), FeatureShape.Number("c")], rows);

        Assert.InRange(Enumerable.Range(0, 1_000).Average(i => space.Query(rows[i]).Square(space.Point(rows[1_000 + i])) / 3), 0.9, 1.1);
    }

    [Fact]
    public void Query_WordNobodyHad_DiffersFromAllAndIsTold()
    {
        var space = SimilaritySpace.Of([Load, Region], [[1, 0], [2, 1], [3, 0], [4, 2]]);
        var query = space.Query([1, 2]);

        Assert.Equal(["region"], space.Unknown([1, 2]));
        Assert.Empty(space.Unknown([1, double.NaN]));
        Assert.Equal(1, query.Square(space.Point([1, 2])));
        Assert.Equal(1, query.Square(space.Point([1, 0])));
    }

    [Fact]
    public void Query_OfTheContextAlone_LooksAtNoAction()
    {
        var space = SimilaritySpace.Of([Load, FeatureShape.Number("action.size")], [[1, 10], [2, 20], [3, 30], [4, 40]]);

        Assert.Equal(0, space.Query([2, double.NaN], withAction: false).Square(space.Point([2, 40])));
        Assert.Equal(1, space.Query([2, double.NaN]).Square(space.Point([2, 40])));
    }

    /// <summary>Time is not compared; a feature of one value tells nothing apart, but another value of it is told.</summary>
    [Fact]
    public void Of_ClockAndConstants_AreNotCompared()
    {
        var space = SimilaritySpace.Of([FeatureShape.Number("time.hour"), Load, Region, FeatureShape.Number("context.never")], [[1, 5, 0, double.NaN], [2, 5, 1, double.NaN], [3, 5, 1, double.NaN]]);

        Assert.Equal(["context.region"], space.Axes.Select(axis => axis.Shape.Name));
        Assert.Equal(["load"], space.Unknown([1, 6, 0, 1]));
        Assert.Empty(space.Unknown([1, 5, 0, 1]));
    }

    [Fact]
    public void Of_MoreFeaturesThanAreCompared_SaysHowManyAreLeftOut()
    {
        var shapes = Enumerable.Range(0, SimilaritySpace.AxesMax + 3).Select(i => FeatureShape.Number($"context.{i}")).ToArray();

        var space = SimilaritySpace.Of([.. shapes], [[.. shapes.Select(_ => 0.0)], [.. shapes.Select(_ => 1.0)]]);

        Assert.Equal((SimilaritySpace.AxesMax, 3), (space.Axes.Length, space.LeftOut));
    }

    /// <summary>A number that mostly is 0 is still told apart, and one odd value does not set the scale.</summary>
    [Fact]
    public void Of_SkewedNumbers_HaveAScale()
    {
        var mostlyZero = SimilaritySpace.Of([Load], [.. Enumerable.Range(0, 100).Select(i => new double[] { i < 90 ? 0 : i })]);
        var odd = SimilaritySpace.Of([Load], [.. Enumerable.Range(0, 100).Select(i => new[] { i == 0 ? 1e12 : i })]);

        Assert.True(mostlyZero.Query([0]).Square(mostlyZero.Point([95])) > 1);
        Assert.True(odd.Query([10]).Square(odd.Point([90])) > 1);
    }

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var (below, above) = ((int)Math.Floor(place), (int)Math.Ceiling(place));
        return sorted[below] * (1 - (place - below)) + sorted[above] * (place - below);
    }
}
