using CsCheck;

namespace NexusActors.Coordination;

public sealed class TokenBucketTests
{
    private static readonly long Start = Sample.Start.UtcTicks;

    /// <summary>Takes as soon as it may: in no span of time more than burst + rate · span.</summary>
    [Fact]
    public void NextAt_TakerThatNeverWaitsLongerThanNeeded_KeepsToBurstAndRate() =>
        Gen.Select(Gen.Double[0.01, 5_000], Gen.Int[1, 50], Gen.Int[0, 400].Array[1, 200]).Sample((rate, burst, pauses) =>
        {
            var bucket = new TokenBucket(rate, burst, Start);
            var now = Start;
            List<long> taken = [];
            foreach (var pause in pauses)
            {
                now += pause % 4 == 0 ? (long)(pause / rate * 1e5) : 0;
                var at = bucket.NextAt(now);
                Assert.True(at >= now);
                now = at;
                Assert.Equal(now, bucket.NextAt(now));                                          // what was promised is there
                bucket.Take(now);
                taken.Add(now);
            }
            for (var i = 0; i < taken.Count; i++) { Assert.True(i + 1 <= burst + (rate * TimeSpan.FromTicks(taken[i] - Start).TotalSeconds) + 1e-5); }
        });

    [Fact]
    public void NextAt_FullBucketTakenAtOnce_GivesBurstAndThenWaitsOnePeriod()
    {
        var bucket = new TokenBucket(2, 3, Start);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Start, bucket.NextAt(Start));
            bucket.Take(Start);
        }
        Assert.Equal(Start + (TimeSpan.TicksPerSecond / 2), bucket.NextAt(Start));
        Assert.Equal(Start + (3 * TimeSpan.TicksPerSecond / 2), bucket.FullAt(Start));
    }

    [Fact]
    public void Return_MoreThanTaken_NeverOverfills()
    {
        var bucket = new TokenBucket(1, 2, Start);
        bucket.Take(Start);
        for (var i = 0; i < 5; i++) { bucket.Return(); }
        bucket.Take(Start);
        bucket.Take(Start);
        Assert.Equal(Start + TimeSpan.TicksPerSecond, bucket.NextAt(Start));
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-12)]
    [InlineData(double.Epsilon)]
    public void NextAt_RateOfNextToNothing_IsFarAwayAndNoOverflow(double rate)
    {
        var bucket = new TokenBucket(rate, 1, Start);
        bucket.Take(Start);
        Assert.True(bucket.NextAt(Start) > Start + (100_000 * TimeSpan.TicksPerDay));
    }
}
