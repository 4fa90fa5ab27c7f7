using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    [Fact]
    public async Task Find_EveryMember_ComesBackAsItWasStored()
    {
        var rich = Rich("t1");
        var seq = (await CommitAsync(Insert(rich))).Seq;
        Same(rich.At(seq), await Ledger.FindTaskAsync("t1"));

        await ReopenAsync();

        Same(rich.At(seq), await Ledger.FindTaskAsync("t1"));
    }

    [Fact]
    public async Task Find_EveryMemberUpdated_ComesBackAsItWasStored()
    {
        var plain = NewTask("t1", queue: "night");
        plain = plain.At((await CommitAsync(Insert(plain))).Seq);
        var rich = Rich("t1").At(plain.Seq);
        rich = rich with { View = rich.View with { Spec = plain.View.Spec, Version = 2 } };

        await DoneAsync(Update(plain, rich));
        Same(rich, await Ledger.FindTaskAsync("t1"));

        var bare = plain with { View = plain.View with { Version = 3 } };
        await DoneAsync(Update(rich, bare));
        Same(bare, await Ledger.FindTaskAsync("t1"));
    }

    [Fact]
    public async Task FindTasks_ByNumber_KeepsTheOrderAskedAndLeavesUnknownOut()
    {
        var seqs = (await Ledger.CommitAsync([Insert(NewTask("t1")), Insert(NewTask("t2")), Insert(NewTask("t3"))])).Select(result => result.Seq).ToArray();

        var found = await Ledger.FindTasksAsync([seqs[2], 999, seqs[0]]);

        Assert.Equal(["t3", "t1"], found.Select(task => task.Id));
        Assert.Null(await Ledger.FindTaskAsync("none"));
    }

    [Fact]
    public async Task LiveTasks_ManyInTwoQueues_StreamsThoseOfOneInSubmitOrder()
    {
        const int Count = 5_000;
        var results = await Ledger.CommitAsync([.. Enumerable.Range(0, Count).Select(i => Insert(NewTask($"t{i}", queue: i % 5 == 0 ? "other" : "night")))]);
        var ended = Enumerable.Range(0, Count).Where(i => i % 7 == 1).Select(i => NewTask($"t{i}", queue: i % 5 == 0 ? "other" : "night").At(results[i].Seq)).ToArray();
        await DoneAsync([.. ended.Select((task, i) => Update(task, task.Next(i % 3 == 0 ? WorkStatus.Completed : i % 3 == 1 ? WorkStatus.Failed : WorkStatus.Cancelled)))]);
        var held = Enumerable.Range(0, Count).Where(i => i % 7 == 2).Select(i => NewTask($"t{i}", queue: i % 5 == 0 ? "other" : "night").At(results[i].Seq)).ToArray();
        await DoneAsync([.. held.Select((task, i) => Update(task, task.Next(i % 3 == 0 ? WorkStatus.Assigned : i % 3 == 1 ? WorkStatus.InProgress : WorkStatus.Delegated, "a1")))]);

        var live = new List<string>();
        await foreach (var page in Ledger.LiveTasksAsync("night", SlotRange.All))
        {
            Assert.NotEmpty(page);
            live.AddRange(page.Select(task => task.Id));
        }

        Assert.Equal(Enumerable.Range(0, Count).Where(i => i % 5 != 0 && i % 7 != 1).Select(i => $"t{i}"), live);
    }

    /// <summary>Partitions share the tasks among them: each is read by one, with its parents, and a key's tasks by one and the same.</summary>
    [Theory, InlineData(1), InlineData(3), InlineData(64)]
    public async Task LiveTasks_OfTheSlotsOfEachPartition_AreAllTasksOnce(int partitions)
    {
        await DoneAsync(Insert(NewTask("p")));
        await DoneAsync([.. Enumerable.Range(0, 300).Select(i => Insert(NewTask($"t{i}", queue: "night", key: i % 3 == 0 ? null : $"k{i % 50}", parents: new Dependency("p"))))]);
        var (tasks, edges) = (new List<TaskState>(), new List<ParentEdge>());

        for (var place = 0; place < partitions; place++)
        {
            var (slots, mine) = (SlotRange.Of(place, partitions), new List<TaskState>());
            await foreach (var page in Ledger.LiveTasksAsync("night", slots)) { mine.AddRange(page); }
            Assert.All(mine, task => Assert.True(slots.Has(QueueSlots.Of(task.View.Spec.Key))));
            Assert.Equal(mine.Select(task => task.Seq).Order(), mine.Select(task => task.Seq));
            Assert.Equal(mine.Select(task => task.Seq), (await Ledger.LiveEdgesAsync("night", slots)).Select(edge => edge.ChildSeq));
            tasks.AddRange(mine);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"t{i}"), tasks.OrderBy(task => task.Seq).Select(task => task.Id));
        Assert.Equal(tasks.OrderBy(task => task.Seq).Select(task => new ChildEdge(task.Id, "night", QueueSlots.Of(task.View.Spec.Key))), await Ledger.ChildrenAsync("p"));
    }

    [Fact]
    public async Task Update_ToAnEnd_ReturnsChildrenOfAllQueues()
    {
        var parent = NewTask("p");
        parent = parent.At((await CommitAsync(Insert(parent))).Seq);
        await DoneAsync(
            Insert(NewTask("c1", parents: [new("p"), new("other")])),
            Insert(NewTask("c2", queue: "night", parents: [new("p", ParentFailureRule.Run), new("p")])),
            Insert(NewTask("c3", parents: [new("other")])));
        ChildEdge[] children = [new("c1", QueueNames.Default, 0), new("c2", "night", 0)];

        var held = parent.Next(WorkStatus.InProgress, "a1");
        var moved = await CommitAsync(Update(parent, held));
        var ended = await CommitAsync(Update(held, held.Next(WorkStatus.Failed)));

        Assert.True(moved.Children.IsDefaultOrEmpty);
        Assert.Equal(children, ended.Children);
        Assert.Equal(children, await Ledger.ChildrenAsync("p"));
        Assert.Empty(await Ledger.ChildrenAsync("none"));
    }

    [Fact]
    public async Task Update_ToAnEndInTheSameCallAsItsChild_ReturnsTheChild()
    {
        var parent = NewTask("p");
        parent = parent.At((await CommitAsync(Insert(parent))).Seq);

        var results = await Ledger.CommitAsync([Insert(NewTask("c1", parents: new Dependency("p"))), Update(parent, parent.Next(WorkStatus.Cancelled))]);

        Assert.Equal<ChildEdge>([new("c1", QueueNames.Default, 0)], results[1].Children);
    }

    [Fact]
    public async Task LiveEdges_OfAQueue_NameParentsStatusAndRuleInChildOrder()
    {
        var parents = await Ledger.CommitAsync([Insert(NewTask("p1")), Insert(NewTask("p2", queue: "far"))]);
        var children = await Ledger.CommitAsync([
            Insert(NewTask("c1", parents: [new("p2", ParentFailureRule.Run), new("p1", ParentFailureRule.Fail)])),
            Insert(NewTask("c2", queue: "night", parents: new Dependency("p1"))),
            Insert(NewTask("c3", parents: new Dependency("p1"))),
            Insert(NewTask("c4", parents: new Dependency("p1")))]);
        var (done, over) = (NewTask("p2", queue: "far").At(parents[1].Seq), NewTask("c3", parents: new Dependency("p1")).At(children[2].Seq));
        await DoneAsync(Update(done, done.Next(WorkStatus.Completed)), Update(over, over.Next(WorkStatus.Cancelled)));

        Assert.Equal<ParentEdge>(
            [
                new(children[0].Seq, "p2", WorkStatus.Completed, ParentFailureRule.Run),
                new(children[0].Seq, "p1", WorkStatus.Pending, ParentFailureRule.Fail),
                new(children[3].Seq, "p1", WorkStatus.Pending, ParentFailureRule.Skip),
            ],
            await Ledger.LiveEdgesAsync(QueueNames.Default, SlotRange.All));
        Assert.Empty(await Ledger.LiveEdgesAsync("none", SlotRange.All));
    }

    [Fact]
    public async Task Outcomes_OfSome_GivesStatusAndResult()
    {
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);
        await DoneAsync(Insert(NewTask("t2")), Update(task, task.Next(WorkStatus.Completed, result: """{"n":1}""")));

        Assert.Equal<ParentResult>([new("t2", WorkStatus.Pending, null), new("t1", WorkStatus.Completed, """{"n":1}""")], await Ledger.OutcomesAsync(["t2", "none", "t1"]));
    }

    [Fact]
    public async Task FailedTasks_OfAQueue_OldestFirst()
    {
        var results = await Ledger.CommitAsync([.. Enumerable.Range(0, 6).Select(i => Insert(NewTask($"t{i}", queue: i == 2 ? "night" : QueueNames.Default)))]);
        await DoneAsync([.. Enumerable.Range(0, 6).Where(i => i != 4).Select(i => NewTask($"t{i}", queue: i == 2 ? "night" : QueueNames.Default).At(results[i].Seq)).Select(task => Update(task, task.Next(WorkStatus.Failed)))]);

        Assert.Equal<string>(["t0", "t1", "t3"], await Ledger.FailedTasksAsync(QueueNames.Default, 3));
        Assert.Equal<string>(["t0", "t1", "t3", "t5"], await Ledger.FailedTasksAsync(QueueNames.Default, 100));
        Assert.Empty(await Ledger.FailedTasksAsync("none", 3));
    }

    [Fact]
    public async Task HeldTasks_OfAnAgent_AreThoseItHoldsNow()
    {
        WorkStatus[] stands = [WorkStatus.Assigned, WorkStatus.InProgress, WorkStatus.Delegated, WorkStatus.Pending, WorkStatus.Completed, WorkStatus.Failed, WorkStatus.Cancelled];
        var results = await Ledger.CommitAsync([.. stands.Select((_, i) => Insert(NewTask($"t{i}")))]);
        await DoneAsync([.. stands.Select((status, i) => (Status: status, Task: NewTask($"t{i}").At(results[i].Seq))).Select(pair => Update(pair.Task, pair.Task.Next(pair.Status, "a1")))]);

        Assert.Equal(["t0", "t1", "t2"], (await Ledger.HeldTasksAsync("a1")).Select(task => task.Id));
        Assert.Empty(await Ledger.HeldTasksAsync("a2"));
    }

    [Fact]
    public async Task ListTasks_AnyFilter_GivesExactlyTheMatchesNewestFirst()
    {
        var random = new Random(20260304);
        WorkStatus[] stands = [WorkStatus.Pending, WorkStatus.Assigned, WorkStatus.InProgress, WorkStatus.Delegated, WorkStatus.Completed, WorkStatus.Failed, WorkStatus.Cancelled];
        var stored = new List<TaskState>();
        for (var i = 0; i < 400; i++)
        {
            var task = NewTask($"t{i}", "q" + random.Next(3), random.Next(1, 6), (TaskType)random.Next(1, 9), Noon.AddSeconds(random.Next(100)));
            task = task.At((await CommitAsync(Insert(task))).Seq);
            var next = task.Next(stands[random.Next(stands.Length)], random.Next(3) == 0 ? null : "a" + random.Next(3));
            await DoneAsync(Update(task, next));
            stored.Add(next);
        }
        stored.Reverse();

        for (var round = 0; round < 500; round++)
        {
            bool Rarely() => random.Next(3) == 0;
            var filter = new TaskFilter
            {
                Statuses = Rarely() ? [.. stands.Where(_ => random.Next(3) == 0)] : [],
                Type = Rarely() ? (TaskType)random.Next(1, 9) : TaskType.None,
                Queue = Rarely() ? "q" + random.Next(4) : null,
                AgentId = Rarely() ? "a" + random.Next(4) : null,
                Priority = Rarely() ? random.Next(1, 6) : 0,
                CreatedFrom = Rarely() ? Noon.AddSeconds(random.Next(100)) : null,
                CreatedBefore = Rarely() ? Noon.AddSeconds(random.Next(100)) : null,
                BeforeSeq = Rarely() ? stored[random.Next(stored.Count)].Seq : 0,
                Limit = random.Next(1, 60),
            };
            var expected = stored.Where(task => Matches(task.View, filter)).Take(filter.Limit);

            Assert.Equal(expected.Select(task => task.Id), (await Ledger.ListTasksAsync(filter)).Select(task => task.Id));
        }
    }

    [Fact]
    public async Task ListTasks_PagedWhileOthersInsert_GivesEveryOldTaskOnce()
    {
        await DoneAsync([.. Enumerable.Range(0, 100).Select(i => Insert(NewTask($"old{i}")))]);
        var seen = new List<string>();
        var filter = new TaskFilter { Queue = QueueNames.Default, Limit = 7 };
        for (var round = 0; ; round++)
        {
            var page = await Ledger.ListTasksAsync(filter);
            if (page.IsEmpty) { break; }
            seen.AddRange(page.Select(task => task.Id));
            filter = filter with { BeforeSeq = page[^1].Seq };
            await DoneAsync(Insert(NewTask($"new{round}")));
        }

        Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(i => $"old{i}"), seen);
    }

    [Fact]
    public async Task Touch_Progress_NewestWins()
    {
        var task = NewTask("t1");
        task = task.At((await CommitAsync(Insert(task))).Seq);
        await DoneAsync(
            new() { Touches = [new TaskProgressed(task.Seq, """{"p":1}"""), new TaskProgressed(task.Seq, """{"p":2}""")] },
            new() { Touches = [new TaskProgressed(999, "{}")] });
        Assert.Equal("""{"p":2}""", (await Ledger.FindTaskAsync("t1"))?.View.ProgressJson);
        Assert.Equal(1, (await Ledger.FindTaskAsync("t1"))?.View.Version);

        await DoneAsync(Update(task, task.Next(WorkStatus.InProgress, "a1")));
        Assert.Null((await Ledger.FindTaskAsync("t1"))?.View.ProgressJson);
    }

    private static bool Matches(TaskView task, TaskFilter filter) =>
        (filter.Statuses.IsDefaultOrEmpty || filter.Statuses.Contains(task.Status))
        && (filter.Type == TaskType.None || task.Spec.Type == filter.Type)
        && (filter.Queue is null || task.Spec.Queue == filter.Queue)
        && (filter.AgentId is null || task.AssignedAgent == filter.AgentId)
        && (filter.Priority == 0 || task.Spec.Priority == filter.Priority)
        && (filter.CreatedFrom is null || task.CreatedAt >= filter.CreatedFrom)
        && (filter.CreatedBefore is null || task.CreatedAt < filter.CreatedBefore)
        && (filter.BeforeSeq == 0 || task.Seq < filter.BeforeSeq);
}
