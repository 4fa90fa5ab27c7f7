using System.Collections.Immutable;
using NexusActors.Learning.Drift;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>The rate of wrong answers has changed.</summary>
/// <param name="Rate">How.</param>
/// <param name="FromSeq">The most likely first experience after the change, by <see cref="Experience.Seq"/>.</param>
internal sealed record StreamChange(RateChange Rate, long FromSeq);

/// <summary>
/// What one stream knows between two trainings: its models in service, a model that learns from each experience, the race between them, sets of outcomes that follow the newest ones, and a watch over the rate of wrong answers. Everything
/// but the models is made again from the newest experiences after a restart, and from what was judged before the last training. Not for several threads at once.
/// </summary>
internal sealed class StreamPredictor
{
    private const int WatchedMax = 100_000, ExpectedMax = 200, JudgedMax = 500;
    private readonly ImmutableArray<LiveModel> _models;
    private readonly LiveModel? _success;
    private readonly ExperienceEncoder? _encoder;
    private readonly double _coverage;
    private readonly OnlineLogistic _online = new();
    private readonly OnlineRace _race;
    private readonly AdaptiveSets _sets;
    private readonly Queue<JudgedOutcome> _failures = new(), _successes = new();
    private double _clock = double.NegativeInfinity;
    private readonly RateChangeDetector _watch = new();
    private readonly List<long> _watched = [];
    private long _forgotten;

    /// <param name="models">That answer; the newest schema among them is that of the online model.</param>
    /// <param name="coverage">Of sets and intervals, 0–1.</param>
    /// <param name="judged">What sets of outcomes begin with: <see cref="Judged"/> of before the last training.</param>
    public StreamPredictor(IEnumerable<PredictionModel> models, double coverage, IEnumerable<JudgedOutcome>? judged = null)
    {
        _coverage = coverage;
        _race = new(coverage);
        var encoders = new Dictionary<int, ExperienceEncoder>();
        foreach (var schema in models.Select(model => model.Schema).OfType<FeatureSchema>()) { encoders.TryAdd(schema.Version, new(schema)); }
        _models = [.. models.Select(model => new LiveModel(model, encoders[model.Schema!.Version], coverage)).OrderBy(model => model.Target != StreamTrainer.SuccessTarget).ThenBy(model => model.Target, StringComparer.Ordinal)];
        _success = _models.FirstOrDefault(model => model.Target == StreamTrainer.SuccessTarget);
        _encoder = encoders.Count == 0 ? null : encoders[encoders.Keys.Max()];
        if (_success?.Fitted.Card.HoldOut is { } measured) { Expect(measured); }
        _sets = new(coverage, _success?.Fitted.Ranks?.FailureRows ?? 0, _success?.Fitted.Ranks?.SuccessRows ?? 0);
        if (_success?.Fitted.Ranks is null) { return; }
        foreach (var outcome in judged ?? []) { Judge(outcome); }
    }

    /// <summary>The models, as they were trained: success first, then by name.</summary>
    public IEnumerable<PredictionModel> Models => _models.Select(model => model.Fitted);

    /// <summary>The trees against the online model.</summary>
    public OnlineRace Race => _race;

    /// <summary>The newest outcomes, each with what was predicted of it before it was learned from, in order of arrival; at most 500 of each class.</summary>
    public ImmutableArray<JudgedOutcome> Judged => [.. _failures.Concat(_successes).OrderBy(outcome => outcome.Seq)];

    /// <summary>How sets of outcomes did of late; null: nothing was judged.</summary>
    public ObservedCoverage? Coverage => _race.OnlineLeads ? _race.Sets.Observed : _sets.Observed;

    /// <summary>Version of the features that are known; 0: none.</summary>
    public int SchemaVersion => _encoder?.Schema.Version ?? 0;

    /// <summary>Takes in one experience, in order of arrival.</summary>
    /// <param name="experience">The experience.</param>
    /// <param name="isNew">No model has learned from it: it judges them. Others only teach the online model.</param>
    /// <returns>That the rate of wrong answers has changed, where this one shows it.</returns>
    public StreamChange? Learn(Experience experience, bool isNew)
    {
        if (_encoder is null) { return null; }
        var row = _encoder.Encode(experience);
        StreamChange? change = null;
        // An outcome is known when the stream has come so far.
        _clock = Math.Max(_clock, Days(experience));
        if (isNew)
        {
            var numbers = ExperienceTargets.Numbers(experience);
            foreach (var model in _models)
            {
                var number = numbers.FirstOrDefault(one => one.Name == model.Target);
                if (model != _success && number.Name is null) { continue; }
                var score = model.Fitted.Score(model.Encoder == _encoder ? row : model.Encoder.Encode(experience));
                if (model == _success)
                {
                    var probability = model.Model.SuccessOf(score).Probability;
                    var online = _online.Predict(_encoder.Features, row);
                    _race.Add(probability, online, experience.Success);
                    _race.Sets.Learn(new(experience.Seq, experience.Success, Days(experience), _clock, Conformity.Of(online)));
                    if (model.Fitted.Ranks is { } ranks) { Judge(new(experience.Seq, experience.Success, Days(experience), _clock, ranks.Of(score))); }
                    // The model as it was trained: what follows the newest outcomes would hide that the trees are out of date.
                    change = Watch(experience.Seq, model.Fitted.SuccessOf(score).Probability >= 0.5 != experience.Success);
                }
                model.Add(score, model == _success ? experience.Success ? 1 : 0 : number.Value);
            }
        }
        _online.Learn(_encoder.Features, row, experience.Success);
        return change;
    }

