using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>What is learned.</summary>
public enum ModelObjective
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>Whether it turns out well: targets are 1 and 0, scores log-odds.</summary>
    Success = 1,
    /// <summary>A number: scores are in its unit.</summary>
    Number = 2,
}

/// <summary>How log-odds become probabilities.</summary>
public enum CalibrationMethod
{
    /// <summary>As they are.</summary>
    None = 0,
    /// <summary>A straight line in log-odds (Platt 1999).</summary>
    Platt = 1,
    /// <summary>A rising curve through the centres of pooled blocks (Zadrozny and Elkan 2002; centred as by Oron and Flournoy 2017, so that it keeps the ranks).</summary>
    Isotonic = 2,
}

/// <summary>What a model is, and how good it was on rows that it had not seen: to be shown to those who rely on it.</summary>
[GenerateSerializer, Immutable, Alias("nexus.ModelCard")]
public sealed record ModelCard
{
    /// <summary>What is predicted: <c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</summary>
    [Id(0)] public required string Target { get; init; }
    /// <summary>Success or a number.</summary>
    [Id(1)] public required ModelObjective Objective { get; init; }
    /// <summary>Rows that were there to learn from.</summary>
    [Id(2)] public required int Rows { get; init; }
    /// <summary>Oldest of them, milliseconds since 1970 UTC.</summary>
    [Id(3)] public required long From { get; init; }
    /// <summary>Newest of them.</summary>
    [Id(4)] public required long To { get; init; }
    /// <summary>Trees of the model.</summary>
    [Id(5)] public required int Trees { get; init; }
    /// <summary>How scores become probabilities.</summary>
    [Id(6)] public required CalibrationMethod Calibration { get; init; }
    /// <summary>Features by share of the loss that their splits took away, largest first.</summary>
    [Id(7)] public required ImmutableArray<FeatureImportance> Importance { get; init; }
    /// <summary>Figures on the held-out rows; null where none were held out.</summary>
    [Id(8)] public HoldOut? HoldOut { get; init; }
    /// <summary>What the figures were measured on, and other things to know, one sentence each.</summary>
    [Id(9)] public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Importance of a feature.</summary>
/// <param name="Feature">Name.</param>
/// <param name="Share">Of all gains, 0–1.</param>
[GenerateSerializer, Immutable, Alias("nexus.FeatureImportance")]
public sealed record FeatureImportance([property: Id(0)] string Feature, [property: Id(1)] double Share);

/// <summary>One bin of a reliability table.</summary>
/// <param name="From">Lowest predicted probability.</param>
/// <param name="To">Where the next bin begins.</param>
/// <param name="Count">Predictions in it.</param>
/// <param name="Predicted">Their mean.</param>
/// <param name="Observed">How often it happened.</param>
[GenerateSerializer, Immutable, Alias("nexus.ReliabilityBin")]
public sealed record ReliabilityBin(
    [property: Id(0)] double From, [property: Id(1)] double To, [property: Id(2)] int Count, [property: Id(3)] double Predicted, [property: Id(4)] double Observed)
{
    /// <summary>Lower end of the 95 % interval of how often it happens (Wilson 1927); NaN: not known.</summary>
    [Id(5)] public double Low { get; init; } = double.NaN;
    /// <summary>Its upper end.</summary>
    [Id(6)] public double High { get; init; } = double.NaN;
}

/// <summary>Figures on rows that were not trained on. Those that do not apply to the objective are NaN.</summary>
[GenerateSerializer, Immutable, Alias("nexus.HoldOut")]
public sealed record HoldOut
{
    /// <summary>How many.</summary>
    [Id(0)] public required int Rows { get; init; }
    /// <summary>Success: the share of successes. Number: the mean.</summary>
    [Id(1)] public required double Base { get; init; }
    /// <summary>Share of answers on the right side of a half. Compare with the base rate.</summary>
    [Id(2)] public double Accuracy { get; init; } = double.NaN;
    /// <summary>Area under the ROC curve.</summary>
    [Id(3)] public double Auc { get; init; } = double.NaN;
    /// <summary>Natural logarithm.</summary>
    [Id(4)] public double LogLoss { get; init; } = double.NaN;
    /// <summary>Log-loss of who always answers the base rate of the training rows.</summary>
    [Id(5)] public double BaseLogLoss { get; init; } = double.NaN;
    /// <summary>Expected calibration error over 15 bins.</summary>
    [Id(6)] public double CalibrationError { get; init; } = double.NaN;
    /// <summary>The calibration curve.</summary>
    [Id(7)] public ImmutableArray<ReliabilityBin> Reliability { get; init; } = [];
    /// <summary>Share of the failures whose set had failure in it.</summary>
    [Id(8)] public double FailureCoverage { get; init; } = double.NaN;
    /// <summary>Share of the successes whose set had success in it.</summary>
    [Id(9)] public double SuccessCoverage { get; init; } = double.NaN;
    /// <summary>Outcomes in a set, mean.</summary>
    [Id(10)] public double SetSize { get; init; } = double.NaN;
    /// <summary>Root of the mean squared error.</summary>
    [Id(11)] public double Rmse { get; init; } = double.NaN;
    /// <summary>That of who always answers the mean of the training rows.</summary>
    [Id(12)] public double BaseRmse { get; init; } = double.NaN;
    /// <summary>Share of the numbers within their interval.</summary>
    [Id(13)] public double IntervalCoverage { get; init; } = double.NaN;
}
