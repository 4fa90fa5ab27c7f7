namespace NexusActors.Learning;

/// <summary>Answer of GET /learning/models.</summary>
internal sealed record ModelsResponse
{
    /// <summary>Streams that models were trained of, by name.</summary>
    public required IReadOnlyList<TrainedStreamEntry> Streams { get; init; }
    /// <summary>How many.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A stream that models were trained of.</summary>
internal sealed record TrainedStreamEntry
{
    /// <summary>Its name.</summary>
    public required string Stream { get; init; }
    /// <summary>When it was trained last.</summary>
    public required DateTimeOffset TrainedAt { get; init; }
    /// <summary>Experiences that there were.</summary>
    public required long Experiences { get; init; }
    /// <summary>What can be predicted.</summary>
    public required IReadOnlyList<TrainedTargetEntry> Targets { get; init; }

    /// <summary>Translates.</summary>
    public static TrainedStreamEntry From(TrainedStream stream) => new()
    {
        Stream = stream.Stream,
        TrainedAt = stream.TrainedAt,
        Experiences = stream.Experiences,
        Targets = [.. stream.Targets.Select(target => new TrainedTargetEntry(target.Target, target.Objective, target.Version, target.TrainedAt, target.Statement))],
    };
}

/// <summary>A target that a model answers for.</summary>
/// <param name="Target"><c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</param>
/// <param name="Objective">Success or a number.</param>
/// <param name="Version">1 for the first model, one more with each that took its place.</param>
/// <param name="TrainedAt">When the one that answers was trained.</param>
/// <param name="Statement">How it came to answer, or what the last challenger lacked.</param>
internal sealed record TrainedTargetEntry(string Target, ModelObjective Objective, int Version, DateTimeOffset TrainedAt, string Statement);

/// <summary>Answer of GET /learning/models/{stream}: all that was learned from one stream.</summary>
internal sealed record StreamModelsResponse
{
    /// <summary>Its name.</summary>
    public required string Stream { get; init; }
    /// <summary>The models that answer, each with its card.</summary>
    public required IReadOnlyList<ModelEntry> Models { get; init; }
    /// <summary>When it was trained last, with whatever success.</summary>
    public DateTimeOffset? TrainedAt { get; init; }
    /// <summary>What for: first, growth, schedule, drift, request.</summary>
    public string? Cause { get; init; }
    /// <summary>How long it took.</summary>
    public double? TrainingSeconds { get; init; }
    /// <summary>Why there is no model of success, or what was wrong with the last training.</summary>
    public string? Reason { get; init; }
    /// <summary>A training is under way.</summary>
    public required bool Training { get; init; }
    /// <summary>Version of the features.</summary>
    public required int SchemaVersion { get; init; }
    /// <summary>Experiences since the last training that are known.</summary>
    public required long NewExperiences { get; init; }
    /// <summary>The trees against the model that learns between trainings, on the newest outcomes that neither had seen.</summary>
    public OnlineRaceEntry? Race { get; init; }
    /// <summary>Changes of the rate of wrong answers that were found, newest last.</summary>
    public required IReadOnlyList<DriftEntry> Drifts { get; init; }
    /// <summary>How often the sets of classes held the truth of late.</summary>
    public ObservedCoverageEntry? ObservedCoverage { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static StreamModelsResponse From(StreamLearning learning, DateTimeOffset now) => new()
    {
        Stream = learning.Stream,
        Models = [.. learning.Cards.Select(card => ModelEntry.From(card, learning.Targets.First(target => target.Target == card.Target)))],
        TrainedAt = learning.TrainedAt,
        Cause = learning.Cause,
        TrainingSeconds = learning.TrainedAt is null ? null : learning.TrainingSeconds,
        Reason = learning.Reason,
        Training = learning.Training,
        SchemaVersion = learning.SchemaVersion,
        NewExperiences = learning.NewExperiences,
        Race = learning.Compared == 0 ? null : new(learning.Compared, learning.TreesLogLoss, learning.OnlineLogLoss, learning.OnlineLeads),
        Drifts = [.. learning.Drifts.Select(drift => new DriftEntry(drift.ToldAt, drift.Experiences, drift.Before, drift.After))],
        ObservedCoverage = learning.Coverage is { } coverage ? ObservedCoverageEntry.From(coverage, learning.CoverageGoal) : null,
        Timestamp = now,
    };
}

/// <summary>How often the sets of classes held the truth on the newest outcomes, at most 500 of each class; each was judged before anything was learned from it.</summary>
internal sealed record ObservedCoverageEntry
{
    /// <summary>What was asked for.</summary>
    public required double Goal { get; init; }
    /// <summary>How many failures.</summary>
    public required int Failures { get; init; }
    /// <summary>Share of them whose set held failure.</summary>
    public double? FailureCoverage { get; init; }
    /// <summary>How many successes.</summary>
    public required int Successes { get; init; }
    /// <summary>Share of them whose set held success.</summary>
    public double? SuccessCoverage { get; init; }
    /// <summary>Classes in a set, mean.</summary>
    public required double SetSize { get; init; }

