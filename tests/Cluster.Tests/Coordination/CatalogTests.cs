namespace NexusActors.Coordination;

/// <summary>Reads over all queues, agents and tasks.</summary>
public sealed class CatalogTests(SiloFixture silo) : SiloTests(silo)
{
    private ICatalogGrain Catalog => Silo.Grains.GetGrain<ICatalogGrain>(0);

    [Fact]
    public async Task Status_AfterAWay_CountsAgreeWithTheFacts()
    {
        var before = await Catalog.StatusAsync();
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(5);
        var leases = await agent.LeaseAsync(3);
        await agent.CompleteAsync(leases[0]);
        await agent.FailAsync(leases[1], retryable: false);

        var after = await Catalog.StatusAsync();

        Assert.Equal((true, before.TotalAgents + 1, before.ActiveAgents + 1), (after.Running, after.TotalAgents, after.ActiveAgents));
        foreach (var (status, more) in new[] { (WorkStatus.Pending, 2), (WorkStatus.InProgress, 1), (WorkStatus.Completed, 1), (WorkStatus.Failed, 1), (WorkStatus.Cancelled, 0) })
        {
            Assert.Equal(before.Tasks.GetValueOrDefault(status) + more, after.Tasks.GetValueOrDefault(status));
        }
    }

    [Fact]
    public async Task Tasks_ByPages_AreAllThereNewestFirst()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(25);
        var lease = await agent.TakeAsync();
        var seen = new List<string>();
        var filter = new TaskFilter { Queue = queue.Name, Limit = 10 };
        for (long next = 0; seen.Count == 0 || next != 0;)
        {
            var page = await Catalog.TasksAsync(filter with { BeforeSeq = next });
            Assert.Null(page.Total);
            seen.AddRange(page.Tasks.Select(task => task.Spec.Id));
            next = page.NextBeforeSeq;
        }

        Assert.Equal(ids.Reverse(), seen);
        Assert.Equal([lease.Task.Spec.Id], (await Catalog.TasksAsync(filter with { Statuses = [WorkStatus.InProgress], AgentId = agent.Id })).Tasks.Select(task => task.Spec.Id));
        Assert.True((await Catalog.TasksAsync(new() { Limit = 1 })).Total >= 25);
    }

    [Fact]
    public async Task Queues_AndAgents_AreReadAsTheyAre()
    {
        var queue = await QueueAsync(new() { Paused = true, MaxLength = 7 });
        var agent = await PassiveAsync(queue);
        await queue.SubmitAsync(2);
        Pass(3);

        var view = (await Catalog.QueuesAsync()).Single(known => known.Name == queue.Name);

        Assert.Equal((2, 0, true, 7, 1), (view.Ready, view.Running, view.Settings.Paused, view.Settings.MaxLength, view.ActiveAgents));
        Assert.Equal(3, view.OldestReadySeconds, 0.1);
        Assert.Contains(await Catalog.AgentsAsync(), known => known.Profile.Id == agent.Id && known.Active);
        Assert.Null(await Silo.Grains.GetGrain<IQueueGrain>(Silo.NewName("nowhere")).GetAsync());
    }
}
