using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Reads of what is found by a name alone: queues, settings, idempotency keys.</summary>
internal static class KeyedReads
{
    /// <summary>A queue's settings; null where it was never made.</summary>
    public static QueueSettings? Queue(SqliteReader reader, string name)
    {
        var row = reader.Query("SELECT settings FROM queues WHERE name = ?1").Bind(1, name);
        return row.Step() ? SettingsRow.Read(row.Bytes(0)) : null;
    }

    /// <summary>All queues that were made, by name.</summary>
    public static ImmutableArray<(string Name, QueueSettings Settings)> Queues(SqliteReader reader)
    {
        var row = reader.Query("SELECT name, settings FROM queues ORDER BY name");
        var queues = ImmutableArray.CreateBuilder<(string, QueueSettings)>();
        while (row.Step()) { queues.Add((row.Text(0), SettingsRow.Read(row.Bytes(1)))); }
        return queues.DrainToImmutable();
    }

    /// <summary>One named setting.</summary>
    public static string? Setting(SqliteReader reader, string name)
    {
        var row = reader.Query("SELECT value FROM settings WHERE name = ?1").Bind(1, name);
        return row.Step() ? row.Text(0) : null;
    }

    /// <summary>What was stored under an idempotency key.</summary>
    public static Operation? Operation(SqliteReader reader, string key)
    {
        var row = reader.Query("SELECT body_hash, answer FROM operations WHERE key = ?1").Bind(1, key);
        return row.Step() ? new(key, row.Text(0), row.Text(1)) : null;
    }
}
