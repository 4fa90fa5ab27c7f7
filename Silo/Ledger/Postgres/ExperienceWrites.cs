using NexusActors.Learning;

namespace NexusActors.Ledger.Postgres;

/// <summary>Writes of experiences, many at once.</summary>
internal static class ExperienceWrites
{
    private const string InsertSql = """
        WITH new AS (
            INSERT INTO experiences (id, stream, at, success, learning_type, feedback, tags, context, action, outcome, metrics)
            SELECT u.id, u.stream, u.at, u.success, u.learning_type, u.feedback, u.tags, u.context, u.action, u.outcome, u.metrics
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY AS u(id, stream, at, success, learning_type, feedback, tags, context, action, outcome, metrics, n)
            ORDER BY u.n
            ON CONFLICT (id) DO NOTHING
            RETURNING id, seq, at, success),
        counts AS (
            INSERT INTO experience_counts (slot, success, n) SELECT $12, new.success, count(*) FROM new GROUP BY new.success
            ON CONFLICT (slot, success) DO UPDATE SET n = experience_counts.n + excluded.n),
        minutes AS (
            INSERT INTO experience_minutes (minute, slot, n) SELECT new.at / 600000000, $12, count(*) FROM new GROUP BY 1 ORDER BY 1
            ON CONFLICT (minute, slot) DO UPDATE SET n = experience_minutes.n + excluded.n)
        SELECT id, seq FROM new
        """;

    // Of those that this transaction has inserted: others of the same id have their own.
    private const string TagSql = """
        INSERT INTO experience_tags (tag, seq, at)
        SELECT u.tag, e.seq, e.at FROM unnest($1, $2) AS u(id, tag) JOIN experiences e ON e.id = u.id WHERE e.xmin = pg_current_xact_id()::xid
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Adds the insert of experiences with their tags and counts; tells the position of each whose id was free.</summary>
    /// <param name="batch">Where to add it.</param>
    /// <param name="rows">Experiences with ids of their own.</param>
    /// <param name="slot">Where this writer counts.</param>
    /// <param name="inserted">Id and position.</param>
    public static void Insert(CommandBatch batch, IReadOnlyList<(PreparedEntry Prepared, Experience Experience)> rows, int slot, Action<string, long> inserted)
    {
        var tags = rows.Where(row => !row.Experience.Tags.IsDefaultOrEmpty).SelectMany(row => row.Experience.Tags.Select(tag => (row.Experience.Id, Tag: tag))).ToList();
        batch.Read(
            InsertSql,
            row => inserted(PostgresText.Read(row.GetString(0)), row.GetInt64(1)),
            rows.Texts(row => row.Experience.Id),
            rows.Texts(row => row.Experience.Stream),
            rows.Longs(row => row.Experience.Timestamp.UtcTicks),
            rows.Bools(row => row.Experience.Success),
            rows.Shorts(row => (int)row.Experience.LearningType),
            rows.Reals(row => row.Experience.FeedbackScore),
            rows.Bytes(row => row.Prepared.Tags),
            rows.Texts(row => row.Experience.ContextJson),
            rows.Texts(row => row.Experience.ActionJson),
            rows.Texts(row => row.Experience.OutcomeJson),
            rows.Bytes(row => row.Prepared.Metrics),
            Values.Of((short)slot));
        if (tags.Count > 0) { batch.Add(TagSql, tags.Texts(tag => tag.Id), tags.Texts(tag => tag.Tag)); }
    }
}
