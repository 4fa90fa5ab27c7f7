using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of tasks.</summary>
internal static class TaskReads
{
    /// <summary>Every task column and the specification, in the order that <see cref="Map"/> reads them.</summary>
    private const string Select = """
        SELECT t.seq, t.id, t.queue, t.type, t.priority, t.created_at, t.version, t.status, t.agent, t.assigned_at, t.started_at, t.completed_at, t.retry_count, t.loss_count,
            t.max_retries, t.attempt, t.cancel_requested, t.next_attempt_at, t.actual_seconds, t.token, t.held_by, t.expires_at, t.error_code, t.error_message,
            t.attempts, t.closed, t.progress, t.result, s.spec, t.redriven_at
        FROM tasks t JOIN task_specs s ON s.seq = t.seq
        """;

    /// <summary>Tasks that depend directly on one, in submit order.</summary>
    public const string ChildrenSql = "SELECT e.child_id, e.child_queue, c.slot FROM edges e CROSS JOIN tasks c ON c.seq = e.child_seq WHERE e.parent_id = ?1 ORDER BY e.child_seq";

    private static readonly WorkStatus[] Live = [WorkStatus.Pending, WorkStatus.Assigned, WorkStatus.InProgress, WorkStatus.Delegated];
    private static readonly WorkStatus[] Held = [WorkStatus.Assigned, WorkStatus.InProgress, WorkStatus.Delegated];

    /// <summary>One task by id.</summary>
    public static TaskState? Find(SqliteReader reader, string id)
    {
        var row = reader.Query(Select + " WHERE t.id = ?1").Bind(1, id);
        return row.Step() ? Map(row) : null;
    }

    /// <summary>Tasks by number, in the order asked; unknown ones are left out.</summary>
    public static ImmutableArray<TaskState> Find(SqliteReader reader, IReadOnlyCollection<long> seqs)
    {
        var row = reader.Query(Select + " WHERE t.seq = ?1");
        var found = ImmutableArray.CreateBuilder<TaskState>(seqs.Count);
        foreach (var seq in seqs)
        {
            if (row.Bind(1, seq).Step()) { found.Add(Map(row)); }
            row.Reset();
        }
        return found.DrainToImmutable();
    }

    /// <summary>Tasks of a queue that have not ended, lie in some slots (or in an unknown one) and come after a position, in submit order.</summary>
    public static ImmutableArray<TaskState> LiveAfter(SqliteReader reader, string queue, SlotRange slots, long after, int max)
    {
        var seqs = new List<long>();
        foreach (var status in Live)
        {
            var row = reader.Query("SELECT seq FROM tasks INDEXED BY tasks_by_queue WHERE queue = ?1 AND status = ?2 AND seq > ?3 AND (slot BETWEEN ?5 AND ?6 OR slot = -1) ORDER BY seq LIMIT ?4")
                .Bind(1, queue).Bind(2, (long)status).Bind(3, after).Bind(4, max).Bind(5, slots.First).Bind(6, slots.Last);
            while (row.Step()) { seqs.Add(row.Long(0)); }
            row.Reset();
        }
        seqs.Sort();
        return Find(reader, seqs.Count > max ? seqs.GetRange(0, max) : seqs);
    }

    /// <summary>The parents of every task of a queue that has not ended, in child order.</summary>
    public static ImmutableArray<ParentEdge> LiveEdges(SqliteReader reader, string queue, SlotRange slots)
    {
        var oldest = long.MaxValue;
        foreach (var status in Live)
        {
            var first = reader.Query("SELECT seq FROM tasks INDEXED BY tasks_by_queue WHERE queue = ?1 AND status = ?2 ORDER BY seq LIMIT 1").Bind(1, queue).Bind(2, (long)status);
            if (first.Step()) { oldest = Math.Min(oldest, first.Long(0)); }
            first.Reset();
        }
        var row = reader.Query("""
            SELECT e.child_seq, e.parent_id, p.status, e.rule, p.completed_at
            FROM edges e CROSS JOIN tasks c ON c.seq = e.child_seq LEFT JOIN tasks p ON p.id = e.parent_id
            WHERE e.child_seq >= ?2 AND e.child_queue = ?1 AND c.status < ?3 AND (c.slot BETWEEN ?4 AND ?5 OR c.slot = -1)
            ORDER BY e.child_seq, e.ordinal
            """).Bind(1, queue).Bind(2, oldest).Bind(3, (long)WorkStatus.Completed).Bind(4, slots.First).Bind(5, slots.Last);
        var edges = ImmutableArray.CreateBuilder<ParentEdge>();
        while (row.Step()) { edges.Add(new(row.Long(0), row.Text(1), (WorkStatus)row.Int(2), (ParentFailureRule)row.Int(3), row.MomentOrNull(4))); }
        return edges.DrainToImmutable();
    }

