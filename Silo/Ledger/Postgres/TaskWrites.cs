using NexusActors.Coordination;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>A task as it is to be written.</summary>
/// <param name="Prepared">Its parts as bytes.</param>
/// <param name="Task">What it becomes.</param>
internal readonly record struct TaskRow(PreparedEntry Prepared, TaskState Task)
{
    /// <summary>Its position: given by the insert, known before any other write.</summary>
    public long Seq { get; init; } = Task.Seq;

    /// <summary>The status that an update is to find.</summary>
    public WorkStatus From { get; init; }
}

/// <summary>Writes of tasks and of their edges, many at once.</summary>
internal static class TaskWrites
{
    private const string InsertSql = """
        INSERT INTO tasks (id, type, priority, created_at, spec)
        SELECT u.id, u.type, u.priority, u.created_at, u.spec FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS u(id, type, priority, created_at, spec, n) ORDER BY u.n
        ON CONFLICT (id) DO NOTHING
        RETURNING id, seq
        """;

    private const string BeginSql = """
        INSERT INTO task_states (seq, queue, type, priority, created_at, version, status, agent, assigned_at, started_at, completed_at, retry_count, loss_count,
            max_retries, attempt, cancel_requested, next_attempt_at, actual_seconds, token, held_by, expires_at, error_code, error_message, attempts, closed, progress, result, redriven_at, slot)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
        """;

    private const string InsertEdgesSql = "INSERT INTO edges (child_seq, ordinal, child_id, child_queue, parent_id, rule) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)";

    private const string UpdateSql = """
        UPDATE task_states t SET version = u.version, status = u.status, agent = u.agent, assigned_at = u.assigned_at, started_at = u.started_at, completed_at = u.completed_at,
            retry_count = u.retry_count, loss_count = u.loss_count, max_retries = u.max_retries, attempt = u.attempt, cancel_requested = u.cancel_requested,
            next_attempt_at = u.next_attempt_at, actual_seconds = u.actual_seconds, token = u.token, held_by = u.held_by, expires_at = u.expires_at,
            error_code = u.error_code, error_message = u.error_message, attempts = u.attempts, closed = u.closed, progress = u.progress, result = u.result, redriven_at = u.redriven_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
            AS u(seq, from_status, version, status, agent, assigned_at, started_at, completed_at, retry_count, loss_count,
            max_retries, attempt, cancel_requested, next_attempt_at, actual_seconds, token, held_by, expires_at, error_code, error_message, attempts, closed, progress, result, redriven_at)
        WHERE t.seq = u.seq AND t.version = u.version - 1 AND t.status = u.from_status
        RETURNING t.seq
        """;

    private const string StandSql = "SELECT seq, version, status FROM task_states WHERE seq = ANY ($1)";

    private const string ProgressSql = "UPDATE task_states t SET progress = u.progress FROM unnest($1, $2) AS u(seq, progress) WHERE t.seq = u.seq";

    private const string ChildrenSql = "SELECT e.parent_id, e.child_id, e.child_queue, s.slot FROM edges e CROSS JOIN LATERAL (SELECT slot FROM task_states c WHERE c.seq = e.child_seq OFFSET 0) s WHERE e.parent_id = ANY ($1) ORDER BY e.parent_id, e.child_seq";

    /// <summary>Adds the insert of new tasks; tells the position of each whose id was free.</summary>
    public static void Insert(CommandBatch batch, IReadOnlyList<TaskRow> rows, Action<string, long> inserted) => batch.Read(
        InsertSql,
        row => inserted(PostgresText.Read(row.GetString(0)), row.GetInt64(1)),
        rows.Texts(row => row.Task.Id),
        rows.Shorts(row => (int)row.Task.View.Spec.Type),
        rows.Shorts(row => row.Task.View.Spec.Priority),
        rows.Longs(row => row.Task.View.CreatedAt.UtcTicks),
        rows.Bytes(row => row.Prepared.Body));

