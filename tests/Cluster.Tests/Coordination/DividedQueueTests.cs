using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>A queue of several partitions is one queue to everybody who uses it.</summary>
public sealed class DividedQueueTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly List<QueueUnderTest> _queues = [];
    private const int Partitions = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>One key of each partition.</summary>
    private static readonly string[] Keys = [.. Enumerable.Range(0, Partitions).Select(place => Enumerable.Range(0, 1000).Select(i => $"k{i}").First(key => QueueSlots.PartitionOf(QueueSlots.Of(key), Partitions) == place))];

    [Fact]
    public async Task Submit_TasksOfManyKeys_AreCountedGivenOutAndDoneAsOfOneQueue()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        var ids = new List<string>();
        foreach (var key in Keys) { ids.AddRange(await queue.SubmitAsync(5, spec => spec with { Key = key })); }

        Assert.Equal((20, 0, 0, 0), await queue.CountsAsync());
        Assert.All(Enumerable.Range(0, Partitions), place => Assert.True(Silo.IsActive(Part(queue, place, epoch: 1)), $"partition {place} sleeps"));
        var leases = await agent.LeaseAsync(20);

        Assert.Equal(ids.Order(StringComparer.Ordinal), leases.Select(lease => lease.Task.Spec.Id).Order(StringComparer.Ordinal));
        Assert.Equal((0, 0, 0, 20), await queue.CountsAsync());
        var replies = await agent.Grain.ReportAsync([.. leases.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Complete })]);
        Assert.Equal(leases.Select(lease => lease.Task.Spec.Id), replies.Select(reply => reply.TaskId));
        Assert.All(replies, reply => Assert.Equal(WorkStatus.Completed, reply.Status));
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
        var page = await Silo.Grains.GetGrain<ICatalogGrain>(0).TasksAsync(new() { Queue = queue.Name });
        Assert.Equal(ids.AsEnumerable().Reverse(), page.Tasks.Select(task => task.Spec.Id));
        Assert.Equal(Partitions, (await Silo.Grains.GetGrain<ICatalogGrain>(0).QueuesAsync()).Single(view => view.Name == queue.Name).Settings.Partitions);
        Assert.All(ids, id => Assert.Equal(queue.Name, page.Tasks.Single(task => task.Spec.Id == id).Spec.Queue));
    }

    [Fact]
    public async Task Submit_OneBatchWithChainAcrossPartitions_RunsInTheOrderOfTheChain()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        var ids = Enumerable.Range(0, 8).Select(_ => Silo.NewName("t")).ToArray();
        ImmutableArray<TaskSubmission> batch = [.. ids.Select((id, i) => new TaskSubmission { Spec = queue.Spec(spec => spec with { Id = id, Key = Keys[i % Partitions], Dependencies = i == 0 ? [] : [new(ids[i - 1])] }) })];

        var replies = await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. batch.Reverse()]);

        Assert.All(replies, reply => Assert.Equal((NexusError.None, null), (reply.Error, reply.Message)));
        Assert.Equal((1, 0, 7, 0), await queue.CountsAsync());
        foreach (var id in ids)
        {
            await UntilAsync(async () => (await queue.CountsAsync()).Ready == 1, "the next is free");
            var lease = await agent.TakeAsync();
            Assert.Equal(id, lease.Task.Spec.Id);
            await agent.CompleteAsync(lease, "1");
        }
    }

    [Fact]
    public async Task Cancel_TaskWithChildrenInOtherPartitions_EndsThemAllAndRedriveTakesThemUpAgain()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        var parent = await queue.SubmitAsync(spec => spec with { Key = Keys[0], Retry = new() { MaxRetries = 0 } });
        var child = await queue.SubmitAsync(spec => spec with { Key = Keys[1], Dependencies = [new(parent, ParentFailureRule.Fail)] });
        var grandchild = await queue.SubmitAsync(spec => spec with { Key = Keys[2], Dependencies = [new(child, ParentFailureRule.Fail)] });
        await agent.FailAsync(await agent.TakeAsync(), retryable: false);
        await UntilAsync(grandchild, WorkStatus.Failed);

        Assert.Equal(3, await queue.Grain.RedriveFailedAsync(10));

        Assert.Equal((1, 0, 2, 0), await queue.CountsAsync());
        var called = await TaskOf(parent).CancelAsync("not wanted", children: true);
        Assert.Equal(parent, called[0].Spec.Id);
        // Called off, or ended with their parents by the news of it.
        foreach (var id in new[] { child, grandchild }) { await UntilAsync(async () => (await StatusAsync(id)).IsFinal(), "it ended with its parent"); }
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
        Assert.Equal(WorkStatus.Pending, (await TaskOf(parent).RedriveAsync()).Status);
        Assert.Equal(parent, (await agent.TakeAsync()).Task.Spec.Id);
    }

    [Fact]
    public async Task Pause_QueueAndResume_HoldsForEveryPartitionWhenItReturns()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        var ids = new List<string>();
        foreach (var key in Keys) { ids.Add(await queue.SubmitAsync(spec => spec with { Key = key })); }

        Assert.True((await queue.Grain.PauseAsync(true)).Settings.Paused);
        Assert.Empty(await agent.LeaseAsync(10));
        Assert.All(await Task.WhenAll(ids.Select(id => TaskOf(id).ExplainAsync())), explanation => Assert.Equal("paused", explanation.WaitReason));
        await queue.Grain.PauseAsync(false);

        Assert.Equal(Partitions, (await agent.LeaseAsync(10)).Length);
    }

    [Fact]
    public async Task Limits_OfKeys_HoldAsInAWholeQueue()
    {
        var queue = await DividedAsync(new() { DefaultKey = new() { Concurrency = 1 }, Keys = ImmutableSortedDictionary<string, KeyLimits>.Empty.Add(Keys[3], new() { Concurrency = 2 }) });
        var agent = await PullerAsync(queue);
        foreach (var key in Keys) { await queue.SubmitAsync(3, spec => spec with { Key = key }); }

        var leases = await agent.LeaseAsync(100);
        leases = leases.AddRange(await agent.LeaseAsync(100));

        Assert.Equal([1, 1, 1, 2], Keys.Select(key => leases.Count(lease => lease.Task.Spec.Key == key)));
        await queue.Grain.ConfigureAsync(new() { Partitions = Partitions });
        Assert.Equal(7, (await agent.LeaseAsync(100)).Length);
    }

    [Fact]
    public async Task MaxLength_Reached_RefusesInEveryPartition()
    {
        var queue = await DividedAsync(new() { MaxLength = 6 });
        await queue.SubmitAsync(5, spec => spec with { Key = Keys[0] });
        Pass(1);
        await queue.SubmitAsync(spec => spec with { Key = Keys[1] });
        Pass(1);

        Assert.All(await Task.WhenAll(Keys.Select(key => queue.TrySubmitAsync(queue.Spec(spec => spec with { Key = key })))), reply => Assert.Equal(NexusError.LimitReached, reply.Error));
    }

    [Fact]
    public async Task Submit_SameIdempotencyKeyAndIdAgain_IsAnsweredAsInAWholeQueue()
    {
        var queue = await DividedAsync();
        var spec = queue.Spec(spec => spec with { Key = Keys[0] });

        Assert.Equal((spec.Id, false), (await queue.TrySubmitAsync(spec, "op " + queue.Name, "h")) is var first ? (first.TaskId, first.Repeated) : default);
        Assert.Equal((spec.Id, true), (await queue.TrySubmitAsync(spec with { Id = Silo.NewName("t"), Key = Keys[1] }, "op " + queue.Name, "h")) is var again ? (again.TaskId, again.Repeated) : default);
        Assert.Equal(NexusError.KeyReused, (await queue.TrySubmitAsync(spec with { Key = Keys[2] }, "op " + queue.Name, "other")).Error);
        Assert.Equal(NexusError.AlreadyExists, (await queue.TrySubmitAsync(spec with { Key = Keys[3] })).Error);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_AgentWaits_IsWokenByWorkOfAnyPartition()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        foreach (var key in Keys)
        {
            var poll = agent.LeaseAsync(wait: TimeSpan.FromSeconds(60));
            await UntilAsync(async () => (await queue.Grain.GetAsync())!.ActiveAgents == 1, "the agent is known");

            var id = await queue.SubmitAsync(spec => spec with { Key = key });

            Assert.Equal(id, Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);
        }
    }

    [Fact]
    public async Task Lease_OneByOneWhileAllPartitionsAreFull_ServesEachInTurn()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        foreach (var key in Keys) { await queue.SubmitAsync(20, spec => spec with { Key = key }); }
        var served = new List<string>();

        for (var i = 0; i < 4 * Partitions; i++)
        {
            Pass(PartitionTurns.Stay);
            served.Add((await agent.TakeAsync()).Task.Spec.Key!);
        }

        for (var i = 0; i < served.Count; i += Partitions) { Assert.Equal(Keys.Order(), served.GetRange(i, Partitions).Order()); }
    }

    [Fact]
    public async Task Assign_PassiveAgent_NeverGetsMoreThanItHoldsFromAllPartitionsTogether()
    {
        var queue = await DividedAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 2 });
        foreach (var key in Keys) { await queue.SubmitAsync(2, spec => spec with { Key = key }); }
        for (var left = 8; left > 0; left--)
        {
            var held = Math.Min(2, left);
            await UntilAsync(async () => (await queue.CountsAsync()).Running == held, $"{held} are assigned");
            Assert.Equal(held, (await agent.Grain.GetAsync())!.CurrentLoad);
            var task = (await Silo.Ledger.HeldTasksAsync(agent.Id)).First();
            await TaskOf(task.Id).SetStatusAsync(new() { Status = WorkStatus.Completed });
        }
    }

    [Fact]
    public async Task Heartbeat_LeasesOfSeveralPartitions_RenewsEachAndTellsOfOrdersAndLosses()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        foreach (var key in Keys) { await queue.SubmitAsync(spec => spec with { Key = key }); }
        var leases = await agent.LeaseAsync(Partitions);
        await TaskOf(leases[0].Task.Spec.Id).CancelAsync("stop", children: false);
        await agent.CompleteAsync(leases[1]);

        for (var i = 0; i < 3; i++)
        {
            Pass(20);
            await agent.BeatAsync([.. leases]);
        }
        var beat = await agent.BeatAsync([.. leases]);

        Assert.Equal(leases[0].Task.Spec.Id, Assert.Single(beat.Orders).TaskId);
        Assert.Equal(leases[1].Task.Spec.Id, Assert.Single(beat.Lost));
        Assert.Equal(leases.Where((_, i) => i != 1).Select(lease => lease.Token).Order(), beat.Held.Select(held => held.Token).Order());
        await agent.Grain.DeregisterAsync();
        Assert.Equal((2, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Deactivate_QueueAndPartitions_NothingIsForgotten()
    {
        var queue = await DividedAsync();
        var agent = await PullerAsync(queue);
        foreach (var key in Keys) { await queue.SubmitAsync(3, spec => spec with { Key = key }); }
        var leases = await agent.LeaseAsync(Partitions);

        foreach (var place in Enumerable.Range(0, Partitions)) { await Silo.DeactivateAsync(Part(queue, place, epoch: 1)); }
        await Silo.DeactivateAsync(queue.Grain);

        Assert.Equal((8, 0, 0, 4), await queue.CountsAsync());
        Assert.All(await Task.WhenAll(leases.Select(lease => agent.CompleteAsync(lease))), reply => Assert.Equal(WorkStatus.Completed, reply.Status));
        Assert.Equal(8, (await agent.TakeIdsAsync()).Length);
    }

    [Fact]
    public async Task Partition_AskedToChangeTheQueue_Refuses()
    {
        var queue = await DividedAsync();

        var refusal = await RefusedAsync(NexusError.Invalid, () => Part(queue, 0, epoch: 1).ConfigureAsync(new()));

        Assert.Contains(queue.Name, refusal.Message, StringComparison.Ordinal);
        await RefusedAsync(NexusError.Moved, () => Part(queue, 0, epoch: 7).LeaseAsync(new() { AgentId = "a", Max = 1, FreeUnits = 1 }));
    }

    /// <summary>Leaves one grain for each queue: later tests move the clock by hours, and the fewer calls are under way then, the better.</summary>
    public override async Task DisposeAsync()
    {
        foreach (var queue in _queues) { await queue.Grain.ConfigureAsync(new()); }
        await base.DisposeAsync();
    }

    private async Task<QueueUnderTest> DividedAsync(QueueSettings? settings = null)
    {
        _queues.Add(await QueueAsync((settings ?? new()) with { Partitions = Partitions }));
        return _queues[^1];
    }

    private IQueuePartitionGrain Part(QueueUnderTest queue, int place, int epoch) => Silo.Grains.GetGrain<IQueuePartitionGrain>(new QueuePart(queue.Name, place, Partitions, epoch).ToString());
}