    /// <summary>Where the named tasks stand, with their results; unknown ones are left out.</summary>
    public static ImmutableArray<ParentResult> Outcomes(SqliteReader reader, ImmutableArray<string> ids)
    {
        var row = reader.Query("SELECT status, result FROM tasks WHERE id = ?1");
        var found = ImmutableArray.CreateBuilder<ParentResult>(ids.Length);
        foreach (var id in ids)
        {
            if (row.Bind(1, id).Step()) { found.Add(new(id, (WorkStatus)row.Int(0), row.TextOrNull(1))); }
            row.Reset();
        }
        return found.DrainToImmutable();
    }

    /// <summary>Tasks that depend directly on one, in submit order.</summary>
    public static ImmutableArray<ChildEdge> Children(SqliteReader reader, string parentId)
    {
        var row = reader.Query(ChildrenSql).Bind(1, parentId);
        var children = ImmutableArray.CreateBuilder<ChildEdge>();
        while (row.Step())
        {
            var child = new ChildEdge(row.Text(0), row.Text(1), row.Int(2));
            if (children.Count == 0 || children[^1] != child) { children.Add(child); }
        }
        return children.DrainToImmutable();
    }

    /// <summary>Failed tasks of a queue, oldest first.</summary>
    public static ImmutableArray<string> Failed(SqliteReader reader, string queue, int max)
    {
        var row = reader.Query("SELECT id FROM tasks INDEXED BY tasks_by_queue WHERE queue = ?1 AND status = ?2 ORDER BY seq LIMIT ?3")
            .Bind(1, queue).Bind(2, (long)WorkStatus.Failed).Bind(3, Math.Max(0, max));
        var ids = ImmutableArray.CreateBuilder<string>();
        while (row.Step()) { ids.Add(row.Text(0)); }
        return ids.DrainToImmutable();
    }

    /// <summary>Tasks that an agent holds now, in submit order.</summary>
    public static ImmutableArray<TaskState> HeldBy(SqliteReader reader, string agentId)
    {
        var seqs = new List<long>();
        foreach (var status in Held)
        {
            var row = reader.Query("SELECT seq FROM tasks INDEXED BY tasks_by_agent WHERE agent = ?1 AND status = ?2").Bind(1, agentId).Bind(2, (long)status);
            while (row.Step()) { seqs.Add(row.Long(0)); }
            row.Reset();
        }
        seqs.Sort();
        return Find(reader, seqs);
    }

    /// <summary>Counts of all tasks by queue and status.</summary>
    public static ImmutableArray<(string Queue, WorkStatus Status, long Count)> Counts(SqliteReader reader)
    {
        var row = reader.Query("SELECT queue, status, n FROM task_counts WHERE n > 0");
        var counts = ImmutableArray.CreateBuilder<(string, WorkStatus, long)>();
        while (row.Step()) { counts.Add((row.Text(0), (WorkStatus)row.Int(1), row.Long(2))); }
        return counts.DrainToImmutable();
    }

    private static TaskState Map(Statement row)
    {
        var status = (WorkStatus)row.Int(7);
        return new()
        {
            View = new()
            {
                Spec = SpecRow.Read(row.Bytes(28), row.Text(1), row.Text(2), (TaskType)row.Int(3), row.Int(4)),
                Seq = row.Long(0),
                Version = row.Int(6),
                Status = status,
                AssignedAgent = row.TextOrNull(8),
                CreatedAt = row.Moment(5),
                AssignedAt = row.MomentOrNull(9),
                StartedAt = row.MomentOrNull(10),
                CompletedAt = row.MomentOrNull(11),
                ResultJson = row.TextOrNull(27),
                ErrorCode = row.TextOrNull(22),
                ErrorMessage = row.TextOrNull(23),
                RetryCount = row.Int(12),
                LossCount = row.Int(13),
                MaxRetries = row.Int(14),
                Attempt = row.Int(15),
                Attempts = AttemptRow.Read(row.Bytes(24)),
                ProgressJson = row.TextOrNull(26),
                CancelRequested = row.Bool(16),
                NextAttemptAt = row.MomentOrNull(17),
                ActualSeconds = row.RealOrNull(18),
                RedrivenAt = row.MomentOrNull(29),
            },
            Token = row.TextOrNull(19),
            HeldBy = (AgentMode)row.Int(20),
            ExpiresAt = row.MomentOrNull(21),
            Closed = ClosedRow.Read(row.Bytes(25)),
        };
    }
}
