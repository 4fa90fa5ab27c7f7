namespace NexusActors.Learning.Decisions;

public sealed class GaussianProcessTests
{
    private static double[][] Points(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => new[] { (4 * random.NextDouble()) - 2, (4 * random.NextDouble()) - 2, random.NextDouble() })];

    private static double Surface(double[] x) => 3 + Math.Sin(2 * x[0]) + (0.5 * x[1]);

    /// <summary>New points: errors near the noise, and about 90 % of the values within the 90 % interval (the settings that fit best are a little too sure).</summary>
    [Fact]
    public void Fit_SmoothSurfaceWithNoise_PredictsNewPointsAndKnowsHowWell()
    {
        var random = new Random(5);
        var (known, fresh) = (Points(random, 120), Points(random, 400));
        double Noisy(double[] x) => Surface(x) + (0.1 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        var model = GaussianProcess.Fit(known, 1, [.. known.Select(Noisy)]);
        var misses = fresh.Select(x => (Estimate: model.Predict(x), Seen: Noisy(x))).Select(each => (Miss: each.Seen - each.Estimate.Mean, each.Estimate.StandardDeviation)).ToArray();
        Assert.InRange(Math.Sqrt(misses.Average(each => each.Miss * each.Miss)), 0.08, 0.16);
        Assert.InRange(misses.Average(each => Math.Abs(each.Miss) < 1.6449 * each.StandardDeviation ? 1.0 : 0), 0.78, 0.97);
    }

    [Fact]
    public void Predict_FarFromAllExamples_IsLessSure()
    {
        var random = new Random(6);
        var known = Points(random, 60);
        var model = GaussianProcess.Fit(known, 1, [.. known.Select(Surface)]);
        Assert.True(model.Predict([9, 0, 0.5]).StandardDeviation > 5 * model.Predict(known[0]).StandardDeviation);
    }

    /// <summary>A third feature that was always 1: with 2 the mean is the same, and nothing is sure.</summary>
    [Fact]
    public void Predict_NewValueOfWhatNeverVaried_IsUncertain()
    {
        double[][] known = [.. Points(new Random(8), 40).Select(x => new[] { x[0], x[1], 1 })];
        var model = GaussianProcess.Fit(known, 1, [.. known.Select(Surface)]);
        var (same, other) = (model.Predict([0.3, 0.4, 1]), model.Predict([0.3, 0.4, 2]));
        Assert.Equal(same.Mean, other.Mean);
        Assert.True(other.StandardDeviation > 10 * same.StandardDeviation);
    }

    [Fact]
    public void Fit_SameExamples_GivesTheSameModel()
    {
        var known = Points(new Random(7), 40);
        double[] targets = [.. known.Select(Surface)];
        Assert.Equal(GaussianProcess.Fit(known, 1, targets).Predict([0.1, 0.2, 0.3]), GaussianProcess.Fit(known, 1, targets).Predict([0.1, 0.2, 0.3]));
    }

    /// <summary>Constant targets, constant and equal features: nothing to learn, and no NaN.</summary>
    [Fact]
    public void Fit_NothingVaries_PredictsTheConstant()
    {
        var model = GaussianProcess.Fit([[1, 2], [1, 2], [1, 2]], 1, [5, 5, 5]);
        Assert.Equal(5, model.Predict([1, 2]).Mean, 1e-9);
        Assert.True(double.IsFinite(model.Predict([7, 7]).StandardDeviation));
        Assert.True(double.IsFinite(GaussianProcess.Fit([[1]], 0, [5]).Predict([2]).Mean));
    }

    [Fact]
    public void Fit_NoExamplesOrUnequalCounts_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => GaussianProcess.Fit([], 0, []));
        Assert.Throws<ArgumentException>(() => GaussianProcess.Fit([[1.0]], 1, [1, 2]));
    }
}
