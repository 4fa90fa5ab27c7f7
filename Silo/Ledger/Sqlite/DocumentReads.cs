using System.Collections.Immutable;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of documents.</summary>
internal static class DocumentReads
{
    private const string Columns = "kind, id, version, created_at, updated_at, body, seq";

    /// <summary>One document; null where there is none.</summary>
    public static Document? Find(SqliteReader reader, string kind, string id)
    {
        var row = reader.Query($"SELECT {Columns} FROM documents WHERE kind = ?1 AND id = ?2").Bind(1, kind).Bind(2, id);
        return row.Step() ? Read(row) : null;
    }

    /// <summary>One page, newest first.</summary>
    public static ImmutableArray<Document> List(SqliteReader reader, DocumentFilter filter)
    {
        var row = reader.Query($"SELECT {Columns} FROM documents WHERE kind = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3")
            .Bind(1, filter.Kind).Bind(2, filter.BeforeSeq == 0 ? long.MaxValue : filter.BeforeSeq).Bind(3, (long)filter.Limit);
        var page = ImmutableArray.CreateBuilder<Document>();
        while (row.Step()) { page.Add(Read(row)); }
        return page.DrainToImmutable();
    }

    private static Document Read(Statement row) => new(row.Text(0), row.Text(1), row.Int(2), row.Moment(3), row.Moment(4), row.Bytes(5).ToArray()) { Seq = row.Long(6) };
}
