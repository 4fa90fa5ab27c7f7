using System.Collections.Frozen;
using System.Globalization;

namespace NexusActors.Benchmarks;

/// <summary>One way to run a job, and what it took.</summary>
/// <param name="Machines">How many.</param>
/// <param name="MachineType">Of which type.</param>
/// <param name="Slots">Cores of all together.</param>
/// <param name="Memory">Megabytes of all together.</param>
/// <param name="Seconds">Median run time of its repeats: single runs that were disturbed take several times as long.</param>
internal sealed record ClusterSetting(int Machines, string MachineType, double Slots, double Memory, double Seconds)
{
    /// <summary>Dollars per hour and machine: on-demand list prices of us-east-1 for the generation of the experiments; within a family they go with the size.</summary>
    private static readonly FrozenDictionary<string, double> HourlyPrice = new Dictionary<string, double>
    {
        ["c4.large"] = 0.100,
        ["c4.xlarge"] = 0.199,
        ["c4.2xlarge"] = 0.398,
        ["c4.4xlarge"] = 0.796,
        ["m4.large"] = 0.100,
        ["m4.xlarge"] = 0.200,
        ["m4.2xlarge"] = 0.400,
        ["m4.4xlarge"] = 0.800,
        ["r4.large"] = 0.133,
        ["r4.xlarge"] = 0.266,
        ["r4.2xlarge"] = 0.532,
        ["r4.4xlarge"] = 1.064,
    }.ToFrozenDictionary();

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Machines}x{MachineType}");

    /// <summary>Dollars that it really cost.</summary>
    public double Dollars => Cost(Seconds);

    /// <summary>Dollars that it costs if it takes so long.</summary>
    public double Cost(double seconds) => HourlyPrice[MachineType] * Machines * seconds / 3600;

    public static bool HasPrice(string machineType) => HourlyPrice.ContainsKey(machineType);
}

/// <summary>One job on one input: everything but the way to run it.</summary>
/// <param name="Index">Its place in the file, from 0, by first appearance.</param>
/// <param name="Inputs">Every other column: numbers, by the file's order.</param>
/// <param name="Settings">Ways that were tried.</param>
internal sealed record ClusterContext(int Index, double[] Inputs, IReadOnlyList<ClusterSetting> Settings)
{
    public const int Folds = 5;

    public int Fold => Index % Folds;

    public double BestSeconds => Settings.Min(setting => setting.Seconds);

    public double BestDollars => Settings.Min(setting => setting.Dollars);

    /// <summary>Weighted sum of run time and cost, each relative to the best of the context; 1 is out of reach.</summary>
    public double Burden(ClusterSetting setting, double timeWeight) => (timeWeight * setting.Seconds / BestSeconds) + ((1 - timeWeight) * setting.Dollars / BestDollars);

    /// <summary>How much heavier a choice is than the best one.</summary>
    public double Regret(ClusterSetting chosen, double timeWeight) => Burden(chosen, timeWeight) - Settings.Min(setting => Burden(setting, timeWeight));
}

/// <summary>Reads the experiments.</summary>
internal static class ClusterRuns
{
    private static readonly string[] Ways = ["instance_count", "machine_type", "slots", "memory", "gross_runtime"];

    /// <summary>Every file of the folder, by name.</summary>
    /// <exception cref="DataMissingException">There are none, or one is not of the form.</exception>
    public static IReadOnlyList<(string Job, IReadOnlyList<ClusterContext> Contexts)> Read(Settings settings)
    {
        if (settings.Data is not { } data) { throw new DataMissingException("This row takes its data from the folder that --data names; it reads c3o/*.tsv there."); }
        string[] files = [.. new[] { Path.Combine(data, "c3o"), data }.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.tsv")).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? [.. files.Select(file => (Path.GetFileNameWithoutExtension(file), Contexts(file)))] : throw new DataMissingException($"{data} holds no *.tsv, nor does its folder c3o.");
    }

    private static IReadOnlyList<ClusterContext> Contexts(string file)
    {
        var lines = File.ReadAllLines(file);
        var header = lines[0].Split('\t');
        var places = Ways.ToDictionary(way => way, way => Array.IndexOf(header, way) is >= 0 and var place ? place : throw new DataMissingException($"{file} has no column '{way}'."));
        int[] inputs = [.. Enumerable.Range(0, header.Length).Where(column => !Ways.Contains(header[column]))];
        var rows = lines.Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t')).ToArray();
        if (rows.FirstOrDefault(row => !ClusterSetting.HasPrice(row[places["machine_type"]])) is { } unknown) { throw new DataMissingException($"{file}: the price of {unknown[places["machine_type"]]} is not known."); }
        return
        [
            .. rows.GroupBy(row => string.Join('\t', inputs.Select(column => row[column]))).Select((context, index) => new ClusterContext(index, [.. inputs.Select(column => Number(context.First()[column]))],
                [.. context.GroupBy(row => (Machines: row[places["instance_count"]], Type: row[places["machine_type"]])).Select(same => new ClusterSetting(
                    (int)Number(same.Key.Machines), same.Key.Type, Number(same.First()[places["slots"]]), Number(same.First()[places["memory"]]), Median([.. same.Select(row => Number(row[places["gross_runtime"]]))])))])),
        ];
    }

    private static double Median(double[] values) => values.Order().Skip((values.Length - 1) / 2).Take(2 - (values.Length % 2)).Average();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