    /// <summary>Translates.</summary>
    public static ObservedCoverageEntry From(ObservedCoverage coverage, double goal) => new()
    {
        Goal = goal,
        Failures = coverage.Failures,
        FailureCoverage = PredictionEntry.Finite(coverage.FailureCoverage),
        Successes = coverage.Successes,
        SuccessCoverage = PredictionEntry.Finite(coverage.SuccessCoverage),
        SetSize = coverage.SetSize,
    };
}

/// <summary>The trees against the online model.</summary>
/// <param name="Compared">Outcomes.</param>
/// <param name="TreesLogLoss">Mean log-loss of the trees.</param>
/// <param name="OnlineLogLoss">Mean log-loss of the online model.</param>
/// <param name="OnlineLeads">The online model answers.</param>
internal sealed record OnlineRaceEntry(int Compared, double TreesLogLoss, double OnlineLogLoss, bool OnlineLeads);

/// <summary>The rate of wrong answers has changed.</summary>
/// <param name="ToldAt">When that was found.</param>
/// <param name="Experiences">How many experiences after the most likely moment of the change.</param>
/// <param name="Before">Rate until then.</param>
/// <param name="After">Rate since then.</param>
internal sealed record DriftEntry(DateTimeOffset ToldAt, long Experiences, double Before, double After);

/// <summary>A model and its card: what it was learned from and how good it was on what it had not seen.</summary>
internal sealed record ModelEntry
{
    /// <summary><c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</summary>
    public required string Target { get; init; }
    /// <summary>Success or a number.</summary>
    public required ModelObjective Objective { get; init; }
    /// <summary>1 for the first model of the target.</summary>
    public required int Version { get; init; }
    /// <summary>When it was trained.</summary>
    public required DateTimeOffset TrainedAt { get; init; }
    /// <summary>How it came to answer, or what the last challenger lacked.</summary>
    public required string Statement { get; init; }
    /// <summary>Experiences that it learned from.</summary>
    public required int Experiences { get; init; }
    /// <summary>When the oldest of them happened.</summary>
    public required DateTimeOffset Oldest { get; init; }
    /// <summary>When the newest of them happened.</summary>
    public required DateTimeOffset Newest { get; init; }
    /// <summary>Trees.</summary>
    public required int Trees { get; init; }
    /// <summary>How scores become probabilities.</summary>
    public required CalibrationMethod Calibration { get; init; }
    /// <summary>Features by share of the loss that they took away, largest first.</summary>
    public required IReadOnlyList<ImportanceEntry> Importance { get; init; }
    /// <summary>Figures on experiences that it had not seen.</summary>
    public HoldOutEntry? HoldOut { get; init; }
    /// <summary>What else to know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Translates.</summary>
    public static ModelEntry From(ModelCard card, TrainedTarget target) => new()
    {
        Target = card.Target,
        Objective = card.Objective,
        Version = target.Version,
        TrainedAt = target.TrainedAt,
        Statement = target.Statement,
        Experiences = card.Rows,
        Oldest = DateTimeOffset.FromUnixTimeMilliseconds(card.From),
        Newest = DateTimeOffset.FromUnixTimeMilliseconds(card.To),
        Trees = card.Trees,
        Calibration = card.Calibration,
        Importance = [.. card.Importance.Select(feature => new ImportanceEntry(feature.Feature, feature.Share))],
        HoldOut = card.HoldOut is { } figures ? HoldOutEntry.From(figures) : null,
        Notes = card.Notes,
    };
}

/// <summary>Importance of a feature.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Share">Of all gains, 0–1.</param>
internal sealed record ImportanceEntry(string Feature, double Share);

/// <summary>One bin of the calibration curve.</summary>
/// <param name="From">Lowest predicted probability.</param>
/// <param name="To">Where the next bin begins.</param>
/// <param name="Count">Predictions in it.</param>
/// <param name="Predicted">Their mean.</param>
/// <param name="Observed">How often it happened.</param>
/// <param name="ObservedLow">Lower end of the 95 % interval of that.</param>
/// <param name="ObservedHigh">Its upper end.</param>
internal sealed record CalibrationEntry(double From, double To, int Count, double Predicted, double Observed, double? ObservedLow, double? ObservedHigh);

/// <summary>Figures on experiences that a model had not seen; those that do not apply are left out.</summary>
internal sealed record HoldOutEntry
{
    /// <summary>How many experiences.</summary>
    public required int Experiences { get; init; }
    /// <summary>Share of successes, or mean of the number.</summary>
    public required double Base { get; init; }
    /// <summary>Share of right answers.</summary>
    public double? Accuracy { get; init; }
    /// <summary>Area under the ROC curve.</summary>
    public double? Auc { get; init; }
    /// <summary>Mean negative natural logarithm of the probability given to what happened.</summary>
    public double? LogLoss { get; init; }
    /// <summary>The same of always giving the base rate.</summary>
    public double? BaselineLogLoss { get; init; }
    /// <summary>Expected calibration error over 15 bins.</summary>
    public double? CalibrationError { get; init; }
    /// <summary>The calibration curve.</summary>
    public IReadOnlyList<CalibrationEntry>? Calibration { get; init; }
    /// <summary>Share of the failures whose set held failure.</summary>
    public double? FailureCoverage { get; init; }
    /// <summary>Share of the successes whose set held success.</summary>
    public double? SuccessCoverage { get; init; }
    /// <summary>Classes in a set, mean.</summary>
    public double? SetSize { get; init; }
    /// <summary>Root of the mean squared error.</summary>
    public double? Rmse { get; init; }
    /// <summary>That of always giving the mean.</summary>
    public double? BaselineRmse { get; init; }
    /// <summary>Share of the numbers within their interval.</summary>
    public double? IntervalCoverage { get; init; }

