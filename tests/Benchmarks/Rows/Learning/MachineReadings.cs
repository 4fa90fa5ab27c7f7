using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>
/// Readings of machines with failures, whatever its columns are called. The form: columns of 0 and 1 at the end are, first, whether the machine failed, then, one for each, why; texts that never repeat and a number that rises with
/// each row are names; everything else is a reading. Why it failed is for judging alone.
/// </summary>
internal sealed class MachineReadings
{
    private const int Fold = 5;

    private MachineReadings(FeatureTable table, ImmutableArray<bool> failed, ImmutableArray<(string Name, bool[] Rows)> causes, bool[] isTest, string[] names, string label) =>
        (Table, Failed, Causes, IsTest, Names, Label) = (table, failed, causes, isTest, names, label);

    public FeatureTable Table { get; }

    public ImmutableArray<bool> Failed { get; }

    public ImmutableArray<(string Name, bool[] Rows)> Causes { get; }

    public bool[] IsTest { get; }

    /// <summary>Of the rows.</summary>
    public string[] Names { get; }

    public string Label { get; }

    /// <summary>Reads a file, and another one to judge by; without it rows whose number gives 1 when it is divided by 5 are the test.</summary>
    public static MachineReadings Read(string path, string? test)
    {
        var data = CsvData.Read(path);
        var judged = test is null ? null : CsvData.Read(test);
        if (judged is not null && !judged.Names.SequenceEqual(data.Names)) { throw new DataMissingException($"{test} has other columns than {path}."); }
        string[][] rows = judged is null ? data.Rows : [.. data.Rows, .. judged.Rows];
        string[][] columns = [.. Enumerable.Range(0, data.Names.Length).Select(place => rows.Select(row => row[place]).ToArray())];
        var flags = columns.Reverse().TakeWhile(column => Array.TrueForAll(column, text => text is "0" or "1")).Count();
        if (flags == 0) { throw new DataMissingException($"{path} does not end with columns of 0 and 1: whether the machine failed, and why."); }

        var readings = columns.Length - flags;
        var number = Array.FindIndex(columns[..readings], column => IsRising(column[..data.Rows.Length]));
        var isTest = rows.Select((row, i) => judged is null ? (number < 0 ? i : long.Parse(row[number], CultureInfo.InvariantCulture)) % Fold == 1 : i >= data.Rows.Length).ToArray();
        ImmutableArray<FeatureColumn> features = [.. Enumerable.Range(0, readings).Where(place => place != number && !IsName(columns[place])).Select(place => CsvData.Column(data.Names[place], columns[place]))];
        return new(
            new(features, rows.Length),
            [.. columns[readings].Select(text => text == "1")],
            [.. Enumerable.Range(readings + 1, flags - 1).Select(place => (data.Names[place], Array.ConvertAll(columns[place], text => text == "1")))],
            isTest,
            number < 0 ? [.. rows.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))] : columns[number],
            data.Names[readings]);
    }

    /// <summary>Rows of the table that are the test, or are not.</summary>
    public (FeatureTable Table, ImmutableArray<bool> Failed) Part(bool test)
    {
        int[] rows = [.. Enumerable.Range(0, Table.Rows).Where(row => IsTest[row] == test)];
        var values = Array.ConvertAll(rows, row => FeatureRows.Row(Table, row));
        return (FeatureRows.ToTable(FeatureRows.Shapes(Table), values), [.. rows.Select(row => Failed[row])]);
    }

    private static bool IsRising(string[] column)
    {
        var last = long.MinValue;
        foreach (var text in column)
        {
            if (!long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) || number <= last) { return false; }
            last = number;
        }
        return true;
    }

    private static bool IsName(string[] column) => !Array.TrueForAll(column, text => CsvData.IsMissing(text) || double.TryParse(text, CultureInfo.InvariantCulture, out _)) && column.Distinct().Count() == column.Length;
}
