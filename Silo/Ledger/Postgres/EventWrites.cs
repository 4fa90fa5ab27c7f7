namespace NexusActors.Ledger.Postgres;

/// <summary>An event with its place.</summary>
/// <param name="Seq">Its position.</param>
/// <param name="TaskSeq">Position of its task, where the entry says it; else it is looked up.</param>
/// <param name="Item">What happened.</param>
internal readonly record struct PlacedEvent(long Seq, long? TaskSeq, LedgerEvent Item);

/// <summary>Writes of events.</summary>
internal static class EventWrites
{
    /// <summary>Most events of one transaction: their number has 16 bits of a position.</summary>
    public const int Max = (1 << 16) - 1;

    private const string InsertSql = """
        INSERT INTO events (seq, at, type, task_seq, task_id, agent, queue, data)
        SELECT u.seq, u.at, u.type, coalesce(u.task_seq, CASE WHEN u.task_id IS NOT NULL THEN (SELECT t.seq FROM tasks t WHERE t.id = u.task_id) END), u.task_id, u.agent, u.queue, u.data
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u(seq, at, type, task_seq, task_id, agent, queue, data)
        """;

    /// <summary>Adds the insert of events.</summary>
    public static void Insert(CommandBatch batch, IReadOnlyList<PlacedEvent> rows) => batch.Add(
        InsertSql,
        rows.Longs(row => row.Seq),
        rows.Longs(row => row.Item.At.UtcTicks),
        rows.Texts(row => row.Item.Type),
        rows.LongsOrNull(row => row.TaskSeq),
        rows.Texts(row => row.Item.TaskId),
        rows.Texts(row => row.Item.AgentId),
        rows.Texts(row => row.Item.Queue),
        rows.Texts(row => row.Item.DataJson));
}
