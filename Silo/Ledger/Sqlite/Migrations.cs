using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Brings the schema to the version of this program, once and in one transaction. A newer schema is refused.</summary>
internal static partial class Migrations
{
    /// <summary>Runs every step that the file has not seen. The steps are the embedded files <c>NNNN_name.sql</c>.</summary>
    public static void Run(Database database, TimeProvider time)
    {
        var steps = Steps();
        database.Execute("BEGIN IMMEDIATE");
        database.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
        var current = database.Number("SELECT max(version) FROM schema_version");
        if (current > steps[^1].Version)
        {
            throw new InvalidOperationException(
                $"The data was written by a newer version of the program (schema {current}, this program knows {steps[^1].Version}). Start the newer program, or use another data folder.");
        }
        foreach (var (version, name, sql) in steps.Where(step => step.Version > current))
        {
            database.Execute(sql);
            using var record = database.Prepare("INSERT INTO schema_version VALUES (?1, ?2, ?3)");
            record.Bind(1, version).Bind(2, name).Bind(3, time.GetUtcNow()).Run();
        }
        database.Execute("COMMIT");
    }

    private static List<(long Version, string Name, string Sql)> Steps()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var steps = new List<(long Version, string Name, string Sql)>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (StepName().Match(resource) is not { Success: true } match) { continue; }
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not embedded."));
            steps.Add((long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value, reader.ReadToEnd()));
        }
        steps.Sort((one, other) => one.Version.CompareTo(other.Version));
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Version != i + 1) { throw new InvalidOperationException($"Migration {i + 1} is missing or doubled."); }
        }
        return steps;
    }

    [GeneratedRegex(@"\.Sqlite\.Migrations\.(\d{4})_(\w+)\.sql$")]
    private static partial Regex StepName();
}
