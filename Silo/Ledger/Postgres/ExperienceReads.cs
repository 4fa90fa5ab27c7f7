using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Learning;
using Npgsql;
using NpgsqlTypes;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of experiences.</summary>
internal static class ExperienceReads
{
    /// <summary>A range of time with no more experiences than this is read by time and sorted; a larger one is cheaper to read from the newest.</summary>
    private const int NarrowMax = 5_000;

    private const string Columns = "e.seq, e.id, e.stream, e.at, e.success, e.learning_type, e.feedback, e.tags, e.context, e.action, e.outcome, e.metrics";
    private const string FindSql = "SELECT " + Columns + " FROM experiences e WHERE e.id = $1";
    private const string FindManySql = "SELECT " + Columns + " FROM unnest($1) WITH ORDINALITY AS u(seq, n) JOIN experiences e ON e.seq = u.seq ORDER BY u.n";
    private const string NarrowSql = "SELECT count(*) FROM (SELECT 1 FROM experiences WHERE at >= $1 AND at < $2 ORDER BY at LIMIT $3) found";
    private const string NarrowOfTagSql = "SELECT count(*) FROM (SELECT 1 FROM experience_tags WHERE tag = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT $4) found";
    private const string TagsSql = "experience_tags t CROSS JOIN LATERAL (SELECT t.seq) r";
    private const string TaggedSql = "experience_tags t CROSS JOIN LATERAL (SELECT * FROM experiences x WHERE x.seq = t.seq OFFSET 0) r";
    private const string CountsSql = "SELECT success, sum(n)::bigint FROM experience_counts GROUP BY success";
    private const string RecentSql = """
        SELECT coalesce((SELECT sum(n) FROM experience_minutes WHERE minute > $1), 0)::bigint + (SELECT count(*) FROM experiences WHERE at >= $2 AND at < $3)
        """;

    // From one name to the next along the index: streams are few, experiences are many.
    private const string StreamsSql = """
        WITH RECURSIVE names AS (
            (SELECT stream FROM experiences ORDER BY stream LIMIT 1)
            UNION ALL
            SELECT (SELECT e.stream FROM experiences e WHERE e.stream > n.stream ORDER BY e.stream LIMIT 1) FROM names n WHERE n.stream IS NOT NULL)
        SELECT n.stream, (SELECT max(e.seq) FROM experiences e WHERE e.stream = n.stream) FROM names n WHERE n.stream IS NOT NULL
        """;

    private static readonly bool[] Either = [true, false];
    private static readonly LearningType[] Types = Enum.GetValues<LearningType>();

    /// <summary>One experience by id.</summary>
    public static async Task<Experience?> FindAsync(PostgresReaders readers, string id, CancellationToken cancellation) =>
        (await readers.FirstAsync(FindSql, Map, cancellation, Values.Of(id)).ConfigureAwait(false)).Row;

    /// <summary>One page, newest arrival first.</summary>
    public static async Task<ImmutableArray<Experience>> ListAsync(PostgresReaders readers, ExperienceFilter filter, CancellationToken cancellation)
    {
        if (filter.Limit <= 0) { return []; }
        var (sql, values) = await QueryAsync(readers, filter, cancellation).ConfigureAwait(false);
        var seqs = await readers.ListAsync(sql, row => row.GetInt64(0), cancellation, values).ConfigureAwait(false);
        return await readers.ListAsync(FindManySql, Map, cancellation, Values.Array(seqs)).ConfigureAwait(false);
    }

