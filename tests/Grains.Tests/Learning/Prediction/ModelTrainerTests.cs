using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Prediction;

public sealed class ModelTrainerTests
{
    private static readonly TrainingOptions Quick = new() { Folds = 3, Boosting = new() { TreesMax = 80, LearningRate = 0.1 } };

    [Fact]
    public void Train_FewRowsOrOneOutcome_IsNotTrainedAndSaysWhy()
    {
        var few = ModelTrainer.Train(Sample(20, 1), Quick, default);
        var one = ModelTrainer.Train(Sample(200, 1) with { Targets = [.. Enumerable.Repeat(1.0, 200)] }, Quick, default);

        Assert.Null(few.Model);
        Assert.Equal("Not trained yet: there are 20 experiences with a known outcome, at least 60 are needed.", few.Reason);
        Assert.Null(one.Model);
        Assert.Contains("200 of 200 experiences succeeded", one.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_KnownLaw_IsLearnedCalibratedAndMeasured()
    {
        var model = ModelTrainer.Train(Sample(6_000, 1), Quick, default).Model!;

        var figures = model.Card.HoldOut!;
        Assert.Equal(1_200, figures.Rows);
        Assert.InRange(figures.Auc, 0.85, 1);
        Assert.True(figures.LogLoss < figures.BaseLogLoss - 0.1);
        Assert.InRange(figures.CalibrationError, 0, 0.04);
        Assert.InRange(figures.FailureCoverage, 0.85, 0.95);
        Assert.InRange(figures.SuccessCoverage, 0.85, 0.95);
        Assert.Equal(["load", "kind"], model.Card.Importance.Take(2).Select(feature => feature.Feature).OrderDescending());
        Assert.True(model.Success([10, 0, 5, 1]).Probability > 0.9);
        Assert.True(model.Success([90, 1, 5, 1]).Probability < 0.1);
    }

    [Fact]
    public void Bytes_ThereAndBack_GiveIdenticalAnswers()
    {
        var (data, random) = (Sample(1_500, 2), new Random(9));
        var model = ModelTrainer.Train(data, Quick, default).Model!;

        var again = PredictionModel.FromBytes(model.ToBytes());

        for (var i = 0; i < 200; i++)
        {
            var row = FeatureRows.Row(data.Features, random.Next(1_500));
            Assert.Equal(model.Success(row), again.Success(row));
            Assert.Equal(model.Explain(row).Contributions.ToArray(), again.Explain(row).Contributions.ToArray());
        }

        Assert.Throws<FormatException>(() => PredictionModel.FromBytes("{}"u8));
        Assert.Throws<FormatException>(() => PredictionModel.FromBytes("no"u8));
    }

    [Fact]
    public void Train_SameSeed_GivesTheSameBytes() => Assert.Equal(ModelTrainer.Train(Sample(1_000, 3), Quick, default).Model!.ToBytes(), ModelTrainer.Train(Sample(1_000, 3), Quick, default).Model!.ToBytes());

    [Fact]
    public void Explain_AnyRow_AddsUpToTheScore()
    {
        var data = Sample(1_500, 4);
        var model = ModelTrainer.Train(data, Quick, default).Model!;

        for (var i = 0; i < 50; i++)
        {
            var why = model.Explain(FeatureRows.Row(data.Features, i));
            Assert.Equal(why.Score, why.Base + why.Contributions.Sum(contribution => contribution.Amount), 1e-6);
        }
    }

    /// <summary>Words that each occur twice and mean nothing: who lets a row see its own target learns them by heart.</summary>
    [Fact]
    public void Train_MeaninglessNames_AreNotLearned()
    {
        var random = new Random(8);
        const int rows = 4_000;
        ImmutableArray<string> names = [.. Enumerable.Range(0, rows / 2).Select(i => $"n{i}")];
        var table = new FeatureTable([new CategoryColumn("name", names, [.. Enumerable.Range(0, rows).Select(_ => random.Next(names.Length))])], rows);

        var figures = ModelTrainer.Train(new() { Features = table, Targets = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.4 ? 1.0 : 0)] }, Quick, default).Model!.Card.HoldOut!;

        Assert.InRange(figures.Auc, 0.44, 0.56);
        Assert.InRange(figures.LogLoss, 0, figures.BaseLogLoss + 0.01);
    }

    [Fact]
    public void Train_ManyNamesThatMatter_AreLearned()
    {
        var random = new Random(8);
        const int rows = 6_000;
        ImmutableArray<string> names = [.. Enumerable.Range(0, 200).Select(i => $"n{i}")];
        var codes = Enumerable.Range(0, rows).Select(_ => random.Next(200)).ToArray();
        var table = new FeatureTable([new CategoryColumn("name", names, [.. codes])], rows);

        var figures = ModelTrainer.Train(new() { Features = table, Targets = [.. codes.Select(code => random.NextDouble() < (code * 7 % 10 < 5 ? 0.9 : 0.1) ? 1.0 : 0)] }, Quick, default).Model!.Card.HoldOut!;

        Assert.InRange(figures.Auc, 0.85, 1);
    }

