namespace NexusActors.Ledger.Sqlite;

/// <summary>A reading connection that keeps its statements prepared. Used by one thread at a time.</summary>
internal sealed class SqliteReader(Database database) : IDisposable
{
    private readonly Statement _begin = database.Prepare("BEGIN");
    private readonly Statement _end = database.Prepare("COMMIT");
    private readonly Dictionary<string, Statement> _prepared = new(StringComparer.Ordinal);
    private readonly List<Statement> _used = [];

    /// <summary>A prepared statement, ready to bind; let go of when the read ends.</summary>
    public Statement Query(string sql)
    {
        if (!_prepared.TryGetValue(sql, out var statement)) { _prepared[sql] = statement = database.Prepare(sql); }
        _used.Add(statement);
        return statement;
    }

    /// <summary>Runs a read; all its statements see the same state of the data.</summary>
    public T Read<T>(Func<SqliteReader, T> read)
    {
        _begin.Run();
        try
        {
            return read(this);
        }
        finally
        {
            foreach (var statement in _used) { statement.Reset(); }
            _used.Clear();
            if (database.InTransaction) { _end.Run(); }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => database.Dispose();
}
