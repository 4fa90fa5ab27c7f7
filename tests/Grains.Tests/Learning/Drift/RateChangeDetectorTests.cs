using CsCheck;

namespace NexusActors.Learning.Drift;

public sealed class RateChangeDetectorTests
{
    private const int PerFalseAlarm = 20_000;

    [Fact]
    public void Add_RateRises_ToldSoonWithTheMomentAndBothRates()
    {
        var detector = new RateChangeDetector();
        var stream = new BernoulliStream(1);
        for (var i = 0; i < 5000; i++) { Assert.Null(detector.Add(stream.Next(0.2))); }

        var change = Until(detector, () => stream.Next(0.4));

        Assert.InRange(change.Seen, 5030, 5400);
        Assert.InRange(change.Since, 4950, 5050);
        Assert.InRange(change.Before, 0.18, 0.22);
        Assert.InRange(change.After, 0.3, 0.55);
    }

    [Fact]
    public void Add_RateFalls_ToldToo()
    {
        var detector = new RateChangeDetector();
        var stream = new BernoulliStream(2);
        for (var i = 0; i < 5000; i++) { detector.Add(stream.Next(0.4)); }

        var change = Until(detector, () => stream.Next(0.2));

        Assert.True(change.After < change.Before);
    }

    [Theory, InlineData(0.02), InlineData(0.2), InlineData(0.5)]
    public void Add_NothingChanges_FalseAlarmsAreAsRareAsAskedFor(double rate)
    {
        const int Observations = 400_000;
        var detector = new RateChangeDetector(PerFalseAlarm);
        var stream = new BernoulliStream(3);

        var alarms = Enumerable.Range(0, Observations).Count(_ => detector.Add(stream.Next(rate)) is not null);

        // 20 are allowed on average; the number of rare independent events is above 33 once in two hundred runs.
        Assert.InRange(alarms, 0, 33);
    }

    [Fact]
    public void Add_AfterAChangeWasTold_TheNextOneIsToldToo()
    {
        var detector = new RateChangeDetector();
        var stream = new BernoulliStream(4);
        for (var i = 0; i < 3000; i++) { detector.Add(stream.Next(0.1)); }
        Until(detector, () => stream.Next(0.5));
        for (var i = 0; i < 1000; i++) { Assert.Null(detector.Add(stream.Next(0.5))); }

        Assert.InRange(Until(detector, () => stream.Next(0.1)).Before, 0.4, 0.6);
    }

    /// <summary>What the hull leaves out is never better than what it keeps.</summary>
    [Fact]
    public void Corners_OfAnyPath_HoldTheBestMomentOfChange() =>
        Gen.Bool.Array[2, 120].Sample(path =>
        {
            var (rises, falls) = (new PathHull(), new PathHull());
            var sums = new long[path.Length + 1];
            for (var i = 0; i < path.Length; i++)
            {
                rises.Add(i, sums[i]);
                falls.Add(i, -sums[i]);
                sums[i + 1] = sums[i] + (path[i] ? 1 : 0);
            }
            double Evidence(long at) => RateChangeDetector.LogLikelihood(sums[at], at) + RateChangeDetector.LogLikelihood(sums[^1] - sums[at], path.Length - at);

            var every = Enumerable.Range(1, path.Length - 1).Max(at => Evidence(at));
            var kept = rises.Corners.Concat(falls.Corners).Where(corner => corner.X > 0).Select(corner => Evidence(corner.X)).DefaultIfEmpty(double.NegativeInfinity).Max();

            // A path of one kind alone has no corner besides its start, and nothing to gain either.
            return kept >= every - 1e-9 || every <= RateChangeDetector.LogLikelihood(sums[^1], path.Length) + 1e-9;
        });

    [Fact]
    public void New_FalseAlarmsTooFrequent_Refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new RateChangeDetector(999));

    private static RateChange Until(RateChangeDetector detector, Func<bool> next)
    {
        for (var i = 0; i < 10_000; i++)
        {
            if (detector.Add(next()) is { } change) { return change; }
        }
        throw new InvalidOperationException("No change was told.");
    }

    private sealed class BernoulliStream(int seed)
    {
        private readonly Random _random = new(seed);

        public bool Next(double rate) => _random.NextDouble() < rate;
    }
}
