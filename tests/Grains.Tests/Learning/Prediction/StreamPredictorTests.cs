namespace NexusActors.Learning.Prediction;

public sealed class StreamPredictorTests
{
    private static readonly StreamTrainingOptions Quick = new() { Training = new() { Boosting = new() { TreesMax = 60 } } };

    // Trained once for all tests: models are immutable.
    private static readonly Lazy<PredictionModel[]> Models = new(() => [.. StreamTrainer.Train("s", Streams.Make(1000, 1, Rate), new Dictionary<string, PredictionModel>(), Quick, default).Select(target => target.Model).OfType<PredictionModel>()]);

    private static double Rate(double disk, string region) => region == "west" ? 0.9 : disk > 0.5 ? 0.8 : 0.1;

    [Fact]
    public void Predict_NoModels_Nothing() => Assert.Empty(new StreamPredictor([], 0.9).Predict(Streams.Situation(0.5, "west"), explain: false));

    [Fact]
    public void Predict_SuccessFirst_WithIntervalsAndReasons()
    {
        var targets = new StreamPredictor(Models.Value, 0.9).Predict(Streams.Situation(0.9, "north"), explain: true);

        Assert.Equal(["success", "outcome.seconds"], targets.Select(target => target.Target));
        Assert.True(targets[0].Measured > targets[0].Baseline, "the model is right more often than always giving the more frequent answer");
        Assert.InRange(targets[1].Value, targets[1].Low, targets[1].High);
        Assert.True(targets[1].Measured < targets[1].Baseline);
        Assert.Contains("context.disk", targets[0].Contributions.Take(2).Select(one => one.Feature));
        Assert.Equal("trees", targets[0].Model);
    }

    /// <summary>Nothing changes: in 5,000 experiences no change is told, and the trees go on answering.</summary>
    [Fact]
    public void Learn_SameWorld_NothingIsTold()
    {
        var predictor = new StreamPredictor(Models.Value, 0.9);

        Assert.All(Streams.Make(5000, 2, Rate, firstSeq: 1001), experience => Assert.Null(predictor.Learn(experience, isNew: true)));
        Assert.Equal("trees", predictor.Predict(Streams.Situation(0.5, "west"), explain: false)[0].Model);
        Assert.Equal(500, predictor.Race.Compared);
    }

    [Fact]
    public void Learn_WorldTurnsRound_ToldSoonAndTheOnlineModelTakesOver()
    {
        var predictor = new StreamPredictor(Models.Value, 0.9);
        foreach (var experience in Streams.Make(1000, 2, Rate, firstSeq: 1001)) { predictor.Learn(experience, isNew: true); }

        var told = new List<(long At, StreamChange Change)>();
        foreach (var experience in Streams.Make(1500, 3, (disk, region) => 1 - Rate(disk, region), firstSeq: 2001))
        {
            if (predictor.Learn(experience, isNew: true) is { } change) { told.Add((experience.Seq, change)); }
        }

        Assert.InRange(told[0].At, 2001, 2150);
        Assert.InRange(told[0].Change.FromSeq, 1950, 2030);
        Assert.True(told[0].Change.Rate.After > told[0].Change.Rate.Before + 0.2);
        var success = predictor.Predict(Streams.Situation(0.9, "north"), explain: false)[0];
        Assert.Equal("online", success.Model);
        Assert.True(success.Value < 0.5, $"{success.Value}");
    }

    /// <summary>The world changed between training and service: what was measured in training is what is expected.</summary>
    [Fact]
    public void Learn_WorldHadTurnedBefore_ToldAllTheSame()
    {
        var predictor = new StreamPredictor(Models.Value, 0.9);

        var told = Streams.Make(200, 3, (disk, region) => 1 - Rate(disk, region), firstSeq: 1001).Select(experience => predictor.Learn(experience, isNew: true)).OfType<StreamChange>().First();

        Assert.InRange(told.FromSeq, 1001, 1020);
        Assert.True(told.Rate.After > told.Rate.Before + 0.2);
    }

    /// <summary>Only the rate moves: the trees are kept and their probabilities follow.</summary>
    [Fact]
    public void Learn_RateFalls_ProbabilitiesFollow()
    {
        var predictor = new StreamPredictor(Models.Value, 0.9);
        var before = predictor.Predict(Streams.Situation(0.9, "north"), explain: false)[0].Value;

        foreach (var experience in Streams.Make(600, 4, (disk, region) => Rate(disk, region) * 0.6, firstSeq: 1001)) { predictor.Learn(experience, isNew: true); }

        var after = predictor.Predict(Streams.Situation(0.9, "north"), explain: false)[0].Value;
        Assert.InRange(before, 0.7, 0.92);
        Assert.InRange(after, 0.3, 0.65);
    }
}
