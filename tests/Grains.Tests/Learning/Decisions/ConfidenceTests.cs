using CsCheck;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Decisions;

public sealed class ConfidenceTests
{
    /// <summary>Raw confidence boasts: what is said to be r is right r² of the time. Fitted on one half, judged on the other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fit_BoastfulConfidence_IsCalibratedOnOthers(int seed)
    {
        var random = new Random(seed);
        (double Raw, bool Good)[] decisions = [.. Enumerable.Range(0, 12_000).Select(_ => random.NextDouble()).Select(raw => (raw, random.NextDouble() < raw * raw))];
        var calibrator = ConfidenceCalibrator.Fit(decisions[..6000]);
        var before = Compare(decisions[6000..]);
        var after = Compare([.. decisions[6000..].Select(each => (calibrator.Apply(each.Raw), each.Good))]);
        Assert.True(before.CalibrationError > 0.14);
        Assert.True(after.CalibrationError < 0.03, $"{after.CalibrationError}");
        Assert.True(after.Brier < before.Brier);
        Assert.Equal(6000, after.Bins.Sum(bin => bin.Count));
        // A stated confidence of 87 % is right within the width of its bin.
        Assert.InRange(after.Bins.Where(bin => bin.Low <= bin.Predicted && bin.Predicted <= bin.High).Sum(bin => bin.Count) / 6000.0, 0.7, 1);
    }

    [Fact]
    public void Apply_AnyOutcomes_RisesWithTheRawOneAndStaysWithinBounds() =>
        Gen.Select(Gen.Select(Gen.OneOf(Gen.Double[0, 1], Gen.Int[0, 4].Select(quarters => quarters / 4.0)), Gen.Bool).Array[0, 200], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((outcomes, one, other) =>
        {
            var calibrator = ConfidenceCalibrator.Fit(outcomes);
            var (low, high) = (calibrator.Apply(Math.Min(one, other)), calibrator.Apply(Math.Max(one, other)));
            Assert.InRange(low, 0, 1);
            Assert.InRange(high, low, 1);
        });

    [Fact]
    public void Fit_FewOutcomes_ChangeLittleAndNoneNothing()
    {
        Assert.Equal(0.8, ConfidenceCalibrator.Fit([]).Apply(0.8));
        Assert.InRange(ConfidenceCalibrator.Fit([(0.9, false)]).Apply(0.8), 0.7, 0.8);
    }

    /// <summary>Two bins by hand: .5 stated and .25 true, .9 stated and 1 true, four and two decisions.</summary>
    [Fact]
    public void Of_SixDecisions_GivesTheNumbersOfTheBook()
    {
        var report = Compare([(0.5, true), (0.5, false), (0.5, false), (0.5, false), (0.9, true), (0.9, true)]);
        Assert.Equal(((4 * 0.25) + (2 * 0.1)) / 6, report.CalibrationError, 1e-12);
        Assert.Equal(((4 * 0.25) + (2 * 0.01)) / 6, report.Brier, 1e-12);
        Assert.Equal([4, 2], report.Bins.Select(bin => bin.Count));
        Assert.Equal([0.25, 1.0], report.Bins.Select(bin => bin.Observed));
        Assert.All(report.Bins, bin => Assert.True(bin.Low < bin.Observed && bin.Observed <= bin.High + 1e-12));
        Assert.Equal(0, Compare([]).CalibrationError);
    }

    private static ReliabilityTable Compare((double Confidence, bool Good)[] decisions) => ReliabilityTable.Of([.. decisions.Select(each => each.Confidence)], [.. decisions.Select(each => each.Good ? 1.0 : 0)]);
}
