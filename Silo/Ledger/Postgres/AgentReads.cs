using System.Collections.Immutable;
using NexusActors.Coordination;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of agents.</summary>
internal static class AgentReads
{
    private const string Select = "SELECT id, profile, load, active, last_seen, completed, failed, lost, busy_seconds, draining, registered_at FROM agents";

    /// <summary>One agent by id.</summary>
    public static async Task<AgentView?> FindAsync(PostgresReaders readers, string id, CancellationToken cancellation) =>
        (await readers.FirstAsync(Select + " WHERE id = $1", Map, cancellation, Values.Of(id)).ConfigureAwait(false)).Row;

    /// <summary>All agents by id.</summary>
    public static Task<ImmutableArray<AgentView>> AllAsync(PostgresReaders readers, CancellationToken cancellation) =>
        readers.ListAsync(Select + " ORDER BY id", Map, cancellation);

    /// <summary>Active agents whose last sign of life is older than a moment.</summary>
    public static Task<ImmutableArray<string>> SilentAsync(PostgresReaders readers, DateTimeOffset before, CancellationToken cancellation) =>
        readers.ListAsync("SELECT id FROM agents WHERE active AND last_seen < $1 ORDER BY id", row => row.Text(0), cancellation, Values.Of(before.UtcTicks));

    private static AgentView Map(NpgsqlDataReader row) => new()
    {
        Profile = ProfileRow.Read(row.Bytes(1), row.Text(0)),
        CurrentLoad = row.GetInt32(2),
        Active = row.GetBoolean(3),
        LastHeartbeat = row.Moment(4),
        Completed = row.GetInt64(5),
        Failed = row.GetInt64(6),
        Lost = row.GetInt64(7),
        BusySeconds = row.GetDouble(8),
        Draining = row.GetBoolean(9),
        RegisteredAt = row.Moment(10),
    };
}
