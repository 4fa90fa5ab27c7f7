using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Prediction;

/// <summary>Trees with what their left-out folds say about them: calibration, sets, intervals, figures.</summary>
internal sealed class FittedModel
{
    private readonly MatrixEncoder _encoder;
    private readonly TreeEnsemble _trees;
    private readonly Examples _examples;
    private readonly TrainingOptions _options;
    private readonly Calibrator _calibrator = Calibrator.None;
    private readonly ConformalSets? _sets;
    private readonly ScoreRanks? _ranks;
    private readonly double _margin = double.NaN;

    /// <param name="encoder">From rows to what trees see.</param>
    /// <param name="trees">With covers.</param>
    /// <param name="scores">By row, from the model that did not see it.</param>
    /// <param name="examples">The rows.</param>
    /// <param name="options">How they were trained.</param>
    public FittedModel(MatrixEncoder encoder, TreeEnsemble trees, double[] scores, Examples examples, TrainingOptions options)
    {
        (_encoder, _trees, _examples, _options) = (encoder, trees, examples, options);
        if (options.Objective == ModelObjective.Number)
        {
            _margin = Conformal.Quantile([.. scores.Select((score, i) => Math.Abs(score - examples.Targets[i]))], options.Coverage);
            return;
        }

        _calibrator = Calibrator.Fit(scores, examples.Targets, examples.Weights);
        _sets = ConformalSets.Fit(_calibrator.Apply(scores), examples.Targets, options.Coverage);
        _ranks = ScoreRanks.Fit(scores, examples);
    }

    /// <summary>Figures on rows that were not trained on, and the loss of each.</summary>
    public (HoldOut Figures, ImmutableArray<HeldOutLoss> Losses) Measure(Examples judge)
    {
        var scores = Array.ConvertAll(judge.Rows, row => _trees.Score(_encoder.Encode(row)));
        var answers = _options.Objective == ModelObjective.Number ? scores : _calibrator.Apply(scores);
        return (Figures(answers, judge.Targets), [.. judge.Order.Select((row, i) => new HeldOutLoss(row, PredictionModel.Loss(_options.Objective, answers[i], judge.Targets[i])))]);
    }

    private HoldOut Figures(double[] answers, double[] targets)
    {
        var mean = _examples.Targets.Average();
        if (_options.Objective == ModelObjective.Number)
        {
            return new()
            {
                Rows = targets.Length,
                Base = targets.Average(),
                Rmse = Scores.Rmse(answers, targets),
                BaseRmse = Scores.Rmse([.. targets.Select(_ => mean)], targets),
                IntervalCoverage = answers.Where((answer, i) => Math.Abs(answer - targets[i]) <= _margin).Count() / (double)targets.Length,
            };
        }

        var sets = Array.ConvertAll(answers, _sets!.Of);
        var reliability = ReliabilityTable.Of(answers, targets);
        var failures = targets.Count(target => target < 0.5);
        return new()
        {
            Rows = targets.Length,
            Base = targets.Average(),
            Accuracy = Scores.Accuracy(answers, targets),
            Auc = Scores.Auc(answers, targets),
            LogLoss = Scores.LogLoss(answers, targets),
            BaseLogLoss = Scores.LogLoss([.. targets.Select(_ => mean)], targets),
            CalibrationError = reliability.CalibrationError,
            Reliability = reliability.Bins,
            FailureCoverage = sets.Where((set, i) => targets[i] < 0.5 && set.CanFail).Count() / (double)failures,
            SuccessCoverage = sets.Where((set, i) => targets[i] >= 0.5 && set.CanSucceed).Count() / (double)(targets.Length - failures),
            SetSize = sets.Average(set => (set.CanFail ? 1 : 0) + (set.CanSucceed ? 1 : 0)),
        };
    }

    /// <summary>The model with its card.</summary>
    public PredictionModel Model(TrainingSet data, HoldOut? measured, string note) => new()
    {
        Objective = _options.Objective,
        Schema = data.Schema,
        Encoder = _encoder,
        Trees = _trees,
        Calibrator = _calibrator,
        Sets = _sets,
        Ranks = _ranks,
        Margin = _margin,
        Card = new()
        {
            Target = data.Target,
            Objective = _options.Objective,
            Rows = _examples.Rows.Length,
            From = _examples.Times.Length == 0 ? 0 : _examples.Times[0],
            To = _examples.Times.Length == 0 ? 0 : _examples.Times[^1],
            Trees = _trees.Trees.Length,
            Calibration = _calibrator.Method,
            Importance = Importance(),
            HoldOut = measured,
            Notes = [note, .. data.Schema?.Notes ?? []],
        },
    };

    private ImmutableArray<FeatureImportance> Importance()
    {
        var gains = new double[_encoder.Features.Length];
        foreach (var tree in _trees.Trees)
        {
            for (var node = 0; node < tree.Columns.Length; node++) { gains[_encoder.Columns[tree.Columns[node]].Feature] += tree.Gains[node]; }
        }

        var total = Math.Max(double.Epsilon, gains.Sum());
        return [.. gains.Select((gain, i) => new FeatureImportance(_encoder.Features[i].Name, gain / total)).Where(feature => feature.Share > 0)
            .OrderByDescending(feature => feature.Share).ThenBy(feature => feature.Feature, StringComparer.Ordinal)];
    }
}
