using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace NexusActors.Ledger;

/// <summary>The steps that bring a schema to the version of this program: the embedded files <c>NNNN_name.sql</c> of an adapter, numbered from 1 without gaps.</summary>
internal static partial class MigrationSteps
{
    /// <summary>All steps of an adapter, in order.</summary>
    /// <param name="adapter">Name of its folder.</param>
    public static List<(long Version, string Name, string Sql)> Of(string adapter)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var steps = new List<(long Version, string Name, string Sql)>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (StepName().Match(resource) is not { Success: true } match || match.Groups[1].Value != adapter) { continue; }
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not embedded."));
            steps.Add((long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture), match.Groups[3].Value, reader.ReadToEnd()));
        }
        steps.Sort((one, other) => one.Version.CompareTo(other.Version));
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Version != i + 1) { throw new InvalidOperationException($"Migration {i + 1} of {adapter} is missing or doubled."); }
        }
        return steps;
    }

    [GeneratedRegex(@"\.(\w+)\.Migrations\.(\d{4})_(\w+)\.sql$")]
    private static partial Regex StepName();
}
