namespace NexusActors.Learning.Prediction;

public sealed class ModelComparisonTests
{
    [Fact]
    public void Of_SameModelWithNoise_IsRarelyADifference()
    {
        var wrong = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var champion = Enumerable.Range(0, 200).Select(_ => random.NextDouble()).ToArray();
            wrong += ModelComparison.Of(champion, [.. champion.Select(_ => random.NextDouble())], [], random, 400).Verdict == Verdict.WithinNoise ? 0 : 1;
        }

        Assert.InRange(wrong, 0, 22);                                                           // 5 % of 200, and four deviations
    }

    [Fact]
    public void Of_BetterChallenger_IsFoundAndSaid()
    {
        var random = new Random(1);
        var champion = Enumerable.Range(0, 400).Select(_ => random.NextDouble()).ToArray();

        var better = ModelComparison.Of(champion, [.. champion.Select(loss => loss - 0.05 + (random.NextDouble() - 0.5) * 0.2)], [], random);

        Assert.Equal(Verdict.ChallengerBetter, better.Verdict);
        Assert.StartsWith("The challenger is better", better.Statement, StringComparison.Ordinal);
        Assert.Equal(Verdict.ChampionBetter, ModelComparison.Of([.. champion.Select(loss => loss - 0.1)], champion, [], random).Verdict);
    }

    /// <summary>A hundred copies of one case are one case.</summary>
    [Fact]
    public void Of_CopiesInOneGroup_AreNotEvidence()
    {
        var random = new Random(6);
        var cases = Enumerable.Range(0, 40).Select(_ => random.NextDouble() - 0.4).ToArray();
        double[] champion = [.. cases.SelectMany(gain => Enumerable.Repeat(1 + gain, 100))];
        var groups = Enumerable.Range(0, 4_000).Select(i => i / 100).ToArray();

        Assert.True(ModelComparison.Of(champion, [.. champion.Select(_ => 1.0)], groups, new Random(1)) is { } grouped && ModelComparison.Of(champion, [.. champion.Select(_ => 1.0)], [], new Random(1)) is { } alone
            && grouped.High - grouped.Low > 5 * (alone.High - alone.Low));
    }

    [Fact]
    public void Of_FewRows_ConcludesNothing() => Assert.Equal(Verdict.WithinNoise, ModelComparison.Of(new double[10], [.. Enumerable.Repeat(1.0, 10)], [], new Random(1)).Verdict);
}
