using Npgsql;

namespace NexusActors.Ledger.Postgres;

/// <summary>
/// The database's time, as near as its answers tell, so that all silos judge leases, deadlines and ages by one clock, however far off their own are. Between two looks it goes on with this process's
/// monotonic clock; a look moves it only as far as the answer proves it wrong. Until the first look it shows this machine's time.
/// </summary>
/// <param name="own">This machine's time.</param>
internal sealed class DatabaseClock(TimeProvider own) : TimeProvider
{
    /// <summary>What a statement reads for <see cref="Saw"/>.</summary>
    public const string Reading = "clock_timestamp()";

    // Since when the monotonic clock counts, in the database's time.
    private long _zero = own.GetUtcNow().UtcTicks - TicksOf(own, own.GetTimestamp());

    /// <inheritdoc/>
    public override long TimestampFrequency => own.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => own.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _zero) + TicksOf(own, own.GetTimestamp()), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => own.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => own.CreateTimer(callback, state, dueTime, period);

    /// <summary>Asks the database.</summary>
    public async Task LookAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var command = new NpgsqlCommand($"SELECT {Reading}", connection);
        var asked = GetTimestamp();
        var reading = (DateTime)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        Saw(asked, reading);
    }

    /// <summary>Takes a reading that has just come: between the question and now the database's clock stood there, so now it stands there or later, but by no more than that.</summary>
    /// <param name="asked">When it was asked for, as <see cref="GetTimestamp"/> said.</param>
    /// <param name="reading">What the database's clock said, in UTC.</param>
    public void Saw(long asked, DateTime reading)
    {
        var received = own.GetTimestamp();
        var earliest = reading.Ticks - TicksOf(own, received);
        var latest = earliest + own.GetElapsedTime(asked, received).Ticks;
        Volatile.Write(ref _zero, Math.Clamp(Volatile.Read(ref _zero), earliest, latest));
    }

    private static long TicksOf(TimeProvider time, long timestamp) => time.GetElapsedTime(0, timestamp).Ticks;
}
