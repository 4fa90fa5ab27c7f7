using System.Collections.Immutable;
using System.Text;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of events.</summary>
internal static class EventReads
{
    private const string Select = "SELECT seq, at, type, task_id, agent, queue, data FROM events";

    /// <summary>Events after a position that match, of at most so many looked at.</summary>
    public static EventPage After(SqliteReader reader, long after, EventFilter filter, int max)
    {
        var match = new Match(filter);
        var horizon = reader.Query("SELECT seq FROM event_horizon");
        var removed = horizon.Step() && horizon.Long(0) is var last && last > after ? last : 0;
        var row = reader.Query(Select + " WHERE seq > ?1 ORDER BY seq LIMIT ?2").Bind(1, after).Bind(2, Math.Max(0, max));
        var events = ImmutableArray.CreateBuilder<EventView>();
        var seen = false;
        while (row.Step())
        {
            (seen, after) = (true, row.Long(0));
            if (match.Holds(row)) { events.Add(Map(row)); }
        }
        // Where nothing is left up to the horizon, the reader goes on behind it, or it would be told again and again.
        return new(events.DrainToImmutable(), seen ? after : Math.Max(after, removed)) { TrimmedUpTo = removed };
    }

    /// <summary>The history of one task, in order.</summary>
    public static ImmutableArray<EventView> OfTask(SqliteReader reader, string taskId)
    {
        var row = reader.Query(Select + " INDEXED BY events_by_task WHERE task_seq = (SELECT seq FROM tasks WHERE id = ?1) ORDER BY seq").Bind(1, taskId);
        var events = ImmutableArray.CreateBuilder<EventView>();
        while (row.Step()) { events.Add(Map(row)); }
        return events.DrainToImmutable();
    }

    private static EventView Map(Statement row) => new()
    {
        Seq = row.Long(0),
        At = row.Moment(1),
        Type = row.Text(2),
        TaskId = row.TextOrNull(3),
        AgentId = row.TextOrNull(4),
        Queue = row.TextOrNull(5),
        DataJson = row.Text(6),
    };

    /// <summary>A filter in bytes, so that events which do not match are passed over without making strings of them.</summary>
    private readonly struct Match(EventFilter filter)
    {
        private readonly byte[]? _task = Bytes(filter.TaskId);
        private readonly byte[]? _agent = Bytes(filter.AgentId);
        private readonly byte[]? _queue = Bytes(filter.Queue);
        private readonly (byte[] Text, bool Prefix)[] _types = filter.Types.IsDefaultOrEmpty ? [] : [.. filter.Types.Select(Type)];

        public bool Holds(Statement row)
        {
            if (_task is not null && !row.Bytes(3).SequenceEqual(_task)) { return false; }
            if (_agent is not null && !row.Bytes(4).SequenceEqual(_agent)) { return false; }
            if (_queue is not null && !row.Bytes(5).SequenceEqual(_queue)) { return false; }
            if (_types.Length == 0) { return true; }
            var type = row.Bytes(2);
            foreach (var (text, prefix) in _types)
            {
                if (prefix ? type.StartsWith(text) : type.SequenceEqual(text)) { return true; }
            }
            return false;
        }

        private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

        private static (byte[] Text, bool Prefix) Type(string type) =>
            type.EndsWith('*') ? (Encoding.UTF8.GetBytes(type[..^1]), true) : (Encoding.UTF8.GetBytes(type), type.EndsWith('.'));
    }
}
