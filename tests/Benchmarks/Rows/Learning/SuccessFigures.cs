using System.Globalization;
using NexusActors.Learning.Prediction;
using NexusActors.Learning.Statistics;

namespace NexusActors.Benchmarks;

/// <summary>Cells of the tables of success models.</summary>
internal static class SuccessFigures
{
    public static readonly string[] Columns = ["rows", "base rate", "accuracy", "AUC", "log-loss", "ECE (15 bins)"];

    public static string[] Cells(double[] probabilities, double[] outcomes) =>
        [outcomes.Length.ToString("N0", CultureInfo.InvariantCulture), F(outcomes.Average()), F(Scores.Accuracy(probabilities, outcomes)), F(Scores.Auc(probabilities, outcomes)), F(Scores.LogLoss(probabilities, outcomes)), F(ReliabilityTable.Of(probabilities, outcomes).CalibrationError)];

    public static double[] Losses(double[] probabilities, double[] outcomes) => [.. probabilities.Select((probability, i) => Scores.LogLoss(probability, outcomes[i]))];

    /// <summary>The reliability table of stated probabilities, with their expected calibration error and Brier score.</summary>
    public static void Reliability(Report report, string title, double[] probabilities, double[] outcomes)
    {
        var table = ReliabilityTable.Of(probabilities, outcomes);
        report.Table(title, ["stated from", "to", "answers", "mean stated", "observed", "95 % interval (Wilson)"],
            table.Bins.Select(bin => new[] { F(bin.From), F(bin.To), bin.Count.ToString("N0", CultureInfo.InvariantCulture), F(bin.Predicted), F(bin.Observed), $"{F(bin.Low)}–{F(bin.High)}" }));
        report.Line($"Expected calibration error {F(table.CalibrationError)} over {ReliabilityTable.BinsMax} bins, Brier score {F(table.Brier)}, {table.Count.ToString("N0", CultureInfo.InvariantCulture)} answers of which {F(table.BaseRate)} happened.");
        report.Line("");
    }

    public static string F(double number) => double.IsNaN(number) ? "–" : number.ToString("F4", CultureInfo.InvariantCulture);

    /// <summary>Raw answers as CSV into the folder of <c>--out</c>, where there is one.</summary>
    public static void Write(Settings settings, string name, string header, IEnumerable<string> lines)
    {
        if (settings.Out is not { } folder) { return; }
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, name), lines.Prepend(header));
    }

    /// <summary>Text that reads back as the same number.</summary>
    public static string R(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
