using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NexusActors.Coordination;
using NexusActors.Errors;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Sqlite;

/// <summary>What concerns this adapter alone: the file, its schema, its lock, its writer.</summary>
public sealed class SqliteLedgerTests
{
    [Fact]
    public async Task Open_Writer_HasTheDurabilityAskedFor()
    {
        await using var store = new SqliteStore();
        using var writer = Connections.OpenWriter(store.Options);
        Assert.Equal(("wal", 2L), (writer.Scalar("PRAGMA journal_mode"), writer.Number("PRAGMA synchronous")));
    }

    [Fact]
    public async Task Agents_NoneChanged_AreTheSameListWithoutARead()
    {
        await using var store = new SqliteStore();
        await store.Ledger.CommitAsync([new() { Change = new AgentInsert(NewAgent("a1")) }]);
        var first = await store.Ledger.AgentsAsync();

        await store.Ledger.CommitAsync([Insert(NewTask("t1"))]);
        Assert.True(first == await store.Ledger.AgentsAsync());

        await store.Ledger.CommitAsync([new() { Tallies = [new("a1", 1)] }]);
        Assert.False(first == await store.Ledger.AgentsAsync());
    }

    [Fact]
    public async Task Open_Twice_SecondIsRefusedAlsoFromAnotherProcess()
    {
        await using var store = new SqliteStore();

        Assert.Contains("Another process uses", Assert.Throws<InvalidOperationException>(() => store.Open()).Message, StringComparison.Ordinal);
        using var other = VictimProcess.Start("hold", store.Options.Path);
        Assert.Contains("Another process uses", await other.StandardOutput.ReadLineAsync() ?? "", StringComparison.Ordinal);
        await other.WaitForExitAsync();

        Assert.Equal(CommitOutcome.Done, (await store.Ledger.CommitAsync([Insert(NewTask("t1"))]))[0].Outcome);
    }

    [Fact]
    public async Task Open_HeldByAProcessThatIsKilled_OpensAtOnce()
    {
        await using var store = new SqliteStore();
        await store.CloseAsync();
        using var other = VictimProcess.Start("hold", store.Options.Path);
        Assert.Equal("open", await other.StandardOutput.ReadLineAsync());
        Assert.Throws<InvalidOperationException>(() => store.Open());

        other.Kill();
        await other.WaitForExitAsync();

        await store.ReopenAsync();
        Assert.Empty(await store.Ledger.AgentsAsync());
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefusedAndLeftAlone()
    {
        await using var store = new SqliteStore();
        await store.CloseAsync();
        using (var database = Connections.OpenWriter(store.Options)) { database.Execute("INSERT INTO schema_version VALUES (9999, 'future', 0)"); }

        var refusal = Assert.Throws<InvalidOperationException>(() => store.Open());
        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);

        using (var database = Connections.OpenWriter(store.Options)) { database.Execute("DELETE FROM schema_version WHERE version = 9999"); }
        await store.ReopenAsync();
    }

