using System.Collections.Immutable;
using NexusActors.Coordination;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of tasks.</summary>
internal static class TaskReads
{
    /// <summary>What a task is and where it stands, in the order that <see cref="Map"/> reads them.</summary>
    private const string Columns = """
        t.seq, t.id, r.queue, t.type, t.priority, t.created_at, r.version, r.status, r.agent, r.assigned_at, r.started_at, r.completed_at, r.retry_count, r.loss_count,
            r.max_retries, r.attempt, r.cancel_requested, r.next_attempt_at, r.actual_seconds, r.token, r.held_by, r.expires_at, r.error_code, r.error_message,
            r.attempts, r.closed, r.progress, r.result, t.spec, r.redriven_at
        """;

    // Each row's other half is looked up (OFFSET 0 keeps it so): a join might be planned over the whole table.
    private const string WithTask = " CROSS JOIN LATERAL (SELECT * FROM tasks t WHERE t.seq = r.seq OFFSET 0) t";
    private const string WithState = " CROSS JOIN LATERAL (SELECT * FROM task_states r WHERE r.seq = t.seq OFFSET 0) r";

    private const string FindSql = "SELECT " + Columns + " FROM tasks t" + WithState + " WHERE t.id = $1";

    private const string FindManySql = "SELECT " + Columns + " FROM unnest($1) WITH ORDINALITY AS u(seq, n) JOIN tasks t ON t.seq = u.seq" + WithState + " ORDER BY u.n";

    // A stretch of the index of live tasks: its expression.
    private const string LiveSql = "SELECT " + Columns + """

        FROM (SELECT * FROM task_states l WHERE l.queue = $1 AND l.status < 5 AND l.seq + 0 > $2 AND (l.slot BETWEEN $4 AND $5 OR l.slot = -1) ORDER BY l.seq + 0 LIMIT $3) r
        """ + WithTask + " ORDER BY r.seq";

    private const string LiveEdgesSql = """
        SELECT e.child_seq, e.parent_id, coalesce(p.status, 0::smallint), e.rule, p.completed_at
        FROM task_states c JOIN edges e ON e.child_seq = c.seq LEFT JOIN tasks t ON t.id = e.parent_id LEFT JOIN task_states p ON p.seq = t.seq
        WHERE c.queue = $1 AND c.status = ANY ($2) AND (c.slot BETWEEN $3 AND $4 OR c.slot = -1)
        ORDER BY e.child_seq, e.ordinal
        """;

    private const string OutcomesSql = "SELECT t.id, r.status, r.result FROM unnest($1) WITH ORDINALITY AS u(id, n) JOIN tasks t ON t.id = u.id" + WithState + " ORDER BY u.n";

    private const string ChildrenSql = "SELECT e.child_id, e.child_queue, s.slot FROM edges e CROSS JOIN LATERAL (SELECT slot FROM task_states c WHERE c.seq = e.child_seq OFFSET 0) s WHERE e.parent_id = $1 ORDER BY e.child_seq";

    private const string FailedSql = "SELECT t.id FROM (SELECT seq FROM task_states WHERE queue = $1 AND status = $2 ORDER BY seq LIMIT $3) r" + WithTask + " ORDER BY r.seq";

    private const string HeldSql = "SELECT " + Columns + " FROM task_states r" + WithTask + " WHERE r.agent = $1 AND r.status = ANY ($2) ORDER BY r.seq";

    private const string CountsSql = "SELECT queue, status, sum(n)::bigint FROM task_counts GROUP BY queue, status HAVING sum(n) > 0";

    private static readonly int[] Live = [(int)WorkStatus.Pending, (int)WorkStatus.Assigned, (int)WorkStatus.InProgress, (int)WorkStatus.Delegated];
    private static readonly int[] Held = [(int)WorkStatus.Assigned, (int)WorkStatus.InProgress, (int)WorkStatus.Delegated];

    /// <summary>One task by id.</summary>
    public static async Task<TaskState?> FindAsync(PostgresReaders readers, string id, CancellationToken cancellation) =>
        (await readers.FirstAsync(FindSql, Map, cancellation, Values.Of(id)).ConfigureAwait(false)).Row;

    /// <summary>Tasks by number, in the order asked; unknown ones are left out.</summary>
    public static Task<ImmutableArray<TaskState>> FindAsync(PostgresReaders readers, IEnumerable<long> seqs, CancellationToken cancellation) =>
        readers.ListAsync(FindManySql, Map, cancellation, Values.Array(seqs));

