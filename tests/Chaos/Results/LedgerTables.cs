using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Crash;
using Npgsql;

namespace NexusActors.Chaos.Results;

/// <summary>Reads the facts from the tables, past all code of the product.</summary>
internal static class LedgerTables
{
    private static readonly string[] Statuses = ["none", "pending", "assigned", "in_progress", "delegated", "completed", "failed", "cancelled"];

    public static async Task<(ImmutableArray<LedgerTask> Tasks, ImmutableArray<TaskEvent> Events, ImmutableArray<string> Experiences)> ReadAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var tasks = await RowsAsync(connection, "SELECT t.id, s.status, s.attempt, s.retry_count, s.loss_count FROM tasks t JOIN task_states s USING (seq) ORDER BY seq", row => new LedgerTask
        {
            Id = row.GetString(0),
            Status = Statuses[row.GetInt16(1)],
            Attempt = row.GetInt32(2),
            RetryCount = row.GetInt32(3),
            LossCount = row.GetInt32(4),
        });
        var events = await RowsAsync(connection, "SELECT seq, at, type, task_id, agent, data FROM events WHERE task_id IS NOT NULL ORDER BY seq", row => new TaskEvent(
            row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), AttemptOf(row.GetString(5))));
        var experiences = await RowsAsync(connection, "SELECT id FROM experiences ORDER BY seq", row => row.GetString(0));
        return (tasks, events, experiences);
    }

    private static async Task<ImmutableArray<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync()) { rows.Add(read(reader)); }
        return rows.ToImmutable();
    }

    private static int? AttemptOf(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.TryGetProperty("attempt", out var attempt) ? attempt.GetInt32() : null;
    }
}