    /// <summary>The query that finds the positions of a page.</summary>
    public static async Task<(string Sql, NpgsqlParameter[] Values)> QueryAsync(PostgresReaders readers, ExperienceFilter filter, CancellationToken cancellation)
    {
        var (from, before) = (filter.From?.UtcTicks ?? 0, filter.Before?.UtcTicks ?? long.MaxValue);
        var ranged = (filter.From ?? filter.Before) is not null;
        if (filter.Tag is { } tag)
        {
            if (ranged && await readers.NumberAsync(NarrowOfTagSql, cancellation, Values.Of(tag), Values.Of(from), Values.Of(before), Values.Of(NarrowMax + 1L)).ConfigureAwait(false) <= NarrowMax)
            {
                var isMore = filter.Stream is not null || filter.LearningType != LearningType.None || filter.Success is not null;
                var within = Conditions(new(isMore ? TaggedSql : TagsSql, filter.Limit), filter, "t.seq", "t.at").And("t.tag = ?", Values.Of(tag));
                return (within.Within("t.at", from, before), within.Parameters);
            }
            // From the newest: the index by time, which knows no order of arrival, is not to be used.
            var tagged = Conditions(new("experiences r", filter.Limit), filter, "t.seq", "t.at + 0");
            return (tagged.OverTag(tag), tagged.Parameters);
        }
        var narrow = ranged && await readers.NumberAsync(NarrowSql, cancellation, Values.Of(from), Values.Of(before), Values.Of(NarrowMax + 1L)).ConfigureAwait(false) <= NarrowMax;
        var query = Conditions(new("experiences r", filter.Limit), filter, "r.seq", "r.at");
        string sql;
        if (narrow) { sql = query.Within("r.at", from, before); }
        else if (filter.Stream is { } stream) { sql = query.Over(("stream", Stretches.Column([PostgresText.Write(stream)], NpgsqlDbType.Text))); }
        else if (filter.LearningType != LearningType.None || filter.Success is not null)
        {
            List<(LearningType Type, bool Success)> kinds =
            [
                .. from type in filter.LearningType == LearningType.None ? Types : Meant(filter.LearningType)
                   from success in filter.Success is { } only ? [only] : Either
                   select (type, success),
            ];
            sql = query.Over(("learning_type", Stretches.Column(kinds.Select(kind => (short)kind.Type), NpgsqlDbType.Smallint)), ("success", Stretches.Column(kinds.Select(kind => kind.Success), NpgsqlDbType.Boolean)));
        }
        else { sql = query.OverAll(); }
        return (sql, query.Parameters);
    }

    /// <summary>The streams with their newest positions.</summary>
    public static async Task<ImmutableArray<(string Stream, long NewestSeq)>> StreamsAsync(PostgresReaders readers, CancellationToken cancellation) =>
        await readers.ListAsync(StreamsSql, row => (row.Text(0), row.GetInt64(1)), cancellation).ConfigureAwait(false);

    /// <summary>True counts; the recent ones by whole minutes, and one by one only within the minute that the moment falls into.</summary>
    public static async Task<ExperienceCounts> CountAsync(PostgresReaders readers, DateTimeOffset recentSince, CancellationToken cancellation)
    {
        var minute = recentSince.UtcTicks / TimeSpan.TicksPerMinute;
        var counts = await readers.ListAsync(CountsSql, row => (Success: row.GetBoolean(0), Count: row.GetInt64(1)), cancellation).ConfigureAwait(false);
        var recent = await readers.NumberAsync(RecentSql, cancellation, Values.Of(minute), Values.Of(recentSince.UtcTicks), Values.Of((minute + 1) * TimeSpan.TicksPerMinute)).ConfigureAwait(false);
        return new() { Total = counts.Sum(count => count.Count), Successful = counts.Where(count => count.Success).Sum(count => count.Count), Recent = recent };
    }

    private static Stretches Conditions(Stretches query, ExperienceFilter filter, string seq, string at)
    {
        if (filter.BeforeSeq > 0) { query.And(seq + " < ?", Values.Of(filter.BeforeSeq)); }
        if (filter.From is { } from) { query.And(at + " >= ?", Values.Of(from.UtcTicks)); }
        if (filter.Before is { } before) { query.And(at + " < ?", Values.Of(before.UtcTicks)); }
        if (filter.Stream is { } stream) { query.And("r.stream = ?", Values.Of(stream)); }
        if (filter.LearningType != LearningType.None) { query.And("r.learning_type = ANY (?)", Stretches.Column(Meant(filter.LearningType).Select(type => (short)type), NpgsqlDbType.Smallint)); }
        if (filter.Success is { } success) { query.And("r.success = ?", Values.Of(success)); }
        return query;
    }

    /// <summary>An experience that states no learning type is a supervised one.</summary>
    private static LearningType[] Meant(LearningType type) => type == LearningType.Supervised ? [LearningType.None, LearningType.Supervised] : [type];

    private static Experience Map(NpgsqlDataReader row) => new()
    {
        Id = row.Text(1),
        Stream = row.Text(2),
        Timestamp = row.Moment(3),
        Success = row.GetBoolean(4),
        LearningType = (LearningType)row.GetInt16(5),
        FeedbackScore = row.GetDouble(6),
        Tags = row.IsDBNull(7) ? [] : LedgerJson.List(JsonSerializer.Deserialize(row.Bytes(7), LedgerJson.Default.StringArray)),
        ContextJson = row.Text(8),
        ActionJson = row.Text(9),
        OutcomeJson = row.Text(10),
        Metrics = LedgerJson.Map(row.IsDBNull(11) ? null : JsonSerializer.Deserialize(row.Bytes(11), LedgerJson.Default.SortedDictionaryStringDouble)),
        Seq = row.GetInt64(0),
    };
}
