using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace NexusActors.Crash;

/// <summary>Reads the facts from the data file of a stopped service, past all code of the product.</summary>
internal static class LedgerFile
{
    private static readonly string[] Statuses = ["none", "pending", "assigned", "in_progress", "delegated", "completed", "failed", "cancelled"];

    public static (ImmutableArray<LedgerTask> Tasks, ImmutableArray<TaskEvent> Events, ImmutableArray<string> Experiences) Read(string folder)
    {
        var file = Assert.Single(Directory.GetFiles(folder, "*.db", SearchOption.AllDirectories));
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        var tasks = Rows(connection, "SELECT id, status, attempt, retry_count, loss_count FROM tasks ORDER BY seq", row => new LedgerTask
        {
            Id = row.GetString(0),
            Status = Statuses[row.GetInt32(1)],
            Attempt = row.GetInt32(2),
            RetryCount = row.GetInt32(3),
            LossCount = row.GetInt32(4),
        });
        var events = Rows(connection, "SELECT seq, at, type, task_id, agent, data FROM events WHERE task_id IS NOT NULL ORDER BY rowid", row => new TaskEvent(
            row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), AttemptOf(row.GetString(5))));
        var experiences = Rows(connection, "SELECT id FROM experiences ORDER BY seq", row => row.GetString(0));
        return (tasks, events, experiences);
    }

    private static ImmutableArray<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }
        return rows.ToImmutable();
    }

    private static int? AttemptOf(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.TryGetProperty("attempt", out var attempt) ? attempt.GetInt32() : null;
    }
}
