using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;
using NexusActors.Learning.Prediction;

namespace NexusActors.Benchmarks;

/// <summary>L9: census income. Every fifth row is the test, or the file of <c>--test</c>; trained on the rest.</summary>
internal static class CensusRow
{
    private static readonly ImmutableArray<string> Names = ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"];

    public static void Run(Settings settings, Report report)
    {
        var train = CsvData.Read(CsvData.Find(settings.Data, "adult", "adult-train*.csv*"), Names).Rows;
        var test = settings.Test is { } path ? CsvData.Read(path, Names).Rows : null;
        var all = test is null ? train : [.. train, .. test];
        var isTest = all.Select((_, i) => test is null ? i % 5 == 0 : i >= train.Length).ToArray();
        var table = new FeatureTable([.. Names.Take(Names.Length - 1).Select((name, place) => CsvData.Column(name, [.. all.Select(row => row[place])]))], all.Length);
        var targets = all.Select(row => row[^1].StartsWith(">50K", StringComparison.Ordinal) ? 1.0 : 0).ToArray();
        var (learn, judge) = (Rows(isTest, false), Rows(isTest, true));
        var outcomes = Array.ConvertAll(judge, row => targets[row]);

        Report.Progress($"L9: {learn.Length} rows to learn from, {judge.Length} to judge by");
        var rows = Array.ConvertAll(Enumerable.Range(0, all.Length).ToArray(), row => FeatureRows.Row(table, row));
        var shapes = FeatureRows.Shapes(table);
        var before = Cpu();
        var model = ModelTrainer.Train(new() { Features = FeatureRows.ToTable(shapes, Array.ConvertAll(learn, row => rows[row])), Targets = Array.ConvertAll(learn, row => targets[row]), Target = "income above 50K" },
            new() { HoldOutShare = 0, Folds = 5, Seed = settings.Seed }, CancellationToken.None).Model!;
        var cpu = Cpu() - before;
        var started = DateTime.UtcNow;
        var ours = Array.ConvertAll(judge, row => model.Success(rows[row]).Probability);
        var micros = (DateTime.UtcNow - started).TotalMicroseconds / judge.Length;

        var times = isTest.Select(mark => mark ? 2.0 : 0).ToArray();
        var peer = SklearnPeer.Run(table, targets, times, times, [1], settings.Seed);
        List<string[]> lines = [["this engine", .. SuccessFigures.Cells(ours, outcomes), cpu.ToString("F1", CultureInfo.InvariantCulture)]];
        if (peer is { } known)
        {
            var theirs = Array.ConvertAll(judge, row => known.Probabilities[row]);
            lines.Add([$"HistGradientBoosting, scikit-learn {known.Version}", .. SuccessFigures.Cells(theirs, outcomes), known.CpuSeconds.ToString("F1", CultureInfo.InvariantCulture)]);
            Print(theirs);
        }
        else { Print(null); }

        void Print(double[]? theirs)
        {
            report.Table($"L9 census income, test: {(test is null ? "every fifth row" : "its own file")}", ["model", .. SuccessFigures.Columns, "CPU s to train"], lines);
            if (theirs is not null) { report.Line($"Champion the peer, challenger this engine, log-loss, paired bootstrap: {ModelComparison.Of(SuccessFigures.Losses(theirs, outcomes), SuccessFigures.Losses(ours, outcomes), [], new Random(settings.Seed)).Statement}"); }
            report.Line($"Goal: not below AUC .9275, log-loss .2764, ECE .007 beyond noise (read, official test file). {model.Trees.Trees.Length} trees, calibration {model.Calibrator.Method}, one answer {micros:F1} µs. Most important: {string.Join(", ", model.Card.Importance.Take(5).Select(feature => $"{feature.Feature} {Report.P(feature.Share)}"))}.");
            report.Line("");
            SuccessFigures.Reliability(report, "L9 reliability of this engine", ours, outcomes);
            if (theirs is not null) { SuccessFigures.Reliability(report, "L9 reliability of HistGradientBoosting", theirs, outcomes); }
            SuccessFigures.Write(settings, "L9.csv", "row,outcome,probability,peer", judge.Select((row, i) => string.Join(',', row, outcomes[i], SuccessFigures.R(ours[i]), theirs is null ? "" : SuccessFigures.R(theirs[i]))));
        }
    }

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static int[] Rows(bool[] isTest, bool wanted) => [.. Enumerable.Range(0, isTest.Length).Where(row => isTest[row] == wanted)];
}
