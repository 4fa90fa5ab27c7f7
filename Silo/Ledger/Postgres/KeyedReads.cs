using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Postgres;

/// <summary>Reads of what is found by a name alone: queues, settings, idempotency keys.</summary>
internal static class KeyedReads
{
    /// <summary>A queue's settings; null where it was never made.</summary>
    public static async Task<QueueSettings?> QueueAsync(PostgresReaders readers, string name, CancellationToken cancellation) =>
        (await readers.FirstAsync("SELECT settings FROM queues WHERE name = $1", row => SettingsRow.Read(row.Bytes(0)), cancellation, Values.Of(name)).ConfigureAwait(false)).Row;

    /// <summary>All queues that were made, by name.</summary>
    public static Task<ImmutableArray<(string Name, QueueSettings Settings)>> QueuesAsync(PostgresReaders readers, CancellationToken cancellation) =>
        readers.ListAsync("SELECT name, settings FROM queues ORDER BY name", row => (row.Text(0), SettingsRow.Read(row.Bytes(1))), cancellation);

    /// <summary>One named setting.</summary>
    public static async Task<string?> SettingAsync(PostgresReaders readers, string name, CancellationToken cancellation) =>
        (await readers.FirstAsync("SELECT value FROM settings WHERE name = $1", row => row.Text(0), cancellation, Values.Of(name)).ConfigureAwait(false)).Row;

    /// <summary>What was stored under an idempotency key.</summary>
    public static async Task<Operation?> OperationAsync(PostgresReaders readers, string key, CancellationToken cancellation) =>
        (await readers.FirstAsync("SELECT body_hash, answer FROM operations WHERE key = $1", row => new Operation(key, row.Text(0), row.Text(1)), cancellation, Values.Of(key)).ConfigureAwait(false)).Row;
}
