using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NexusActors.Benchmarks;

/// <summary>A scenario of the algorithm selection library (ASlib): instances with features, and what each algorithm costs there.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Actions">Algorithms.</param>
/// <param name="Instances">In the order in which they come: by the MD5 of their ids.</param>
internal sealed record AlgorithmScenario(string Name, string[] Actions, IReadOnlyList<AlgorithmInstance> Instances)
{
    private const double Penalty = 10;

    /// <summary>Reads one.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The rule of the data set names MD5 as the order; nothing is protected by it.")]
    public static AlgorithmScenario Read(Settings settings, string name)
    {
        var cutoff = Number(File.ReadLines(settings.DataFile("aslib", name, "description.txt")).First(line => line.StartsWith("algorithm_cutoff_time", StringComparison.Ordinal)).Split(':')[1].Trim());
        var runs = Rows(settings.DataFile("aslib", name, "algorithm_runs.arff")).ToArray();
        var actions = runs.Select(run => run[2]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var costs = runs.ToLookup(run => run[0], StringComparer.Ordinal);
        var instances = Rows(settings.DataFile("aslib", name, "feature_values.arff"))
            .Where(row => costs.Contains(row[0]))
            .OrderBy(row => Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(row[0]))), StringComparer.Ordinal)
            .Select(row => new AlgorithmInstance(row[0], [.. row.Skip(2).Select(Number)], [.. actions.Select(action => costs[row[0]].Where(run => run[2] == action).Select(run => Cost(run, cutoff)).DefaultIfEmpty(1).Average())]));
        return new(name, actions, [.. instances]);
    }

    // What was not solved counts ten times the time allowed.
    private static double Cost(string[] run, double cutoff) => Math.Log10(1 + (run[4] == "ok" ? Math.Min(Number(run[3]), cutoff) : Penalty * cutoff)) / Math.Log10(1 + Penalty * cutoff);

    private static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(file).SkipWhile(line => !line.Trim().Equals("@DATA", StringComparison.OrdinalIgnoreCase)).Skip(1).Where(line => line.Length > 0 && line[0] != '%').Select(line => line.Split(',').Select(cell => cell.Trim(' ', '\'', '"')).ToArray());

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}

/// <summary>One instance.</summary>
/// <param name="Id">Name.</param>
/// <param name="Features"><see cref="double.NaN"/>: not known.</param>
/// <param name="Costs">By action, 0–1.</param>
internal sealed record AlgorithmInstance(string Id, double[] Features, double[] Costs);
