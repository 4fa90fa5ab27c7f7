using System.Collections.Immutable;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads, on any connection of the pool.</summary>
/// <param name="source">The pool.</param>
internal sealed class PostgresReaders(NpgsqlDataSource source)
{
    /// <summary>How long a read may go on for nobody: one over a slow link comes to its end, one on a connection that lost its packets gives that up.</summary>
    private static readonly TimeSpan AbandonedMax = TimeSpan.FromSeconds(1);

    /// <summary>All rows of an answer. Cancellation gives up waiting for it; the read itself ends soon after.</summary>
    /// <exception cref="Errors.NexusException">Storage does not answer.</exception>
    public async Task<ImmutableArray<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        // The driver does not hear at once of callers who give up: it would close the connection, and opening another takes far longer than most reads.
        var reading = ReadAsync(sql, map, values, cancellation);
        reading.Ignore();
        return await reading.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The first row of an answer.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<(bool Found, T Row)> FirstAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellation, params NpgsqlParameter[] values) =>
        await ListAsync(sql, map, cancellation, values).ConfigureAwait(false) is [var row, ..] ? (true, row) : default;

    /// <summary>The one number of an answer; 0 for none.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<long> NumberAsync(string sql, CancellationToken cancellation, params NpgsqlParameter[] values) =>
        (await FirstAsync(sql, row => row.LongOrNull(0) ?? 0, cancellation, values).ConfigureAwait(false)).Row;

    private async Task<ImmutableArray<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map, NpgsqlParameter[] values, CancellationToken cancellation)
    {
        try
        {
            // Who gives up while all connections are taken leaves the line.
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var command = new NpgsqlCommand(sql, connection);
            using var abandoned = new CancellationTokenSource();
            await using var leaving = cancellation.UnsafeRegister(static read => ((CancellationTokenSource)read!).CancelAfter(AbandonedMax), abandoned);
            foreach (var value in values) { command.Parameters.Add(value); }
            await using var reader = await command.ExecuteReaderAsync(abandoned.Token).ConfigureAwait(false);
            var rows = ImmutableArray.CreateBuilder<T>();
            while (await reader.ReadAsync(abandoned.Token).ConfigureAwait(false)) { rows.Add(map(reader)); }
            return rows.DrainToImmutable();
        }
        catch (Exception failure) when (PostgresFault.IsOfDatabase(failure))
        {
            throw PostgresFault.ToCaller(failure);
        }
    }
}

/// <summary>Columns of a row as the contracts have them.</summary>
internal static class Columns
{
    public static string Text(this NpgsqlDataReader row, int column) => PostgresText.Read(row.GetString(column));

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Text(column);

    public static byte[] Bytes(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<byte[]>(column);

    public static long? LongOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static double? RealOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    public static DateTimeOffset Moment(this NpgsqlDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    public static DateTimeOffset? MomentOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Moment(column);
}
