using System.Collections.Concurrent;
using System.Diagnostics;
using NexusActors.Coordination;
using Npgsql;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger.Postgres;

/// <summary>Several processes write to one database.</summary>
public sealed class SeveralWritersTests : IAsyncLifetime
{
    private const int Writers = 4;
    private readonly List<(NpgsqlDataSource Source, PostgresLedger Ledger)> _others = [];
    private PostgresStore? _store;

    private ILedger[] Ledgers => [_store!.Ledger, .. _others.Select(other => other.Ledger)];

    public async Task InitializeAsync()
    {
        _store = await PostgresStore.CreateAsync();
        for (var i = 1; i < Writers; i++) { _others.Add(await PostgresStore.OpenAsync(_store.Options)); }
    }

    public async Task DisposeAsync()
    {
        foreach (var (source, ledger) in _others)
        {
            await ledger.DisposeAsync();
            await source.DisposeAsync();
        }
        await _store!.DisposeAsync();
    }

    [Fact]
    public async Task Commit_SameVersionFromAll_ExactlyOneWinsEachTime()
    {
        var task = NewTask("t1");
        task = task.At((await Ledgers[0].CommitAsync([Insert(task)]))[0].Seq);
        for (var round = 0; round < 50; round++)
        {
            var next = task.Next(WorkStatus.Pending);
            var results = await Task.WhenAll(Ledgers.Select((ledger, i) => ledger.CommitAsync([Update(task, next with { View = next.View with { AssignedAgent = $"a{i}" } })])));
            Assert.Single(results, result => result[0].Outcome == CommitOutcome.Done);
            Assert.Equal(Writers - 1, results.Count(result => result[0].Outcome == CommitOutcome.Conflict));
            task = (await Ledgers[round % Writers].FindTaskAsync("t1"))!;
        }
        Assert.Equal(51, task.View.Version);
        Assert.Equal(51, (await Ledgers[1].TaskEventsAsync("t1")).Length);
    }

    [Fact]
    public async Task Commit_SameKeyFromAll_OneIsDoneAndOthersGetItsAnswer()
    {
        for (var round = 0; round < 30; round++)
        {
            var results = await Task.WhenAll(Ledgers.Select((ledger, i) => ledger.CommitAsync([Insert(NewTask($"t{round}-{i}")) with { Operation = new($"k{round}", "hash", $"t{round}-{i}") }])));
            var winner = Array.FindIndex(results, result => result[0].Outcome == CommitOutcome.Done);
            for (var i = 0; i < Writers; i++)
            {
                Assert.Equal(i == winner ? (CommitOutcome.Done, null) : (CommitOutcome.Repeated, $"t{round}-{winner}"), (results[i][0].Outcome, results[i][0].FirstAnswer));
            }
        }
        Assert.Equal(30, (await Ledgers[0].CountTasksAsync()).Sum(count => count.Count));
    }

    /// <summary>A process that stands still within a transaction holds up the others for seconds, not for as long as a statement may take.</summary>
    [Fact]
    public async Task Commit_WhileAWriterStandsStillWithinItsTransaction_WaitsShortly()
    {
        await Ledgers[0].CommitAsync([Insert(NewTask("t1"))]);
        await using var still = await _others[0].Source.OpenConnectionAsync();
        await using var hold = new NpgsqlCommand("BEGIN; INSERT INTO tasks (id, type, priority, created_at, spec) VALUES ('t2', 1, 1, 0, '')", still);
        await hold.ExecuteNonQueryAsync();
        var waited = Stopwatch.StartNew();
        Assert.Equal(CommitOutcome.Done, (await Ledgers[2].CommitAsync([Insert(NewTask("t2"))]))[0].Outcome);
        Assert.InRange(waited.Elapsed.TotalSeconds, 1, 7);
        Assert.Equal("25P03", (await Assert.ThrowsAsync<PostgresException>(() => hold.ExecuteNonQueryAsync())).SqlState);
        Assert.Equal(2, (await Ledgers[0].CountTasksAsync()).Sum(count => count.Count));
    }

