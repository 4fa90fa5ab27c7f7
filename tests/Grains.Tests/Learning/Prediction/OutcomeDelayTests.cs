namespace NexusActors.Learning.Prediction;

public sealed class OutcomeDelayTests
{
    [Fact]
    public void KnownWithin_NothingCensored_IsTheShareKnown()
    {
        var delay = new OutcomeDelay([0, 0, 0, 0], [1, 2, 2, 5], [true, true, true, true]);

        Assert.Equal(0, delay.KnownWithin(0, 0.5));
        Assert.Equal(0.25, delay.KnownWithin(0, 1), 1e-12);
        Assert.Equal(0.75, delay.KnownWithin(0, 4), 1e-12);
        Assert.Equal(1, delay.KnownWithin(0, 5), 1e-12);
        Assert.Equal(1, delay.KnownWithin(9, 0));
    }

    /// <summary>Kaplan and Meier by hand: 1 − (3/4)(1/2).</summary>
    [Fact]
    public void KnownWithin_OneCensored_TakesItAtRiskUntilThen() => Assert.Equal(0.625, new OutcomeDelay([0, 0, 0, 0], [1, 2, 3, 4], [true, false, true, false]).KnownWithin(0, 3), 1e-12);

    /// <summary>Three rows by hand: with delays 1, 2, 3 of 3, 5, 5 days ago the delay of 3 could be seen in two rows, and that of 2 in two. So few say nothing; ten of each do.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 0.25)]
    public void OfKnown_ByHand_IsTheProductInReverse(int copies, double share)
    {
        double[] Repeat(params double[] values) => [.. values.SelectMany(value => Enumerable.Repeat(value, copies))];
        var delay = OutcomeDelay.OfKnown(new int[3 * copies], Repeat(1, 2, 3), Repeat(2.5, 5, 5));

        Assert.Equal(1, delay.KnownWithin(0, 3), 1e-12);
        Assert.Equal(share, delay.KnownWithin(0, 1), 1e-12);
        Assert.Equal(0, delay.KnownWithin(0, 0.5));
    }

    /// <summary>Nobody tells of rows that wait: the curve is found all the same, and not that of the known rows.</summary>
    [Fact]
    public void OfKnown_RowsThatWaitAreUntold_TheCurveOfAll()
    {
        var random = new Random(5);
        var known = Enumerable.Range(0, 40_000).Select(_ => (Passed: random.NextDouble() * 60, Delay: -Math.Log(1 - random.NextDouble()) * 10)).Where(row => row.Delay <= row.Passed).ToArray();

        var delay = OutcomeDelay.OfKnown(new int[known.Length], [.. known.Select(row => row.Delay)], [.. known.Select(row => row.Passed)]);

        Assert.All(new[] { 2.0, 5, 10, 20 }, days => Assert.Equal(1 - Math.Exp(-days / 10), delay.KnownWithin(0, days), 0.02));
        Assert.True(known.Count(row => row.Delay <= 5) / (double)known.Length > 1 - Math.Exp(-0.5) + 0.04);
    }

    /// <summary>Successes become known fast, failures slowly: the known sample flatters, the weighted one does not.</summary>
    [Fact]
    public void Weight_FastSuccesses_CorrectsTheRateByStratum()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 20_000).Select(_ =>
        {
            var (age, slow) = (random.NextDouble() * 30, random.NextDouble() < 0.5);
            return (Age: age, Slow: slow, Success: random.NextDouble() < (slow ? 0.3 : 0.9), Delay: -Math.Log(1 - random.NextDouble()) * (slow ? 15 : 2));
        }).ToArray();
        var known = rows.Select(row => row.Delay <= row.Age).ToArray();
        var delay = new OutcomeDelay([.. rows.Select(row => row.Slow ? 1 : 0)], [.. rows.Select((row, i) => known[i] ? row.Delay : row.Age)], known);

        double weight = 0, good = 0;
        foreach (var (row, _) in rows.Zip(known).Where(pair => pair.Second))
        {
            var w = delay.Weight(row.Slow ? 1 : 0, row.Age, 20);
            weight += w;
            good += row.Success ? w : 0;
        }

        Assert.True(rows.Where((_, i) => known[i]).Average(row => row.Success ? 1.0 : 0) > 0.65);
        Assert.Equal(0.6, good / weight, 0.02);
    }
}
