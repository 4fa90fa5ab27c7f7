using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of agents.</summary>
internal sealed class AgentStatements(Database database)
{
    private readonly Statement _insert = database.Prepare("""
        INSERT INTO agents (id, profile, load, active, last_seen, completed, failed, lost, busy_seconds, draining, registered_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO NOTHING
        """);
    private readonly Statement _update = database.Prepare("UPDATE agents SET profile = ?2, active = ?3, draining = ?4 WHERE id = ?1");
    private readonly Statement _delete = database.Prepare("DELETE FROM agents WHERE id = ?1");
    private readonly Statement _tally = database.Prepare("""
        UPDATE agents SET load = max(load + ?2, ?3), completed = completed + ?4, failed = failed + ?5, lost = lost + ?6, busy_seconds = busy_seconds + ?7 WHERE id = ?1
        """);
    private readonly Statement _seen = database.Prepare("UPDATE agents SET last_seen = ?2 WHERE id = ?1 AND last_seen < ?2");

    /// <summary>Inserts an agent; false where its id is taken.</summary>
    public bool Insert(in PreparedEntry prepared, AgentView agent) => _insert
        .Bind(1, agent.Profile.Id).Bind(2, prepared.Body).Bind(3, agent.CurrentLoad).Bind(4, agent.Active).Bind(5, agent.LastHeartbeat)
        .Bind(6, agent.Completed).Bind(7, agent.Failed).Bind(8, agent.Lost).Bind(9, agent.BusySeconds).Bind(10, agent.Draining).Bind(11, agent.RegisteredAt)
        .RunCounted() != 0;

    /// <summary>Writes an agent's profile, activity and draining; false where it is gone.</summary>
    public bool Update(in PreparedEntry prepared, AgentView agent) =>
        _update.Bind(1, agent.Profile.Id).Bind(2, prepared.Body).Bind(3, agent.Active).Bind(4, agent.Draining).RunCounted() != 0;

    /// <summary>Deletes an agent; false where it is gone.</summary>
    public bool Delete(string id) => _delete.Bind(1, id).RunCounted() != 0;

    /// <summary>Moves an agent's counters.</summary>
    public void Tally(string id, in TallySum sum) => _tally
        .Bind(1, id).Bind(2, sum.Load).Bind(3, sum.LoadFloor).Bind(4, sum.Completed).Bind(5, sum.Failed).Bind(6, sum.Lost).Bind(7, sum.BusySeconds)
        .Run();

    /// <summary>Moves an agent's last sign of life forward.</summary>
    public void Seen(string id, DateTimeOffset at) => _seen.Bind(1, id).Bind(2, at).Run();
}
