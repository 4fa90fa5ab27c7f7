using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Prediction;

public sealed class OnlineLogisticTests
{
    private static readonly ImmutableArray<FeatureShape> Features = [FeatureShape.Number("load"), new("kind", ["a", "b", "c"])];

    [Fact]
    public void Predict_NothingLearned_IsAHalf() => Assert.Equal(0.5, new OnlineLogistic().Predict(Features, [1, 0]));

    [Fact]
    public void Learn_StreamWithAKnownLaw_BeatsTheBaseRate()
    {
        var (learner, random) = (new OnlineLogistic(), new Random(2));
        var (answers, outcomes) = (new List<double>(), new List<double>());
        for (var i = 0; i < 6_000; i++)
        {
            var (row, good) = Draw(random);
            var before = learner.Predict(Features, row);
            Assert.Equal(before, learner.Learn(Features, row, good));
            if (i < 2_000) { continue; }
            answers.Add(before);
            outcomes.Add(good ? 1 : 0);
        }

        Assert.True(Scores.Auc([.. answers], [.. outcomes]) > 0.85);
        Assert.True(Scores.LogLoss([.. answers], [.. outcomes]) < 0.45);
        Assert.True(ReliabilityTable.Of([.. answers], [.. outcomes]).CalibrationError < 0.05);
    }

    [Fact]
    public void State_StoredAndRestored_GoesOnTheSame()
    {
        var (learner, random) = (new OnlineLogistic(), new Random(5));
        for (var i = 0; i < 500; i++)
        {
            var (row, good) = Draw(random);
            learner.Learn(Features, row, good);
        }

        var restored = OnlineLogistic.From(JsonSerializer.Deserialize<OnlineLogisticState>(JsonSerializer.Serialize(learner.ToState()))!);

        for (var i = 0; i < 100; i++)
        {
            var (row, good) = Draw(random);
            Assert.Equal(learner.Learn(Features, row, good), restored.Learn(Features, row, good));
        }
    }

    private static (double[] Row, bool Good) Draw(Random random)
    {
        var (load, kind) = (random.NextDouble() * 100, random.Next(3));
        var row = new[] { random.Next(10) == 0 ? double.NaN : load, kind };
        return (row, random.NextDouble() < Scores.Sigmoid((50 - load) / 10 + (kind == 0 ? 2 : -1)));
    }
}
