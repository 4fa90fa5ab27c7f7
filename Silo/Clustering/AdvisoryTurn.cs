using NexusActors.Ledger;
using Npgsql;

namespace NexusActors.Clustering;

/// <summary>
/// One silo at a time removes old facts: the turn is an advisory lock of the database, held by a connection of its own. A lock that is lost with its connection lets another silo begin;
/// two that remove at once remove the same.
/// </summary>
internal sealed class AdvisoryTurn(NpgsqlDataSource database) : IRetentionTurn
{
    // Any number that no other lock of ours has; the letters "retain".
    private const long Key = 0x72657461696e;

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> TryTakeAsync(CancellationToken cancellation)
    {
        try
        {
            var connection = await database.OpenConnectionAsync(cancellation);
            try
            {
                await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } } };
                if (await command.ExecuteScalarAsync(cancellation) is true) { return new Turn(connection); }
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
            await connection.DisposeAsync();
            return null;
        }
        catch (NpgsqlException)
        {
            // Without the database there is nothing to remove from; the next pass asks again, and the ledger tells of the fault.
            return null;
        }
    }

    // A pooled connection is cleared when it goes back, which gives up its locks; said aloud it also holds where clearing is switched off.
    private sealed class Turn(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = Key } } };
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The connection is broken, and the lock went with it.
            }
            await connection.DisposeAsync();
        }
    }
}
