using System.Collections.Immutable;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of documents.</summary>
internal static class DocumentReads
{
    private const string Columns = "kind, id, version, created_at, updated_at, body, seq";

    /// <summary>One document; null where there is none.</summary>
    public static async Task<Document?> FindAsync(PostgresReaders readers, string kind, string id, CancellationToken cancellation) =>
        (await readers.FirstAsync($"SELECT {Columns} FROM documents WHERE kind = $1 AND id = $2", Read, cancellation, Values.Of(kind), Values.Of(id)).ConfigureAwait(false)).Row;

    /// <summary>One page, newest first.</summary>
    public static Task<ImmutableArray<Document>> ListAsync(PostgresReaders readers, DocumentFilter filter, CancellationToken cancellation) => readers.ListAsync(
        $"SELECT {Columns} FROM documents WHERE kind = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
        Read,
        cancellation,
        Values.Of(filter.Kind),
        Values.Of(filter.BeforeSeq == 0 ? long.MaxValue : filter.BeforeSeq),
        Values.Of((long)filter.Limit));

    private static Document Read(NpgsqlDataReader row) => new(row.Text(0), row.Text(1), row.GetInt32(2), row.Moment(3), row.Moment(4), row.Bytes(5)) { Seq = row.GetInt64(6) };
}
