using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Parents and children, mostly in two queues: what ends in one is news in the other.</summary>
public sealed class DependencyTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Submit_ChildInAnotherQueue_WaitsAndSeesItsParentsResults()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var (first, second) = (await PullerAsync(above), await PullerAsync(below));
        var parents = await above.SubmitAsync(2);
        var child = await below.SubmitChildAsync(ParentFailureRule.Skip, parents);
        var leases = await first.LeaseAsync(2);
        await first.CompleteAsync(leases[0], """{"n":0}""");
        Assert.Empty(await second.LeaseAsync());
        Assert.Equal((0, 0, 1, 0), await below.CountsAsync());

        await first.CompleteAsync(leases[1], """{"n":1}""");
        await UntilAsync(async () => await below.CountsAsync() == (1, 0, 0, 0), "the child is free");

        var lease = await second.TakeAsync();
        Assert.Equal(child, lease.Task.Spec.Id);
        Assert.Equal([new(parents[0], WorkStatus.Completed, """{"n":0}"""), new(parents[1], WorkStatus.Completed, """{"n":1}""")], lease.Parents.AsEnumerable());
    }

    [Theory]
    [InlineData(ParentFailureRule.None, WorkStatus.Failed, WorkStatus.Cancelled)]
    [InlineData(ParentFailureRule.Skip, WorkStatus.Failed, WorkStatus.Cancelled)]
    [InlineData(ParentFailureRule.Skip, WorkStatus.Cancelled, WorkStatus.Cancelled)]
    [InlineData(ParentFailureRule.Fail, WorkStatus.Failed, WorkStatus.Failed)]
    [InlineData(ParentFailureRule.Fail, WorkStatus.Cancelled, WorkStatus.Failed)]
    public async Task ParentEndsWithoutSuccess_RuleForbids_ChildEndsWithTheReason(ParentFailureRule rule, WorkStatus parentEnds, WorkStatus childEnds)
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var parent = await above.SubmitAsync();
        var other = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(rule, other, parent);
        await EndAsync(above, parent, parentEnds);

        var view = await UntilAsync(child, childEnds);

        Assert.Equal(("parent_failed", 0), (view.ErrorCode, view.Attempt));
        Assert.Contains(parent, view.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0, 0), await below.CountsAsync());
        Assert.Equal(WorkStatus.Pending, await StatusAsync(other));
    }

    [Theory]
    [InlineData(WorkStatus.Failed)]
    [InlineData(WorkStatus.Cancelled)]
    public async Task ParentEndsWithoutSuccess_RuleSaysRun_ChildRunsAndSeesIt(WorkStatus parentEnds)
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(below);
        var parent = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(ParentFailureRule.Run, parent);
        await EndAsync(above, parent, parentEnds);
        await UntilAsync(async () => await below.CountsAsync() == (1, 0, 0, 0), "the child is free");

        var lease = await agent.TakeAsync();

        Assert.Equal((child, parentEnds), (lease.Task.Spec.Id, Assert.Single(lease.Parents).Status));
    }

    [Fact]
    public async Task ParentFails_ChainThroughQueues_EndsDownToTheLast()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var top = await one.SubmitAsync();
        var middle = await two.SubmitChildAsync(ParentFailureRule.Fail, top);
        var low = await one.SubmitChildAsync(ParentFailureRule.Skip, middle);
        var bottom = await two.SubmitChildAsync(ParentFailureRule.Run, low);

        await EndAsync(one, top, WorkStatus.Failed);

        await UntilAsync(middle, WorkStatus.Failed);
        await UntilAsync(low, WorkStatus.Cancelled);
        await UntilAsync(async () => await two.CountsAsync() == (1, 0, 0, 0), "the child that runs anyway is free");
        Assert.Equal(WorkStatus.Pending, await StatusAsync(bottom));
    }

    [Theory]
    [InlineData(WorkStatus.Completed, ParentFailureRule.Skip, WorkStatus.Pending)]
    [InlineData(WorkStatus.Failed, ParentFailureRule.Run, WorkStatus.Pending)]
    [InlineData(WorkStatus.Failed, ParentFailureRule.Skip, WorkStatus.Cancelled)]
    [InlineData(WorkStatus.Cancelled, ParentFailureRule.Fail, WorkStatus.Failed)]
    public async Task Submit_ParentHasEndedAlready_ChildGoesOnOrEndsAtOnce(WorkStatus parentEnded, ParentFailureRule rule, WorkStatus childStands)
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var parent = await above.SubmitAsync();
        await EndAsync(above, parent, parentEnded);

        var child = await below.SubmitChildAsync(rule, parent);

        Assert.Equal(childStands, await StatusAsync(child));
        Assert.Equal((childStands == WorkStatus.Pending ? 1 : 0, 0, 0, 0), await below.CountsAsync());
    }

    [Fact]
    public async Task Submit_ParentsEndWhileChildrenCome_NoChildIsForgotten()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var (first, second) = (await PullerAsync(above), await PullerAsync(below));
        var parents = await above.SubmitAsync(40);
        var leases = await first.LeaseAsync(40);

        var children = Task.WhenAll(parents.Select(parent => below.SubmitChildAsync(ParentFailureRule.Skip, parent)));
        await Task.WhenAll(leases.Select(lease => first.CompleteAsync(lease)));
        await children;

        await UntilAsync(async () => await below.CountsAsync() == (40, 0, 0, 0), "all children are free");
        Assert.Equal(40, (await second.LeaseAsync(100)).Length);
    }

    [Fact]
    public async Task Submit_BatchAcrossQueues_IsTakenParentsFirstWhateverItsOrder()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var top = one.Spec();
        var middle = two.Spec(spec => spec with { Dependencies = [new(top.Id)] });
        var low = one.Spec(spec => spec with { Dependencies = [new(middle.Id), new(top.Id)] });

        var replies = await Silo.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync([.. new[] { low, middle, top }.Select(spec => new TaskSubmission { Spec = spec })]);

        Assert.Equal([(low.Id, NexusError.None), (middle.Id, NexusError.None), (top.Id, NexusError.None)], replies.Select(reply => (reply.TaskId, reply.Error)));
        var agent = await PullerAsync(one, profile => profile with { Queues = [one.Name, two.Name] });
        foreach (var spec in new[] { top, middle, low })
        {
            await UntilAsync(async () => (await one.CountsAsync()).Ready + (await two.CountsAsync()).Ready == 1, "the next is free");
            var lease = await agent.TakeAsync();
            Assert.Equal(spec.Id, lease.Task.Spec.Id);
            await agent.CompleteAsync(lease);
        }
    }

    [Fact]
    public async Task SetStatus_ChildWaitsForItsParent_CannotBeCompletedByHand()
    {
        var queue = await QueueAsync();
        var parent = await queue.SubmitAsync();
        var child = await queue.SubmitChildAsync(ParentFailureRule.Skip, parent);

        var refusal = await RefusedAsync(NexusError.WrongState, () => TaskOf(child).SetStatusAsync(new() { Status = WorkStatus.Completed }));

        Assert.Contains(parent, refusal.Message, StringComparison.Ordinal);
        await EndAsync(queue, parent, WorkStatus.Completed);
        await UntilAsync(async () => await queue.CountsAsync() == (1, 0, 0, 0), "the child is free");
        Assert.Equal(WorkStatus.Completed, (await TaskOf(child).SetStatusAsync(new() { Status = WorkStatus.Completed })).Status);
    }

    [Fact]
    public async Task ParentCompletes_PassiveAgentServesTheChild_IsAssignedWithinAMoment()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var agent = await PassiveAsync(below);
        var parent = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(ParentFailureRule.Skip, parent);

        await EndAsync(above, parent, WorkStatus.Completed);

        Assert.Equal(agent.Id, (await UntilAsync(child, WorkStatus.Assigned)).AssignedAgent);
    }

    /// <summary>Brings a waiting task to its end.</summary>
    private async Task EndAsync(QueueUnderTest queue, string id, WorkStatus status)
    {
        if (status != WorkStatus.Failed)
        {
            await TaskOf(id).SetStatusAsync(new() { Status = status });
            return;
        }
        var agent = await PullerAsync(queue);
        var lease = await agent.TakeAsync();
        Assert.Equal(id, lease.Task.Spec.Id);
        Assert.Equal(WorkStatus.Failed, (await agent.FailAsync(lease, retryable: false)).Status);
    }
}
