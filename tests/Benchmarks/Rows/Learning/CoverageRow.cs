using System.Collections.Immutable;
using System.Globalization;
using static NexusActors.Benchmarks.SuccessFigures;

namespace NexusActors.Benchmarks;

/// <summary>
/// L2: sets of outcomes that are to hold the truth nine times of ten in each class, on the events of real incidents, prequentially: sets change only at the cut-offs, by outcomes that were known then. All methods make them from the same answers.
/// </summary>
internal static class CoverageRow
{
    private const double Coverage = 0.9, WarmUpDays = 14;

    /// <summary>What one method said.</summary>
    private sealed record Said(string Name, (bool CanFail, bool CanSucceed)[] Sets);

    public static void Run(Settings settings, Report report)
    {
        var (data, events) = IncidentLog.Read(CsvData.Find(settings.Data, "incidents", "incidents*.csv*"));
        var test = Prequential.CutOffs(events);
        // Answers begin before the test, so that there are some whose outcome is known when it begins.
        var warmUp = Math.Max(0, (int)((test[0] - Prequential.Days(events[0].At) - WarmUpDays) / Prequential.CutOffDays));
        ImmutableArray<double> every = [.. Enumerable.Range(1, warmUp).Select(step => test[0] - Prequential.CutOffDays * step).Reverse(), .. test];
        var trained = Prequential.Trained(events, every);
        var columns = IncidentLog.RawColumns(data, events);
        Report.Progress($"L2: {events.Length} events, {events.Count(happening => happening.Test)} of the test, {every.Length} cut-offs, {warmUp} of them before the test, {trained.Length} trainings");

        var answered = new List<AnsweredEvent>();
        new Prequential(events, trained, censoring: false).Answer(columns, settings.Seed, "L2", _ => true, (i, model, row) =>
        {
            if (model is null) { return; }
            var (at, score) = (Prequential.Days(events[i].At), model.Score(row));
            answered.Add(new(i, at, Math.Max(at, Prequential.Days(events[i].Closed)), events[i].Success, model.SuccessOf(score).Probability, model.Ranks!.Of(score)));
        });
        SetMethod[] late =
        [
            new AdaptiveMethod("**ours**", Coverage),
            new SplitMethod(Coverage),
            new MondrianMethod("class-conditional split conformal", Coverage),
            new MondrianMethod("the same, adaptive (step .005)", Coverage, 0.005),
        ];
        Said[] said = [.. Sets(late, answered, every), .. Sets([new AdaptiveMethod("ours, were outcomes known at once (ceiling)", Coverage)], [.. answered.Select(happening => happening with { Known = happening.Happened })], every)];

        var judged = Enumerable.Range(0, answered.Count).Where(i => events[answered[i].Row].Test).ToArray();
        Print("all events", judged);
        Print("open states only", [.. judged.Where(i => events[answered[i].Row].Open)]);
        report.Line($"Goals: both classes ≥ .88, size ≤ 1.35. Read: split conformal .42 of the failures; class-conditional and adaptive .79 / .83. Sets hold until the next cut-off, three days later; ± is the 95 % interval, by incident.");
        report.Line("");
        foreach (var method in said.Take(2)) { report.Table($"L2 by month of the event, {method.Name}", ["month", .. Columns()], judged.GroupBy(i => events[answered[i].Row].At.ToString("yyyy-MM", CultureInfo.InvariantCulture)).Select(month => (string[])[month.Key, .. Cells(method, [.. month])])); }
        SuccessFigures.Write(settings, "L2.csv", $"row,incident,time,known,test,open,outcome,probability,failure_conformity,success_conformity,{string.Join(',', said.Select(method => Plain(method.Name)))}", answered.Select((happening, i) =>
            string.Join(',', events[happening.Row].Row, events[happening.Row].Incident, R(happening.Happened), R(happening.Known), Bit(events[happening.Row].Test), Bit(events[happening.Row].Open), Bit(happening.Success), R(happening.Probability), R(happening.Conformity.Failure), R(happening.Conformity.Success), string.Join(',', said.Select(method => Text(method.Sets[i]))))));

        void Print(string title, int[] rows) => report.Table($"L2 sets of outcomes at 90 %, incidents, prequential, {title}", ["method", .. Columns()], said.Select(method => (string[])[method.Name, .. Cells(method, rows)]));

        string[] Columns() => ["failures", "covered", "successes", "covered", "mean size", "singletons", "right of those", "empty"];

        string[] Cells(Said method, int[] rows)
        {
            var (failures, successes) = (rows.Where(i => !answered[i].Success).ToArray(), rows.Where(i => answered[i].Success).ToArray());
            var single = rows.Where(i => Size(method.Sets[i]) == 1).ToArray();
            return
            [
                N(failures.Length), Share(failures, i => method.Sets[i].CanFail), N(successes.Length), Share(successes, i => method.Sets[i].CanSucceed), F(rows.Average(i => (double)Size(method.Sets[i]))),
                F(single.Length / (double)rows.Length), F(single.Length == 0 ? double.NaN : single.Average(i => method.Sets[i].CanSucceed == answered[i].Success ? 1.0 : 0)), F(rows.Count(i => Size(method.Sets[i]) == 0) / (double)rows.Length),
            ];
        }

        // Events of one incident are not independent: the interval is that of a ratio of sums over incidents.
        string Share(int[] rows, Func<int, bool> covered)
        {
            if (rows.Length == 0) { return "–"; }
            var share = rows.Count(covered) / (double)rows.Length;
            var squares = rows.GroupBy(i => events[answered[i].Row].Incident).Sum(incident => Math.Pow(incident.Sum(i => (covered(i) ? 1 : 0) - share), 2));
            return $"{F(share)} ± {F(1.96 * Math.Sqrt(squares) / rows.Length)}";
        }
    }

    private static Said[] Sets(SetMethod[] methods, List<AnsweredEvent> answered, ImmutableArray<double> every)
    {
        var said = methods.Select(method => new Said(method.Name, new (bool, bool)[answered.Count])).ToArray();
        var known = answered.OrderBy(happening => happening.Known).ThenBy(happening => happening.Row).ToArray();
        var (next, told) = (0, 0);
        for (var step = 0; step < every.Length; step++)
        {
            var (cut, end, begin) = (every[step], step + 1 < every.Length ? every[step + 1] : double.PositiveInfinity, told);
            while (told < known.Length && known[told].Known < cut) { told++; }
            foreach (var method in methods) { method.Learn(known[begin..told], cut); }
            for (; next < answered.Count && answered[next].Happened < end; next++)
            {
                for (var i = 0; i < methods.Length; i++) { said[i].Sets[next] = methods[i].Of(answered[next]); }
            }
        }

        return said;
    }

    private static int Size((bool CanFail, bool CanSucceed) set) => (set.CanFail ? 1 : 0) + (set.CanSucceed ? 1 : 0);

    private static string Text((bool CanFail, bool CanSucceed) set) => (set.CanFail ? "f" : "") + (set.CanSucceed ? "s" : "");

    private static string Plain(string name) => name.Replace("*", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal).Replace(' ', '_');

    private static char Bit(bool value) => value ? '1' : '0';

    private static string N(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
