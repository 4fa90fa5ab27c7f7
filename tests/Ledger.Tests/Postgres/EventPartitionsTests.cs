using NexusActors.Servers;
using Npgsql;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

public sealed class EventPartitionsTests
{
    private static readonly DateTimeOffset Today = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public async Task Keep_DaysGoBy_MakesThoseAheadAndDropsOldOnesThatAreEmpty()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await using var source = PostgresLedgerHosting.Source(store.Options, null);
        await EventPartitions.KeepAsync(source, Today, default);
        Assert.Equal(["20310506", "20310507", "20310508", "20310509", "20310510", "20310511", "20310512", "20310513"], await DaysAsync(source));
        await store.Ledger.CommitAsync([new() { Events = [Event("kept") with { At = Today.AddDays(1) }] }]);

        await EventPartitions.KeepAsync(source, Today.AddDays(7), default);

        // Of the days before yesterday the one with an event stays; yesterday is left alone.
        Assert.Equal(["20310507", "20310512", "20310513", "20310514", "20310515", "20310516", "20310517", "20310518", "20310519", "20310520"], await DaysAsync(source));
        Assert.Equal("kept", Assert.Single((await store.Ledger.ReadEventsAsync(0, new(), 10)).Events).Type);
    }

    [Fact]
    public async Task Keep_EventsOfADayCameBeforeItsPartition_StayWhereTheyAre()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await using var source = PostgresLedgerHosting.Source(store.Options, null);
        await store.Ledger.CommitAsync([new() { Events = [Event("early") with { At = Today.AddDays(2) }] }]);

        await EventPartitions.KeepAsync(source, Today, default);
        await EventPartitions.KeepAsync(source, Today, default);

        Assert.DoesNotContain("20310508", await DaysAsync(source));
        Assert.Contains("20310509", await DaysAsync(source));
        Assert.Equal("early", Assert.Single((await store.Ledger.ReadEventsAsync(0, new(), 10)).Events).Type);
    }

    /// <summary>A backup holds all tables for hours; who waits for it would hold up everybody who comes after him.</summary>
    [Fact]
    public async Task Keep_WhileABackupHoldsTheTables_LeavesThemForLaterAndHoldsUpNobody()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await using var source = PostgresLedgerHosting.Source(store.Options, null);
        await using (var connection = await source.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            // As pg_dump does at its start.
            await using var hold = new NpgsqlCommand("SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE events, events_of_other_days IN ACCESS SHARE MODE", connection);
            await hold.ExecuteNonQueryAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));

            Assert.False(await EventPartitions.KeepAsync(source, Today, limit.Token));
            Assert.Empty(await DaysAsync(source));
            await store.ReopenAsync();
            Assert.Equal(CommitOutcome.Done, (await store.Ledger.CommitAsync([Insert(NewTask("t1"))]))[0].Outcome);
        }

        Assert.True(await EventPartitions.KeepAsync(source, Today, default));
        Assert.Equal(8, (await DaysAsync(source)).Count);
    }

    /// <summary>Days of the partitions in the time of these tests.</summary>
    private static async Task<List<string>> DaysAsync(NpgsqlDataSource source)
    {
        var days = new List<string>();
        await using var list = source.CreateCommand("SELECT right(c.relname, 8) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass AND c.relname LIKE 'events_2031%' ORDER BY 1");
        await using var reader = await list.ExecuteReaderAsync();
        while (await reader.ReadAsync()) { days.Add(reader.GetString(0)); }
        return days;
    }
}