    private static double Days(Experience experience) => experience.Timestamp.ToUnixTimeMilliseconds() / 86_400_000.0;

    private void Judge(JudgedOutcome outcome)
    {
        _sets.Learn(outcome);
        _clock = Math.Max(_clock, outcome.Known);
        var judged = outcome.Success ? _successes : _failures;
        if (judged.Count == JudgedMax) { judged.Dequeue(); }
        judged.Enqueue(outcome);
    }

    // What was measured before it went into service is what the watch expects; the world may have changed since.
    private void Expect(HoldOut measured)
    {
        var (count, wrong) = (Math.Min(measured.Rows, ExpectedMax), 0.0);
        for (var i = 0; i < count; i++)
        {
            wrong += 1 - measured.Accuracy;
            Watch(0, wrong >= 1);
            if (wrong >= 1) { wrong--; }
        }
    }

    private StreamChange? Watch(long seq, bool wrong)
    {
        if (_watched.Count == WatchedMax)
        {
            _watched.RemoveRange(0, WatchedMax / 2);
            _forgotten += WatchedMax / 2;
        }
        _watched.Add(seq);
        if (_watch.Add(wrong) is not { } change) { return null; }
        // Those that were only expected have no position.
        var told = new StreamChange(change, _watched.Skip((int)Math.Max(0, change.Since - _forgotten)).FirstOrDefault(one => one > 0));
        _watched.Clear();
        _forgotten = 0;
        return told;
    }

    /// <summary>What will come of a situation, success first.</summary>
    /// <param name="situation">Context, action and time; nothing else of it is looked at.</param>
    /// <param name="explain">Say what each feature does.</param>
    public ImmutableArray<TargetPrediction> Predict(Experience situation, bool explain) =>
        [.. _models.Select(model => model == _success ? Success(model, situation, explain) : Number(model, situation, explain))];

    private TargetPrediction Success(LiveModel live, Experience situation, bool explain)
    {
        var row = live.Encoder.Encode(situation);
        var score = live.Fitted.Score(row);
        var (answer, measured, name, sets) = (live.Model.SuccessOf(score), live.Fitted.Card.HoldOut, "trees", _sets);
        var accuracy = measured?.Accuracy ?? double.NaN;
        if (live.Fitted.Ranks is { } ranks)
        {
            var (canFail, canSucceed) = _sets.Of(ranks.Of(score));
            answer = answer with { CanFail = canFail, CanSucceed = canSucceed };
        }
        if (_race.OnlineLeads)
        {
            var online = _online.Predict(_encoder!.Features, live.Encoder == _encoder ? row : _encoder.Encode(situation));
            var (canFail, canSucceed) = _race.Sets.Of(Conformity.Of(online));
            (answer, accuracy, name, sets) = (new(_race.Calibrator.Apply(Scores.LogOdds(online)), canFail, canSucceed), _race.OnlineAccuracy, "online", _race.Sets);
        }
        return Explained(live, row, explain && name == "trees", new()
        {
            Target = live.Target,
            Objective = ModelObjective.Success,
            Value = answer.Probability,
            CanFail = answer.CanFail,
            CanSucceed = answer.CanSucceed,
            Coverage = _coverage,
            Measured = accuracy,
            Baseline = measured is null ? double.NaN : Math.Max(measured.Base, 1 - measured.Base),
            Model = name,
            CalibrationOutcomes = sets.Outcomes,
        });
    }

    private TargetPrediction Number(LiveModel live, Experience situation, bool explain)
    {
        var row = live.Encoder.Encode(situation);
        var (answer, measured) = (live.Model.Number(row), live.Fitted.Card.HoldOut);
        return Explained(live, row, explain, new()
        {
            Target = live.Target,
            Objective = ModelObjective.Number,
            Value = answer.Value,
            Low = answer.Low,
            High = answer.High,
            Coverage = _coverage,
            Measured = measured?.Rmse ?? double.NaN,
            Baseline = measured?.BaseRmse ?? double.NaN,
            Model = "trees",
        });
    }

    private static TargetPrediction Explained(LiveModel live, double[] row, bool explain, TargetPrediction prediction)
    {
        if (!explain) { return prediction; }
        var explanation = live.Fitted.Explain(row);
        return prediction with { Base = explanation.Base, Contributions = [.. explanation.Contributions.Take(PredictionLimits.ContributionsMax)] };
    }
}
