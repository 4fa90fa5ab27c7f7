using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    [Fact]
    public async Task Commit_NoEntries_AnswersNothing() => Assert.Empty(await Ledger.CommitAsync([]));

    [Fact]
    public async Task Commit_NewTasks_NumbersThemInOrder()
    {
        var results = await Ledger.CommitAsync([Insert(NewTask("t1")), Insert(NewTask("t2")), Insert(NewTask("t3"))]);

        Assert.All(results, result => Assert.Equal(CommitOutcome.Done, result.Outcome));
        Assert.Equal(results.Select(result => result.Seq).Order(), results.Select(result => result.Seq));
        Assert.Equal(3, results.Select(result => result.Seq).Distinct().Count());
        Assert.All(results, result => Assert.True(result.Seq > 0));
    }

    [Fact]
    public async Task Commit_TaskIdTaken_ExistsAndLeavesNoTrace()
    {
        await DoneAsync(Insert(NewTask("t1")), new() { Change = new AgentInsert(NewAgent("a1")) });
        var last = await Ledger.LastEventAsync();

        var result = await CommitAsync(Insert(NewTask("t1", queue: "other")) with
        {
            Experience = NewExperience("e1"),
            Tallies = [new("a1", 5)],
            Operation = new("k1", "h", "answer"),
            Touches = [new AgentSeen("a1", Noon.AddHours(1))],
        });

        Assert.Equal(CommitOutcome.Exists, result.Outcome);
        Assert.Equal(last, await Ledger.LastEventAsync());
        Assert.Null(await Ledger.FindExperienceAsync("e1"));
        Assert.Null(await Ledger.FindOperationAsync("k1"));
        Same(NewAgent("a1"), await Ledger.FindAgentAsync("a1"));
        Same([(QueueNames.Default, WorkStatus.Pending, 1L)], (await Ledger.CountTasksAsync()).ToArray());
    }

    [Fact]
    public async Task Commit_StaleVersion_ConflictsAndLeavesNoTrace()
    {
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);
        var leased = task.Next(WorkStatus.InProgress, "a1");
        await DoneAsync(Update(task, leased));
        var last = await Ledger.LastEventAsync();

        var late = await CommitAsync(Update(task, task.Next(WorkStatus.Cancelled)) with { Experience = NewExperience("e1"), Operation = new("k1", "h", "answer") });

        Assert.Equal(CommitOutcome.Conflict, late.Outcome);
        Same(leased, await Ledger.FindTaskAsync("t1"));
        Assert.Equal(last, await Ledger.LastEventAsync());
        Assert.Null(await Ledger.FindExperienceAsync("e1"));
        Assert.Null(await Ledger.FindOperationAsync("k1"));
    }

    [Fact]
    public async Task Commit_UpdateOfUnknownTask_Conflicts() =>
        Assert.Equal(CommitOutcome.Conflict, (await CommitAsync(Update(NewTask("t1").At(77), NewTask("t1").At(77).Next(WorkStatus.Cancelled)))).Outcome);

    [Fact]
    public async Task Commit_UpdateFromAStatusItDoesNotHave_ThrowsAndWritesNothingOfTheCall()
    {
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.CommitAsync(
            [Insert(NewTask("t2")), new() { Change = new TaskUpdate(task.Next(WorkStatus.Completed), WorkStatus.InProgress) }]));

        Same(task, await Ledger.FindTaskAsync("t1"));
        Assert.Null(await Ledger.FindTaskAsync("t2"));
        Assert.Equal(CommitOutcome.Done, (await CommitAsync(Insert(NewTask("t2")))).Outcome);
    }

    [Fact]
    public async Task Commit_SameKeySameBody_RepeatsTheFirstAnswer()
    {
        await DoneAsync(Insert(NewTask("t1")) with { Operation = new("submit:k1", "hash", "t1") });

        var repeat = await CommitAsync(Insert(NewTask("t2")) with { Operation = new("submit:k1", "hash", "t2") });

        Assert.Equal((CommitOutcome.Repeated, "t1"), (repeat.Outcome, repeat.FirstAnswer));
        Assert.Null(await Ledger.FindTaskAsync("t2"));
        Assert.Equal(new Operation("submit:k1", "hash", "t1"), await Ledger.FindOperationAsync("submit:k1"));
    }

    [Fact]
    public async Task Commit_SameKeyAndSameId_IsARepeatNotATakenId()
    {
        var entry = Insert(NewTask("t1")) with { Operation = new("submit:k1", "hash", "t1") };
        await DoneAsync(entry);

        Assert.Equal(CommitOutcome.Repeated, (await CommitAsync(entry)).Outcome);
    }

    [Fact]
    public async Task Commit_SameKeyOtherBody_KeyReused()
    {
        await DoneAsync(Insert(NewTask("t1")) with { Operation = new("submit:k1", "hash", "t1") });

        Assert.Equal(CommitOutcome.KeyReused, (await CommitAsync(Insert(NewTask("t2")) with { Operation = new("submit:k1", "other", "t2") })).Outcome);
        Assert.Null(await Ledger.FindTaskAsync("t2"));
    }

    [Fact]
    public async Task Commit_SameKeyTwiceInOneCall_SecondIsARepeat()
    {
        var results = await Ledger.CommitAsync([
            Insert(NewTask("t1")) with { Operation = new("k", "h", "t1") },
            Insert(NewTask("t2")) with { Operation = new("k", "h", "t2") }]);

        Assert.Equal([CommitOutcome.Done, CommitOutcome.Repeated], results.Select(result => result.Outcome));
        Assert.Equal("t1", results[1].FirstAnswer);
    }

    [Fact]
    public async Task Commit_RefusedEntryAmongOthers_OthersAreWritten()
    {
        await DoneAsync(Insert(NewTask("taken")));

        var results = await Ledger.CommitAsync([Insert(NewTask("t1")), Insert(NewTask("taken")), Insert(NewTask("t2"))]);

        Assert.Equal([CommitOutcome.Done, CommitOutcome.Exists, CommitOutcome.Done], results.Select(result => result.Outcome));
        Assert.NotNull(await Ledger.FindTaskAsync("t1"));
        Assert.NotNull(await Ledger.FindTaskAsync("t2"));
    }

    [Fact]
    public async Task Commit_DependentEntriesInOneCall_SeeEachOtherInOrder()
    {
        var results = await Ledger.CommitAsync([
            new() { Change = new AgentInsert(NewAgent("a1")) },
            new() { Change = new AgentInsert(NewAgent("a1")) },
            new() { Change = new AgentDelete("a1") },
            new() { Change = new AgentDelete("a1") },
            new() { Change = new AgentUpdate(NewAgent("a1")) },
            new() { Change = new AgentInsert(NewAgent("a1") with { Draining = true }) }]);

        Assert.Equal(
            [CommitOutcome.Done, CommitOutcome.Exists, CommitOutcome.Done, CommitOutcome.Conflict, CommitOutcome.Conflict, CommitOutcome.Done],
            results.Select(result => result.Outcome));
        Assert.True((await Ledger.FindAgentAsync("a1"))?.Draining);
    }

    [Fact]
    public async Task Commit_ManyCallersOnOneVersion_ExactlyOneIsDone()
    {
        const int Callers = 64;
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);

        for (var round = 0; round < 5; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
                async () => (Caller: "a" + caller, Result: await CommitAsync(Update(task, task.Next(WorkStatus.InProgress, "a" + caller)))))));

            var winner = Assert.Single(results, caller => caller.Result.Outcome == CommitOutcome.Done);
            Assert.Equal(Callers - 1, results.Count(caller => caller.Result.Outcome == CommitOutcome.Conflict));
            task = (await Ledger.FindTaskAsync("t1"))!;
            Assert.Equal(winner.Caller, task.View.AssignedAgent);
        }
    }

    [Fact]
    public async Task Commit_ManyCallersOnOneId_ExactlyOneIsDone()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(
            () => CommitAsync(Insert(NewTask("t1", queue: "q" + caller))))));

        Assert.Single(results, result => result.Outcome == CommitOutcome.Done);
        Assert.Equal(63, results.Count(result => result.Outcome == CommitOutcome.Exists));
        Assert.Equal(1, (await Ledger.CountTasksAsync()).Sum(count => count.Count));
    }

    [Fact]
    public async Task Commit_CancelledBeforehand_WritesNothingOrAll()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        try
        {
            await Ledger.CommitAsync([Insert(NewTask("t1"))], cancelled.Token);
            Assert.NotNull(await Ledger.FindTaskAsync("t1"));
        }
        catch (OperationCanceledException)
        {
            Assert.Null(await Ledger.FindTaskAsync("t1"));
        }
    }

    [Fact]
    public async Task Commit_QueuesAndSettings_NewestWinsAndSurvivesReopen()
    {
        var settings = new QueueSettings
        {
            MaxLength = 9,
            Paused = true,
            DefaultKey = new() { Weight = 0.5, Concurrency = 0, RatePerSecond = 1.25, Burst = 4 },
            Keys = QueueSettingsKeys(("b", new KeyLimits { Weight = 2 }), ("a", new KeyLimits { Concurrency = 3 })),
            Partitions = 3,
            Split = new() { Epoch = 2, Former = [new(0, 1), new(1, 64)] },
        };
        await DoneAsync(
            new() { Change = new QueuePut("night", new()) },
            new() { Change = new QueuePut("night", settings) },
            new() { Change = new QueuePut("day", new()) },
            new() { Change = new SettingPut("running", "true") },
            new() { Change = new SettingPut("running", "false") });

        await ReopenAsync();

        Same(settings, await Ledger.FindQueueAsync("night"));
        Assert.Null(await Ledger.FindQueueAsync("none"));
        Assert.Equal(["day", "night"], (await Ledger.QueuesAsync()).Select(queue => queue.Name));
        Assert.Equal("false", await Ledger.FindSettingAsync("running"));
        Assert.Null(await Ledger.FindSettingAsync("none"));
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, KeyLimits> QueueSettingsKeys(params (string Key, KeyLimits Limits)[] keys) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(keys.Select(pair => KeyValuePair.Create(pair.Key, pair.Limits)));
}
