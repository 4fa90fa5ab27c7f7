namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of events.</summary>
internal sealed class EventStatements(Database database)
{
    private readonly Statement _insert = database.Prepare(
        "INSERT INTO events (seq, at, type, task_seq, task_id, agent, queue, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    /// <summary>Inserts one event.</summary>
    /// <param name="seq">Its position.</param>
    /// <param name="item">What happened.</param>
    /// <param name="taskSeq">Position of its task, where that is known to the ledger.</param>
    public void Insert(long seq, LedgerEvent item, long? taskSeq) => _insert
        .Bind(1, seq).Bind(2, item.At).Bind(3, item.Type).Bind(4, taskSeq).Bind(5, item.TaskId).Bind(6, item.AgentId).Bind(7, item.Queue).Bind(8, item.DataJson)
        .Run();
}
