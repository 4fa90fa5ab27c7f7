using System.Collections.Immutable;

namespace NexusActors.Learning.Prediction;

/// <summary>What a model is, and how good it was on rows that it had not seen: to be shown to those who rely on it.</summary>
internal sealed record ModelCard
{
    /// <summary>What is predicted: <c>success</c>, <c>outcome.path</c> or <c>metrics.name</c>.</summary>
    public required string Target { get; init; }
    /// <summary>Success or a number.</summary>
    public required Objective Objective { get; init; }
    /// <summary>Rows that were there to learn from.</summary>
    public required int Rows { get; init; }
    /// <summary>Oldest of them, milliseconds since 1970 UTC.</summary>
    public required long From { get; init; }
    /// <summary>Newest of them.</summary>
    public required long To { get; init; }
    /// <summary>Trees of the model.</summary>
    public required int Trees { get; init; }
    /// <summary>How scores become probabilities.</summary>
    public required CalibrationMethod Calibration { get; init; }
    /// <summary>Features by share of the loss that their splits took away, largest first.</summary>
    public required ImmutableArray<FeatureImportance> Importance { get; init; }
    /// <summary>Figures on the held-out rows; null where none were held out.</summary>
    public HoldOut? HoldOut { get; init; }
    /// <summary>What the figures were measured on, and other things to know, one sentence each.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Importance of a feature.</summary>
/// <param name="Feature">Name.</param>
/// <param name="Share">Of all gains, 0–1.</param>
internal sealed record FeatureImportance(string Feature, double Share);

/// <summary>Figures on rows that were not trained on. Those that do not apply to the objective are NaN.</summary>
internal sealed record HoldOut
{
    /// <summary>How many.</summary>
    public required int Rows { get; init; }
    /// <summary>Success: the share of successes. Number: the mean.</summary>
    public required double Base { get; init; }
    /// <summary>Share of answers on the right side of a half. Compare with the base rate.</summary>
    public double Accuracy { get; init; } = double.NaN;
    /// <summary>Area under the ROC curve.</summary>
    public double Auc { get; init; } = double.NaN;
    /// <summary>Natural logarithm.</summary>
    public double LogLoss { get; init; } = double.NaN;
    /// <summary>Log-loss of who always answers the base rate of the training rows.</summary>
    public double BaseLogLoss { get; init; } = double.NaN;
    /// <summary>Expected calibration error over 15 bins.</summary>
    public double CalibrationError { get; init; } = double.NaN;
    /// <summary>The calibration curve.</summary>
    public ImmutableArray<ReliabilityBin> Reliability { get; init; } = [];
    /// <summary>Share of the failures whose set had failure in it.</summary>
    public double FailureCoverage { get; init; } = double.NaN;
    /// <summary>Share of the successes whose set had success in it.</summary>
    public double SuccessCoverage { get; init; } = double.NaN;
    /// <summary>Outcomes in a set, mean.</summary>
    public double SetSize { get; init; } = double.NaN;
    /// <summary>Root of the mean squared error.</summary>
    public double Rmse { get; init; } = double.NaN;
    /// <summary>That of who always answers the mean of the training rows.</summary>
    public double BaseRmse { get; init; } = double.NaN;
    /// <summary>Share of the numbers within their interval.</summary>
    public double IntervalCoverage { get; init; } = double.NaN;
}
