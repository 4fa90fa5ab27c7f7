using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Agents that are given work without asking.</summary>
public sealed class PassiveTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Submit_PassiveAgentHasRoom_IsAssignedWithinAMoment()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue);
        var submitted = Silo.Clock.GetUtcNow();

        var id = await queue.SubmitAsync();
        var view = await UntilAsync(id, WorkStatus.Assigned);

        Assert.Equal((agent.Id, 1), (view.AssignedAgent, view.Attempt));
        Assert.True(view.AssignedAt - submitted < TimeSpan.FromSeconds(1), $"it took {view.AssignedAt - submitted}");
        Assert.Equal(1, (await agent.Grain.GetAsync())!.CurrentLoad);
        var why = (await TaskOf(id).ExplainAsync()).AssignmentJson;
        Assert.Contains("least_loaded", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WorkIsWaiting_IsAssignedWithinAMoment()
    {
        var queue = await QueueAsync();
        var ids = await queue.SubmitAsync(3);

        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 2 });

        await UntilAsync(ids[0], WorkStatus.Assigned);
        await UntilAsync(ids[1], WorkStatus.Assigned);
        await UntilAsync(async () => await queue.CountsAsync() == (1, 0, 0, 2), "two are assigned, one waits");
        Assert.Equal(2, (await agent.Grain.GetAsync())!.CurrentLoad);
    }

    [Fact]
    public async Task Submit_SeveralPassiveAgents_TheLeastLoadedShareGetsIt()
    {
        var queue = await QueueAsync();
        var (small, large) = (await PassiveAsync(queue, profile => profile with { MaxCapacity = 2 }), await PassiveAsync(queue, profile => profile with { MaxCapacity = 10 }));

        var ids = await queue.SubmitAsync(12);

        foreach (var id in ids) { await UntilAsync(id, WorkStatus.Assigned); }
        Assert.Equal((2, 10), ((await small.Grain.GetAsync())!.CurrentLoad, (await large.Grain.GetAsync())!.CurrentLoad));
        var more = await queue.SubmitAsync();
        Assert.Equal("no_capacity", (await TaskOf(more).ExplainAsync()).WaitReason);
    }

    [Theory]
    [InlineData(WorkStatus.Completed)]
    [InlineData(WorkStatus.Cancelled)]
    [InlineData(WorkStatus.Failed)]
    public async Task SetStatus_TaskLeavesFullHands_TheNextIsAssigned(WorkStatus end)
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 });
        var ids = await queue.SubmitAsync(2, spec => spec with { Retry = new() { MaxRetries = 0 } });
        await UntilAsync(ids[0], WorkStatus.Assigned);
        Assert.Equal(WorkStatus.InProgress, (await TaskOf(ids[0]).SetStatusAsync(new() { Status = WorkStatus.InProgress })).Status);
        Assert.Equal(WorkStatus.Pending, await StatusAsync(ids[1]));

        Assert.Equal(end, (await TaskOf(ids[0]).SetStatusAsync(new() { Status = end })).Status);

        var next = await UntilAsync(ids[1], WorkStatus.Assigned);
        Assert.Equal(agent.Id, next.AssignedAgent);
        Assert.Equal(end, (await TaskOf(ids[0]).SetStatusAsync(new() { Status = end })).Status);
        Assert.Equal(1, (await agent.Grain.GetAsync())!.CurrentLoad);
    }

    [Fact]
    public async Task SetStatus_BackToPending_IsAssignedAnew()
    {
        var queue = await QueueAsync();
        await PassiveAsync(queue);
        var id = await queue.SubmitAsync();
        await UntilAsync(id, WorkStatus.Assigned);

        await TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Pending });

        var view = await UntilAsync(id, WorkStatus.Assigned);
        Assert.Equal((2, 0), (view.Attempt, view.RetryCount));
        await TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Completed });
        await RefusedAsync(NexusError.WrongState, () => TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.InProgress }));
    }

    [Fact]
    public async Task Cancel_OfAssignedTask_EndsAtOnceAndFreesTheAgent()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 });
        var ids = await queue.SubmitAsync(2);
        await UntilAsync(ids[0], WorkStatus.Assigned);

        Assert.Equal(WorkStatus.Cancelled, Assert.Single(await TaskOf(ids[0]).CancelAsync("not wanted", children: false)).Status);

        Assert.Equal(agent.Id, (await UntilAsync(ids[1], WorkStatus.Assigned)).AssignedAgent);
        Assert.Equal("not wanted", (await ViewAsync(ids[0])).ErrorMessage);
    }

    [Fact]
    public async Task Submit_ToTwoQueuesOfOneAgent_NeverMoreThanItsCapacity()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var agent = await PassiveAsync(one, profile => profile with { MaxCapacity = 3, Queues = [one.Name, two.Name] });
        string[] ids = [.. (await Task.WhenAll(one.SubmitAsync(6), two.SubmitAsync(6))).SelectMany(some => some)];

        for (var done = 0; done < ids.Length;)
        {
            await UntilAsync(async () => (await StatusesAsync(ids)).Count(status => status == WorkStatus.Assigned) == Math.Min(3, ids.Length - done), "the agent's hands are full");
            Assert.True((await agent.Grain.GetAsync())!.CurrentLoad <= 3);
            foreach (var (id, _) in ids.Zip(await StatusesAsync(ids)).Where(pair => pair.Second == WorkStatus.Assigned))
            {
                await TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Completed });
                done++;
            }
        }

        Assert.Equal(12, (await agent.Grain.GetAsync())!.Completed);
    }

    [Fact]
    public async Task Lease_ByPassiveAgent_MakesItPullWhatItHasNotStarted()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 2 });
        var ids = await queue.SubmitAsync(2);
        await UntilAsync(ids[0], WorkStatus.Assigned);
        await UntilAsync(ids[1], WorkStatus.Assigned);
        await TaskOf(ids[0]).SetStatusAsync(new() { Status = WorkStatus.InProgress });

        var lease = Assert.Single(await agent.LeaseAsync(2, TimeSpan.FromSeconds(60)).WaitAsync(TimeSpan.FromSeconds(10)));

        Assert.Equal((ids[1], 2), (lease.Task.Spec.Id, lease.Attempt));
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(ids[0]));
        Assert.Equal(AgentMode.Pull, (await agent.Grain.GetAsync())!.Profile.Mode);
        await TaskOf(ids[0]).SetStatusAsync(new() { Status = WorkStatus.Completed });
    }

    [Fact]
    public async Task Drain_PassiveAgent_FinishesWhatItHasAndGetsNothingNew()
    {
        var queue = await QueueAsync();
        var (draining, other) = (await PassiveAsync(queue), await PassiveAsync(queue));
        await draining.Grain.DrainAsync(true);

        var ids = await queue.SubmitAsync(5);

        foreach (var id in ids) { Assert.Equal(other.Id, (await UntilAsync(id, WorkStatus.Assigned)).AssignedAgent); }
        await other.Grain.DrainAsync(true);
        var last = await queue.SubmitAsync();
        Assert.Equal("no_capable_agent", (await TaskOf(last).ExplainAsync()).WaitReason);
        await draining.Grain.DrainAsync(false);
        Assert.Equal(draining.Id, (await UntilAsync(last, WorkStatus.Assigned)).AssignedAgent);
    }

    private async Task<WorkStatus[]> StatusesAsync(string[] ids) => await Task.WhenAll(ids.Select(StatusAsync));
}
