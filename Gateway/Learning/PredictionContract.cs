using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>A situation whose outcome is to be predicted.</summary>
internal record SituationRequest
{
    /// <summary>The situation: an object of any form.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What is to be done: an object of any form; nothing where it is left out.</summary>
    public RawJson? ActionTaken { get; init; }
    /// <summary>When it happens; now where none is given.</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>Say what each feature does to each answer.</summary>
    [DefaultValue(false)] public bool? Explain { get; init; }
}

/// <summary>Body of POST /learning/predict.</summary>
internal sealed record PredictRequest : SituationRequest
{
    /// <summary>Of which stream.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(LearningInput.DefaultStream)] public string? Stream { get; init; }
    /// <summary>Numbers measured. In experiences they are known only after the action, so nothing is predicted from them: what is known before belongs into the context. The answer names those that were given.</summary>
    public IReadOnlyDictionary<string, double>? PerformanceMetrics { get; init; }
}

/// <summary>Body of POST /learning/predict/batch.</summary>
internal sealed record PredictBatchRequest
{
    /// <summary>Of which stream.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax), DefaultValue(LearningInput.DefaultStream)] public string? Stream { get; init; }
    /// <summary>The situations.</summary>
    [MinLength(1), MaxLength(PredictionLimits.SituationsMax)] public required IReadOnlyList<SituationRequest> Situations { get; init; }
}

/// <summary>What is predicted of one target.</summary>
internal sealed record PredictionEntry
{
    /// <summary>Of a number: what is expected.</summary>
    public double? PredictedValue { get; init; }
    /// <summary>Lower end of the interval that holds the true value with the probability <c>coverage</c>; absent where too little is known.</summary>
    public double? Low { get; init; }
    /// <summary>Its upper end.</summary>
    public double? High { get; init; }
    /// <summary>Root of the mean squared error on experiences that the model had not seen.</summary>
    public double? ModelRmse { get; init; }
    /// <summary>What always giving the mean would have come to there.</summary>
    public double? BaselineRmse { get; init; }
    /// <summary>Of success: whether it is the likelier outcome.</summary>
    public bool? PredictedClass { get; init; }
    /// <summary>Calibrated probability of the predicted class, 0.5–1.</summary>
    public double? Probability { get; init; }
    /// <summary>Calibrated probability of success, 0–1.</summary>
    public double? SuccessProbability { get; init; }
    /// <summary>Outcomes that cannot be ruled out at <c>coverage</c>: true, false, both, or none where the situation is like nothing that was seen.</summary>
    public IReadOnlyList<bool>? PossibleClasses { get; init; }
    /// <summary>Of success: newer outcomes that <c>possible_classes</c> is calibrated on, beside those of the training. How often it held the truth of late is in GET /learning/models/{stream}.</summary>
    public int? CalibrationOutcomes { get; init; }
    /// <summary>Share of right answers on experiences that the model had not seen.</summary>
    public double? ModelAccuracy { get; init; }
    /// <summary>What always giving the more frequent outcome would have come to there.</summary>
    public double? BaselineAccuracy { get; init; }
    /// <summary>Probability with which the interval or the set of classes holds the truth.</summary>
    public required double Coverage { get; init; }
    /// <summary>Who answers: <c>trees</c>, or <c>online</c> where the model that learns between trainings has proven better since the last one.</summary>
    public required string Model { get; init; }
    /// <summary>Where asked for: the score where nothing is known, log-odds of success or the number.</summary>
    public double? Base { get; init; }
    /// <summary>Where asked for: what each feature adds to that, largest first.</summary>
    public IReadOnlyList<ContributionEntry>? Contributions { get; init; }

    /// <summary>Translates.</summary>
    public static PredictionEntry From(TargetPrediction target, bool explain)
    {
        var isSuccess = target.Objective == ModelObjective.Success;
        var entry = new PredictionEntry
        {
            Coverage = target.Coverage,
            Model = target.Model,
            Base = explain ? Finite(target.Base) : null,
            Contributions = explain ? [.. target.Contributions.Select(one => new ContributionEntry(one.Feature, one.Value, one.Amount))] : null,
        };
        return isSuccess
            ? entry with
            {
                PredictedClass = target.Value >= 0.5,
                Probability = Math.Max(target.Value, 1 - target.Value),
                SuccessProbability = target.Value,
                PossibleClasses = [.. new[] { (Class: true, Possible: target.CanSucceed), (Class: false, Possible: target.CanFail) }.Where(one => one.Possible).Select(one => one.Class)],
                CalibrationOutcomes = target.CalibrationOutcomes,
                ModelAccuracy = Finite(target.Measured),
                BaselineAccuracy = Finite(target.Baseline),
            }
            : entry with { PredictedValue = Finite(target.Value), Low = Finite(target.Low), High = Finite(target.High), ModelRmse = Finite(target.Measured), BaselineRmse = Finite(target.Baseline) };
    }

    /// <summary>JSON has no other numbers.</summary>
    internal static double? Finite(double number) => double.IsFinite(number) ? number : null;
}

/// <summary>What a feature did to one answer.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Value">Number, word, or <c>(missing)</c>.</param>
/// <param name="Amount">Added to the score.</param>
internal sealed record ContributionEntry(string Feature, string Value, double Amount);

/// <summary>Why nothing is predicted.</summary>
/// <param name="Error">The reason.</param>
internal sealed record UntrainedPredictions(string Error);

/// <summary>Answer of POST /learning/predict before anything was learned.</summary>
internal sealed record UntrainedResponse
{
    /// <summary>Why there are none.</summary>
    public required UntrainedPredictions Predictions { get; init; }
    /// <summary>The stream that was asked.</summary>
    public required string Stream { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer of POST /learning/predict. Before anything was learned <c>predictions</c> has only the member <c>error</c>, a text.</summary>
internal sealed record PredictResponse
{
    /// <summary>By target: <c>success</c>, <c>outcome.path</c>, <c>metrics.name</c>.</summary>
    public required IReadOnlyDictionary<string, PredictionEntry> Predictions { get; init; }
    /// <summary>The stream that was asked.</summary>
    public required string Stream { get; init; }
    /// <summary>When its models were trained last.</summary>
    public required DateTimeOffset? TrainedAt { get; init; }
    /// <summary>Members of <c>performance_metrics</c> that were given and not used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<string>? MetricsNotUsed { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer of POST /learning/predict/batch.</summary>
internal sealed record PredictBatchResponse
{
    /// <summary>One for each situation, in their order; by target.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, PredictionEntry>> Predictions { get; init; }
    /// <summary>Why there are none; absent where there are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>The stream that was asked.</summary>
    public required string Stream { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer of POST /learning/retrain.</summary>
internal sealed record RetrainResponse
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>Streams that are being trained, or were, where the caller waited.</summary>
    public required int Streams { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Generated serialisation of predictions and models. What has no value is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeConverter), typeof(WireNameConverter<ModelObjective>), typeof(WireNameConverter<CalibrationMethod>)])]
[JsonSerializable(typeof(PredictResponse))]
[JsonSerializable(typeof(UntrainedResponse))]
[JsonSerializable(typeof(PredictBatchResponse))]
[JsonSerializable(typeof(RetrainResponse))]
[JsonSerializable(typeof(ModelsResponse))]
[JsonSerializable(typeof(StreamModelsResponse))]
internal sealed partial class PredictionJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static PredictionJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
