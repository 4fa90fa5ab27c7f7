using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;
using NexusActors.Learning.Rules;

namespace NexusActors.Benchmarks;

/// <summary>L3: rules behind the failures of machines, from raw columns. Rows whose number gives 1 when divided by 5 are the test, or the file of <c>--test</c>.</summary>
internal static class RulesRow
{
    public static void Run(Settings settings, Report report)
    {
        var data = MachineReadings.Read(CsvData.Find(settings.Data, "ai4i", "*.csv*"), settings.Test);
        var (learn, judge) = (data.Part(test: false), data.Part(test: true));
        Report.Progress($"L3: {learn.Table.Rows} rows to learn from, {judge.Table.Rows} to judge by");
        var before = Cpu();
        var rules = RuleInducer.Induce(learn.Table, learn.Failed, new());
        var cpu = Cpu() - before;

        var fired = rules.Select(rule => RuleMatch.Rows(data.Table, rule)).ToArray();
        var ours = Enumerable.Range(0, data.Table.Rows).Select(row => fired.Any(rule => rule[row])).ToArray();
        var peer = SklearnPeer.Run(data.Table, [.. data.Failed.Select(failed => failed ? 1.0 : 0)], Times(data), Times(data), [1], settings.Seed, "tree.py", (rules.Length + 1).ToString(CultureInfo.InvariantCulture));

        List<string[]> lines = [["this engine, rules", .. Cells(data, ours), rules.Length.ToString(CultureInfo.InvariantCulture), Text(cpu)]];
        if (peer is { } tree) { lines.Add([$"decision tree of as many leaves, scikit-learn {tree.Version}", .. Cells(data, [.. tree.Probabilities.Select(probability => probability > 0.5)]), "–", Text(tree.CpuSeconds)]); }
        report.Table($"L3 rules for '{data.Label}', test: {(settings.Test is null ? "every fifth row" : "its own file")}", ["model", "rows", "base rate", "precision", "recall", "F1", "rules", "CPU s"], lines);
        report.Table("L3 rules, each on the test rows", ["if", "support", "hits", "precision (95 % interval)", "lift", "cause it finds", "of that cause"],
            rules.Select((rule, i) => Line(data, rule, fired[i], RuleMatch.Count(judge.Table, judge.Failed, rule))));
        report.Table("L3 bounds: where all rows, with the cause known, leave room for the true one", ["condition", "cause", "from", "to", "off by at most"], Bounds(data, rules, fired));
        report.Line("Goal: the heat, power and overstrain rules with bounds within 1 %, at most 8 rules, F1 ≥ .87; RIPPER on the same columns: F1 .73, none of them (read).");
        SuccessFigures.Write(settings, "L3.csv", "row,label,predicted,rules", Enumerable.Range(0, data.Table.Rows).Where(row => data.IsTest[row])
            .Select(row => string.Join(',', data.Names[row], data.Failed[row] ? 1 : 0, ours[row] ? 1 : 0, string.Join(' ', Enumerable.Range(0, rules.Length).Where(i => fired[i][row]).Select(i => i + 1)))));
        SuccessFigures.Write(settings, "L3-rules.csv", "rule,if", rules.Select((rule, i) => $"{i + 1},\"{If(rule).Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
    }

    private static double[] Times(MachineReadings data) => [.. data.IsTest.Select(test => test ? 2.0 : 0)];

    private static string[] Cells(MachineReadings data, bool[] predicted)
    {
        int[] rows = [.. Enumerable.Range(0, predicted.Length).Where(row => data.IsTest[row])];
        var (hits, told, failed) = (rows.Count(row => predicted[row] && data.Failed[row]), rows.Count(row => predicted[row]), rows.Count(row => data.Failed[row]));
        return [rows.Length.ToString("N0", CultureInfo.InvariantCulture), Text((double)failed / rows.Length), Text((double)hits / told), Text((double)hits / failed), Text(2.0 * hits / (told + failed))];
    }

    private static string[] Line(MachineReadings data, ImmutableArray<Condition> rule, bool[] fired, RuleCounts counts)
    {
        var (cause, found) = Cause(data, fired, test: true);
        return [If(rule), $"{counts.Support}", $"{counts.Hits}", $"{Text(counts.Precision)} ({Text(counts.Interval.Low)}–{Text(counts.Interval.High)})", Text(counts.Lift), cause is { } name ? name.Name : "–", Report.P(found)];
    }

    /// <summary>The cause that a rule finds most rows of, and the share of its rows that it finds.</summary>
    private static ((string Name, bool[] Rows)? Cause, double Found) Cause(MachineReadings data, bool[] fired, bool test)
    {
        int[] rows = [.. Enumerable.Range(0, fired.Length).Where(row => !test || data.IsTest[row])];
        if (data.Causes.IsEmpty || !rows.Any(row => fired[row])) { return (null, double.NaN); }
        var cause = data.Causes.MaxBy(cause => rows.Count(row => fired[row] && cause.Rows[row]));
        return (cause, rows.Count(row => fired[row] && cause.Rows[row]) / (double)rows.Count(row => cause.Rows[row]));
    }

    /// <summary>For each bound: among the rows that meet the rest of its rule, the last value with the cause and the first without it.</summary>
    private static IEnumerable<string[]> Bounds(MachineReadings data, ImmutableArray<ImmutableArray<Condition>> rules, bool[][] fired)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            foreach (var bound in rules[i].OfType<Compared>())
            {
                if (Cause(data, fired[i], test: false).Cause is not { } cause) { continue; }
                var met = RuleMatch.Rows(data.Table, rules[i].Remove(bound));
                var values = Enumerable.Range(0, met.Length).Where(row => met[row]).Select(row => (Value: Value(data.Table, bound.Term, row), Has: cause.Rows[row])).Where(pair => !double.IsNaN(pair.Value)).ToArray();
                // What is on the rule's side and has another cause, or none, says nothing of where this cause ends.
                double[] having = [.. values.Where(pair => pair.Has && bound.Holds(pair.Value)).Select(pair => pair.Value)], lacking = [.. values.Where(pair => !pair.Has && !bound.Holds(pair.Value)).Select(pair => pair.Value)];
                if (having.Length == 0 || lacking.Length == 0) { continue; }
                var (inside, outside) = bound.IsBelow ? (having.Max(), lacking.Min()) : (having.Min(), lacking.Max());
                var off = Math.Max(Math.Abs(bound.Bound - inside), Math.Abs(outside - bound.Bound)) / Math.Abs(bound.Bound);
                yield return [bound.Text, cause.Name, Math.Min(inside, outside).ToString("R", CultureInfo.InvariantCulture), Math.Max(inside, outside).ToString("R", CultureInfo.InvariantCulture), off.ToString("P2", CultureInfo.InvariantCulture)];
            }
        }
    }

    private static double Value(FeatureTable table, RuleTerm term, int row)
    {
        double Of(string name) => table.Columns.FirstOrDefault(column => column.Name == name) is NumericColumn column ? column.Values[row] : double.NaN;
        return term.Of(Of(term.First), Of(term.Second));
    }

    private static string If(ImmutableArray<Condition> rule) => string.Join(" and ", rule.Select(condition => condition.Text));

    private static string Text(double number) => double.IsNaN(number) ? "–" : number.ToString("F3", CultureInfo.InvariantCulture);

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
