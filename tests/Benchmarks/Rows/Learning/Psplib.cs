using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using NexusActors.Learning.Plans;

namespace NexusActors.Benchmarks;

/// <param name="Name">File name without extension.</param>
/// <param name="Project">Supersource and supersink included.</param>
/// <param name="BestKnown">Makespan; null: not in the lists.</param>
internal sealed record PsplibInstance(string Name, Project Project, int? BestKnown);

/// <summary>Instances and best known makespans in the form of PSPLIB (Kolisch, Sprecher 1996): <c>.sm</c> files, loose or zipped, beside lists whose names end with <c>opt.sm</c> or <c>hrs.sm</c>.</summary>
internal static partial class Psplib
{
    /// <summary>The sets below a folder: itself and its subfolders, as far as they hold instances, by name.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<PsplibInstance> Instances)> Sets(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Prepend(folder).Order(StringComparer.Ordinal)
            .Select(set => (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(set))), Instances: Read(set))).Where(set => set.Instances.Count > 0),
    ];

    private static List<PsplibInstance> Read(string folder)
    {
        // What is proven optimal counts before what is merely the best that was found.
        var known = Directory.EnumerateFiles(folder, "*hrs.sm").Concat(Directory.EnumerateFiles(folder, "*opt.sm")).SelectMany(File.ReadLines).Select(Solution).OfType<(int Parameter, int Instance, int Makespan)>()
            .GroupBy(line => (line.Parameter, line.Instance)).ToDictionary(same => same.Key, same => same.Last().Makespan);
        return
        [
            .. Texts(folder).Select(file => (file.Name, Match: InstanceName().Match(file.Name), file.Text)).Where(file => file.Match.Success)
                .Select(file => new PsplibInstance(file.Name, Parse(file.Text), known.TryGetValue((Number(file.Match.Groups["parameter"].Value), Number(file.Match.Groups["instance"].Value)), out var best) ? best : null))
                .OrderBy(instance => instance.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The numbers of one <c>.sm</c> file by its sections.</summary>
    private static Project Parse(string text)
    {
        var lines = text.Split('\n');
        var successors = Section(lines, "PRECEDENCE RELATIONS").ToDictionary(row => row[0], row => row[3..]);
        var requests = Section(lines, "REQUESTS/DURATIONS").ToArray();
        var places = requests.Select((row, i) => (row[0], i)).ToDictionary(pair => pair.Item1, pair => pair.i);
        var before = successors.SelectMany(row => row.Value.Select(after => (after, row.Key))).ToLookup(pair => pair.after, pair => places[pair.Key]);
        return new(
            [.. requests.Select(row => new Activity { Id = row[0].ToString(CultureInfo.InvariantCulture), Duration = row[2], Demands = [.. row[3..]], Predecessors = [.. before[row[0]]] })],
            [.. Section(lines, "RESOURCEAVAILABILITIES").First()]);
    }

    /// <summary>The lines that consist of numbers alone between a heading and the next line of stars.</summary>
    private static IEnumerable<int[]> Section(string[] lines, string heading) =>
        lines.SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith('*')).Where(line => NumbersOnly().IsMatch(line))
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray());

    private static (int Parameter, int Instance, int Makespan)? Solution(string line) =>
        SolutionLine().Match(line) is { Success: true } match ? (Number(match.Groups[1].Value), Number(match.Groups[2].Value), Number(match.Groups[3].Value)) : null;

    private static IEnumerable<(string Name, string Text)> Texts(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.sm")) { yield return (Path.GetFileNameWithoutExtension(path), File.ReadAllText(path)); }
        foreach (var path in Directory.EnumerateFiles(folder, "*.zip"))
        {
            using var zip = ZipFile.OpenRead(path);
            foreach (var entry in zip.Entries.Where(entry => entry.Name.EndsWith(".sm", StringComparison.OrdinalIgnoreCase)))
            {
                using var reader = new StreamReader(entry.Open());
                yield return (Path.GetFileNameWithoutExtension(entry.Name), reader.ReadToEnd());
            }
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>j3010_1: size 30, parameter 10, instance 1.</summary>
    [GeneratedRegex(@"^[a-z]+(30|60|90|120)(?<parameter>\d{1,2})_(?<instance>\d{1,2})$", RegexOptions.IgnoreCase)] private static partial Regex InstanceName();

    [GeneratedRegex(@"^\s*\d[\d\s]*$")] private static partial Regex NumbersOnly();

    [GeneratedRegex(@"^\s*(\d+)\s+(\d+)\s+(\d+)(\s|$)")] private static partial Regex SolutionLine();
}
