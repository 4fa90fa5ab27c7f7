using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of agents.</summary>
internal static class AgentReads
{
    private const string Select = "SELECT id, profile, load, active, last_seen, completed, failed, lost, busy_seconds, draining, registered_at FROM agents";

    /// <summary>One agent by id.</summary>
    public static AgentView? Find(SqliteReader reader, string id)
    {
        var row = reader.Query(Select + " WHERE id = ?1").Bind(1, id);
        return row.Step() ? Map(row) : null;
    }

    /// <summary>All agents by id.</summary>
    public static ImmutableArray<AgentView> All(SqliteReader reader)
    {
        var row = reader.Query(Select + " ORDER BY id");
        var agents = ImmutableArray.CreateBuilder<AgentView>();
        while (row.Step()) { agents.Add(Map(row)); }
        return agents.DrainToImmutable();
    }

    /// <summary>Active agents whose last sign of life is older than a moment.</summary>
    public static ImmutableArray<string> Silent(SqliteReader reader, DateTimeOffset before)
    {
        var row = reader.Query("SELECT id FROM agents WHERE active = 1 AND last_seen < ?1 ORDER BY id").Bind(1, before);
        var ids = ImmutableArray.CreateBuilder<string>();
        while (row.Step()) { ids.Add(row.Text(0)); }
        return ids.DrainToImmutable();
    }

    private static AgentView Map(Statement row) => new()
    {
        Profile = ProfileRow.Read(row.Bytes(1), row.Text(0)),
        CurrentLoad = row.Int(2),
        Active = row.Bool(3),
        LastHeartbeat = row.Moment(4),
        Completed = row.Long(5),
        Failed = row.Long(6),
        Lost = row.Long(7),
        BusySeconds = row.Real(8),
        Draining = row.Bool(9),
        RegisteredAt = row.Moment(10),
    };
}
