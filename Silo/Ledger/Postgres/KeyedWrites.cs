namespace NexusActors.Ledger.Postgres;

/// <summary>Writes of what is found by a name alone: queues, settings, idempotency keys; and of counts.</summary>
internal static class KeyedWrites
{
    private const string PutQueuesSql = """
        INSERT INTO queues (name, settings) SELECT u.name, u.settings FROM unnest($1, $2) AS u(name, settings) ORDER BY u.name
        ON CONFLICT (name) DO UPDATE SET settings = excluded.settings
        """;
    private const string PutSettingsSql = """
        INSERT INTO settings (name, value) SELECT u.name, u.value FROM unnest($1, $2) AS u(name, value) ORDER BY u.name
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """;
    private const string TakeKeysSql = """
        INSERT INTO operations (key, body_hash, answer, at) SELECT u.key, u.body_hash, u.answer, $4 FROM unnest($1, $2, $3) AS u(key, body_hash, answer) ORDER BY u.key
        ON CONFLICT (key) DO NOTHING RETURNING key
        """;
    private const string FindKeysSql = "SELECT key, body_hash, answer FROM operations WHERE key = ANY ($1)";
    private const string GiveKeysBackSql = "DELETE FROM operations WHERE key = ANY ($1)";

    // Each process counts in a slot of its own, so that those which work on one queue do not wait for each other's commits; only the sums mean something.
    private const string CountTasksSql = """
        INSERT INTO task_counts (queue, status, slot, n)
        SELECT u.queue, u.status, $4, u.n FROM unnest($1, $2, $3) AS u(queue, status, n) ORDER BY u.queue, u.status
        ON CONFLICT (queue, status, slot) DO UPDATE SET n = task_counts.n + excluded.n
        """;

    /// <summary>Adds queues made or replaced.</summary>
    public static void PutQueues(CommandBatch batch, IReadOnlyList<(string Name, byte[]? Settings)> rows) =>
        batch.Add(PutQueuesSql, rows.Texts(row => row.Name), rows.Bytes(row => row.Settings));

    /// <summary>Adds settings made or replaced.</summary>
    public static void PutSettings(CommandBatch batch, IReadOnlyList<(string Name, string Value)> rows) =>
        batch.Add(PutSettingsSql, rows.Texts(row => row.Name), rows.Texts(row => row.Value));

    /// <summary>Adds idempotency keys where they are new, and a look at all of them. Waits for another transaction that takes the same.</summary>
    public static void TakeKeys(CommandBatch batch, IReadOnlyList<Operation> rows, DateTimeOffset now, Action<string> taken, Action<Operation> stored)
    {
        batch.Read(
            TakeKeysSql,
            row => taken(PostgresText.Read(row.GetString(0))),
            rows.Texts(row => row.Key),
            rows.Texts(row => row.BodyHash),
            rows.Texts(row => row.Answer),
            Values.Of(now.UtcTicks));
        batch.Read(
            FindKeysSql,
            row => stored(new(PostgresText.Read(row.GetString(0)), PostgresText.Read(row.GetString(1)), PostgresText.Read(row.GetString(2)))),
            Values.Array(rows.Select(row => row.Key)));
    }

    /// <summary>Adds the removal of keys that were taken for entries which were then refused.</summary>
    public static void GiveKeysBack(CommandBatch batch, IEnumerable<string> keys) => batch.Add(GiveKeysBackSql, Values.Array(keys));

    /// <summary>Adds movements of the counts of tasks, in the slot of this writer.</summary>
    public static void CountTasks(CommandBatch batch, IReadOnlyList<(string Queue, int Status, long Change)> rows, int slot) =>
        batch.Add(CountTasksSql, rows.Texts(row => row.Queue), rows.Shorts(row => row.Status), rows.Longs(row => row.Change), Values.Of((short)slot));
}