    [Fact]
    public void Train_Number_HasIntervalsThatCover()
    {
        var random = new Random(5);
        const int rows = 4_000;
        var x = Enumerable.Range(0, rows).Select(_ => random.NextDouble() * 10).ToArray();
        var table = new FeatureTable([new NumericColumn("x", [.. x])], rows);
        var targets = x.Select(value => value * value + (random.NextDouble() - 0.5) * 10).ToArray();

        var model = ModelTrainer.Train(new() { Features = table, Targets = targets, Target = "outcome.y" }, Quick with { Objective = ModelObjective.Number }, default).Model!;

        Assert.InRange(model.Card.HoldOut!.IntervalCoverage, 0.87, 0.93);
        Assert.True(model.Card.HoldOut.Rmse < model.Card.HoldOut.BaseRmse / 5);
        Assert.Equal(25, model.Number([5]).Value, 2.0);
        Assert.Equal(model.Number([5]).High - model.Number([5]).Value, model.Margin, 1e-9);
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => ModelTrainer.Train(Sample(500, 1), Quick, source.Token));
    }

    [Fact]
    public void Train_GroupsInBothParts_AreNotLearnedFrom()
    {
        var data = Sample(1_000, 6) with { Groups = [.. Enumerable.Range(0, 1_000).Select(i => i / 100)], Times = [.. Enumerable.Range(0, 1_000).Select(i => (long)i)] };

        var (learn, judge) = Splits.HoldOut(new(data, [.. Enumerable.Range(0, 1_000)]), 0.25);

        Assert.Equal((700, 250), (learn.Rows.Length, judge.Rows.Length));
        Assert.Empty(learn.Groups.Intersect(judge.Groups));
        Assert.True(learn.Times.Max() < judge.Times.Min());
    }

    [Fact]
    public void Comparison_ChallengerWithMoreData_IsJudgedOnRowsNewToBoth()
    {
        var data = Sample(5_000, 7) with { Times = [.. Enumerable.Range(0, 5_000).Select(i => (long)i)] };
        var first = Sample(5_000, 7).Features;
        var old = new TrainingSet { Features = FeatureRows.ToTable(FeatureRows.Shapes(first), [.. Enumerable.Range(0, 100).Select(i => FeatureRows.Row(first, i))]), Targets = data.Targets[..100], Times = data.Times[..100] };
        var champion = ModelTrainer.Train(old, Quick, default).Model!;

        var comparison = ModelComparison.Of(champion, data.Features, data, ModelTrainer.Train(data, Quick, default), new Random(1));

        Assert.Equal((Verdict.ChallengerBetter, 1_000), (comparison.Verdict, comparison.Rows));
        Assert.Equal(Verdict.WithinNoise, ModelComparison.Of(champion with { Card = champion.Card with { To = 4_990 } }, data.Features, data, ModelTrainer.Train(data, Quick, default), new Random(1)).Verdict);
    }

    /// <summary>The rate of success falls and nothing else changes.</summary>
    [Fact]
    public void Recalibrated_RateHasMoved_IsCalibratedAgain()
    {
        var (model, moved, random) = (ModelTrainer.Train(Sample(3_000, 1), Quick, default).Model!, Sample(4_000, 2), new Random(3));
        var targets = Array.ConvertAll(moved.Targets, target => target > 0.5 && random.NextDouble() < 0.6 ? 1.0 : 0);
        var rows = Enumerable.Range(0, 4_000).Select(i => FeatureRows.Row(moved.Features, i)).ToArray();

        var again = model.Recalibrated(rows[..2_000], targets[..2_000], 0.9);

        double Error(PredictionModel by) => ReliabilityTable.Of([.. rows[2_000..].Select(row => by.Success(row).Probability)], targets.AsSpan(2_000)).CalibrationError;
        Assert.True(Error(model) > 0.15);
        Assert.True(Error(again) < 0.05);
    }

    [Fact]
    public void ToTrees_OfMlNet_ScoreAsMlNetDoes()
    {
        var (context, random) = (new MLContext(1), new Random(1));
        var rows = Enumerable.Range(0, 1_000).Select(_ => new MlRow { Features = [random.NextSingle(), random.NextSingle(), random.Next(2)] }).ToArray();
        foreach (var row in rows) { row.Label = row.Features[0] * row.Features[1] + row.Features[2] * 0.3f > 0.4f; }
        var data = context.Data.LoadFromEnumerable(rows);
        var trained = context.BinaryClassification.Trainers.LightGbm(numberOfIterations: 20).Fit(data);

        var trees = GradientBoosting.ToTrees(trained.Model.SubModel.TrainedTreeEnsemble, 1, [0, 1, 2]);

        var scores = trained.Transform(data).GetColumn<float>("Score").ToArray();
        for (var i = 0; i < rows.Length; i++) { Assert.Equal(scores[i], trees.Score(rows[i].Features), 1e-4); }
    }

    private sealed class MlRow
    {
        [VectorType(3)] public float[] Features { get; set; } = [];
        public bool Label { get; set; }
    }

    /// <summary>Success falls with load, and depends on the kind; two features mean nothing.</summary>
    private static TrainingSet Sample(int rows, int seed)
    {
        var random = new Random(seed);
        var load = Enumerable.Range(0, rows).Select(_ => random.NextDouble() * 100).ToArray();
        var kind = Enumerable.Range(0, rows).Select(_ => random.Next(3)).ToArray();
        return new()
        {
            Features = new([
                new NumericColumn("load", [.. load]),
                new CategoryColumn("kind", ["a", "b", "c"], [.. kind]),
                new NumericColumn("noise", [.. load.Select(_ => random.Next(10) == 0 ? double.NaN : random.NextDouble() * 10)]),
                new CategoryColumn("colour", ["red", "blue"], [.. load.Select(_ => random.Next(-1, 2))]),
            ], rows),
            Targets = [.. load.Select((value, i) => random.NextDouble() < Scores.Sigmoid((50 - value) / 10 + (kind[i] == 0 ? 2 : -1)) ? 1.0 : 0)],
        };
    }
}
