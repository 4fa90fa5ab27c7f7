using System.Globalization;
using NexusActors.Learning.Features;
using NexusActors.Learning.Prediction;

namespace NexusActors.Benchmarks;

/// <summary>L1: real incidents, judged prequentially with only the labels that were known at the time.</summary>
internal static class IncidentsRow
{
    public static void Run(Settings settings, Report report)
    {
        var (data, events) = IncidentLog.Read(CsvData.Find(settings.Data, "incidents", "incidents*.csv*"));
        var every = Prequential.CutOffs(events);
        var cutOffs = Prequential.Trained(events, every);
        var prequential = new Prequential(events, cutOffs);
        var raw = IncidentLog.RawColumns(data, events);
        List<FeatureColumn> full = [.. raw, .. IncidentMemory.Columns(data, events)];
        Report.Progress($"L1: {events.Length} events, {events.Count(happening => happening.Test)} of the test, {every.Length} cut-offs, {cutOffs.Length} trainings");

        var ours = prequential.Answers(full, settings.Seed, "L1 this engine");
        var control = prequential.Answers([.. full, new NumericColumn("calendar_day", [.. events.Select(happening => Math.Floor(Prequential.Days(happening.At)))])], settings.Seed, "L1 calendar control");
        Report.Progress("L1: the peer");
        var targets = events.Select(happening => happening.Success ? 1.0 : 0).ToArray();
        var peer = SklearnPeer.Run(new([.. raw], events.Length), targets, [.. events.Select(happening => Prequential.Days(happening.At))], [.. events.Select(happening => Prequential.Days(happening.Closed))], [.. cutOffs], settings.Seed);

        var models = new List<(string Name, double[] Answers)> { ("this engine", ours), ("control: this engine and the calendar day", control) };
        if (peer is { } known) { models.Add(($"HistGradientBoosting, scikit-learn {known.Version}, raw columns", known.Probabilities)); }
        foreach (var (title, rows) in new[] { ("all events", Where(_ => true)), ("open states only", Where(happening => happening.Open)) })
        {
            var outcomes = Of(targets, rows);
            report.Table($"L1 incidents, prequential, {title}", ["model", .. SuccessFigures.Columns], models.Select(model => (string[])[model.Name, .. SuccessFigures.Cells(Of(model.Answers, rows), outcomes)]));
        }

        var all = Where(_ => true);
        var groups = Array.ConvertAll(all, i => events[i].Incident);
        var losses = models.ToDictionary(model => model.Name, model => SuccessFigures.Losses(Of(model.Answers, all), Of(targets, all)));
        foreach (var (name, _) in models.Skip(1)) { report.Line($"Champion: {name}; challenger: this engine. Log-loss, paired bootstrap by incident: {ModelComparison.Of(losses[name], losses["this engine"], groups, new Random(settings.Seed), 1000).Statement}"); }
        report.Line($"Goals: accuracy ≥ .865, AUC ≥ .945, log-loss ≤ .280, ECE ≤ .015. Read, full log: HistGradientBoosting on raw columns .848 / .932 / .303 / .015. {every.Length} cut-offs, one each three days; at {cutOffs.Length} of them at least 5 % more outcomes were known than at the last training, and all models were trained anew.");
        report.Line("");
        foreach (var (name, answers) in models.Where((_, place) => place != 1)) { SuccessFigures.Reliability(report, $"L1 reliability of {name}", Of(answers, all), Of(targets, all)); }
        SuccessFigures.Write(settings, "L1.csv", "row,incident,time,open,outcome,probability,calendar_control,peer", all.Select(i =>
            string.Join(',', events[i].Row, events[i].Incident, events[i].At.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture), events[i].Open ? 1 : 0, targets[i], SuccessFigures.R(ours[i]), SuccessFigures.R(control[i]), peer is { } p ? SuccessFigures.R(p.Probabilities[i]) : "")));

        int[] Where(Func<IncidentEvent, bool> wanted) => [.. Enumerable.Range(0, events.Length).Where(i => events[i].Test && wanted(events[i]))];
    }

    private static double[] Of(double[] all, int[] rows) => Array.ConvertAll(rows, i => all[i]);
}
