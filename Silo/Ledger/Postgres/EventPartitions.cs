using System.Globalization;
using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>Makes the partitions of events ahead, one a day, and drops those of days gone by from which everything was removed.</summary>
internal sealed class EventPartitions(NpgsqlDataSource source, TimeProvider time, ILogger<EventPartitions> logger) : BackgroundService
{
    private const int DaysAhead = 7;
    private const string Prefix = "events_";
    private static readonly TimeSpan Period = TimeSpan.FromHours(6), Later = TimeSpan.FromMinutes(10);

    // A backup holds every table for as long as it lasts. Whoever waits for it holds up all that come after him, writers too; and there is a week to try again.
    private const string Patience = "PERFORM set_config('lock_timeout', '100ms', true);";

    private const string ListSql = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass";

    /// <summary>Looks after them once; false where it has to be tried again, because somebody holds the table.</summary>
    public static async Task<bool> KeepAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var there = new HashSet<string>(StringComparer.Ordinal);
        await using (var list = new NpgsqlCommand(ListSql, connection))
        await using (var reader = await list.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) { there.Add(reader.GetString(0)); }
        }
        try
        {
            for (var day = DateOnly.FromDateTime(now.UtcDateTime); day <= DateOnly.FromDateTime(now.UtcDateTime).AddDays(DaysAhead); day = day.AddDays(1))
            {
                if (there.Contains(Name(day))) { continue; }
                // Rows of that day may be in the last partition already, where nobody looked after these for long; then they stay there.
                await ExecuteAsync(connection, $"""
                    DO $$ BEGIN
                        {Patience}
                        CREATE TABLE IF NOT EXISTS {Name(day)} PARTITION OF events FOR VALUES FROM ({Ticks(day)}) TO ({Ticks(day.AddDays(1))});
                    EXCEPTION WHEN check_violation OR duplicate_table THEN NULL;
                    END $$
                    """, cancellation).ConfigureAwait(false);
            }
            foreach (var name in there.Where(name => DayOf(name) is { } day && day < DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1)))
            {
                await ExecuteAsync(connection, $"DO $$ BEGIN {Patience} IF NOT EXISTS (SELECT 1 FROM {name}) THEN DROP TABLE IF EXISTS {name}; END IF; EXCEPTION WHEN undefined_table THEN NULL; END $$", cancellation).ConfigureAwait(false);
            }
            return true;
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var pause = Period;
                try
                {
                    if (!await KeepAsync(source, time.GetUtcNow(), stoppingToken).ConfigureAwait(false)) { LedgerLog.PartitionsLater(logger, pause = Later); }
                }
                catch (Exception failure) when (PostgresFault.IsOfDatabase(failure) && !stoppingToken.IsCancellationRequested) { LedgerLog.PartitionsFailed(logger, pause, failure); }
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops; the next one goes on.
        }
    }

    private static string Name(DateOnly day) => Prefix + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static DateOnly? DayOf(string name) => DateOnly.TryParseExact(name.AsSpan(Math.Min(Prefix.Length, name.Length)), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static long Ticks(DateOnly day) => day.ToDateTime(TimeOnly.MinValue).Ticks;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
