using NexusActors.Coordination;

namespace NexusActors.Ledger.Postgres;

/// <summary>Writes of agents, many at once.</summary>
internal static class AgentWrites
{
    private const string InsertSql = """
        INSERT INTO agents (id, profile, load, active, last_seen, completed, failed, lost, busy_seconds, draining, registered_at)
        SELECT u.id, u.profile, u.load, u.active, u.last_seen, u.completed, u.failed, u.lost, u.busy_seconds, u.draining, u.registered_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS u(id, profile, load, active, last_seen, completed, failed, lost, busy_seconds, draining, registered_at)
        ORDER BY u.id
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """;
    private const string UpdateSql = """
        UPDATE agents a SET profile = u.profile, active = u.active, draining = u.draining
        FROM unnest($1, $2, $3, $4) AS u(id, profile, active, draining) WHERE a.id = u.id RETURNING a.id
        """;
    private const string DeleteSql = "DELETE FROM agents WHERE id = ANY ($1) RETURNING id";

    // Rows are locked in the order of their ids, so that writers who move the counters of the same agents do not wait for each other in a circle.
    private const string TallySql = """
        UPDATE agents a SET load = greatest(a.load + u.load, u.load_floor), completed = a.completed + u.completed, failed = a.failed + u.failed, lost = a.lost + u.lost,
            busy_seconds = a.busy_seconds + u.busy_seconds, last_seen = greatest(a.last_seen, u.seen)
        FROM (SELECT u.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u(id, load, load_floor, completed, failed, lost, busy_seconds, seen) JOIN agents l ON l.id = u.id ORDER BY l.id FOR NO KEY UPDATE OF l) u
        WHERE a.id = u.id
        """;

    /// <summary>Adds the insert of agents; tells those whose id was free.</summary>
    public static void Insert(CommandBatch batch, IReadOnlyList<(PreparedEntry Prepared, AgentView Agent)> rows, Action<string> inserted) => batch.Read(
        InsertSql,
        row => inserted(PostgresText.Read(row.GetString(0))),
        rows.Texts(row => row.Agent.Profile.Id),
        rows.Bytes(row => row.Prepared.Body),
        rows.Ints(row => row.Agent.CurrentLoad),
        rows.Bools(row => row.Agent.Active),
        rows.Longs(row => row.Agent.LastHeartbeat.UtcTicks),
        rows.Longs(row => row.Agent.Completed),
        rows.Longs(row => row.Agent.Failed),
        rows.Longs(row => row.Agent.Lost),
        rows.Reals(row => row.Agent.BusySeconds),
        rows.Bools(row => row.Agent.Draining),
        rows.Longs(row => row.Agent.RegisteredAt.UtcTicks));

    /// <summary>Adds changes of profile, activity and draining; tells those that exist.</summary>
    public static void Update(CommandBatch batch, IReadOnlyList<(PreparedEntry Prepared, AgentView Agent)> rows, Action<string> updated) => batch.Read(
        UpdateSql,
        row => updated(PostgresText.Read(row.GetString(0))),
        rows.Texts(row => row.Agent.Profile.Id),
        rows.Bytes(row => row.Prepared.Body),
        rows.Bools(row => row.Agent.Active),
        rows.Bools(row => row.Agent.Draining));

    /// <summary>Adds the end of agents; tells those that existed.</summary>
    public static void Delete(CommandBatch batch, IEnumerable<string> ids, Action<string> deleted) =>
        batch.Read(DeleteSql, row => deleted(PostgresText.Read(row.GetString(0))), Values.Array(ids));

    /// <summary>Adds movements of counters and signs of life; agents that are gone are passed over.</summary>
    public static void Move(CommandBatch batch, IReadOnlyDictionary<string, (TallySum Sum, DateTimeOffset Seen)> moves)
    {
        var rows = moves.OrderBy(move => move.Key, StringComparer.Ordinal).ToList();
        batch.Add(
            TallySql,
            rows.Texts(row => row.Key),
            rows.Ints(row => (int)row.Value.Sum.Load),
            rows.Ints(row => (int)row.Value.Sum.LoadFloor),
            rows.Longs(row => row.Value.Sum.Completed),
            rows.Longs(row => row.Value.Sum.Failed),
            rows.Longs(row => row.Value.Sum.Lost),
            rows.Reals(row => row.Value.Sum.BusySeconds),
            rows.Longs(row => row.Value.Seen.UtcTicks));
    }
}
