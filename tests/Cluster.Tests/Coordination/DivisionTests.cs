using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Queues that are divided anew while they are at work: nothing is lost, done twice or done out of order within a key.</summary>
public sealed class DivisionTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly List<QueueUnderTest> _queues = [];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Configure_OtherPartitions_WhatWaitsAndRunsGoesOnWhereItBelongs()
    {
        var queue = await NewQueueAsync();
        var agent = await PullerAsync(queue);
        var ids = new List<string>();
        for (var i = 0; i < 24; i++) { ids.Add(await queue.SubmitAsync(spec => spec with { Key = $"k{i % 6}" })); }
        var leases = await agent.LeaseAsync(6);
        foreach (var (partitions, epoch) in new[] { (4, 1), (3, 2), (64, 3), (1, 4) })
        {
            var view = await queue.Grain.ConfigureAsync(new() { Partitions = partitions });

            Assert.Equal((partitions, epoch, 0), (view.Settings.Partitions, view.Settings.Split.Epoch, view.Settings.Split.Former.Length));
            Assert.Equal((24 - (6 * epoch), 6), (view.Ready, view.Running));
            foreach (var lease in leases) { Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(lease)).Status); }
            leases = await agent.LeaseAsync(6);
        }
        foreach (var id in ids) { Assert.Equal([TaskEvents.Submitted, TaskEvents.Assigned, TaskEvents.Completed], (await HistoryAsync(id)).Where(type => type != TaskEvents.Started)); }
    }

    [Fact]
    public async Task Configure_WhileAgentsWait_TheyAreSentToThePartitions()
    {
        var queue = await NewQueueAsync();
        var agent = await PullerAsync(queue);
        foreach (var partitions in new[] { 2, 5, 1 })
        {
            var poll = agent.LeaseAsync(wait: TimeSpan.FromSeconds(60));
            await queue.Grain.ConfigureAsync(new() { Partitions = partitions });

            var id = await queue.SubmitAsync(spec => spec with { Key = $"key {partitions}" });

            Assert.Equal(id, Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);
        }
    }

    [Fact]
    public async Task Configure_ParentsAndChildrenMoveApart_NewsFindsThem()
    {
        var queue = await NewQueueAsync();
        var agent = await PullerAsync(queue);
        var parents = await queue.SubmitAsync(8);
        var children = new List<string>();
        foreach (var parent in parents) { children.Add(await queue.SubmitAsync(spec => spec with { Key = $"k{children.Count}", Dependencies = [new(parent)] })); }
        var leases = await agent.LeaseAsync(8);

        await queue.Grain.ConfigureAsync(new() { Partitions = 8 });
        foreach (var lease in leases) { await agent.CompleteAsync(lease); }

        await UntilAsync(async () => (await queue.CountsAsync()) == (8, 0, 0, 0), "all children are free");
        Assert.Equal(children.Order(StringComparer.Ordinal), (await agent.TakeIdsAsync()).Order(StringComparer.Ordinal));
    }

    /// <summary>A silo fell between the change on disk and its end: whoever loads first sees that those before have stopped.</summary>
    [Fact]
    public async Task Partition_LoadsWhileThoseBeforeAreAtWork_StopsThemFirst()
    {
        var queue = await NewQueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(4, spec => spec with { Key = "k" });
        // On disk only, as by a queue that fell then.
        await Silo.Ledger.CommitAsync([new() { Change = new Ledger.QueuePut(queue.Name, new() { Partitions = 2, Split = new() { Epoch = 1, Former = [new(0, 1)] } }) }]);
        Assert.Single(await agent.LeaseAsync());
        var places = Enumerable.Range(0, 2).Select(place => Silo.Grains.GetGrain<IQueuePartitionGrain>(new QueuePart(queue.Name, place, 2, 1).ToString())).ToArray();

        var counts = await Task.WhenAll(places.Select(place => place.GetAsync()));

        Assert.Equal((3, 1), (counts.Sum(view => view!.Ready), counts.Sum(view => view!.Running)));
        Assert.Equal(3, (await agent.LeaseAsync(10)).Length);
        Pass(31);
        await queue.Grain.EnsureAsync();
        Assert.Equal((1, 0), (await Silo.Ledger.FindQueueAsync(queue.Name))!.Split is var split ? (split.Epoch, split.Former.Length) : default);
    }

    [Fact]
    public async Task Ensure_FactsHaveMoreThanPartitionsRemember_AreLoadedAnew()
    {
        var queue = await NewQueueAsync(new() { Partitions = 2 });
        await queue.SubmitAsync(spec => spec with { Key = "k" });
        // As by another activation.
        var spec = queue.Spec(spec => spec with { Key = "k" });
        await Silo.Ledger.CommitAsync([new() { Change = new Ledger.TaskInsert(TaskTransitions.Submit(spec, new(), Silo.Clock.GetUtcNow()).State) }]);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());

        Pass(31);
        await queue.Grain.EnsureAsync();

        await UntilAsync(async () => (await queue.CountsAsync()).Ready == 2, "the task is found");
        Assert.All(Silo.TakeWarnings(), warning => Assert.Contains("does not remember", warning, StringComparison.Ordinal));
    }

    /// <summary>
    /// Chance decides who submits, asks, reports, divides and restarts, and all of it at once. Each key may run one task at a time: its tasks start in the order of their submission, and none before the one ahead has ended.
    /// </summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task Divide_WhileAllAreAtWork_OrderWithinEachKeyHoldsAndNothingIsLost(int seed)
    {
        const int Tasks = 240;
        var random = new Random(seed);
        var settings = new QueueSettings { DefaultKey = new() { Concurrency = 1 } };
        var queue = await NewQueueAsync(settings with { Partitions = 1 + random.Next(8) });
        var agents = new List<AgentUnderTest>();
        for (var i = 0; i < 3; i++) { agents.Add(await PullerAsync(queue, profile => profile with { MaxCapacity = 4 })); }
        List<string> ids = [];
        var done = 0;
        using var finished = new CancellationTokenSource();

        await Task.WhenAll([SubmitAsync(new(seed + 100)), DisturbAsync(new(seed + 200)), .. agents.Select((agent, i) => WorkAsync(agent, new(seed + 300 + i)))]);

        Assert.Equal((Tasks, (0, 0, 0, 0)), (done, await queue.CountsAsync()));
        var events = (await Silo.Ledger.ReadEventsAsync(0, new() { Queue = queue.Name, Types = ["task.*"] }, 100_000)).Events;
        foreach (var id in ids) { Assert.Single(events, happened => happened.TaskId == id && happened.Type == TaskEvents.Completed); }
        foreach (var key in ids.Select((id, i) => (id, Key: KeyOf(i))).GroupBy(item => item.Key, item => item.id))
        {
            // Submitted t1, t2, …: then assigned t1, completed t1, assigned t2, …
            var mine = key.ToHashSet();
            var told = events.Where(happened => mine.Contains(happened.TaskId!) && happened.Type is (TaskEvents.Assigned or TaskEvents.Completed)).Select(happened => (happened.TaskId!, happened.Type));
            Assert.Equal(key.SelectMany(id => new[] { (id, TaskEvents.Assigned), (id, TaskEvents.Completed) }), told);
        }

        static string KeyOf(int i) => $"key {i * 7 % 11}";

        async Task SubmitAsync(Random chance)
        {
            while (ids.Count < Tasks)
            {
                var batch = Enumerable.Range(ids.Count, Math.Min(1 + chance.Next(8), Tasks - ids.Count)).Select(i => queue.Spec(spec => spec with { Key = KeyOf(i) })).ToList();
                var replies = await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. batch.Select(spec => new TaskSubmission { Spec = spec })]);
                Assert.All(replies, reply => Assert.Equal((NexusError.None, null), (reply.Error, reply.Message)));
                ids.AddRange(batch.Select(spec => spec.Id));
            }
        }

        async Task WorkAsync(AgentUnderTest agent, Random chance)
        {
            while (Volatile.Read(ref done) < Tasks)
            {
                var leases = await agent.LeaseAsync(1 + chance.Next(4));
                if (leases.Length == 0) { await Task.Yield(); }
                foreach (var lease in leases.OrderBy(_ => chance.Next()))
                {
                    Assert.Equal((NexusError.None, WorkStatus.Completed), await agent.CompleteAsync(lease) is var reply ? (reply.Error, reply.Status) : default);
                    if (Interlocked.Increment(ref done) == Tasks) { await finished.CancelAsync(); }
                }
            }
        }

        async Task DisturbAsync(Random chance)
        {
            while (!finished.IsCancellationRequested)
            {
                if (chance.Next(3) > 0) { await queue.Grain.ConfigureAsync(settings with { Partitions = 1 + chance.Next(8) }); }
                else
                {
                    var now = (await queue.Grain.GetAsync())!.Settings;
                    await Silo.DeactivateIfActiveAsync(now.Partitions == 1 || chance.Next(2) == 0
                        ? queue.Grain
                        : Silo.Grains.GetGrain<IQueuePartitionGrain>(new QueuePart(queue.Name, chance.Next(now.Partitions), now.Partitions, now.Split.Epoch).ToString()));
                }
            }
        }
    }

    /// <summary>Leaves one grain for each queue: later tests move the clock by hours, and the fewer calls are under way then, the better.</summary>
    public override async Task DisposeAsync()
    {
        foreach (var queue in _queues) { await queue.Grain.ConfigureAsync(new()); }
        await base.DisposeAsync();
    }

    private async Task<QueueUnderTest> NewQueueAsync(QueueSettings? settings = null)
    {
        _queues.Add(await QueueAsync(settings));
        return _queues[^1];
    }
}
