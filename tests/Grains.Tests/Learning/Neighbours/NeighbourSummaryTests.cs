using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Neighbours;

public sealed class NeighbourSummaryTests
{
    [Fact]
    public void Numbers_OfOutcomesAndMetrics_QuantilesOfThoseThatHaveThem()
    {
        var experiences = Enumerable.Range(0, 11).Select(i => Told($$"""{"seconds":{{10 * i}},"cost":{"eur":{{i}}},"note":"x"}""", i == 3 ? 0.5 : null)).ToArray();

        var numbers = NeighbourSummary.Numbers(experiences);

        Assert.Equal(["outcome.cost.eur", "outcome.seconds", "metrics.latency"], numbers.Select(number => number.Name));
        Assert.Equal(new("outcome.seconds", 11, 0, 10, 50, 90, 100), numbers[1]);
        Assert.Equal(new("metrics.latency", 1, 0.5, 0.5, 0.5, 0.5, 0.5), numbers[2]);
    }

    [Fact]
    public void Success_SomeOfThem_RateWithinItsInterval()
    {
        var success = NeighbourSummary.Success([Told("{}", null), Told("{}", null) with { Success = false }, Told("{}", null), Told("{}", null)]);

        Assert.Equal((4, 3, 0.75), (success.Support, success.Successes, success.Rate));
        Assert.InRange(success.Rate, success.Low, success.High);
        Assert.Equal(new(0, 0, 0, 0, 1), NeighbourSummary.Success([]));
    }

    [Fact]
    public void Differences_SomeFeatures_TheLargestFirstInWords()
    {
        var space = SimilaritySpace.Of(
            [FeatureShape.Number("context.load"), new("context.region", ["eu", "us", FieldSchema.Other]), FeatureShape.Number("context.size"), FeatureShape.Number("context.gaps")],
            [[1, 0, 1, 5], [2, 1, 2, 6], [3, 0, 3, 7], [4, 1, 4, double.NaN]]);
        double[] asked = [1, 0, 2, 5];

        var told = NeighbourSummary.Differences(space, space.Query(asked), asked, [4, 1, 2, double.NaN]);

        Assert.Equal([new("load", "1", "4"), new("region", "eu", "us"), new("gaps", "5", "(missing)")], told.OrderByDescending(one => one.Feature == "load").ThenByDescending(one => one.Feature == "region"));
        Assert.Equal("load", told[0].Feature);
    }

    private static Experience Told(string outcome, double? latency) => new()
    {
        Id = "e",
        Stream = "s",
        Timestamp = new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero),
        Success = true,
        OutcomeJson = outcome,
        Metrics = latency is { } number ? ImmutableSortedDictionary<string, double>.Empty.Add("latency", number) : ImmutableSortedDictionary<string, double>.Empty,
    };
}