    /// <summary>Tasks of a queue that have not ended, lie in some slots (or in an unknown one) and come after a position, in submit order.</summary>
    public static Task<ImmutableArray<TaskState>> LiveAfterAsync(PostgresReaders readers, string queue, SlotRange slots, long after, int max, CancellationToken cancellation) =>
        readers.ListAsync(LiveSql, Map, cancellation, Values.Of(queue), Values.Of(after), Values.Of((long)max), Values.Of((short)slots.First), Values.Of((short)slots.Last));

    /// <summary>The parents of every task of a queue that has not ended, in child order.</summary>
    public static Task<ImmutableArray<ParentEdge>> LiveEdgesAsync(PostgresReaders readers, string queue, SlotRange slots, CancellationToken cancellation) => readers.ListAsync(
        LiveEdgesSql,
        row => new ParentEdge(row.GetInt64(0), row.Text(1), (WorkStatus)row.GetInt16(2), (ParentFailureRule)row.GetInt16(3), row.MomentOrNull(4)),
        cancellation,
        Values.Of(queue),
        Live.Shorts(status => status),
        Values.Of((short)slots.First),
        Values.Of((short)slots.Last));

    /// <summary>Where the named tasks stand, with their results; unknown ones are left out.</summary>
    public static Task<ImmutableArray<ParentResult>> OutcomesAsync(PostgresReaders readers, ImmutableArray<string> ids, CancellationToken cancellation) =>
        readers.ListAsync(OutcomesSql, row => new ParentResult(row.Text(0), (WorkStatus)row.GetInt16(1), row.TextOrNull(2)), cancellation, Values.Array(ids));

    /// <summary>Tasks that depend directly on one, in submit order.</summary>
    public static async Task<ImmutableArray<ChildEdge>> ChildrenAsync(PostgresReaders readers, string parentId, CancellationToken cancellation)
    {
        var children = await readers.ListAsync(ChildrenSql, row => new ChildEdge(row.Text(0), row.Text(1), row.GetInt16(2)), cancellation, Values.Of(parentId)).ConfigureAwait(false);
        return [.. children.Where((child, i) => i == 0 || child != children[i - 1])];
    }

    /// <summary>Failed tasks of a queue, oldest first.</summary>
    public static Task<ImmutableArray<string>> FailedAsync(PostgresReaders readers, string queue, int max, CancellationToken cancellation) =>
        readers.ListAsync(FailedSql, row => row.Text(0), cancellation, Values.Of(queue), Values.Of((short)WorkStatus.Failed), Values.Of((long)Math.Max(0, max)));

    /// <summary>Tasks that an agent holds now, in submit order.</summary>
    public static Task<ImmutableArray<TaskState>> HeldByAsync(PostgresReaders readers, string agentId, CancellationToken cancellation) =>
        readers.ListAsync(HeldSql, Map, cancellation, Values.Of(agentId), Held.Shorts(status => status));

    /// <summary>Counts of all tasks by queue and status.</summary>
    public static Task<ImmutableArray<(string Queue, WorkStatus Status, long Count)>> CountsAsync(PostgresReaders readers, CancellationToken cancellation) =>
        readers.ListAsync(CountsSql, row => (row.Text(0), (WorkStatus)row.GetInt16(1), row.GetInt64(2)), cancellation);

    private static TaskState Map(NpgsqlDataReader row) => new()
    {
        View = new()
        {
            Spec = SpecRow.Read(row.Bytes(28), row.Text(1), row.Text(2), (TaskType)row.GetInt16(3), row.GetInt16(4)),
            Seq = row.GetInt64(0),
            Version = row.GetInt32(6),
            Status = (WorkStatus)row.GetInt16(7),
            AssignedAgent = row.TextOrNull(8),
            CreatedAt = row.Moment(5),
            AssignedAt = row.MomentOrNull(9),
            StartedAt = row.MomentOrNull(10),
            CompletedAt = row.MomentOrNull(11),
            ResultJson = row.TextOrNull(27),
            ErrorCode = row.TextOrNull(22),
            ErrorMessage = row.TextOrNull(23),
            RetryCount = row.GetInt32(12),
            LossCount = row.GetInt32(13),
            MaxRetries = row.GetInt32(14),
            Attempt = row.GetInt32(15),
            Attempts = AttemptRow.Read(row.Bytes(24)),
            ProgressJson = row.TextOrNull(26),
            CancelRequested = row.GetBoolean(16),
            NextAttemptAt = row.MomentOrNull(17),
            ActualSeconds = row.RealOrNull(18),
            RedrivenAt = row.MomentOrNull(29),
        },
        Token = row.TextOrNull(19),
        HeldBy = (AgentMode)row.GetInt16(20),
        ExpiresAt = row.MomentOrNull(21),
        Closed = ClosedRow.Read(row.Bytes(25)),
    };
}
