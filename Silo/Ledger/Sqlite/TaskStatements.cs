using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of tasks and of their edges.</summary>
internal sealed class TaskStatements(Database database)
{
    private readonly Statement _insert = database.Prepare("""
        INSERT INTO tasks (seq, id, queue, type, priority, created_at, version, status, agent, assigned_at, started_at, completed_at, retry_count, loss_count,
            max_retries, attempt, cancel_requested, next_attempt_at, actual_seconds, token, held_by, expires_at, error_code, error_message, attempts, closed, progress, result, redriven_at, slot)
        VALUES (?1, ?23, ?24, ?25, ?26, ?27, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?28, ?29, ?30)
        ON CONFLICT (id) DO NOTHING
        """);
    private readonly Statement _insertSpec = database.Prepare("INSERT INTO task_specs (seq, spec) VALUES (?1, ?2)");
    private readonly Statement _insertEdge = database.Prepare("INSERT INTO edges (child_seq, ordinal, child_id, child_queue, parent_id, rule) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly Statement _update = database.Prepare("""
        UPDATE tasks SET version = ?2, status = ?3, agent = ?4, assigned_at = ?5, started_at = ?6, completed_at = ?7, retry_count = ?8, loss_count = ?9,
            max_retries = ?10, attempt = ?11, cancel_requested = ?12, next_attempt_at = ?13, actual_seconds = ?14, token = ?15, held_by = ?16, expires_at = ?17,
            error_code = ?18, error_message = ?19, attempts = ?20, closed = ?21, progress = ?22, result = ?28, redriven_at = ?29
        WHERE seq = ?1 AND version = ?2 - 1 AND status = ?23
        """);
    private readonly Statement _stand = database.Prepare("SELECT version, status FROM tasks WHERE seq = ?1");
    private readonly Statement _progress = database.Prepare("UPDATE tasks SET progress = ?2 WHERE seq = ?1");
    private readonly Statement _seqOf = database.Prepare("SELECT seq FROM tasks WHERE id = ?1");
    private readonly Statement _children = database.Prepare(TaskReads.ChildrenSql);

    /// <summary>Inserts a task with its edges; false where its id is taken.</summary>
    public bool Insert(in PreparedEntry prepared, TaskState task, long seq)
    {
        var spec = task.View.Spec;
        Bind(_insert, prepared, task, seq)
            .Bind(23, spec.Id).Bind(24, spec.Queue).Bind(25, (long)spec.Type).Bind(26, (long)spec.Priority).Bind(27, task.View.CreatedAt).Bind(30, (long)QueueSlots.Of(spec.Key));
        if (_insert.RunCounted() == 0) { return false; }
        _insertSpec.Bind(1, seq).Bind(2, prepared.Body).Run();
        if (spec.Dependencies.IsDefaultOrEmpty) { return true; }
        var ordinal = 0L;
        foreach (var parent in spec.Dependencies)
        {
            _insertEdge.Bind(1, seq).Bind(2, ordinal++).Bind(3, spec.Id).Bind(4, spec.Queue).Bind(5, parent.TaskId).Bind(6, (long)parent.OnFailure).Run();
        }
        return true;
    }

    /// <summary>Writes the next state of a task; false where another version came first.</summary>
    /// <exception cref="InvalidOperationException">The version is right but the status it is said to have had is not: the counts would go wrong.</exception>
    public bool Update(in PreparedEntry prepared, TaskState next, WorkStatus from)
    {
        Bind(_update, prepared, next, next.Seq).Bind(23, (long)from);
        if (_update.RunCounted() != 0) { return true; }
        _stand.Bind(1, next.Seq);
        var wrong = _stand.Step() && _stand.Long(0) == next.View.Version - 1 ? (WorkStatus)_stand.Int(1) : WorkStatus.None;
        _stand.Reset();
        return wrong == WorkStatus.None
            ? false
            : throw new InvalidOperationException($"Task {next.Id} stands at {wrong} in version {next.View.Version - 1}, not at {from} as the update says.");
    }

    /// <summary>Writes a task's progress.</summary>
    public void Progress(long seq, string json) => _progress.Bind(1, seq).Bind(2, json).Run();

    /// <summary>Position of a task; null where there is none.</summary>
    public long? SeqOf(string id)
    {
        long? seq = _seqOf.Bind(1, id).Step() ? _seqOf.Long(0) : null;
        _seqOf.Reset();
        return seq;
    }

    /// <summary>Tasks that depend directly on one, in submit order.</summary>
    public ImmutableArray<ChildEdge> Children(string parentId)
    {
        _children.Bind(1, parentId);
        var children = ImmutableArray<ChildEdge>.Empty;
        if (_children.Step())
        {
            var found = ImmutableArray.CreateBuilder<ChildEdge>();
            do
            {
                var child = new ChildEdge(_children.Text(0), _children.Text(1), _children.Int(2));
                if (found.Count == 0 || found[^1] != child) { found.Add(child); }                  // a child may name a parent twice
            }
            while (_children.Step());
            children = found.DrainToImmutable();
        }
        _children.Reset();
        return children;
    }

    /// <summary>Binds what both statements write: 1–22, 28 and 29.</summary>
    private static Statement Bind(Statement statement, in PreparedEntry prepared, TaskState task, long seq)
    {
        var view = task.View;
        return statement
            .Bind(1, seq).Bind(2, view.Version).Bind(3, (long)view.Status).Bind(4, view.AssignedAgent)
            .Bind(5, view.AssignedAt).Bind(6, view.StartedAt).Bind(7, view.CompletedAt)
            .Bind(8, view.RetryCount).Bind(9, view.LossCount).Bind(10, view.MaxRetries).Bind(11, view.Attempt).Bind(12, view.CancelRequested)
            .Bind(13, view.NextAttemptAt).Bind(14, view.ActualSeconds)
            .Bind(15, task.Token).Bind(16, (long)task.HeldBy).Bind(17, task.ExpiresAt)
            .Bind(18, view.ErrorCode).Bind(19, view.ErrorMessage)
            .Bind(20, prepared.Attempts).Bind(21, prepared.Closed).Bind(22, view.ProgressJson).Bind(28, view.ResultJson).Bind(29, view.RedrivenAt);
    }
}
