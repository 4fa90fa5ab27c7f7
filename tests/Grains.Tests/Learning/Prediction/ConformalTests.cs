namespace NexusActors.Learning.Prediction;

public sealed class ConformalTests
{
    /// <summary>Mean coverage over many draws is at least what was asked for, and at most that plus 1/(n + 1), within four standard errors of the binomial.</summary>
    [Theory]
    [InlineData(19, 0.9)]
    [InlineData(50, 0.8)]
    [InlineData(200, 0.95)]
    public void Quantile_ExchangeableScores_CoversAsPromised(int rows, double coverage)
    {
        var random = new Random(rows);
        const int draws = 20_000;
        var covered = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            var scores = Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray();
            covered += random.NextDouble() <= Conformal.Quantile(scores, coverage) ? 1 : 0;
        }

        var slack = 4 * Math.Sqrt(coverage * (1 - coverage) / draws);
        Assert.InRange(covered / (double)draws, coverage - slack, coverage + 1.0 / (rows + 1) + slack);
    }

    [Fact]
    public void Quantile_TooFewScores_IsInfinite() => Assert.Equal(double.PositiveInfinity, Conformal.Quantile([1, 2, 3], 0.9));

    [Fact]
    public void Quantile_Ranks_AreExact() => Assert.Equal(9, Conformal.Quantile([.. Enumerable.Range(1, 9).Select(i => (double)i)], 0.9));

    /// <summary>A rare class whose probabilities are all wrong is covered as often as the frequent one.</summary>
    [Fact]
    public void Sets_RareClassAndBadModel_CoverEachClass()
    {
        var random = new Random(7);
        (double P, double Y) Draw()
        {
            var fails = random.NextDouble() < 0.05;
            return (Math.Clamp((fails ? 0.7 : 0.9) + (random.NextDouble() - 0.5) * 0.4, 0, 1), fails ? 0 : 1);
        }

        var (covered, seen) = (new double[2], new double[2]);
        for (var round = 0; round < 40; round++)
        {
            var known = Enumerable.Range(0, 2_000).Select(_ => Draw()).ToArray();
            var sets = ConformalSets.Fit([.. known.Select(k => k.P)], [.. known.Select(k => k.Y)], 0.9);
            for (var i = 0; i < 2_000; i++)
            {
                var (p, y) = Draw();
                seen[(int)y]++;
                covered[(int)y] += (y == 0 ? sets.Of(p).CanFail : sets.Of(p).CanSucceed) ? 1 : 0;
            }
        }

        Assert.InRange(covered[0] / seen[0], 0.88, 0.93);
        Assert.InRange(covered[1] / seen[1], 0.88, 0.93);
    }
}
