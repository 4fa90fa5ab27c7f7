using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Removes old events and old answers under idempotency keys, a portion at a time.</summary>
internal sealed class TrimStatements(Database database)
{
    private readonly Statement _look = database.Prepare(
        "SELECT e.seq, e.at, e.task_seq, t.status, t.completed_at FROM events e LEFT JOIN tasks t ON t.seq = e.task_seq WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2");
    private readonly Statement _newestOfTask = database.Prepare("SELECT max(seq) FROM events INDEXED BY events_by_task WHERE task_seq = ?1");
    private readonly Statement _removeOfTask = database.Prepare("DELETE FROM events INDEXED BY events_by_task WHERE task_seq = ?1");
    private readonly Statement _remove = database.Prepare("DELETE FROM events WHERE seq = ?1");
    private readonly Statement _removeOperations = database.Prepare(
        "DELETE FROM operations WHERE key IN (SELECT key FROM operations INDEXED BY operations_by_time WHERE at < ?1 ORDER BY at LIMIT ?2)");
    private readonly Statement _move = database.Prepare("UPDATE event_horizon SET seq = ?1");
    private readonly HashSet<long> _tasks = [];
    private readonly List<long> _others = [];

    /// <summary>Removes one portion.</summary>
    /// <param name="portion">What to look at.</param>
    /// <param name="horizon">Position up to which events may be missing; moved when one behind it goes.</param>
    public Trimmed Trim(TrimPortion portion, ref long horizon)
    {
        var (position, seen, old) = Look(portion);
        var (events, newest) = (0, horizon);
        foreach (var seq in _others)
        {
            events += _remove.Bind(1, seq).RunCounted();
            newest = Math.Max(newest, seq);
        }
        foreach (var task in _tasks)
        {
            newest = Math.Max(newest, NewestOf(task));
            events += _removeOfTask.Bind(1, task).RunCounted();
        }
        if (newest != horizon) { _move.Bind(1, horizon = newest).Run(); }
        var operations = _removeOperations.Bind(1, portion.OperationsBefore).Bind(2, portion.Max).RunCounted();
        // Times follow positions except where a clock was set: the end is reached when a whole portion is young.
        return new(events, operations, position, (seen < portion.Max || !old) && operations < portion.Max);
    }

    private (long Position, int Seen, bool Old) Look(TrimPortion portion)
    {
        _tasks.Clear();
        _others.Clear();
        var (position, seen, old) = (portion.After, 0, false);
        var before = portion.EventsBefore.UtcTicks;
        for (_look.Bind(1, position).Bind(2, portion.Max); _look.Step(); seen++)
        {
            position = _look.Long(0);
            var isOld = _look.Long(1) < before;
            old |= isOld;
            if (_look.IsNull(3))
            {
                if (isOld) { _others.Add(position); }
            }
            else if (isOld && (WorkStatus)_look.Int(3) is (WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled) && !_look.IsNull(4) && _look.Long(4) < before)
            {
                _tasks.Add(_look.Long(2));
            }
        }
        _look.Reset();
        return (position, seen, old);
    }

    private long NewestOf(long task)
    {
        var newest = _newestOfTask.Bind(1, task).Step() ? _newestOfTask.Long(0) : 0;
        _newestOfTask.Reset();
        return newest;
    }
}
