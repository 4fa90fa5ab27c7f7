using NexusActors.Servers;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

/// <summary>Facts that come from another database: their positions were made of the transactions of another server.</summary>
public sealed class MovedFactsTests
{
    private const long Step = 1L << (31 + 16);

    [Fact]
    public async Task Open_FactsOfAServerThatCountedFurther_PositionsGoOnBehindThem()
    {
        await using var store = await NewStoreAsync();
        await RunAsync(store, "INSERT INTO events (seq, at, type, data) VALUES ((event_positions() + (1000000::bigint << 16)) + 1, 0, 'restored', '{}')");

        await store.ReopenAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("after")] }]);

        Assert.Equal(["restored", "after"], (await store.Ledger.ReadEventsAsync(0, new(), 10)).Events.Select(item => item.Type));
    }

    /// <summary>Readers may have seen events that came after the backup and were lost.</summary>
    [Fact]
    public async Task Open_FactsOfAnotherDatabase_ReadersGoOnAlsoFromPositionsOfWhatWasLost()
    {
        await using var store = await NewStoreAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("kept")] }]);
        var kept = await store.Ledger.LastEventAsync();
        var lost = kept + (Step / 2);
        await RunAsync(store, "UPDATE event_clock SET home = 'another'");

        await store.ReopenAsync();

        var horizon = await store.Ledger.LastEventAsync();
        Assert.InRange(horizon, lost, kept + (2 * Step));
        await store.Ledger.WaitForEventAsync(lost, new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        foreach (var (position, types) in new (long, string[])[] { (0, ["kept"]), (kept, []), (lost, []) })
        {
            var page = await store.Ledger.ReadEventsAsync(position, new(), 10);
            Assert.Equal(horizon, page.TrimmedUpTo);
            Assert.Equal(types, page.Events.Select(item => item.Type));
            Assert.Equal(types.Length > 0 ? kept : horizon, page.NextAfter);
        }
        await store.Ledger.CommitAsync([new() { Events = [Event("new")] }]);
        foreach (var position in new[] { kept, lost, horizon })
        {
            Assert.Equal("new", Assert.Single((await store.Ledger.ReadEventsAsync(position, new(), 10)).Events).Type);
        }
    }

    [Fact]
    public async Task Open_FactsOfAnotherDatabase_OldEventsAreRemovedAsBefore()
    {
        await using var store = await NewStoreAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("old"), Event("young") with { At = Noon.AddDays(31) }] }]);
        await RunAsync(store, "UPDATE event_clock SET home = 'another'");
        await store.ReopenAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("old too")] }]);

        var trimmed = await store.Retention.TrimAsync(new(Noon.AddDays(30), DateTimeOffset.MinValue, 0, 100));

        Assert.Equal((2, true), (trimmed.Events, trimmed.Done));
        Assert.Equal("young", Assert.Single((await store.Ledger.ReadEventsAsync(0, new(), 10)).Events).Type);
    }

    [Fact]
    public async Task Open_Again_ChangesNothing()
    {
        await using var store = await NewStoreAsync();
        await RunAsync(store, "UPDATE event_clock SET home = 'another'");
        await store.ReopenAsync();
        var last = await store.Ledger.LastEventAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("one")] }]);

        await store.ReopenAsync();
        await store.Ledger.CommitAsync([new() { Events = [Event("two")] }]);

        var page = await store.Ledger.ReadEventsAsync(last, new(), 10);
        Assert.Equal(0, page.TrimmedUpTo);
        Assert.Equal(["one", "two"], page.Events.Select(item => item.Type));
        Assert.InRange(page.NextAfter, last, last + (Step / 1000));
    }

    private static async Task<PostgresStore> NewStoreAsync() => await PostgresStore.CreateAsync(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());

    private static async Task RunAsync(PostgresStore store, string sql)
    {
        await using var source = PostgresLedgerHosting.Source(store.Options, null);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
