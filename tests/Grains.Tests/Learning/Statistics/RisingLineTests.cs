using CsCheck;

namespace NexusActors.Learning.Statistics;

public sealed class RisingLineTests
{
    /// <summary>Any points: the line rises in both directions, keeps the total of y, and stays between the least and the greatest.</summary>
    [Fact]
    public void Fit_AnyPoints_RisesAndKeepsTheTotal() =>
        Gen.Select(Gen.Double[0, 10], Gen.Double[0, 1], Gen.Double[0.1, 3]).Array[1, 60].Sample(points =>
        {
            var sorted = points.OrderBy(point => point.Item1).ToArray();
            var line = RisingLine.Fit(sorted.Select(point => (point.Item3, point.Item3 * point.Item1, point.Item3 * point.Item2)));

            Assert.True(line.X.Zip(line.X.Skip(1)).All(pair => pair.First < pair.Second));
            Assert.True(line.Y.Zip(line.Y.Skip(1)).All(pair => pair.First < pair.Second));
            Assert.InRange(line.At(-1), sorted.Min(point => point.Item2) - 1e-9, line.At(11));
            Assert.InRange(line.At(11), line.At(5), sorted.Max(point => point.Item2) + 1e-9);
        });

    [Fact]
    public void At_BetweenPointsAndBeyond_StraightThenLevel()
    {
        var line = new RisingLine([1, 3], [0.2, 0.6]);

        Assert.Equal([0.2, 0.2, 0.4, 0.6, 0.6], new[] { 0.0, 1, 2, 3, 9 }.Select(line.At), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Fit_NeighboursFall_TheyBecomeOne()
    {
        var line = RisingLine.Fit([(1, 1, 0.8), (1, 2, 0.2), (1, 3, 0.9)]);

        Assert.Equal([1.5, 3], line.X.ToArray());
        Assert.Equal([0.5, 0.9], line.Y.ToArray());
    }
}
