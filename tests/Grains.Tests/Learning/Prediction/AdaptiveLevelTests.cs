namespace NexusActors.Learning.Prediction;

public sealed class AdaptiveLevelTests
{
    /// <summary>P-values that are as they should be: the level stays, and rules out the share that was asked for.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Add_HonestPValues_RulesOutTheTarget(double target) => Assert.Equal(target, Missed(new(target), 20_000, new Random(1), p => p), 0.02);

    /// <summary>P-values that are too small by far, and then too large: the share is the target again in each half of either time.</summary>
    [Fact]
    public void Add_WorldMovesTwice_RulesOutTheTargetAllTheSame()
    {
        var (level, random) = (new AdaptiveLevel(0.1), new Random(2));

        Missed(level, 1_000, random, p => p * p * p);
        Assert.Equal(0.1, Missed(level, 5_000, random, p => p * p * p), 0.03);
        Missed(level, 1_000, random, p => 0.2 + 0.8 * p);
        Assert.Equal(0.1, Missed(level, 5_000, random, p => 0.2 + 0.8 * p), 0.03);
    }

    private static double Missed(AdaptiveLevel level, int rows, Random random, Func<double, double> pValue)
    {
        var missed = 0;
        for (var i = 0; i < rows; i++)
        {
            var p = pValue(random.NextDouble());
            missed += p <= level.Level ? 1 : 0;
            level.Add(p);
        }
        return missed / (double)rows;
    }
}
