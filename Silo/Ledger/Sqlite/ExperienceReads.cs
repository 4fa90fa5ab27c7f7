using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Learning;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of experiences.</summary>
internal static class ExperienceReads
{
    /// <summary>A range of time with no more experiences than this is read by time and sorted; a larger one is cheaper to read from the newest.</summary>
    private const int NarrowMax = 5_000;

    private const string Select = "SELECT seq, id, stream, at, success, learning_type, feedback, tags, context, action, outcome, metrics FROM experiences";

    /// <summary>What is checked on each row whatever index it is found by: 1–9 are bound by <see cref="Ask"/>, further ones lead the index.</summary>
    private const string Where = """
         WHERE e.seq < ?1 AND e.seq > ?2 AND (?4 IS NULL OR e.at >= ?4) AND (?5 IS NULL OR e.at < ?5) AND (?6 IS NULL OR e.stream = ?6)
            AND (?7 = 0 OR (?7 >> e.learning_type) & 1) AND (?8 IS NULL OR e.success = ?8) AND (?9 IS NULL OR EXISTS (SELECT 1 FROM experience_tags x WHERE x.tag = ?9 AND x.seq = e.seq))
        """;
    private const string Newest = " ORDER BY e.seq DESC LIMIT ?3";

    private const string ByTag = """
        SELECT t.seq FROM experience_tags t CROSS JOIN experiences e ON e.seq = t.seq
        WHERE t.tag = ?9 AND t.seq < ?1 AND t.seq > ?2 AND (?4 IS NULL OR t.at >= ?4) AND (?5 IS NULL OR t.at < ?5)
            AND (?6 IS NULL OR e.stream = ?6) AND (?7 = 0 OR (?7 >> e.learning_type) & 1) AND (?8 IS NULL OR e.success = ?8)
        ORDER BY t.seq DESC LIMIT ?3
        """;
    private const string WithinTag = " WHERE t.tag = ?9 AND t.at >= ?10 AND t.at < ?11 AND t.seq < ?1 AND t.seq > ?2";
    private const string ByTagAndTime = "SELECT t.seq FROM experience_tags t INDEXED BY experience_tags_by_time" + WithinTag + " ORDER BY t.seq DESC LIMIT ?3";
    private const string ByTagTimeAndMore = "SELECT t.seq FROM experience_tags t INDEXED BY experience_tags_by_time CROSS JOIN experiences e ON e.seq = t.seq" + WithinTag + """
         AND (?6 IS NULL OR e.stream = ?6) AND (?7 = 0 OR (?7 >> e.learning_type) & 1) AND (?8 IS NULL OR e.success = ?8)
        ORDER BY t.seq DESC LIMIT ?3
        """;
    private const string ByTime = "SELECT e.seq FROM experiences e INDEXED BY experiences_by_time" + Where + " AND e.at >= ?10 AND e.at < ?11" + Newest;
    private const string ByStream = "SELECT e.seq FROM experiences e INDEXED BY experiences_by_stream" + Where + " AND e.stream = ?10" + Newest;
    private const string ByKind = "SELECT e.seq FROM experiences e INDEXED BY experiences_by_kind" + Where + " AND e.learning_type = ?10 AND e.success = ?11" + Newest;
    private const string All = "SELECT e.seq FROM experiences e" + Where + Newest;

    // From one name to the next along the index: streams are few, experiences are many.
    private const string NamesOfStreams = """
        WITH RECURSIVE names(stream) AS (
            SELECT min(stream) FROM experiences
            UNION ALL
            SELECT (SELECT min(e.stream) FROM experiences e WHERE e.stream > n.stream) FROM names n WHERE n.stream IS NOT NULL)
        SELECT n.stream, (SELECT max(e.seq) FROM experiences e WHERE e.stream = n.stream) FROM names n WHERE n.stream IS NOT NULL
        """;

    private static readonly LearningType[] Types = Enum.GetValues<LearningType>();

    /// <summary>One experience by id.</summary>
    public static Experience? Find(SqliteReader reader, string id)
    {
        var row = reader.Query(Select + " WHERE id = ?1").Bind(1, id);
        return row.Step() ? Map(row) : null;
    }

    /// <summary>One page, newest arrival first.</summary>
    public static ImmutableArray<Experience> List(SqliteReader reader, ExperienceFilter filter)
    {
        if (filter.Limit <= 0) { return []; }
        var newest = new NewestSeqs(filter.Limit);
        if (IsNarrow(reader, filter, out var from, out var before))
        {
            var isMore = filter.Stream is not null || filter.LearningType != LearningType.None || filter.Success is not null;
            newest.Take(Ask(reader, filter.Tag is null ? ByTime : isMore ? ByTagTimeAndMore : ByTagAndTime, filter, newest).Bind(10, from).Bind(11, before));
        }
        else if (filter.Tag is not null)
        {
            newest.Take(Ask(reader, ByTag, filter, newest));
        }
        else if (filter.Stream is { } stream)
        {
            newest.Take(Ask(reader, ByStream, filter, newest).Bind(10, stream));
        }
        else if (filter.LearningType != LearningType.None || filter.Success is not null)
        {
            foreach (var type in filter.LearningType == LearningType.None ? Types : Meant(filter.LearningType))
            {
                if (filter.Success != false) { newest.Take(Ask(reader, ByKind, filter, newest).Bind(10, (long)type).Bind(11, true)); }
                if (filter.Success != true) { newest.Take(Ask(reader, ByKind, filter, newest).Bind(10, (long)type).Bind(11, false)); }
            }
        }
        else
        {
            newest.Take(Ask(reader, All, filter, newest));
        }

        var row = reader.Query(Select + " WHERE seq = ?1");
        var page = ImmutableArray.CreateBuilder<Experience>();
        foreach (var seq in newest.Newest())
        {
            if (row.Bind(1, seq).Step()) { page.Add(Map(row)); }
            row.Reset();
        }
        return page.DrainToImmutable();
    }

