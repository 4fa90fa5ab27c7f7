using System.Collections.Immutable;
using NexusActors.Learning;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Newest numbers given out.</summary>
/// <param name="Task">Newest task.</param>
/// <param name="Event">Newest event.</param>
/// <param name="Experience">Newest experience.</param>
/// <param name="Horizon">Up to this event some were removed.</param>
internal readonly record struct Positions(long Task, long Event, long Experience, long Horizon);

/// <summary>The writing connection with its statements: applies entries inside a transaction. Used by one thread.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly TaskStatements _tasks;
    private readonly EventStatements _events;
    private readonly ExperienceStatements _experiences;
    private readonly DocumentStatements _documents;
    private readonly AgentStatements _agents;
    private readonly KeyedStatements _keyed;
    private readonly TransactionTotals _totals;
    private readonly TrimStatements _trim;
    private Positions _next;

    private WriteSession(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _tasks = new(database);
        _events = new(database);
        _experiences = new(database);
        _documents = new(database);
        _agents = new(database);
        _keyed = new(database);
        _totals = new(database, _agents);
        _trim = new(database);
        var horizon = database.Number("SELECT seq FROM event_horizon");
        Committed = _next = new(
            database.Number("SELECT max(seq) FROM tasks"),
            Math.Max(database.Number("SELECT max(seq) FROM events"), horizon),
            Math.Max(database.Number("SELECT max(seq) FROM experiences"), database.Number("SELECT seq FROM experience_horizon")),
            horizon);
    }

    /// <summary>Newest numbers on disk.</summary>
    public Positions Committed { get; private set; }

    /// <summary>Whether the transaction, open or last committed, writes to agents.</summary>
    public bool ChangedAgents { get; private set; }

    /// <summary>Opens the file for writing and brings its schema up to date.</summary>
    public static WriteSession Open(SqliteLedgerOptions options, TimeProvider time)
    {
        var database = Connections.OpenWriter(options);
        try
        {
            Migrations.Run(database, time);
            return new(database, time);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a transaction.</summary>
    public void Begin()
    {
        _begin.Run();
        _next = Committed;
        ChangedAgents = false;
    }

    /// <summary>Writes what the entries add up to and commits; returns when it is on disk.</summary>
    public void Commit()
    {
        ChangedAgents |= _totals.HasAgents;
        _totals.Flush();
        _commit.Run();
        Committed = _next;
    }

    /// <summary>Undoes the transaction, if one is open.</summary>
    public void Rollback()
    {
        _totals.Clear();
        if (_database.InTransaction) { _database.Execute("ROLLBACK"); }
    }

    /// <summary>Moves the write-ahead log into the data file.</summary>
    /// <returns>Pages in the log, and pages of it that are in the data file.</returns>
    public (int Pages, int Moved) Checkpoint(CheckpointMode mode) => _database.Checkpoint(mode);

    /// <summary>Applies one entry: first its guards, then, if they hold, everything it says.</summary>
    public CommitResult Apply(in PreparedEntry prepared)
    {
        var entry = prepared.Entry;
        if (entry.Operation is { } asked && _keyed.Repeat(asked) is { } repeat) { return repeat; }

        var result = entry.Change is { } change ? Apply(change, prepared) : new(CommitOutcome.Done);
        if (result.Outcome != CommitOutcome.Done) { return result; }

        WriteEvents(entry, result.Seq);
        if (entry.Experience is { } experience) { Insert(experience, prepared); }
        if (!entry.Tallies.IsDefaultOrEmpty)
        {
            foreach (var tally in entry.Tallies) { _totals.Tally(tally); }
        }
        if (!entry.Touches.IsDefaultOrEmpty) { Touch(entry.Touches); }
        if (entry.Operation is { } operation) { _keyed.InsertOperation(operation, _time.GetUtcNow()); }
        return result;
    }

    /// <summary>Removes a portion of what is old.</summary>
    public Trimmed Trim(TrimPortion portion)
    {
        var horizon = _next.Horizon;
        var trimmed = _trim.Trim(portion, ref horizon);
        _next = _next with { Horizon = horizon };
        var experiences = Erase(_experiences.Old(portion.ExperiencesBefore, portion.Max));
        return trimmed with { Experiences = experiences, Done = trimmed.Done && experiences < portion.Max };
    }

    /// <summary>Removes experiences; how many were there.</summary>
    public int Erase(IEnumerable<long> seqs)
    {
        var erased = 0;
        foreach (var seq in seqs)
        {
            if (_experiences.Remove(seq) is not var (at, success)) { continue; }
            _totals.Count(at, success, -1);
            erased++;
        }
        return erased;
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private CommitResult Apply(LedgerChange change, in PreparedEntry prepared)
    {
        switch (change)
        {
            case TaskUpdate(var next, var from):
                if (!_tasks.Update(prepared, next, from)) { return new(CommitOutcome.Conflict); }
                var queue = next.View.Spec.Queue;
                if (next.View.Status != from)
                {
                    _totals.Count(queue, from, -1);
                    _totals.Count(queue, next.View.Status, +1);
                }
                return new(CommitOutcome.Done, Children: next.IsFinal ? _tasks.Children(next.Id) : []);
            case TaskInsert(var task):
                var seq = _next.Task + 1;
                if (!_tasks.Insert(prepared, task, seq)) { return new(CommitOutcome.Exists); }
                _next = _next with { Task = seq };
                _totals.Count(task.View.Spec.Queue, task.View.Status, +1);
                return new(CommitOutcome.Done, seq);
            case ExperienceInsert(var experience):
                return Insert(experience, prepared) is { } position ? new(CommitOutcome.Done, position) : new(CommitOutcome.Exists);
            case AgentInsert(var agent):
                _totals.Settle(agent.Profile.Id);
                ChangedAgents = true;
                return new(_agents.Insert(prepared, agent) ? CommitOutcome.Done : CommitOutcome.Exists);
            case AgentUpdate(var agent):
                ChangedAgents = true;
                return new(_agents.Update(prepared, agent) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case AgentDelete(var id):
                _totals.Settle(id);
                ChangedAgents = true;
                return new(_agents.Delete(id) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case DocumentInsert(var document):
                return _documents.Insert(document) is { } place ? new(CommitOutcome.Done, place) : new(CommitOutcome.Exists);
            case DocumentUpdate(var document):
                return new(_documents.Update(document) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case DocumentDelete end:
                return new(_documents.Delete(end) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case QueuePut(var name, _):
                _keyed.PutQueue(name, prepared.Body);
                return new(CommitOutcome.Done);
            case SettingPut(var name, var value):
                _keyed.PutSetting(name, value);
                return new(CommitOutcome.Done);
            default:
                throw new InvalidOperationException($"No ledger knows the change {change.GetType().Name}.");
        }
    }

    private void WriteEvents(LedgerEntry entry, long insertedSeq)
    {
        if (entry.Events.IsDefaultOrEmpty) { return; }
        var (id, seq) = entry.Change switch
        {
            TaskInsert(var task) => (task.Id, insertedSeq),
            TaskUpdate(var next, _) => (next.Id, next.Seq),
            _ => (null, 0L),
        };
        foreach (var item in entry.Events)
        {
            var taskSeq = item.TaskId is null ? null : item.TaskId == id ? seq : _tasks.SeqOf(item.TaskId);
            _next = _next with { Event = _next.Event + 1 };
            _events.Insert(_next.Event, item, taskSeq);
        }
    }

    private long? Insert(Experience experience, in PreparedEntry prepared)
    {
        var seq = _next.Experience + 1;
        if (!_experiences.Insert(prepared, experience, seq)) { return null; }
        _next = _next with { Experience = seq };
        _totals.Count(experience.Timestamp, experience.Success, +1);
        return seq;
    }

    private void Touch(ImmutableArray<LedgerTouch> touches)
    {
        foreach (var touch in touches)
        {
            switch (touch)
            {
                case AgentSeen seen: _totals.Seen(seen); break;
                case TaskProgressed(var seq, var json): _tasks.Progress(seq, json); break;
                default: throw new InvalidOperationException($"No ledger knows the touch {touch.GetType().Name}.");
            }
        }
    }
}
