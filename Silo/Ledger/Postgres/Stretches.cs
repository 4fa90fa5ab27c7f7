using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace NexusActors.Ledger.Postgres;

/// <summary>
/// Writes a query for the newest rows under a filter. Each stretch of an index (one value of its leading columns) is read from its newest end and no further than the page is long;
/// further conditions are checked on the rows found. So no filter reads a whole table.
/// </summary>
/// <param name="table">What is read, with rows <c>r</c> that have a position <c>seq</c>.</param>
/// <param name="limit">Rows of a page.</param>
internal sealed class Stretches(string table, int limit)
{
    private readonly StringBuilder _where = new();
    private readonly List<NpgsqlParameter> _values = [Values.Of((long)limit)];

    /// <summary>Values in their order.</summary>
    public NpgsqlParameter[] Parameters => [.. _values];

    /// <summary>Adds a condition on rows <c>r</c>; <c>?</c> stands for the value.</summary>
    public Stretches And(string condition, NpgsqlParameter value)
    {
        _values.Add(value);
        _where.Append(" AND ").Append(condition.Replace("?", $"${_values.Count}", StringComparison.Ordinal));
        return this;
    }

    /// <summary>Adds a condition without a value.</summary>
    public Stretches And(string condition)
    {
        _where.Append(" AND ").Append(condition);
        return this;
    }

    /// <summary>The newest positions, over the whole table by position.</summary>
    public string OverAll() => $"SELECT r.seq FROM {table} WHERE true{_where} ORDER BY r.seq DESC LIMIT $1";

    /// <summary>The newest positions, over stretches of an index.</summary>
    /// <param name="leading">Leading columns of the index with, for each stretch, their value.</param>
    public string Over(params (string Column, NpgsqlParameter Stretches)[] leading)
    {
        var names = string.Join(", ", leading.Select((_, i) => $"k{i}"));
        var arrays = string.Join(", ", leading.Select(column =>
        {
            _values.Add(column.Stretches);
            return $"${_values.Count}";
        }));
        var match = string.Join(" AND ", leading.Select((column, i) => $"r.{column.Column} = k.k{i}"));
        return $"""
            SELECT n.seq FROM unnest({arrays}) AS k({names})
            CROSS JOIN LATERAL (SELECT r.seq FROM {table} WHERE {match}{_where} ORDER BY r.seq DESC LIMIT $1) n
            ORDER BY n.seq DESC LIMIT $1
            """;
    }

    /// <summary>The newest positions of experiences with a tag; conditions hold for the experiences.</summary>
    public string OverTag(string tag)
    {
        _values.Add(Values.Of(tag));
        return $"SELECT t.seq FROM experience_tags t CROSS JOIN LATERAL (SELECT * FROM {table} WHERE r.seq = t.seq OFFSET 0) r WHERE t.tag = ${_values.Count}{_where} ORDER BY t.seq DESC LIMIT $1";
    }

    /// <summary>The newest positions of a narrow range, read by the index of that range and sorted.</summary>
    /// <param name="column">Column of the range, with the name of its table.</param>
    /// <param name="from">Its begin.</param>
    /// <param name="before">Its end, exclusive.</param>
    public string Within(string column, long from, long before)
    {
        _values.Add(Values.Of(from));
        _values.Add(Values.Of(before));
        return $"WITH found AS MATERIALIZED (SELECT r.seq FROM {table} WHERE {column} >= ${_values.Count - 1} AND {column} < ${_values.Count}{_where}) SELECT seq FROM found ORDER BY seq DESC LIMIT $1";
    }

    /// <summary>Values of the leading columns, one for each stretch.</summary>
    public static NpgsqlParameter Column<T>(IEnumerable<T> values, NpgsqlDbType type) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