    /// <summary>Translates.</summary>
    public static HoldOutEntry From(HoldOut figures) => new()
    {
        Experiences = figures.Rows,
        Base = figures.Base,
        Accuracy = PredictionEntry.Finite(figures.Accuracy),
        Auc = PredictionEntry.Finite(figures.Auc),
        LogLoss = PredictionEntry.Finite(figures.LogLoss),
        BaselineLogLoss = PredictionEntry.Finite(figures.BaseLogLoss),
        CalibrationError = PredictionEntry.Finite(figures.CalibrationError),
        Calibration = figures.Reliability.IsDefaultOrEmpty ? null : [.. figures.Reliability.Select(bin => new CalibrationEntry(bin.From, bin.To, bin.Count, bin.Predicted, bin.Observed, PredictionEntry.Finite(bin.Low), PredictionEntry.Finite(bin.High)))],
        FailureCoverage = PredictionEntry.Finite(figures.FailureCoverage),
        SuccessCoverage = PredictionEntry.Finite(figures.SuccessCoverage),
        SetSize = PredictionEntry.Finite(figures.SetSize),
        Rmse = PredictionEntry.Finite(figures.Rmse),
        BaselineRmse = PredictionEntry.Finite(figures.BaseRmse),
        IntervalCoverage = PredictionEntry.Finite(figures.IntervalCoverage),
    };
}