    /// <summary>The streams with their newest positions.</summary>
    public static ImmutableArray<(string Stream, long NewestSeq)> Streams(SqliteReader reader)
    {
        var streams = ImmutableArray.CreateBuilder<(string Stream, long NewestSeq)>();
        var row = reader.Query(NamesOfStreams);
        while (row.Step()) { streams.Add((row.Text(0), row.Long(1))); }
        return streams.DrainToImmutable();
    }

    /// <summary>True counts; the recent ones by whole minutes, and one by one only within the minute that the moment falls into.</summary>
    public static ExperienceCounts Count(SqliteReader reader, DateTimeOffset recentSince)
    {
        var minute = TransactionTotals.Minute(recentSince);
        var (successful, unsuccessful) = (0L, 0L);
        var row = reader.Query("SELECT success, n FROM experience_counts");
        while (row.Step())
        {
            if (row.Bool(0)) { successful = row.Long(1); } else { unsuccessful = row.Long(1); }
        }
        var recent = Number(reader.Query("SELECT sum(n) FROM experience_minutes WHERE minute > ?1").Bind(1, minute))
            + Number(reader.Query("SELECT count(*) FROM experiences INDEXED BY experiences_by_time WHERE at >= ?1 AND at < ?2")
                .Bind(1, recentSince).Bind(2, (minute + 1) * TimeSpan.TicksPerMinute));
        return new() { Total = successful + unsuccessful, Successful = successful, Recent = recent };
    }

    private static Statement Ask(SqliteReader reader, string sql, ExperienceFilter filter, NewestSeqs newest)
    {
        var types = 0L;
        if (filter.LearningType != LearningType.None)
        {
            foreach (var type in Meant(filter.LearningType)) { types |= 1L << (int)type; }
        }
        return reader.Query(sql)
            .Bind(1, filter.BeforeSeq > 0 ? filter.BeforeSeq : long.MaxValue).Bind(2, newest.Floor).Bind(3, newest.Limit)
            .Bind(4, filter.From).Bind(5, filter.Before).Bind(6, filter.Stream).Bind(7, types)
            .Bind(8, filter.Success is { } success ? success ? 1L : 0L : null).Bind(9, filter.Tag);
    }

    /// <summary>An experience that states no learning type is a supervised one.</summary>
    private static LearningType[] Meant(LearningType type) => type == LearningType.Supervised ? [LearningType.None, LearningType.Supervised] : [type];

    /// <summary>Whether no more than <see cref="NarrowMax"/> happened in the range, of those with the tag where one is asked for.</summary>
    private static bool IsNarrow(SqliteReader reader, ExperienceFilter filter, out long from, out long before)
    {
        (from, before) = (filter.From?.UtcTicks ?? 0, filter.Before?.UtcTicks ?? long.MaxValue);
        if (filter.From is null && filter.Before is null) { return false; }
        var found = filter.Tag is { } tag
            ? reader.Query("SELECT count(*) FROM (SELECT 1 FROM experience_tags INDEXED BY experience_tags_by_time WHERE tag = ?4 AND at >= ?1 AND at < ?2 LIMIT ?3)").Bind(4, tag)
            : reader.Query("SELECT count(*) FROM (SELECT 1 FROM experiences INDEXED BY experiences_by_time WHERE at >= ?1 AND at < ?2 LIMIT ?3)");
        return Number(found.Bind(1, from).Bind(2, before).Bind(3, NarrowMax + 1L)) <= NarrowMax;
    }

    private static long Number(Statement row)
    {
        var number = row.Step() ? row.Long(0) : 0;
        row.Reset();
        return number;
    }

    private static Experience Map(Statement row) => new()
    {
        Id = row.Text(1),
        Stream = row.Text(2),
        Timestamp = row.Moment(3),
        Success = row.Bool(4),
        LearningType = (LearningType)row.Int(5),
        FeedbackScore = row.Real(6),
        Tags = row.IsNull(7) ? [] : LedgerJson.List(JsonSerializer.Deserialize(row.Bytes(7), LedgerJson.Default.StringArray)),
        ContextJson = row.Text(8),
        ActionJson = row.Text(9),
        OutcomeJson = row.Text(10),
        Metrics = LedgerJson.Map(row.IsNull(11) ? null : JsonSerializer.Deserialize(row.Bytes(11), LedgerJson.Default.SortedDictionaryStringDouble)),
        Seq = row.Long(0),
    };
}
