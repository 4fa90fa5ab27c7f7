namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of documents.</summary>
internal sealed class DocumentStatements(Database database)
{
    private readonly Statement _insert = database.Prepare("""
        INSERT INTO documents (kind, id, version, created_at, updated_at, body) VALUES (?1, ?2, 1, ?3, ?4, ?5) ON CONFLICT (kind, id) DO NOTHING RETURNING seq
        """);
    private readonly Statement _update = database.Prepare("UPDATE documents SET version = ?3, updated_at = ?4, body = ?5 WHERE kind = ?1 AND id = ?2 AND version = ?3 - 1");
    private readonly Statement _delete = database.Prepare("DELETE FROM documents WHERE kind = ?1 AND id = ?2 AND version = ?3");

    /// <summary>Inserts a document and gives it a position; null where its id is taken.</summary>
    public long? Insert(Document document)
    {
        var row = _insert.Bind(1, document.Kind).Bind(2, document.Id).Bind(3, document.CreatedAt).Bind(4, document.UpdatedAt).Bind(5, document.Body);
        long? seq = row.Step() ? row.Long(0) : null;
        row.Reset();
        return seq;
    }

    /// <summary>Writes the next version; false where another is stored.</summary>
    public bool Update(Document document) =>
        _update.Bind(1, document.Kind).Bind(2, document.Id).Bind(3, document.Version).Bind(4, document.UpdatedAt).Bind(5, document.Body).RunCounted() != 0;

    /// <summary>Deletes a document; false where another version is stored.</summary>
    public bool Delete(DocumentDelete end) => _delete.Bind(1, end.Kind).Bind(2, end.Id).Bind(3, end.Version).RunCounted() != 0;
}
