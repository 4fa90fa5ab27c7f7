namespace NexusActors.Ledger.Postgres;

/// <summary>Writes of documents, many at once, each by kind and id.</summary>
internal static class DocumentWrites
{
    private const string InsertSql = """
        INSERT INTO documents (kind, id, version, created_at, updated_at, body)
        SELECT u.kind, u.id, 1, u.created_at, u.updated_at, u.body FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS u(kind, id, created_at, updated_at, body, n) ORDER BY u.n
        ON CONFLICT (kind, id) DO NOTHING
        RETURNING kind, id, seq
        """;

    private const string UpdateSql = """
        UPDATE documents d SET version = u.version, updated_at = u.updated_at, body = u.body
        FROM unnest($1, $2, $3, $4, $5) AS u(kind, id, version, updated_at, body)
        WHERE d.kind = u.kind AND d.id = u.id AND d.version = u.version - 1
        RETURNING d.kind, d.id
        """;

    private const string DeleteSql = "DELETE FROM documents d USING unnest($1, $2, $3) AS u(kind, id, version) WHERE d.kind = u.kind AND d.id = u.id AND d.version = u.version RETURNING d.kind, d.id";

    /// <summary>Adds new documents; tells kind, id and position of each whose id was free.</summary>
    public static void Insert(CommandBatch batch, IReadOnlyList<Document> rows, Action<string, string, long> inserted) => batch.Read(
        InsertSql,
        row => inserted(PostgresText.Read(row.GetString(0)), PostgresText.Read(row.GetString(1)), row.GetInt64(2)),
        rows.Texts(row => row.Kind),
        rows.Texts(row => row.Id),
        rows.Longs(row => row.CreatedAt.UtcTicks),
        rows.Longs(row => row.UpdatedAt.UtcTicks),
        rows.Bytes(row => row.Body));

    /// <summary>Adds next versions; tells kind and id of each that had the version before. In the order of kind and id, so that two writers never wait for each other in a ring.</summary>
    public static void Update(CommandBatch batch, IEnumerable<Document> documents, Action<string, string> updated)
    {
        var rows = documents.OrderBy(row => row.Kind, StringComparer.Ordinal).ThenBy(row => row.Id, StringComparer.Ordinal).ToList();
        batch.Read(
            UpdateSql,
            row => updated(PostgresText.Read(row.GetString(0)), PostgresText.Read(row.GetString(1))),
            rows.Texts(row => row.Kind),
            rows.Texts(row => row.Id),
            rows.Ints(row => row.Version),
            rows.Longs(row => row.UpdatedAt.UtcTicks),
            rows.Bytes(row => row.Body));
    }

    /// <summary>Adds the end of documents; tells kind and id of each that had the version.</summary>
    public static void Delete(CommandBatch batch, IEnumerable<DocumentDelete> documents, Action<string, string> deleted)
    {
        var rows = documents.OrderBy(row => row.Kind, StringComparer.Ordinal).ThenBy(row => row.Id, StringComparer.Ordinal).ToList();
        batch.Read(
            DeleteSql,
            row => deleted(PostgresText.Read(row.GetString(0)), PostgresText.Read(row.GetString(1))),
            rows.Texts(row => row.Kind),
            rows.Texts(row => row.Id),
            rows.Ints(row => row.Version));
    }
}
