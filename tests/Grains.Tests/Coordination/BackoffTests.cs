using CsCheck;

namespace NexusActors.Coordination;

public sealed class BackoffTests
{
    [Fact]
    public void Delay_AnyPolicyAndChance_LiesBetweenZeroAndTheBound() =>
        Gen.Select(Gen.Int[0, 2_000], Gen.Double[0, 1e6], Gen.Double[0, 1e7], Gen.Double[0, 0.999999999]).Sample((retry, first, cap, chance) =>
        {
            var delay = Backoff.Delay(retry, TimeSpan.FromSeconds(first), TimeSpan.FromSeconds(cap), () => chance);
            var bound = retry < 60 ? Math.Min(cap, first * (1L << retry)) : first > 0 ? cap : 0;
            return delay >= TimeSpan.Zero && delay.TotalSeconds <= bound + 1e-6;
        });

    [Fact]
    public void Delay_HighestChance_DoublesUpToTheCap()
    {
        double[] delays = [.. Enumerable.Range(0, 6).Select(retry => Backoff.Delay(retry, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), () => 1).TotalSeconds)];
        Assert.Equal([1, 2, 4, 8, 10, 10], delays);
    }

    [Fact]
    public void Delay_FullJitter_SpreadsEvenly()
    {
        var random = new Random(7);
        double[] delays = [.. Enumerable.Range(0, 10_000).Select(_ => Backoff.Delay(3, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), random.NextDouble).TotalSeconds)];
        Assert.InRange(delays.Average(), 3.9, 4.1);
        Assert.InRange(delays.Count(delay => delay < 2), 2_300, 2_700);
    }
}
