using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Agents come, fall silent, come back and go; their work finds its way back.</summary>
public sealed class AgentLifeTests(SiloFixture silo) : SiloTests(silo)
{
    private static readonly TimeSpan Silence = new CoordinationOptions().AgentSilenceLimit;

    [Fact]
    public async Task Register_IdTakenOrQueueUnknown_IsRefused()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var profile = (await agent.Grain.GetAsync())!.Profile;

        await RefusedAsync(NexusError.AlreadyExists, () => agent.Grain.RegisterAsync(profile));
        var stranger = Silo.Grains.GetGrain<IAgentGrain>(Silo.NewName("a"));
        await RefusedAsync(NexusError.Impossible, () => stranger.RegisterAsync(profile with { Id = stranger.GetPrimaryKeyString(), Queues = [Silo.NewName("nowhere")] }));

        Assert.Null(await stranger.GetAsync());
        await RefusedAsync(NexusError.NotFound, () => stranger.HeartbeatAsync(new()));
    }

    [Fact]
    public async Task Deregister_WithWorkInHand_GivesItBackWithoutFault()
    {
        var queue = await QueueAsync();
        var (pulling, passive) = (await PullerAsync(queue), await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 }));
        var assigned = await queue.SubmitAsync();
        await UntilAsync(assigned, WorkStatus.Assigned);
        var leased = await queue.SubmitAsync();
        var lease = await pulling.TakeAsync();
        Assert.Equal(leased, lease.Task.Spec.Id);

        await pulling.Grain.DeregisterAsync();
        await passive.Grain.DeregisterAsync();

        foreach (var id in new[] { assigned, leased })
        {
            var view = await ViewAsync(id);
            Assert.Equal((WorkStatus.Pending, 0, 0, "given_back"), (view.Status, view.RetryCount, view.LossCount, Assert.Single(view.Attempts).Outcome));
        }
        Assert.Equal((2, 0, 0, 0), await queue.CountsAsync());
        Assert.Null(await pulling.Grain.GetAsync());
        await RefusedAsync(NexusError.NotFound, () => pulling.Grain.DeregisterAsync());
        await RefusedAsync(NexusError.NotFound, () => pulling.CompleteAsync(lease));
        Assert.DoesNotContain(await Silo.Grains.GetGrain<ICatalogGrain>(0).AgentsAsync(), agent => agent.Profile.Id == passive.Id);
        Assert.Equal([assigned, leased], await (await PullerAsync(queue)).TakeIdsAsync());
    }

    [Fact]
    public async Task Deregister_AndRegisterAnew_StartsWithEmptyHands()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 1 });
        var id = await queue.SubmitAsync();
        var old = await agent.TakeAsync();
        var profile = (await agent.Grain.GetAsync())!.Profile;
        await agent.Grain.DeregisterAsync();

        await agent.Grain.RegisterAsync(profile);

        Assert.Equal(NexusError.LeaseLost, (await agent.CompleteAsync(old)).Error);
        var lease = await agent.TakeAsync();
        Assert.Equal((id, 2), (lease.Task.Spec.Id, lease.Attempt));
        Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(lease)).Status);
        Assert.Equal(1, (await agent.Grain.GetAsync())!.Completed);
    }

    [Fact]
    public async Task Silence_OfPassiveAgent_ItsWorkGoesToOthersUntilItIsBack()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue);
        var ids = await queue.SubmitAsync(2);
        await UntilAsync(ids[0], WorkStatus.Assigned);
        await UntilAsync(ids[1], WorkStatus.Assigned);
        Pass(Silence / 2);
        await TaskOf(ids[0]).SetStatusAsync(new() { Status = WorkStatus.InProgress });
        Pass(Silence / 2 + TimeSpan.FromSeconds(1));
        // Moving a task was a sign of life.
        Assert.True((await agent.Grain.GetAsync())!.Active);

        Pass(Silence / 2);
        await UntilAsync(async () => !(await agent.Grain.GetAsync())!.Active, "the agent is inactive");

        foreach (var id in ids) { Assert.Equal((1, 0), ((await UntilAsync(id, WorkStatus.Pending)).LossCount, (await ViewAsync(id)).RetryCount)); }
        Assert.Equal("no_capable_agent", (await TaskOf(ids[0]).ExplainAsync()).WaitReason);
        Assert.Equal(0, (await queue.Grain.GetAsync())!.ActiveAgents);
        await UntilAsync(async () => (await agent.Grain.GetAsync())!.CurrentLoad == 0, "its hands are empty");

        await agent.Grain.HeartbeatAsync(new());
        await UntilAsync(ids[0], WorkStatus.Assigned);
        Assert.Equal((true, 2L), ((await agent.Grain.GetAsync())!.Active, (await agent.Grain.GetAsync())!.Lost));
    }

    [Fact]
    public async Task Silence_OfWaitingAgent_IsNone()
    {
        var queue = await QueueAsync();
        var (waiting, gone) = (await PullerAsync(queue), await PullerAsync(queue));
        var poll = waiting.LeaseAsync(1, Silence * 3);
        await UntilAsync(async () => await waiting.Grain.WakeAsync(queue.Name), "the agent waits");

        Pass(Silence + TimeSpan.FromSeconds(10));
        await UntilAsync(async () => !(await gone.Grain.GetAsync())!.Active, "the silent agent is inactive");

        Assert.True((await waiting.Grain.GetAsync())!.Active);
        var id = await queue.SubmitAsync();
        Assert.Equal(id, Assert.Single(await poll.WaitAsync(TimeSpan.FromSeconds(10))).Task.Spec.Id);
    }

    [Fact]
    public async Task Silence_AgentComesBackByAsking_IsActiveAtOnce()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        Pass(Silence + TimeSpan.FromSeconds(10));
        await UntilAsync(async () => !(await agent.Grain.GetAsync())!.Active, "the agent is inactive");
        var id = await queue.SubmitAsync();

        Assert.Equal(id, (await agent.TakeAsync()).Task.Spec.Id);

        Assert.True((await agent.Grain.GetAsync())!.Active);
        Assert.Equal(1, (await queue.Grain.GetAsync())!.ActiveAgents);
    }
}
