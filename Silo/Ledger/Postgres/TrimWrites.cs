using NexusActors.Coordination;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Removes old events and old answers under idempotency keys, a portion at a time.</summary>
internal static class TrimWrites
{
    private const string LookSql = """
        SELECT e.seq, e.at, e.task_seq, t.status, t.completed_at FROM (SELECT seq, at, task_seq FROM events WHERE seq > $1 AND seq < $3 ORDER BY seq LIMIT $2) e
        LEFT JOIN task_states t ON t.seq = e.task_seq ORDER BY e.seq
        """;
    private const string RemoveSql = "DELETE FROM events WHERE seq = ANY ($1) RETURNING seq";
    private const string RemoveOfTasksSql = "DELETE FROM events WHERE task_seq = ANY ($1) RETURNING seq";
    private const string RemoveOperationsSql = "DELETE FROM operations WHERE key IN (SELECT key FROM operations WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING key";
    private const string MoveSql = "UPDATE event_horizon SET seq = greatest(seq, $1)";

    /// <summary>Removes one portion, in a transaction of its own.</summary>
    /// <param name="source">The pool.</param>
    /// <param name="portion">What to look at.</param>
    /// <param name="frontier">Events from here on are not looked at.</param>
    /// <param name="cancellation">Gives up waiting for a connection.</param>
    public static async Task<Trimmed> RunAsync(NpgsqlDataSource source, TrimPortion portion, long frontier, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var batch = new CommandBatch(connection);
        var (position, seen, isOld) = (portion.After, 0, false);
        var (others, tasks) = (new List<long>(), new HashSet<long>());
        var before = portion.EventsBefore.UtcTicks;
        batch.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        batch.Read(LookSql, Look, Values.Of(position), Values.Of((long)portion.Max), Values.Of(frontier));
        await batch.RunAsync().ConfigureAwait(false);

        var (events, newest, operations) = (0, 0L, 0);
        if (others.Count > 0) { batch.Read(RemoveSql, Removed, Values.Array(others)); }
        if (tasks.Count > 0) { batch.Read(RemoveOfTasksSql, Removed, Values.Array(tasks)); }
        batch.Read(RemoveOperationsSql, _ => operations++, Values.Of(portion.OperationsBefore.UtcTicks), Values.Of((long)portion.Max));
        await batch.RunAsync().ConfigureAwait(false);
        if (newest > 0) { batch.Add(MoveSql, Values.Of(newest)); }
        batch.Add("COMMIT");
        await batch.RunAsync().ConfigureAwait(false);
        // Times follow positions except where a clock was set: the end is reached when a whole portion is young.
        return new(events, operations, position, (seen < portion.Max || !isOld) && operations < portion.Max);

        void Look(NpgsqlDataReader row)
        {
            position = row.GetInt64(0);
            seen++;
            var old = row.GetInt64(1) < before;
            isOld |= old;
            if (!old) { return; }
            if (row.IsDBNull(3)) { others.Add(position); }
            else if ((WorkStatus)row.GetInt16(3) is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled && row.LongOrNull(4) < before) { tasks.Add(row.GetInt64(2)); }
        }

        void Removed(NpgsqlDataReader row)
        {
            events++;
            newest = Math.Max(newest, row.GetInt64(0));
        }
    }
}
