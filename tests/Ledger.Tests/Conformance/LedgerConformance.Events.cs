using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    private static readonly EventFilter Everything = new();

    [Fact]
    public async Task Events_NothingHappened_IsEmptyAtZero()
    {
        Assert.Equal(0, await Ledger.LastEventAsync());
        var page = await Ledger.ReadEventsAsync(0, Everything, 10);
        Assert.Empty(page.Events);
        Assert.Equal(0, page.NextAfter);
        Assert.Empty(await Ledger.TaskEventsAsync("none"));
    }

    [Fact]
    public async Task Events_FromManyCallers_AreReadInCommitOrderExactlyOnceFromAnyPosition()
    {
        const int Callers = 8, Calls = 40;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < Calls; i++)
            {
                await DoneAsync(new LedgerEntry { Events = [Event("a", agent: $"{caller}", data: $"{2 * i}"), Event("b", agent: $"{caller}", data: $"{(2 * i) + 1}")] });
            }
        })));

        var all = new List<EventView>();
        for (var after = 0L; ;)
        {
            var page = await Ledger.ReadEventsAsync(after, Everything, 13);
            if (page.Events.IsEmpty) { break; }
            Assert.Equal(page.Events[^1].Seq, page.NextAfter);
            all.AddRange(page.Events);
            after = page.NextAfter;
        }

        Assert.Equal(Callers * Calls * 2, all.Count);
        Assert.Equal(all.Select(item => item.Seq).Distinct().Order(), all.Select(item => item.Seq));
        Assert.Equal(all[^1].Seq, await Ledger.LastEventAsync());
        foreach (var caller in all.GroupBy(item => item.AgentId))
        {
            Assert.Equal(Enumerable.Range(0, Calls * 2).Select(i => $"{i}"), caller.Select(item => item.DataJson));
        }
    }

    [Fact]
    public async Task Events_ReadBesideAWriter_NeverSkipOne()
    {
        const int Count = 300;
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var reader = Task.Run(async () =>
        {
            var seen = new List<string>();
            for (var after = 0L; seen.Count < Count;)
            {
                await Ledger.WaitForEventAsync(after, giveUp.Token);
                var page = await Ledger.ReadEventsAsync(after, Everything, 50, giveUp.Token);
                seen.AddRange(page.Events.Select(item => item.DataJson));
                after = page.NextAfter;
            }
            return seen;
        });
        for (var i = 0; i < Count; i++) { await DoneAsync(new LedgerEntry { Events = [Event("a", data: $"{i}")] }); }

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), await reader);
    }

    [Fact]
    public async Task Events_Filtered_MatchAndPositionGrowsAlsoWhereNothingMatches()
    {
        await DoneAsync(
            new LedgerEntry
            {
                Events =
                [
                    Event("task.submitted", "t1", queue: "q1"), Event("task.leased", "t1", "a1", "q1"), Event("agent.seen", agent: "a1"),
                    Event("task.submitted", "t2", queue: "q2"), Event("tasks.other", "t2", "a2", "q2"),
                ],
            });

        async Task<string> Types(EventFilter filter) => string.Join(' ', (await Ledger.ReadEventsAsync(0, filter, 100)).Events.Select(item => item.Type));

        Assert.Equal("task.submitted task.leased", await Types(new() { TaskId = "t1" }));
        Assert.Equal("task.leased agent.seen", await Types(new() { AgentId = "a1" }));
        Assert.Equal("task.submitted tasks.other", await Types(new() { Queue = "q2" }));
        Assert.Equal("task.submitted task.leased task.submitted", await Types(new() { Types = ["task.*"] }));
        Assert.Equal("task.submitted task.leased task.submitted", await Types(new() { Types = ["task."] }));
        Assert.Equal("agent.seen tasks.other", await Types(new() { Types = ["agent.seen", "tasks.other"] }));
        Assert.Equal("", await Types(new() { Types = ["task"] }));
        Assert.Equal("task.submitted task.leased agent.seen task.submitted tasks.other", await Types(new() { Types = ["*"] }));
        Assert.Equal("task.leased", await Types(new() { TaskId = "t1", AgentId = "a1", Queue = "q1", Types = ["task."] }));

        var nothing = await Ledger.ReadEventsAsync(0, new() { TaskId = "none" }, 3);
        Assert.Empty(nothing.Events);
        Assert.Equal((await Ledger.ReadEventsAsync(0, Everything, 3)).Events[^1].Seq, nothing.NextAfter);
        Assert.Equal(await Ledger.LastEventAsync(), (await Ledger.ReadEventsAsync(nothing.NextAfter, new() { TaskId = "none" }, 100)).NextAfter);
    }

    [Fact]
    public async Task TaskEvents_OfOne_AreItsHistoryInOrderAlsoFromEntriesOfOthers()
    {
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);
        await DoneAsync(Insert(NewTask("t2")), Update(task, task.Next(WorkStatus.InProgress, "a1")));
        await DoneAsync(new LedgerEntry { Events = [Event("task.noted", "t1", data: """{"why":"Größe \"x\""}"""), Event("task.noted", "gone")] });

        await ReopenAsync();
        var history = await Ledger.TaskEventsAsync("t1");

        Assert.Equal(["task.submitted", "task.moved", "task.noted"], history.Select(item => item.Type));
        Same(new EventView { Seq = history[2].Seq, At = Noon, Type = "task.noted", TaskId = "t1", DataJson = """{"why":"Größe \"x\""}""" }, history[2]);
        Assert.Equal(("a1", QueueNames.Default), (history[1].AgentId, history[1].Queue));
        Assert.Single(await Ledger.TaskEventsAsync("t2"));
    }

    [Fact]
    public async Task WaitForEvent_OneComes_CompletesAndOneThatIsThereCompletesAtOnce()
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var waiting = Ledger.WaitForEventAsync(0, giveUp.Token);
        Assert.False(waiting.IsCompleted);

        await DoneAsync(Insert(NewTask("t1")));

        await waiting;
        await Ledger.WaitForEventAsync(0, giveUp.Token);
    }

    [Fact]
    public async Task WaitForEvent_Cancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Ledger.WaitForEventAsync(0, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
