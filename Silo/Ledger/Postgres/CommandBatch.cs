using Npgsql;
using NpgsqlTypes;

namespace NexusActors.Ledger.Postgres;

/// <summary>Statements that go to the server together, in one round trip, with what is to be done with their answers.</summary>
internal sealed class CommandBatch(NpgsqlConnection connection)
{
    private readonly List<(string Sql, NpgsqlParameter[] Values, Action<NpgsqlDataReader>? Row)> _waiting = [];

    /// <summary>Adds a statement without an answer.</summary>
    public void Add(string sql, params NpgsqlParameter[] values) => _waiting.Add((sql, values, null));

    /// <summary>Adds a statement with an answer.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="row">Takes each row of its answer.</param>
    /// <param name="values">Its values.</param>
    public void Read(string sql, Action<NpgsqlDataReader> row, params NpgsqlParameter[] values) => _waiting.Add((sql, values, row));

    /// <summary>Sends what was added and reads all answers.</summary>
    public async Task RunAsync()
    {
        if (_waiting.Count == 0) { return; }
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, values, _) in _waiting)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values) { command.Parameters.Add(value); }
            batch.BatchCommands.Add(command);
        }
        var rows = _waiting.Where(statement => statement.Row is not null).Select(statement => statement.Row!).ToList();
        _waiting.Clear();
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var row in rows)
        {
            while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false)) { row(reader); }
            await reader.NextResultAsync(CancellationToken.None).ConfigureAwait(false);
        }
        while (await reader.NextResultAsync(CancellationToken.None).ConfigureAwait(false)) { }                  // statements without an answer may still fail
    }
}

/// <summary>Values of statements, single and by column of many rows.</summary>
internal static class Values
{
    /// <summary>One number.</summary>
    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value };

    /// <summary>One number of 16 bits.</summary>
    public static NpgsqlParameter Of(short value) => new NpgsqlParameter<short> { TypedValue = value };

    /// <summary>One text; null for none.</summary>
    public static NpgsqlParameter Of(string? value) => new() { Value = (object?)PostgresText.Write(value) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>One moment; null for none.</summary>
    public static NpgsqlParameter Of(DateTimeOffset? value) => new() { Value = (object?)value?.UtcTicks ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    /// <summary>Whether; null for none.</summary>
    public static NpgsqlParameter Of(bool? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean };

    /// <summary>Bytes; null for none.</summary>
    public static NpgsqlParameter Of(byte[]? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    /// <summary>Several numbers.</summary>
    public static NpgsqlParameter Array(IEnumerable<long> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    /// <summary>Several texts.</summary>
    public static NpgsqlParameter Array(IEnumerable<string> values) => new() { Value = values.Select(PostgresText.Write).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <summary>A column of numbers.</summary>
    public static NpgsqlParameter Longs<T>(this IReadOnlyList<T> rows, Func<T, long> value) => Column(rows, value, NpgsqlDbType.Bigint);

    /// <summary>A column of numbers, some missing.</summary>
    public static NpgsqlParameter LongsOrNull<T>(this IReadOnlyList<T> rows, Func<T, long?> value) => Column(rows, value, NpgsqlDbType.Bigint);

    /// <summary>A column of moments, some missing.</summary>
    public static NpgsqlParameter Moments<T>(this IReadOnlyList<T> rows, Func<T, DateTimeOffset?> value) => Column(rows, row => value(row)?.UtcTicks, NpgsqlDbType.Bigint);

    /// <summary>A column of numbers of 32 bits.</summary>
    public static NpgsqlParameter Ints<T>(this IReadOnlyList<T> rows, Func<T, int> value) => Column(rows, value, NpgsqlDbType.Integer);

    /// <summary>A column of numbers of 16 bits.</summary>
    public static NpgsqlParameter Shorts<T>(this IReadOnlyList<T> rows, Func<T, int> value) => Column(rows, row => (short)value(row), NpgsqlDbType.Smallint);

    /// <summary>A column of real numbers.</summary>
    public static NpgsqlParameter Reals<T>(this IReadOnlyList<T> rows, Func<T, double?> value) => Column(rows, value, NpgsqlDbType.Double);

    /// <summary>A column of truth values.</summary>
    public static NpgsqlParameter Bools<T>(this IReadOnlyList<T> rows, Func<T, bool> value) => Column(rows, value, NpgsqlDbType.Boolean);

    /// <summary>A column of texts, some missing.</summary>
    public static NpgsqlParameter Texts<T>(this IReadOnlyList<T> rows, Func<T, string?> value) => Column(rows, row => PostgresText.Write(value(row)), NpgsqlDbType.Text);

    /// <summary>A column of bytes, some missing.</summary>
    public static NpgsqlParameter Bytes<T>(this IReadOnlyList<T> rows, Func<T, byte[]?> value) => Column(rows, value, NpgsqlDbType.Bytea);

    private static NpgsqlParameter Column<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value, NpgsqlDbType type)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++) { column[i] = value(rows[i]); }
        return new() { Value = column, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
