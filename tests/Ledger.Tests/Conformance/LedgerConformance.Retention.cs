using CsCheck;
using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    private const int PortionMax = 100;
    private static readonly DateTimeOffset Cut = Noon.AddDays(30);
    private static readonly DateTimeOffset Young = Cut.AddSeconds(1);

    /// <summary>A whole pass; nothing of idempotency keys unless asked.</summary>
    private Task<(int Events, int Operations)> TrimAsync(int portion = PortionMax, DateTimeOffset? operations = null) =>
        TrimAsync(Store.Retention, portion, operations ?? DateTimeOffset.MinValue);

    private static async Task<(int Events, int Operations)> TrimAsync(ILedgerRetention retention, int max, DateTimeOffset operations)
    {
        var (events, answers) = (0, 0);
        var portion = new TrimPortion(Cut, operations, 0, max);
        while (true)
        {
            var trimmed = await retention.TrimAsync(portion);
            (events, answers) = (events + trimmed.Events, answers + trimmed.Operations);
            if (trimmed.Done) { return (events, answers); }
            portion = portion with { After = trimmed.Position };
        }
    }

    /// <summary>A task with one event for each moment; it ends at the last one if it ends.</summary>
    private async Task StoryAsync(string id, bool ended, params DateTimeOffset[] moments)
    {
        var task = NewTask(id);
        task = task.At((await CommitAsync(Insert(task) with { Events = [Event("task.submitted", id) with { At = moments[0] }] })).Seq);
        for (var i = 1; i < moments.Length; i++)
        {
            var last = ended && i == moments.Length - 1;
            var next = task.Next(last ? WorkStatus.Completed : WorkStatus.Pending);
            if (last) { next = next with { View = next.View with { CompletedAt = moments[i] } }; }
            await DoneAsync(Update(task, next) with { Events = [Event(last ? "task.completed" : "task.moved", id) with { At = moments[i] }] });
            task = next;
        }
    }

    private async Task<string> HistoryAsync(string id) => string.Join(' ', (await Ledger.TaskEventsAsync(id)).Select(item => item.Type));

    [Fact]
    public async Task Trim_OldTasks_HistoryOfEndedOnesGoesWholeAndOthersStayWhole()
    {
        await StoryAsync("ended", true, Noon, Noon.AddDays(1), Noon.AddDays(2));
        await StoryAsync("open", false, Noon, Noon.AddDays(1));
        await StoryAsync("ended lately", true, Noon, Noon.AddDays(1), Young);
        await DoneAsync(new LedgerEntry { Events = [Event("agent.registered", agent: "a1")] }, new LedgerEntry { Events = [Event("agent.registered", agent: "a2") with { At = Young }] });

        Assert.Equal((4, 0), await TrimAsync());

        Assert.Equal(["", "task.submitted task.moved", "task.submitted task.moved task.completed"], [await HistoryAsync("ended"), await HistoryAsync("open"), await HistoryAsync("ended lately")]);
        Assert.NotNull(await Ledger.FindTaskAsync("ended"));
        Assert.Equal(["a2"], (await Ledger.ReadEventsAsync(0, new() { Types = ["agent."] }, 100)).Events.Select(item => item.AgentId));
        Assert.Equal((0, 0), await TrimAsync());
    }

    [Fact]
    public async Task Trim_TaskThatWasRedriven_KeepsWhatIsLeftOfItsHistory()
    {
        await StoryAsync("t1", true, Noon, Noon.AddDays(1));
        var ended = (await Ledger.FindTaskAsync("t1"))!;
        var again = ended.Next(WorkStatus.Pending);
        await DoneAsync(Update(ended, again with { View = again.View with { CompletedAt = null } }) with { Events = [Event("task.redriven", "t1") with { At = Noon.AddDays(2) }] });

        Assert.Equal((0, 0), await TrimAsync());

        Assert.Equal("task.submitted task.completed task.redriven", await HistoryAsync("t1"));
    }

    [Fact]
    public async Task Trim_EveryEvent_NumbersGoOnAlsoAfterReopening()
    {
        await StoryAsync("t1", true, Noon, Noon.AddDays(1));
        var last = await Ledger.LastEventAsync();
        Assert.Equal((2, 0), await TrimAsync());
        Assert.Equal(last, await Ledger.LastEventAsync());

        await ReopenAsync();
        Assert.Equal(last, await Ledger.LastEventAsync());
        await DoneAsync(new LedgerEntry { Events = [Event("later")] });

        Assert.True(Assert.Single((await Ledger.ReadEventsAsync(0, Everything, 10)).Events).Seq > last);
    }

    [Fact]
    public async Task ReadEvents_BehindWhatWasTrimmed_SaysSoAndGivesWhatIsKept()
    {
        await StoryAsync("open", false, Noon);
        await StoryAsync("ended", true, Noon, Noon.AddDays(1));
        await StoryAsync("young", false, Young);
        var whole = await Ledger.ReadEventsAsync(0, Everything, 10);
        Assert.Equal(0, whole.TrimmedUpTo);
        long[] at = [0, .. whole.Events.Select(item => item.Seq)];

        await TrimAsync();

        foreach (var (after, trimmed, kept) in new (int, int, int[])[] { (0, 3, [1, 4]), (2, 3, [4]), (3, 0, [4]), (4, 0, []) })
        {
            var page = await Ledger.ReadEventsAsync(at[after], Everything, 10);
            Assert.Equal((at[trimmed], at[4]), (page.TrimmedUpTo, page.NextAfter));
            Assert.Equal(kept.Select(i => at[i]), page.Events.Select(item => item.Seq));
        }
    }

    [Fact]
    public async Task ReadEvents_NothingIsLeftBehindWhatWasTrimmed_GoesOnBehindItAndSaysSoOnce()
    {
        await StoryAsync("ended", true, Noon, Noon.AddDays(1));
        var last = await Ledger.LastEventAsync();
        await TrimAsync();

        var page = await Ledger.ReadEventsAsync(0, Everything, 10);
        Assert.Equal((last, last), (page.TrimmedUpTo, page.NextAfter));
        var next = await Ledger.ReadEventsAsync(page.NextAfter, Everything, 10);
        Assert.Equal((0, last), (next.TrimmedUpTo, next.NextAfter));
        await Ledger.CommitAsync([new() { Events = [Event("later")] }]);
        Assert.Equal("later", Assert.Single((await Ledger.ReadEventsAsync(page.NextAfter, Everything, 10)).Events).Type);
    }

    [Fact]
    public async Task Trim_OldOperations_KeyIsFreeAgainAndYoungOnesStay()
    {
        for (var i = 0; i < 5; i++) { await DoneAsync(new LedgerEntry { Operation = new("key" + i, "hash", "answer") }); }

        Assert.Equal((0, 0), await TrimAsync());
        Assert.Equal(CommitOutcome.Repeated, (await CommitAsync(new LedgerEntry { Operation = new("key0", "hash", "") })).Outcome);
        Assert.Equal((0, 5), await TrimAsync(portion: 2, DateTimeOffset.MaxValue));

        Assert.Null(await Ledger.FindOperationAsync("key4"));
        await DoneAsync(new LedgerEntry { Operation = new("key0", "other hash", "answer") });
    }

    [Fact]
    public async Task Trim_ClockWasAheadForAWhile_OldEventsBehindAreFound()
    {
        await StoryAsync("before", true, Noon, Noon);
        await StoryAsync("ahead", false, Young);
        await StoryAsync("after", true, Noon, Noon);

        Assert.Equal((4, 0), await TrimAsync(portion: 2));
    }

    [Fact]
    public async Task Trim_AnyTasksInAnyPortions_RemovesExactlyWhatIsOld()
    {
        var story = Gen.Select(Gen.Bool, Gen.Int[-4, 4].Array[2, 5]);
        await Gen.Select(story.Array[0, 8], Gen.Int[1, 7]).SampleAsync(
            async (stories, portion) =>
            {
                await using var store = await CreateAsync();
                var tasks = stories.Select((_, i) => NewTask("t" + i)).ToArray();
                var kept = new List<string>();
                var happened = stories.SelectMany((story, i) => story.Item2.Order().Select((day, step) => (Day: day, Task: i, Step: step))).OrderBy(one => one.Day).ToArray();
                foreach (var ((day, i, step), position) in happened.Select((one, index) => (one, index + 1)))
                {
                    var (ends, days) = stories[i];
                    var at = Cut.AddDays(day);
                    LedgerEvent[] events = [Event("happened", "t" + i, data: $"{position}") with { At = at }];
                    if (step == 0) { tasks[i] = tasks[i].At((await store.Ledger.CommitAsync([Insert(tasks[i]) with { Events = [.. events] }]))[0].Seq); }
                    else
                    {
                        var ended = ends && step == days.Length - 1;
                        var next = tasks[i].Next(ended ? WorkStatus.Cancelled : WorkStatus.Pending);
                        next = next with { View = next.View with { CompletedAt = ended ? at : null } };
                        await store.Ledger.CommitAsync([Update(tasks[i], next) with { Events = [.. events] }]);
                        tasks[i] = next;
                    }
                    if (!ends || days.Max() >= 0) { kept.Add($"{position}"); }
                }

                var last = await store.Ledger.LastEventAsync();
                await TrimAsync(store.Retention, portion, DateTimeOffset.MinValue);

                Assert.Equal(kept, (await store.Ledger.ReadEventsAsync(0, Everything, 1000)).Events.Select(item => item.DataJson));
                Assert.Equal(last, await store.Ledger.LastEventAsync());
            },
            iter: 30);
    }
}
