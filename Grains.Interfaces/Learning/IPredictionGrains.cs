using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>
/// What is learned from one stream, by its name: models of success and of the numbers that its experiences have in common. It follows the stream by itself, trains when there is reason to, and puts a new model in the
/// place of an old one only when it is better on experiences that neither has learned from. Models are facts and outlast a restart; what is learned between trainings is learned again from the newest experiences.
/// </summary>
[GrainInterfaceType("nexus.stream-learner"), Alias("nexus.IStreamLearnerGrain")]
public interface IStreamLearnerGrain : IGrainWithStringKey
{
    /// <summary>Predicts what will come of a situation. No reply has a target that no model was trained for.</summary>
    [ResponseTimeout("00:00:10"), AlwaysInterleave, Alias("Predict")] Task<PredictionReply> PredictAsync(PredictionRequest request, CancellationToken cancellation = default);

    /// <summary>Predicts for many situations at once, at most <see cref="PredictionLimits.SituationsMax"/>, in their order.</summary>
    [ResponseTimeout("00:00:10"), AlwaysInterleave, Alias("PredictMany")] Task<ImmutableArray<PredictionReply>> PredictManyAsync(ImmutableArray<PredictionRequest> requests, CancellationToken cancellation = default);

    /// <summary>Takes in the experiences that came since, and begins a training where one is due. Called now and then by the service itself; false: a training is due, and had to be put off or is under way.</summary>
    [AlwaysInterleave, Alias("Follow")] Task<bool> FollowAsync(CancellationToken cancellation = default);

    /// <summary>Begins a training, or joins the one that is under way.</summary>
    /// <param name="wait">Answer when it has ended.</param>
    /// <param name="cancellation">Gives up waiting; the training goes on.</param>
    [ResponseTimeout("00:10:00"), AlwaysInterleave, Alias("Train")] Task<StreamLearning> TrainAsync(bool wait, CancellationToken cancellation = default);

    /// <summary>
    /// Forgets what was learned, because experiences were removed or their members mean something else now: reads anew what is left and begins a training whose models take the place of all that there were, better or not. Until it ends the old ones answer;
    /// where too little is left to learn from they go at once. On disk when the call returns.
    /// </summary>
    /// <param name="cause">Of the training: <c>erasure</c> or <c>roles</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    [ResponseTimeout("00:00:30"), AlwaysInterleave, Alias("Forget")] Task ForgetAsync(string cause, CancellationToken cancellation = default);

    /// <summary>What is known now: models with their cards, the race with the online model, drift.</summary>
    [ResponseTimeout("00:00:10"), AlwaysInterleave, Alias("State")] Task<StreamLearning> StateAsync(CancellationToken cancellation = default);
}

/// <summary>Reads over what all streams have learned (stateless, any key).</summary>
[GrainInterfaceType("nexus.model-catalog"), Alias("nexus.IModelCatalogGrain")]
public interface IModelCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Streams that models were trained of, by name, without their cards.</summary>
    [ReadOnly, Alias("List")] Task<ImmutableArray<TrainedStream>> ListAsync(CancellationToken cancellation = default);

    /// <summary>Begins a training of every stream that has experiences; the answer is how many those are.</summary>
    [ResponseTimeout("00:00:30"), Alias("Train")] Task<int> TrainAsync(CancellationToken cancellation = default);
}

/// <summary>Bounds of predictions.</summary>
public static class PredictionLimits
{
    /// <summary>Situations in one call.</summary>
    public const int SituationsMax = 1_000;
    /// <summary>Numbers that models are trained for in one stream, the most frequent ones.</summary>
    public const int NumbersMax = 8;
    /// <summary>Contributions told of one answer, the largest ones.</summary>
    public const int ContributionsMax = 20;
    /// <summary>Changes told of one stream, the newest ones.</summary>
    public const int DriftsMax = 20;
}