    [Fact]
    public async Task Open_DataOfTheFirstSchema_IsBroughtUpToDateWithItsFacts()
    {
        await using var store = new SqliteStore();
        var current = Versions(store);
        await store.Ledger.CommitAsync([Insert(NewTask("t1")) with { Operation = new("key", "hash", "answer") }]);
        await store.CloseAsync();
        using (var database = Connections.OpenWriter(store.Options))
        {
            database.Execute("DROP TABLE documents; DROP TABLE event_horizon; DROP TABLE experience_horizon; DROP INDEX experience_tags_by_time; DROP INDEX operations_by_time; ALTER TABLE tasks DROP COLUMN slot; DELETE FROM schema_version WHERE version > 1");
        }

        await store.ReopenAsync();

        Assert.Equal(current!.Count(c => c == ','), Versions(store)!.Count(c => c == ','));
        Assert.Equal(1, await store.Ledger.LastEventAsync());
        Assert.Equal("answer", (await store.Ledger.FindOperationAsync("key"))?.Answer);
        Assert.False((await store.Retention.TrimAsync(new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, 0, 1))).Done);
        Assert.Null(await store.Ledger.FindOperationAsync("key"));
    }

    [Fact]
    public async Task Open_Again_RunsNoMigrationTwice()
    {
        await using var store = new SqliteStore();
        var first = Versions(store);

        await store.ReopenAsync();
        await store.ReopenAsync();

        Assert.Equal(first, Versions(store));
    }

    [Fact]
    public async Task Commit_DefectiveEntryAmongCallers_FailsItsCallAlone()
    {
        await using var store = new SqliteStore();
        var task = NewTask("t1");
        task = task.At((await store.Ledger.CommitAsync([Insert(task)]))[0].Seq);
        var broken = Insert(NewTask("broken")) with { Events = [Event(null!)] };

        var calls = Enumerable.Range(0, 50).Select(i => store.Ledger.CommitAsync([i % 10 == 3 ? broken : Insert(NewTask($"good{i}"))])).ToArray();

        for (var i = 0; i < calls.Length; i++)
        {
            if (i % 10 == 3) { await Assert.ThrowsAsync<InvalidOperationException>(() => calls[i]); }
            else { Assert.Equal(CommitOutcome.Done, (await calls[i])[0].Outcome); }
        }
        Assert.Equal(46, (await store.Ledger.CountTasksAsync()).Sum(count => count.Count));
        Assert.Null(await store.Ledger.FindTaskAsync("broken"));
        Assert.Equal(46, await store.Ledger.LastEventAsync());
    }

    [Fact]
    public async Task Commit_UpdateWithoutPosition_IsRefusedBeforeItIsQueued()
    {
        await using var store = new SqliteStore();
        await Assert.ThrowsAsync<ArgumentException>(() => store.Ledger.CommitAsync([Update(NewTask("t1"), NewTask("t1").Next(WorkStatus.Cancelled))]));
    }

    [Fact]
    public async Task Commit_QueueOfOneCallAndBatchOfOneEntry_ServesEveryCaller()
    {
        await using var store = new SqliteStore(options => (options.QueueMaxCalls, options.BatchMaxEntries) = (1, 1));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => store.Ledger.CommitAsync([Insert(NewTask($"a{i}")), Insert(NewTask($"b{i}"))]))));

        Assert.Equal(400, (await store.Ledger.CountTasksAsync()).Sum(count => count.Count));
    }

    [Fact]
    public async Task Dispose_WhileCallersWait_WritesOrRefusesEachOfThem()
    {
        await using var store = new SqliteStore();
        var calls = Enumerable.Range(0, 500).Select(i => Task.Run(() => store.Ledger.CommitAsync([Insert(NewTask($"t{i}"))]))).ToArray();
        var ledger = store.Ledger;
        await store.CloseAsync();

        var written = new List<string>();
        foreach (var (call, i) in calls.Select((call, i) => (call, i)))
        {
            try
            {
                await call;
                written.Add($"t{i}");
            }
            catch (NexusException refusal)
            {
                Assert.Equal(NexusError.StorageUnavailable, refusal.Error);
            }
            catch (InvalidOperationException)
            {
                // The store was closed before the call reached its ledger.
            }
        }
        await Assert.ThrowsAsync<NexusException>(() => ledger.CommitAsync([Insert(NewTask("late"))]));
        await Assert.ThrowsAsync<NexusException>(() => ledger.FindTaskAsync("late"));

        await store.ReopenAsync();
        Assert.Equal(written.Order(), (await store.Ledger.ListTasksAsync(new())).Select(task => task.Id).Order());
    }

    [Fact]
    public async Task Log_UnderSteadyWritesAndReads_StaysBounded()
    {
        const int Pages = 64;
        await using var store = new SqliteStore(options => options.CheckpointPages = Pages);
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) { await store.Ledger.ListTasksAsync(new() { Limit = 50 }); }
        });

        var longest = 0L;
        for (var call = 0; call < 250; call++)
        {
            await store.Ledger.CommitAsync([.. Enumerable.Range(0, 20).Select(i => Insert(NewTask($"{i}.{call}")))]);
            longest = Math.Max(longest, new FileInfo(store.Options.Path + "-wal").Length);
        }
        await done.CancelAsync();
        await reading;

        Assert.InRange(longest, 1, Pages * 4096L * 20);
    }

    [Fact]
    public async Task Close_InOrder_LeavesOneFile()
    {
        await using var store = new SqliteStore();
        await store.Ledger.CommitAsync([Insert(NewTask("t1"))]);
        await store.CloseAsync();

        Assert.False(File.Exists(store.Options.Path + "-wal"));
    }

    [Fact]
    public async Task AddSqliteLedger_HostStarts_LedgerIsOpenAndClosedWithTheHost()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-ledger-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Nexus:Ledger:Path", Path.Combine(folder, "sub", "facts.db")), new("Nexus:Ledger:Readers", "2")]);
        builder.Services.AddSqliteLedger();
        using (var host = builder.Build())
        {
            await host.StartAsync();
            Assert.True(File.Exists(Path.Combine(folder, "sub", "facts.db")));
            await host.Services.GetRequiredService<ILedger>().CommitAsync([Insert(NewTask("t1"))]);
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        await using var store = new SqliteStore(options => options.Path = Path.Combine(folder, "sub", "facts.db"), folder);
        Assert.NotNull(await store.Ledger.FindTaskAsync("t1"));
    }

    private static string? Versions(SqliteStore store)
    {
        using var database = Connections.OpenReader(store.Options);
        return database.Scalar("SELECT group_concat(version || ':' || name || ':' || applied_at) FROM schema_version");
    }
}
