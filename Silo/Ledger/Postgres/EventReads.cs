using System.Collections.Immutable;
using NexusActors.Coordination;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of events, behind the oldest open transaction: what is read stays all there is up to its end.</summary>
internal static class EventReads
{
    private const string Columns = "seq, at, type, task_id, agent, queue, data";

    private const string AfterSql = "SELECT " + Columns + " FROM events WHERE seq > $1 AND seq < $2 ORDER BY seq LIMIT $3";

    private const string OfTaskSql = "SELECT " + Columns + " FROM events WHERE task_seq = (SELECT seq FROM tasks WHERE id = $1) ORDER BY seq";

    private const string FrontierSql = "SELECT event_frontier()";

    private const string LastSql = "SELECT greatest((SELECT max(seq) FROM events WHERE seq < $1), (SELECT seq FROM event_horizon))";

    private const string HorizonSql = "SELECT seq FROM event_horizon";

    /// <summary>Events after a position that match, of at most so many looked at.</summary>
    public static async Task<EventPage> AfterAsync(PostgresReaders readers, long after, long frontier, EventFilter filter, int max, CancellationToken cancellation)
    {
        // After the events: what was removed before them is told.
        var seen = await readers.ListAsync(AfterSql, Map, cancellation, Values.Of(after), Values.Of(frontier), Values.Of((long)Math.Max(0, max))).ConfigureAwait(false);
        var horizon = await readers.NumberAsync(HorizonSql, cancellation).ConfigureAwait(false);
        var trimmed = horizon > after ? horizon : 0;
        // Where nothing is left up to the horizon, the reader goes on behind it, or it would be told again and again.
        var reached = !seen.IsEmpty ? seen[^1].Seq : trimmed < frontier ? Math.Max(after, trimmed) : after;
        return new([.. seen.Where(item => Matches(filter, item))], reached) { TrimmedUpTo = trimmed };
    }

    /// <summary>The history of one task, in order.</summary>
    public static Task<ImmutableArray<EventView>> OfTaskAsync(PostgresReaders readers, string taskId, CancellationToken cancellation) =>
        readers.ListAsync(OfTaskSql, Map, cancellation, Values.Of(taskId));

    /// <summary>Up to where events can be read, and the newest of those; 0 where nothing happened yet. Events are looked at in a later statement than the frontier, so that none below it is missed.</summary>
    public static async Task<Reach> ReachAsync(PostgresReaders readers)
    {
        var frontier = await readers.NumberAsync(FrontierSql, CancellationToken.None).ConfigureAwait(false);
        return new(frontier, await readers.NumberAsync(LastSql, CancellationToken.None, Values.Of(frontier)).ConfigureAwait(false));
    }

    private static bool Matches(EventFilter filter, EventView item) =>
        (filter.TaskId is null || filter.TaskId == item.TaskId)
        && (filter.AgentId is null || filter.AgentId == item.AgentId)
        && (filter.Queue is null || filter.Queue == item.Queue)
        && (filter.Types.IsDefaultOrEmpty || filter.Types.Any(type => type switch
        {
            [.. var prefix, '*'] => item.Type.StartsWith(prefix, StringComparison.Ordinal),
            [.., '.'] => item.Type.StartsWith(type, StringComparison.Ordinal),
            _ => item.Type == type,
        }));

    private static EventView Map(NpgsqlDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        At = row.Moment(1),
        Type = row.Text(2),
        TaskId = row.TextOrNull(3),
        AgentId = row.TextOrNull(4),
        Queue = row.TextOrNull(5),
        DataJson = row.Text(6),
    };
}
