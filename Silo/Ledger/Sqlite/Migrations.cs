namespace NexusActors.Ledger.Sqlite;

/// <summary>Brings the schema to the version of this program, once and in one transaction. A newer schema is refused.</summary>
internal static class Migrations
{
    /// <summary>Runs every step that the file has not seen.</summary>
    public static void Run(Database database, TimeProvider time)
    {
        var steps = MigrationSteps.Of("Sqlite");
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
}
