namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of what is found by a name alone: queues, settings, idempotency keys.</summary>
internal sealed class KeyedStatements(Database database)
{
    private readonly Statement _putQueue = database.Prepare("INSERT INTO queues (name, settings) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings");
    private readonly Statement _putSetting = database.Prepare("INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    private readonly Statement _findOperation = database.Prepare("SELECT body_hash, answer FROM operations WHERE key = ?1");
    private readonly Statement _insertOperation = database.Prepare("INSERT INTO operations (key, body_hash, answer, at) VALUES (?1, ?2, ?3, ?4)");

    /// <summary>Makes or replaces a queue's settings.</summary>
    public void PutQueue(string name, byte[]? settings) => _putQueue.Bind(1, name).Bind(2, settings).Run();

    /// <summary>Makes or replaces one setting.</summary>
    public void PutSetting(string name, string value) => _putSetting.Bind(1, name).Bind(2, value).Run();

    /// <summary>What was stored under an idempotency key, compared with what is asked now; null where the key is new.</summary>
    public CommitResult? Repeat(Operation operation)
    {
        CommitResult? result = null;
        if (_findOperation.Bind(1, operation.Key).Step())
        {
            result = _findOperation.Text(0) == operation.BodyHash ? new(CommitOutcome.Repeated, FirstAnswer: _findOperation.Text(1)) : new(CommitOutcome.KeyReused);
        }
        _findOperation.Reset();
        return result;
    }

    /// <summary>Stores an idempotency key.</summary>
    public void InsertOperation(Operation operation, DateTimeOffset at) =>
        _insertOperation.Bind(1, operation.Key).Bind(2, operation.BodyHash).Bind(3, operation.Answer).Bind(4, at).Run();
}
