using CsCheck;

namespace NexusActors.Learning.Statistics;

public sealed class ProportionsTests
{
    [Fact]
    public void Fisher_TeaTasting_AsInTheBook() => Assert.Equal(34 / 70.0, Proportions.Fisher(3, 4, 1, 4), 12);

    [Fact]
    public void Fisher_GroupsAreSwapped_TheSame() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 30]).Sample((hits, misses, otherHits, otherMisses) =>
            Math.Abs(Proportions.Fisher(hits, hits + misses, otherHits, otherHits + otherMisses) - Proportions.Fisher(otherHits, otherHits + otherMisses, hits, hits + misses)) < 1e-9);

    [Theory, InlineData(0, 10, 0, 0.2775), InlineData(5, 10, 0.2366, 0.7634), InlineData(10, 10, 0.7225, 1)]
    public void Wilson_KnownCases_AsPublished(int successes, int trials, double low, double high)
    {
        var interval = Proportions.Wilson(successes, trials);

        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void Wilson_AnyCounts_TheRateLiesWithin()
    {
        for (var trials = 1; trials <= 400; trials++)
        {
            for (var successes = 0; successes <= trials; successes++)
            {
                var (low, high) = Proportions.Wilson(successes, trials);
                Assert.True(low >= 0 && low <= (double)successes / trials && (double)successes / trials <= high && high <= 1, $"{successes} of {trials}: {low}-{high}");
            }
        }
    }

    [Fact]
    public void Discoveries_AllAreChance_FewSearchesTellOfAny()
    {
        var random = new Random(1);

        var told = Enumerable.Range(0, 1000).Count(_ => Proportions.Discoveries([.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())], 0.05).Any(found => found));

        Assert.InRange(told, 0, 60);
    }

    [Fact]
    public void Discoveries_OneIsClear_ItAlone() => Assert.Equal([false, true, false], Proportions.Discoveries([0.6, 1e-6, 0.3], 0.05));
}
