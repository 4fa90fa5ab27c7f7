using System.Collections.Immutable;
using NexusActors.Coordination;
using NpgsqlTypes;

namespace NexusActors.Ledger.Postgres;

/// <summary>Lists of tasks by filter, newest first. Every filter has an index that it is read by.</summary>
internal static class TaskList
{
    /// <summary>A range of time with no more tasks than this is read by time and sorted; a larger one is cheaper to read from the newest.</summary>
    private const int NarrowMax = 20_000;

    private const string States = "task_states r";
    private const string Tasks = "tasks r";
    private const string NarrowSql = "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at LIMIT $3) found";

    private static readonly WorkStatus[] Statuses = [.. Enum.GetValues<WorkStatus>().Where(status => status != WorkStatus.None)];
    private static readonly TaskType[] Types = [.. Enum.GetValues<TaskType>().Where(type => type != TaskType.None)];

    /// <summary>One page.</summary>
    public static async Task<ImmutableArray<TaskState>> ReadAsync(PostgresReaders readers, TaskFilter filter, CancellationToken cancellation)
    {
        if (filter.Limit <= 0) { return []; }
        var (sql, values) = await QueryAsync(readers, filter, cancellation).ConfigureAwait(false);
        var seqs = await readers.ListAsync(sql, row => row.GetInt64(0), cancellation, values).ConfigureAwait(false);
        return await TaskReads.FindAsync(readers, seqs, cancellation).ConfigureAwait(false);
    }

    /// <summary>The query that finds the positions of a page.</summary>
    public static async Task<(string Sql, Npgsql.NpgsqlParameter[] Values)> QueryAsync(PostgresReaders readers, TaskFilter filter, CancellationToken cancellation)
    {
        var statuses = filter.Statuses.IsDefaultOrEmpty ? Statuses : [.. filter.Statuses.Distinct()];
        var (from, before) = (filter.CreatedFrom?.UtcTicks ?? 0, filter.CreatedBefore?.UtcTicks ?? long.MaxValue);
        string sql;
        var query = Conditions(States, filter, statuses);
        if (filter.AgentId is { } agent)
        {
            sql = query.Over(("agent", Repeat(agent, statuses.Length)), ("status", Numbers(statuses)));
        }
        else if ((filter.CreatedFrom ?? filter.CreatedBefore) is not null
            && await readers.NumberAsync(NarrowSql, cancellation, Values.Of(from), Values.Of(before), Values.Of(NarrowMax + 1L)).ConfigureAwait(false) <= NarrowMax)
        {
            query = Conditions("tasks c CROSS JOIN LATERAL (SELECT * FROM task_states s WHERE s.seq = c.seq OFFSET 0) r", filter, statuses);
            sql = query.Within("c.created_at", from, before);
        }
        else if (filter.Queue is { } queue)
        {
            sql = query.Over(("queue", Repeat(queue, statuses.Length)), ("status", Numbers(statuses)));
        }
        else if (statuses.Length < Statuses.Length)
        {
            var counts = (await TaskReads.CountsAsync(readers, cancellation).ConfigureAwait(false)).Where(count => statuses.Contains(count.Status)).ToList();
            sql = query.Over(("queue", Stretches.Column(counts.Select(count => PostgresText.Write(count.Queue)), NpgsqlDbType.Text)), ("status", Numbers(counts.Select(count => count.Status))));
        }
        else if (filter.Type != TaskType.None || filter.Priority != 0)
        {
            query = Conditions(Tasks, filter, statuses);
            List<(TaskType Type, int Priority)> kinds =
            [
                .. from type in filter.Type != TaskType.None ? [filter.Type] : Types
                   from priority in filter.Priority != 0 ? [filter.Priority] : Enumerable.Range(1, 5)
                   select (type, priority),
            ];
            sql = query.Over(("type", Numbers(kinds.Select(kind => kind.Type))), ("priority", Stretches.Column(kinds.Select(kind => (short)kind.Priority), NpgsqlDbType.Smallint)));
        }
        else
        {
            query = Conditions(Tasks, filter, statuses);
            sql = query.OverAll();
        }
        return (sql, query.Parameters);
    }

    private static Stretches Conditions(string rows, TaskFilter filter, WorkStatus[] statuses)
    {
        var query = new Stretches(rows, filter.Limit);
        if (filter.BeforeSeq > 0) { query.And("r.seq < ?", Values.Of(filter.BeforeSeq)); }
        if (statuses.Length < Statuses.Length) { query.And("r.status = ANY (?)", Numbers(statuses)); }
        if (filter.Type != TaskType.None) { query.And("r.type = ?", Values.Of((short)filter.Type)); }
        if (filter.Priority != 0) { query.And("r.priority = ?", Values.Of((short)filter.Priority)); }
        if (filter.CreatedFrom is { } created) { query.And("r.created_at >= ?", Values.Of(created)); }
        if (filter.CreatedBefore is { } end) { query.And("r.created_at < ?", Values.Of(end)); }
        if (filter.Queue is { } queue) { query.And("r.queue = ?", Values.Of(queue)); }
        if (filter.AgentId is { } agent) { query.And("r.agent = ?", Values.Of(agent)); }
        return query;
    }

    private static Npgsql.NpgsqlParameter Repeat(string text, int times) => Stretches.Column(Enumerable.Repeat(PostgresText.Write(text), times), NpgsqlDbType.Text);

    private static Npgsql.NpgsqlParameter Numbers<T>(IEnumerable<T> values)
        where T : struct, Enum => Stretches.Column(values.Select(value => Convert.ToInt16(value, null)), NpgsqlDbType.Smallint);
}
