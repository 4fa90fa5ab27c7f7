using System.Text.Json;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Removes experiences with their tags and their place in the counts, some at a time.</summary>
internal static class ExperienceRemoval
{
    /// <summary>Removals count in a slot of their own: no writer has it.</summary>
    private const short Slot = -1;

    // In the order of positions, so that two removals never wait for each other in a ring.
    private const string NamedSql = """
        WITH found AS (SELECT seq FROM experiences WHERE seq = ANY ($1) ORDER BY seq FOR UPDATE)
        DELETE FROM experiences e USING found f WHERE e.seq = f.seq RETURNING e.seq, e.at, e.success, e.tags
        """;
    private const string OldSql = """
        WITH found AS (SELECT seq FROM experiences WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
        DELETE FROM experiences e USING found f WHERE e.seq = f.seq RETURNING e.seq, e.at, e.success, e.tags
        """;
    private const string TagsSql = "DELETE FROM experience_tags t USING unnest($1, $2) AS u(tag, seq) WHERE t.tag = u.tag AND t.seq = u.seq";
    private const string CountsSql = """
        INSERT INTO experience_counts (slot, success, n) SELECT $2, u.success, -count(*) FROM unnest($1) AS u(success) GROUP BY u.success ORDER BY u.success
        ON CONFLICT (slot, success) DO UPDATE SET n = experience_counts.n + excluded.n
        """;
    private const string MinutesSql = """
        INSERT INTO experience_minutes (minute, slot, n) SELECT u.at / 600000000, $2, -count(*) FROM unnest($1) AS u(at) GROUP BY 1 ORDER BY 1
        ON CONFLICT (minute, slot) DO UPDATE SET n = experience_minutes.n + excluded.n
        """;

    /// <summary>Removes some by position.</summary>
    /// <returns>How many were there.</returns>
    public static Task<int> NamedAsync(NpgsqlDataSource source, IEnumerable<long> seqs, CancellationToken cancellation) => RunAsync(source, NamedSql, [Values.Array(seqs)], cancellation);

    /// <summary>Removes the oldest that happened before a moment.</summary>
    /// <returns>How many were there.</returns>
    public static Task<int> OldAsync(NpgsqlDataSource source, DateTimeOffset before, int max, CancellationToken cancellation) => RunAsync(source, OldSql, [Values.Of(before.UtcTicks), Values.Of((long)max)], cancellation);

    private static async Task<int> RunAsync(NpgsqlDataSource source, string sql, NpgsqlParameter[] values, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var batch = new CommandBatch(connection);
        var (removed, tags) = (new List<(long At, bool Success)>(), new List<(string Tag, long Seq)>());
        batch.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        batch.Read(sql, Take, values);
        await batch.RunAsync().ConfigureAwait(false);
        if (tags.Count > 0) { batch.Add(TagsSql, tags.Texts(tag => tag.Tag), tags.Longs(tag => tag.Seq)); }
        if (removed.Count > 0)
        {
            batch.Add(CountsSql, removed.Bools(one => one.Success), Values.Of(Slot));
            batch.Add(MinutesSql, removed.Longs(one => one.At), Values.Of(Slot));
        }
        batch.Add("COMMIT");
        await batch.RunAsync().ConfigureAwait(false);
        return removed.Count;

        void Take(NpgsqlDataReader row)
        {
            removed.Add((row.GetInt64(1), row.GetBoolean(2)));
            if (row.IsDBNull(3)) { return; }
            tags.AddRange((JsonSerializer.Deserialize(row.Bytes(3), LedgerJson.Default.StringArray) ?? []).Select(tag => (tag, row.GetInt64(0))));
        }
    }
}