/// <summary>A situation whose outcome is to be predicted.</summary>
[GenerateSerializer, Immutable, Alias("nexus.PredictionRequest")]
public sealed record PredictionRequest
{
    /// <summary>The situation, JSON text of an object.</summary>
    [Id(0)] public required string ContextJson { get; init; }
    /// <summary>What is to be done, JSON text of an object.</summary>
    [Id(1)] public string ActionJson { get; init; } = "{}";
    /// <summary>When it happens; null: now.</summary>
    [Id(2)] public DateTimeOffset? At { get; init; }
    /// <summary>Say what each feature did to each answer.</summary>
    [Id(3)] public bool Explain { get; init; }
    /// <summary>Numbers that were measured; used are those that are declared to be known before (<see cref="StreamRoles"/>).</summary>
    [Id(4)] public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

/// <summary>What is predicted.</summary>
/// <param name="Targets">By target, success first; empty where nothing is trained yet.</param>
/// <param name="Reason">Why there is nothing, for people; null where there is something.</param>
/// <param name="TrainedAt">When the newest of the models was trained; null: none.</param>
[GenerateSerializer, Immutable, Alias("nexus.PredictionReply")]
public sealed record PredictionReply([property: Id(0)] ImmutableArray<TargetPrediction> Targets, [property: Id(1)] string? Reason, [property: Id(2)] DateTimeOffset? TrainedAt)
{
    /// <summary>Names of metrics that were given and not used, since they are not declared to be known before.</summary>
    [Id(3)] public ImmutableArray<string> MetricsNotUsed { get; init; } = [];
}

/// <summary>What is predicted of one target.</summary>
[GenerateSerializer, Immutable, Alias("nexus.TargetPrediction")]
public sealed record TargetPrediction
{
    /// <summary><c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</summary>
    [Id(0)] public required string Target { get; init; }
    /// <summary>Success or a number.</summary>
    [Id(1)] public required ModelObjective Objective { get; init; }
    /// <summary>The calibrated probability of success, 0–1, or the number that is expected.</summary>
    [Id(2)] public required double Value { get; init; }
    /// <summary>Of a number: lower end of the interval that holds the true value with the probability <see cref="Coverage"/>. NaN for success.</summary>
    [Id(3)] public double Low { get; init; } = double.NaN;
    /// <summary>Its upper end.</summary>
    [Id(4)] public double High { get; init; } = double.NaN;
    /// <summary>Of success: failure cannot be ruled out at <see cref="Coverage"/>.</summary>
    [Id(5)] public bool CanFail { get; init; }
    /// <summary>And success cannot.</summary>
    [Id(6)] public bool CanSucceed { get; init; }
    /// <summary>Probability with which interval or set hold the truth, 0–1.</summary>
    [Id(7)] public required double Coverage { get; init; }
    /// <summary>How right the model was on what it had not seen: the share of right answers for success, the root of the mean squared error for a number. NaN: not measured.</summary>
    [Id(8)] public required double Measured { get; init; }
    /// <summary>What always giving the base rate, or the mean, would have come to there. NaN: not measured.</summary>
    [Id(9)] public required double Baseline { get; init; }
    /// <summary>Who answers: <c>trees</c>, or <c>online</c> where the model that learns between trainings has proven better since the last one.</summary>
    [Id(10)] public required string Model { get; init; }
    /// <summary>Of the trees' score (log-odds before calibration, or the number): what it is where nothing is known. NaN where not asked for.</summary>
    [Id(11)] public double Base { get; init; } = double.NaN;
    /// <summary>What each feature adds to it, largest amount first (exact Shapley values).</summary>
    [Id(12)] public ImmutableArray<FeatureContribution> Contributions { get; init; } = [];
    /// <summary>Of success: newer outcomes that the set of outcomes is calibrated on, beside those of the training.</summary>
    [Id(13)] public int CalibrationOutcomes { get; init; }
}

/// <summary>What a feature did to one answer.</summary>
/// <param name="Feature">Name.</param>
/// <param name="Value">Number, word, or <c>(missing)</c>.</param>
/// <param name="Amount">Added to the score.</param>
[GenerateSerializer, Immutable, Alias("nexus.FeatureContribution")]
public sealed record FeatureContribution([property: Id(0)] string Feature, [property: Id(1)] string Value, [property: Id(2)] double Amount);

/// <summary>A stream that models were trained of.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="TrainedAt">When it was trained last.</param>
/// <param name="Experiences">Experiences that there were.</param>
/// <param name="Targets">What can be predicted.</param>
[GenerateSerializer, Immutable, Alias("nexus.TrainedStream")]
public sealed record TrainedStream([property: Id(0)] string Stream, [property: Id(1)] DateTimeOffset TrainedAt, [property: Id(2)] long Experiences, [property: Id(3)] ImmutableArray<TrainedTarget> Targets);

/// <summary>A target that a model answers for.</summary>
/// <param name="Target"><c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</param>
/// <param name="Objective">Success or a number.</param>
/// <param name="Version">1 for the first model, one more with each that took its place.</param>
/// <param name="TrainedAt">When the one that answers was trained.</param>
/// <param name="Statement">How it came to answer, or what the last challenger lacked, for people.</param>
[GenerateSerializer, Immutable, Alias("nexus.TrainedTarget")]
public sealed record TrainedTarget(
    [property: Id(0)] string Target, [property: Id(1)] ModelObjective Objective, [property: Id(2)] int Version, [property: Id(3)] DateTimeOffset TrainedAt, [property: Id(4)] string Statement);

/// <summary>All that was learned from one stream.</summary>
[GenerateSerializer, Immutable, Alias("nexus.StreamLearning")]
public sealed record StreamLearning
{
    /// <summary>Its name.</summary>
    [Id(0)] public required string Stream { get; init; }
    /// <summary>The models that answer.</summary>
    [Id(1)] public ImmutableArray<TrainedTarget> Targets { get; init; } = [];
    /// <summary>Their cards, in the same order.</summary>
    [Id(2)] public ImmutableArray<ModelCard> Cards { get; init; } = [];
    /// <summary>When it was trained last, with whatever success; null: never.</summary>
    [Id(3)] public DateTimeOffset? TrainedAt { get; init; }
    /// <summary>What the last training was for: <c>first</c>, <c>growth</c>, <c>schedule</c>, <c>drift</c>, <c>request</c>, <c>erasure</c>, <c>roles</c>; null: never.</summary>
    [Id(4)] public string? Cause { get; init; }
    /// <summary>How long it took, seconds.</summary>
    [Id(5)] public double TrainingSeconds { get; init; }
    /// <summary>Why there is no model of success, for people; null where there is one.</summary>
    [Id(6)] public string? Reason { get; init; }
    /// <summary>A training is under way.</summary>
    [Id(7)] public bool Training { get; init; }
    /// <summary>Version of the features that the newest model knows; 0: none.</summary>
    [Id(8)] public int SchemaVersion { get; init; }
    /// <summary>Experiences since the last training.</summary>
    [Id(9)] public long NewExperiences { get; init; }
    /// <summary>Of those, compared between the trees and the online model, the newest ones; 0: none yet.</summary>
    [Id(10)] public int Compared { get; init; }
    /// <summary>Mean log-loss of the trees over them; NaN: none.</summary>
    [Id(11)] public double TreesLogLoss { get; init; } = double.NaN;
    /// <summary>Mean log-loss of the online model over them; NaN: none.</summary>
    [Id(12)] public double OnlineLogLoss { get; init; } = double.NaN;
    /// <summary>The online model answers.</summary>
    [Id(13)] public bool OnlineLeads { get; init; }
    /// <summary>Changes that were found, newest last.</summary>
    [Id(14)] public ImmutableArray<StreamDrift> Drifts { get; init; } = [];
    /// <summary>How sets of outcomes did of late; null: no outcome has come yet that no model had learned from.</summary>
    [Id(15)] public ObservedCoverage? Coverage { get; init; }
    /// <summary>What was asked for, 0–1.</summary>
    [Id(16)] public double CoverageGoal { get; init; }
}

/// <summary>How sets of outcomes did on the newest outcomes, at most 500 of each class, each judged before anything was learned from it.</summary>
/// <param name="Failures">How many failures.</param>
/// <param name="FailureCoverage">Share of them whose set held failure; NaN: there were none.</param>
/// <param name="Successes">How many successes.</param>
/// <param name="SuccessCoverage">Share of them whose set held success; NaN: there were none.</param>
/// <param name="SetSize">Outcomes in a set, mean over both.</param>
[GenerateSerializer, Immutable, Alias("nexus.ObservedCoverage")]
public sealed record ObservedCoverage(
    [property: Id(0)] int Failures, [property: Id(1)] double FailureCoverage, [property: Id(2)] int Successes, [property: Id(3)] double SuccessCoverage, [property: Id(4)] double SetSize);

/// <summary>The rate of wrong predictions has changed.</summary>
/// <param name="ToldAt">When that was found.</param>
/// <param name="Experiences">How many experiences after the most likely moment of the change.</param>
/// <param name="Before">Rate of wrong answers until then, 0–1.</param>
/// <param name="After">Rate since then, 0–1.</param>
[GenerateSerializer, Immutable, Alias("nexus.StreamDrift")]
public sealed record StreamDrift([property: Id(0)] DateTimeOffset ToldAt, [property: Id(1)] long Experiences, [property: Id(2)] double Before, [property: Id(3)] double After);
