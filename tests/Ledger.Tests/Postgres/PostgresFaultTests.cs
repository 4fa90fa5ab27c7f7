using NexusActors.Errors;
using NexusActors.Servers;
using Npgsql;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

/// <summary>The server dies, pauses, or is set to lose what it acknowledges.</summary>
public sealed class PostgresFaultTests
{
    [Fact]
    public async Task Kill_UnderLoad_NothingAcknowledgedIsLostAndTheSameLedgerGoesOn()
    {
        await using var server = await PostgresServer.StartPrivateAsync();
        await using var database = await server.CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        using var stop = new CancellationTokenSource();
        var acknowledged = new List<string>[8];
        var callers = Enumerable.Range(0, acknowledged.Length).Select(caller => Task.Run(async () =>
        {
            acknowledged[caller] = [];
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = $"{caller}-{i}";
                try
                {
                    Assert.Equal(CommitOutcome.Done, (await store.Ledger.CommitAsync([Insert(NewTask(id))]))[0].Outcome);
                    acknowledged[caller].Add(id);
                }
                catch (NexusException refusal) { Assert.Equal(NexusError.StorageUnavailable, refusal.Error); }
            }
        })).ToArray();
        for (var kill = 0; kill < 3; kill++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300 + (170 * kill)));
            await server.KillAsync();
            await server.StartAgainAsync();
        }
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        var ids = acknowledged.SelectMany(some => some).ToArray();
        Assert.NotEmpty(ids);
        foreach (var id in ids) { Assert.NotNull(await store.Ledger.FindTaskAsync(id)); }
        var events = 0;
        for (var after = 0L; ;)
        {
            var page = await store.Ledger.ReadEventsAsync(after, new(), 1000);
            if (page.Events.IsEmpty) { break; }
            events += page.Events.Length;
            after = page.NextAfter;
        }
        Assert.Equal((await store.Ledger.CountTasksAsync()).Sum(count => count.Count), events);
        Assert.InRange(events, ids.Length, int.MaxValue);
    }

    [Theory]
    [InlineData("25P03")] // a session that stood still within a transaction
    [InlineData("53100")]
    [InlineData("57P01")]
    [InlineData("08006")]
    public void IsStorage_ServerEndedTheSessionOrCannotWrite_IsNoDefectOfTheCall(string state) => Assert.True(PostgresFault.IsStorage(new PostgresException("words", "FATAL", "FATAL", state)));

    [Fact]
    public async Task Commit_ServerIsAway_IsRefusedSoonAndWorksAfterwards()
    {
        await using var server = await PostgresServer.StartPrivateAsync();
        await using var database = await server.CreateDatabaseAsync();
        await using var store = await PostgresStore.CreateAsync(database);
        await server.StopAsync();

        var commit = await Assert.ThrowsAsync<NexusException>(() => store.Ledger.CommitAsync([Insert(NewTask("t1"))]));
        var read = await Assert.ThrowsAsync<NexusException>(() => store.Ledger.FindTaskAsync("t1"));

        Assert.Equal((NexusError.StorageUnavailable, NexusError.StorageUnavailable), (commit.Error, read.Error));
        Assert.NotNull(commit.RetryAfter);
        Assert.DoesNotContain("127.0.0.1", commit.Message + read.Message, StringComparison.Ordinal);
        await server.StartAgainAsync();
        Assert.Equal(CommitOutcome.Done, (await store.Ledger.CommitAsync([Insert(NewTask("t1"))]))[0].Outcome);
    }

    [Theory]
    [InlineData("synchronous_commit=off")]
    [InlineData("synchronous_commit=local")]
    public async Task Open_ServerWouldLoseWhatItAcknowledges_IsRefused(string setting)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var options = new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c {setting}" }.ConnectionString };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresStore.OpenAsync(options));

        Assert.Contains("synchronous_commit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SchemaOfANewerProgram_IsRefused()
    {
        await using var store = await PostgresStore.CreateAsync(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        await using (var source = PostgresLedgerHosting.Source(store.Options, null))
        await using (var ahead = source.CreateCommand("INSERT INTO schema_migrations (version, name) VALUES (9999, 'later')")) { await ahead.ExecuteNonQueryAsync(); }

        Assert.Contains("newer", (await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresStore.OpenAsync(store.Options))).Message, StringComparison.Ordinal);
    }
}
