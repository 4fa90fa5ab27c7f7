using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Lists of tasks by filter, newest first. Every filter has an index that it is read by; the others that are given are checked on the rows found.</summary>
internal static class TaskList
{
    /// <summary>A range of time with no more tasks than this is read by time and sorted; a larger one is cheaper to read from the newest.</summary>
    private const int NarrowMax = 20_000;

    /// <summary>What is checked on each row whatever index it is found by: 1–9 are bound by <see cref="Ask"/>, further ones lead the index.</summary>
    private const string Where = """
         WHERE seq < ?1 AND seq > ?2 AND (?4 = 0 OR (?4 >> status) & 1) AND (?5 = 0 OR type = ?5) AND (?6 = 0 OR priority = ?6)
            AND (?7 IS NULL OR created_at >= ?7) AND (?8 IS NULL OR created_at < ?8) AND (?9 IS NULL OR queue = ?9) AND (?10 IS NULL OR agent = ?10)
        """;
    private const string Newest = " ORDER BY seq DESC LIMIT ?3";

    private const string ByAgent = "SELECT seq FROM tasks INDEXED BY tasks_by_agent" + Where + " AND agent = ?11 AND status = ?12" + Newest;
    private const string ByQueue = "SELECT seq FROM tasks INDEXED BY tasks_by_queue" + Where + " AND queue = ?11 AND status = ?12" + Newest;
    private const string ByKind = "SELECT seq FROM tasks INDEXED BY tasks_by_kind" + Where + " AND type = ?11 AND priority = ?12" + Newest;
    private const string ByCreation = "SELECT seq FROM tasks INDEXED BY tasks_by_creation" + Where + " AND created_at >= ?11 AND created_at < ?12" + Newest;
    private const string All = "SELECT seq FROM tasks" + Where + Newest;

    private static readonly WorkStatus[] Statuses = [.. Enum.GetValues<WorkStatus>().Where(status => status != WorkStatus.None)];
    private static readonly TaskType[] Types = [.. Enum.GetValues<TaskType>().Where(type => type != TaskType.None)];

    /// <summary>One page.</summary>
    public static ImmutableArray<TaskState> Read(SqliteReader reader, TaskFilter filter)
    {
        if (filter.Limit <= 0) { return []; }
        var newest = new NewestSeqs(filter.Limit);
        var statuses = filter.Statuses.IsDefaultOrEmpty ? Statuses : [.. filter.Statuses.Distinct()];
        if (filter.AgentId is { } agent)
        {
            foreach (var status in statuses) { newest.Take(Ask(reader, ByAgent, filter, newest).Bind(11, agent).Bind(12, (long)status)); }
        }
        else if (IsNarrow(reader, filter, out var from, out var before))
        {
            newest.Take(Ask(reader, ByCreation, filter, newest).Bind(11, from).Bind(12, before));
        }
        else if (filter.Queue is { } queue)
        {
            foreach (var status in statuses) { newest.Take(Ask(reader, ByQueue, filter, newest).Bind(11, queue).Bind(12, (long)status)); }
        }
        else if (statuses.Length < Statuses.Length)
        {
            foreach (var (name, status, _) in TaskReads.Counts(reader))
            {
                if (statuses.Contains(status)) { newest.Take(Ask(reader, ByQueue, filter, newest).Bind(11, name).Bind(12, (long)status)); }
            }
        }
        else if (filter.Type != TaskType.None || filter.Priority != 0)
        {
            foreach (var type in filter.Type != TaskType.None ? [filter.Type] : Types)
            {
                foreach (var priority in filter.Priority != 0 ? [filter.Priority] : Enumerable.Range(1, 5))
                {
                    newest.Take(Ask(reader, ByKind, filter, newest).Bind(11, (long)type).Bind(12, (long)priority));
                }
            }
        }
        else
        {
            newest.Take(Ask(reader, All, filter, newest));
        }
        return TaskReads.Find(reader, newest.Newest());
    }

    private static Statement Ask(SqliteReader reader, string sql, TaskFilter filter, NewestSeqs newest)
    {
        var mask = 0L;
        if (!filter.Statuses.IsDefaultOrEmpty)
        {
            foreach (var status in filter.Statuses) { mask |= 1L << (int)status; }
        }
        return reader.Query(sql)
            .Bind(1, filter.BeforeSeq > 0 ? filter.BeforeSeq : long.MaxValue).Bind(2, newest.Floor).Bind(3, newest.Limit)
            .Bind(4, mask).Bind(5, (long)filter.Type).Bind(6, (long)filter.Priority)
            .Bind(7, filter.CreatedFrom).Bind(8, filter.CreatedBefore).Bind(9, filter.Queue).Bind(10, filter.AgentId);
    }

    private static bool IsNarrow(SqliteReader reader, TaskFilter filter, out long from, out long before)
    {
        (from, before) = (filter.CreatedFrom?.UtcTicks ?? 0, filter.CreatedBefore?.UtcTicks ?? long.MaxValue);
        if (filter.CreatedFrom is null && filter.CreatedBefore is null) { return false; }
        var row = reader.Query("SELECT count(*) FROM (SELECT 1 FROM tasks INDEXED BY tasks_by_creation WHERE created_at >= ?1 AND created_at < ?2 LIMIT ?3)")
            .Bind(1, from).Bind(2, before).Bind(3, NarrowMax + 1L);
        return row.Step() && row.Long(0) <= NarrowMax;
    }
}