    /// <summary>Counters of the same agents and counts of the same queues, in every order: whoever has to wait or to give in is tried again.</summary>
    [Fact]
    public async Task Commit_SameAgentsAndQueuesInAnyOrder_AllComeToDiskAndNothingIsCountedTwice()
    {
        const int Agents = 10, Calls = 60;
        await Ledgers[0].CommitAsync([.. Enumerable.Range(0, Agents).Select(i => new LedgerEntry { Change = new AgentInsert(NewAgent($"a{i}")) })]);

        await Task.WhenAll(Ledgers.Select((ledger, writer) => Task.Run(async () =>
        {
            var order = new Random(writer);
            for (var call = 0; call < Calls; call++)
            {
                var agents = Enumerable.Range(0, Agents).OrderBy(_ => order.Next()).ToArray();
                var results = await ledger.CommitAsync([.. agents.Select(i => Insert(NewTask($"{writer}-{call}-{i}", queue: $"q{i}")) with { Tallies = [new($"a{i}", 1, Completed: 1)], Touches = [new AgentSeen($"a{(i + 1) % Agents}", Noon.AddSeconds(call))] })]);
                Assert.All(results, result => Assert.Equal(CommitOutcome.Done, result.Outcome));
            }
        })));

        Assert.All(await Ledgers[1].AgentsAsync(), agent => Assert.Equal((Writers * Calls, Writers * Calls), (agent.CurrentLoad, (int)agent.Completed)));
        Assert.All(await Ledgers[2].CountTasksAsync(), count => Assert.Equal(Writers * Calls, count.Count));
    }

    /// <summary>A reader that goes on from the last position it saw, beside writers whose transactions begin and end in any order, and one that is open for long.</summary>
    [Fact]
    public async Task ReadEvents_BesideSeveralWriters_MissesNoneAndSeesCausesFirst()
    {
        const int Rounds = 150;
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var versions = new ConcurrentDictionary<int, int>();
        var read = Task.Run(async () =>
        {
            var seen = new List<EventView>();
            for (var after = 0L; seen.Count < Writers * Rounds * 2;)
            {
                await Ledgers[0].WaitForEventAsync(after, giveUp.Token);
                var page = await Ledgers[0].ReadEventsAsync(after, new(), 40, giveUp.Token);
                seen.AddRange(page.Events);
                after = page.NextAfter;
            }
            return seen;
        });
        // Each task goes from writer to writer: what the next one writes follows from what the last one wrote.
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            var task = NewTask($"t{i}");
            task = task.At((await Ledgers[i].CommitAsync([new() { Change = new TaskInsert(task) }]))[0].Seq);
            for (var round = 0; round < Rounds; round++)
            {
                var next = task.Next(WorkStatus.Pending);
                Assert.Equal(CommitOutcome.Done, (await Ledgers[(i + round) % Writers].CommitAsync([Update(task, next) with { Events = [Event("a", task.Id, data: $"{2 * round}"), Event("b", task.Id, data: $"{(2 * round) + 1}")] }]))[0].Outcome);
                task = next;
            }
        }));

        var events = await read;
        Assert.Equal(events.Select(item => item.Seq).Distinct().Order(), events.Select(item => item.Seq));
        foreach (var task in events.GroupBy(item => item.TaskId))
        {
            Assert.Equal(Enumerable.Range(0, Rounds * 2).Select(i => $"{i}"), task.Select(item => item.DataJson));
        }
    }

    [Fact]
    public async Task ReadEvents_TransactionElsewhereIsOpen_WhatCameAfterItWaitsForIt()
    {
        await using var connection = await _others[0].Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var position = new NpgsqlCommand("INSERT INTO events (seq, at, type, data) VALUES (event_positions() + 1, 0, 'early', '{}')", connection, transaction)) { await position.ExecuteNonQueryAsync(); }
        await Ledgers[0].CommitAsync([new() { Events = [Event("late")] }]);
        Assert.Empty((await Ledgers[0].ReadEventsAsync(0, new(), 10)).Events);

        await transaction.CommitAsync();

        Assert.Equal(["early", "late"], (await Ledgers[0].ReadEventsAsync(0, new(), 10)).Events.Select(item => item.Type));
    }

    [Fact]
    public async Task Open_ManyAtOnceOnAnEmptySchema_EachStepRunsOnce()
    {
        var schema = $"m{Guid.NewGuid():N}";
        await using (var create = _others[0].Source.CreateCommand($"CREATE SCHEMA {schema}")) { await create.ExecuteNonQueryAsync(); }
        var options = new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(_store!.Options.ConnectionString) { SearchPath = schema }.ConnectionString };

        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => PostgresStore.OpenAsync(options))));

        await using (var count = opened[0].Source.CreateCommand("SELECT count(*), count(DISTINCT version) FROM schema_migrations"))
        await using (var reader = await count.ExecuteReaderAsync())
        {
            await reader.ReadAsync();
            Assert.Equal((reader.GetInt64(1), MigrationSteps.Of("Postgres").Count), (reader.GetInt64(0), (int)reader.GetInt64(1)));
        }
        foreach (var (source, ledger) in opened)
        {
            await ledger.DisposeAsync();
            await source.DisposeAsync();
        }
    }
}