    /// <summary>Adds the first states of tasks that were inserted, and what they wait for.</summary>
    public static void Begin(CommandBatch batch, IReadOnlyList<TaskRow> rows)
    {
        batch.Add(
            BeginSql,
            [
                rows.Longs(row => row.Seq),
                rows.Texts(row => row.Task.View.Spec.Queue),
                rows.Shorts(row => (int)row.Task.View.Spec.Type),
                rows.Shorts(row => row.Task.View.Spec.Priority),
                rows.Longs(row => row.Task.View.CreatedAt.UtcTicks),
                .. State(rows),
                rows.Shorts(row => QueueSlots.Of(row.Task.View.Spec.Key)),
            ]);
        var edges = rows.Where(row => !row.Task.View.Spec.Dependencies.IsDefaultOrEmpty)
            .SelectMany(row => row.Task.View.Spec.Dependencies.Select((parent, i) => (row.Seq, row.Task.View.Spec, Ordinal: i, Parent: parent))).ToList();
        if (edges.Count == 0) { return; }
        batch.Add(
            InsertEdgesSql,
            edges.Longs(edge => edge.Seq),
            edges.Ints(edge => edge.Ordinal),
            edges.Texts(edge => edge.Spec.Id),
            edges.Texts(edge => edge.Spec.Queue),
            edges.Texts(edge => edge.Parent.TaskId),
            edges.Shorts(edge => (int)edge.Parent.OnFailure));
    }

    /// <summary>Adds the next states of tasks; tells the position of each that had the version and status before.</summary>
    public static void Update(CommandBatch batch, IReadOnlyList<TaskRow> rows, Action<long> updated) => batch.Read(
        UpdateSql,
        row => updated(row.GetInt64(0)),
        [rows.Longs(row => row.Seq), rows.Shorts(row => (int)row.From), .. State(rows)]);

    /// <summary>Adds a look at where tasks stand.</summary>
    public static void Stand(CommandBatch batch, IEnumerable<long> seqs, Action<long, int, WorkStatus> stands) =>
        batch.Read(StandSql, row => stands(row.GetInt64(0), row.GetInt32(1), (WorkStatus)row.GetInt16(2)), Values.Array(seqs));

    /// <summary>Adds the progress of tasks.</summary>
    public static void Progress(CommandBatch batch, IReadOnlyDictionary<long, string> progress)
    {
        var rows = progress.OrderBy(item => item.Key).ToList();
        batch.Add(ProgressSql, rows.Longs(row => row.Key), rows.Texts(row => row.Value));
    }

    /// <summary>Adds a look for the tasks that depend directly on some.</summary>
    public static void Children(CommandBatch batch, IEnumerable<string> parents, Action<string, ChildEdge> child) => batch.Read(
        ChildrenSql,
        row => child(PostgresText.Read(row.GetString(0)), new(PostgresText.Read(row.GetString(1)), PostgresText.Read(row.GetString(2)), row.GetInt16(3))),
        Values.Array(parents));

    /// <summary>What both statements write.</summary>
    private static NpgsqlParameter[] State(IReadOnlyList<TaskRow> rows) =>
    [
        rows.Ints(row => row.Task.View.Version),
        rows.Shorts(row => (int)row.Task.View.Status),
        rows.Texts(row => row.Task.View.AssignedAgent),
        rows.Moments(row => row.Task.View.AssignedAt),
        rows.Moments(row => row.Task.View.StartedAt),
        rows.Moments(row => row.Task.View.CompletedAt),
        rows.Ints(row => row.Task.View.RetryCount),
        rows.Ints(row => row.Task.View.LossCount),
        rows.Ints(row => row.Task.View.MaxRetries),
        rows.Ints(row => row.Task.View.Attempt),
        rows.Bools(row => row.Task.View.CancelRequested),
        rows.Moments(row => row.Task.View.NextAttemptAt),
        rows.Reals(row => row.Task.View.ActualSeconds),
        rows.Texts(row => row.Task.Token),
        rows.Shorts(row => (int)row.Task.HeldBy),
        rows.Moments(row => row.Task.ExpiresAt),
        rows.Texts(row => row.Task.View.ErrorCode),
        rows.Texts(row => row.Task.View.ErrorMessage),
        rows.Bytes(row => row.Prepared.Attempts),
        rows.Bytes(row => row.Prepared.Closed),
        rows.Texts(row => row.Task.View.ProgressJson),
        rows.Texts(row => row.Task.View.ResultJson),
        rows.Moments(row => row.Task.View.RedrivenAt),
    ];
}
