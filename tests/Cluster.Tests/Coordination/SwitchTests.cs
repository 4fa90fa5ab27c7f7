using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Pausing a queue and stopping coordination as a whole.</summary>
public sealed class SwitchTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Pause_WorkWaitsAndRuns_NothingIsGivenAndRunningWorkGoesOn()
    {
        var queue = await QueueAsync();
        var (pulling, passive) = (await PullerAsync(queue), await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 }));
        var first = await queue.SubmitAsync();
        await UntilAsync(first, WorkStatus.Assigned);
        await queue.SubmitAsync();
        var lease = await pulling.TakeAsync();

        Assert.True((await queue.Grain.PauseAsync(true)).Settings.Paused);
        var id = await queue.SubmitAsync();

        Assert.Empty(await pulling.LeaseAsync());
        Assert.Equal(WorkStatus.Completed, (await pulling.CompleteAsync(lease)).Status);
        Assert.Equal(WorkStatus.Completed, (await TaskOf(first).SetStatusAsync(new() { Status = WorkStatus.Completed })).Status);
        Assert.Equal("paused", (await TaskOf(id).ExplainAsync()).WaitReason);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());

        Assert.False((await queue.Grain.PauseAsync(false)).Settings.Paused);
        Assert.Equal(passive.Id, (await UntilAsync(id, WorkStatus.Assigned)).AssignedAgent);
        await RefusedAsync(NexusError.NotFound, () => Silo.Grains.GetGrain<IQueueGrain>(Silo.NewName("nowhere")).PauseAsync(true));
    }

    [Fact]
    public async Task Resume_AgentWaits_IsWoken()
    {
        var queue = await QueueAsync(new() { Paused = true });
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var poll = agent.LeaseAsync(1, TimeSpan.FromSeconds(60));
        await UntilAsync(async () => await agent.Grain.WakeAsync(queue.Name), "the agent waits");

        await queue.Grain.PauseAsync(false);

        Assert.Equal(id, Assert.Single(await poll.WaitAsync(TimeSpan.FromSeconds(10))).Task.Spec.Id);
    }

    [Fact]
    public async Task Pause_LeaseIsLostMeanwhile_ComesBackAndWaits()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        await agent.TakeAsync();
        await queue.Grain.PauseAsync(true);

        Pass(31);

        Assert.Equal(1, (await UntilAsync(id, WorkStatus.Pending)).LossCount);
        Assert.Empty(await agent.LeaseAsync());
    }

    [Fact]
    public async Task Switch_OffAndOn_HoldsForQueuesOldAndNewAndReloaded()
    {
        var old = await QueueAsync();
        var agent = await PullerAsync(old);
        var id = await old.SubmitAsync();
        var coordinator = Silo.Grains.GetGrain<ICoordinatorGrain>(0);
        await coordinator.SwitchAsync(false);
        try
        {
            var fresh = await QueueAsync();
            var passive = await PassiveAsync(fresh);
            var waits = await fresh.SubmitAsync();
            await Silo.DeactivateAsync(old.Grain);

            Assert.Empty(await agent.LeaseAsync());
            Assert.Equal(("paused", "paused"), ((await TaskOf(id).ExplainAsync()).WaitReason, (await TaskOf(waits).ExplainAsync()).WaitReason));
            Assert.False((await Silo.Grains.GetGrain<ICatalogGrain>(0).StatusAsync()).Running);

            await coordinator.SwitchAsync(true);
            Assert.Equal(id, (await agent.TakeAsync()).Task.Spec.Id);
            Assert.Equal(passive.Id, (await UntilAsync(waits, WorkStatus.Assigned)).AssignedAgent);
            Assert.True((await Silo.Grains.GetGrain<ICatalogGrain>(0).StatusAsync()).Running);
        }
        finally { await coordinator.SwitchAsync(true); }
    }
}
