using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Brings the schema to the version of this program: once, however many processes start at one time. A newer schema is refused.</summary>
internal static class Migrations
{
    // Taken by all processes of all versions for as long as one of them changes the schema: "nexus" in ASCII.
    private const long Lock = 0x6e65787573;

    private const string VersionsSql = "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

    private const string CurrentSql = "SELECT max(version) FROM schema_migrations";

    // Facts that came from elsewhere have positions that another server's transactions gave: those of this one must be greater. A row where they did.
    private const string ClockSql = """
        SELECT move_event_clock() FROM event_clock
        WHERE home IS DISTINCT FROM facts_home() OR greatest((SELECT max(seq) FROM events), (SELECT seq FROM event_horizon)) >= event_positions()
        """;

    /// <summary>Runs every step that the database has not seen, each in a transaction of its own.</summary>
    /// <exception cref="InvalidOperationException">The schema is of a newer program.</exception>
    public static async Task RunAsync(NpgsqlDataSource source, ILogger logger, CancellationToken cancellation)
    {
        var steps = MigrationSteps.Of("Postgres");
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({Lock})", cancellation).ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, VersionsSql, cancellation).ConfigureAwait(false);
            var current = await NumberAsync(connection, CurrentSql, cancellation).ConfigureAwait(false) ?? 0;
            if (current > steps[^1].Version)
            {
                throw new InvalidOperationException($"The database was written by a newer version of the program (schema {current}, this program knows {steps[^1].Version}). Start the newer program, or use another database.");
            }
            foreach (var (version, name, sql) in steps.Where(step => step.Version > current))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
                await ExecuteAsync(connection, sql, cancellation).ConfigureAwait(false);
                await ExecuteAsync(connection, "INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", cancellation, Values.Of(version), Values.Of(name)).ConfigureAwait(false);
                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                LedgerLog.Migrated(logger, $"{version:D4} {name}");
            }
            if (await NumberAsync(connection, ClockSql, cancellation).ConfigureAwait(false) is { } from) { LedgerLog.Moved(logger, from); }
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({Lock})", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<long?> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as long?;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) { command.Parameters.Add(value); }
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
