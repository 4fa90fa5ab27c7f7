using CsCheck;

namespace NexusActors.Learning.Prediction;

public sealed class ScoreRanksTests
{
    private static readonly Gen<(double Score, bool Success)[]> Rows = Gen.Select(Gen.OneOf(Gen.Double[-3, 3], Gen.Int[-3, 3].Select(step => (double)step)), Gen.Bool).Array[0, 300];

    /// <summary>What looks more like a success is never a better failure, nor a worse success.</summary>
    [Fact]
    public void Of_AnyRows_RisesForSuccessAndFallsForFailure() => Gen.Select(Rows, Gen.Double[-4, 4], Gen.Double[-4, 4]).Sample((rows, one, other) =>
    {
        var ranks = Fit(rows);
        var (low, high) = (ranks.Of(Math.Min(one, other)), ranks.Of(Math.Max(one, other)));
        Assert.True(low.Failure >= high.Failure && low.Success <= high.Success);
        Assert.All([low.Failure, low.Success, high.Failure, high.Success], share => Assert.InRange(share, 1e-9, 1));
    });

    /// <summary>P-values: of new rows of a class, at most a share p has a p-value up to p, within four standard errors.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(1_000)]
    public void Of_NewRowsOfTheSameKind_AreUniform(int count)
    {
        var random = new Random(count);
        (double, bool) Draw() => random.NextDouble() < 0.3 ? (random.NextDouble() * 2 - 1.5, false) : (random.NextDouble() * 2 - 0.5, true);
        var (below, seen) = (0, 0);
        for (var round = 0; round < 400; round++)
        {
            var ranks = Fit([.. Enumerable.Range(0, count).Select(_ => Draw())]);
            for (var i = 0; i < 50; i++)
            {
                var (score, success) = Draw();
                var conformity = ranks.Of(score);
                seen++;
                below += (success ? conformity.Success : conformity.Failure) <= 0.1 ? 1 : 0;
            }
        }

        Assert.InRange(below / (double)seen, 0.06, 0.1 + 4 * Math.Sqrt(0.09 / seen) + 0.005);
    }

    /// <summary>A row that counts three times is three rows.</summary>
    [Fact]
    public void Fit_Weights_CountAsRows()
    {
        var ranks = ScoreRanks.Fit([0, 1], [0, 0], [3, 1]);

        Assert.Equal((2 * 0.25 + 1) / 3, ranks.Of(0.999).Failure, 0.01);
        Assert.Equal(1, ranks.Of(-1).Failure);
    }

    private static ScoreRanks Fit((double Score, bool Success)[] rows) => ScoreRanks.Fit([.. rows.Select(row => row.Score)], [.. rows.Select(row => row.Success ? 1.0 : 0)], []);
}
