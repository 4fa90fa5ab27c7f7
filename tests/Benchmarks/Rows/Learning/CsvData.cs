using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using NexusActors.Learning.Features;

namespace NexusActors.Benchmarks;

/// <summary>A table of texts; <c>?</c> and nothing are missing.</summary>
internal sealed class CsvData(ImmutableArray<string> names, string[][] rows)
{
    public ImmutableArray<string> Names => names;

    public string[][] Rows => rows;

    /// <summary>The place of a column.</summary>
    public int this[string name] => names.IndexOf(name) is >= 0 and var place ? place : throw new DataMissingException($"There is no column '{name}'; there are {string.Join(", ", names)}.");

    /// <summary>Reads a file, packed or not. Without names the first line has them. Lines with another number of fields are not data.</summary>
    public static CsvData Read(string path, ImmutableArray<string> names = default)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        if (names.IsDefault) { names = [.. (reader.ReadLine() ?? "").Split(',').Select(name => name.Trim())]; }
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(',', StringSplitOptions.TrimEntries) is { } fields && fields.Length == names.Length) { rows.Add(fields); }
        }

        return rows.Count > 0 ? new(names, [.. rows]) : throw new DataMissingException($"{path} has no data.");
    }

    /// <summary>The file of a set below a folder, or the file itself: <c>folder/name*.csv*</c> or <c>folder/set/name*.csv*</c>.</summary>
    public static string Find(string? data, string set, string pattern)
    {
        if (data is null) { throw new DataMissingException($"This row needs data: --data FOLDER with {set}/{pattern}."); }
        if (File.Exists(data)) { return data; }
        var found = new[] { data, Path.Combine(data, set) }.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, pattern)).Order(StringComparer.Ordinal).FirstOrDefault();
        return found ?? throw new DataMissingException($"There is no {pattern} in {data} or its folder {set}.");
    }

    public static bool IsMissing(string text) => text is "" or "?";

    /// <summary>A column by name, of numbers where all are numbers and it is not said to be words.</summary>
    public static FeatureColumn Column(string name, IReadOnlyCollection<string> texts, bool words = false)
    {
        if (!words && texts.All(text => IsMissing(text) || double.TryParse(text, CultureInfo.InvariantCulture, out _)))
        {
            return new NumericColumn(name, [.. texts.Select(text => IsMissing(text) ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture))]);
        }

        ImmutableArray<string> categories = [.. texts.Where(text => !IsMissing(text)).Distinct().Order(StringComparer.Ordinal)];
        var codes = categories.Select((word, code) => (word, code)).ToDictionary(pair => pair.word, pair => pair.code);
        return new CategoryColumn(name, categories, [.. texts.Select(text => IsMissing(text) ? -1 : codes[text])]);
    }
}
