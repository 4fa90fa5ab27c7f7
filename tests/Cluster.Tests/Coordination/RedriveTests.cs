using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Taking ended tasks up again.</summary>
public sealed class RedriveTests(SiloFixture silo) : SiloTests(silo)
{
    private static readonly RetryPolicy Once = new() { MaxRetries = 1, BackoffBase = TimeSpan.Zero };

    [Fact]
    public async Task Redrive_OfFailedTask_HasFreshRetriesAndKeepsItsPast()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Retry = Once });
        await agent.FailAsync(await agent.TakeAsync());
        Assert.Equal(WorkStatus.Failed, (await agent.FailAsync(await agent.TakeAsync())).Status);

        var view = await TaskOf(id).RedriveAsync();

        Assert.Equal((WorkStatus.Pending, 0, 2, 2, null), (view.Status, view.RetryCount, view.Attempt, view.Attempts.Length, view.ErrorMessage));
        Assert.Equal(WorkStatus.Pending, (await agent.FailAsync(await agent.TakeAsync())).Status);
        Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(await agent.TakeAsync())).Status);
        Assert.Equal(["failed", "failed", "failed", "completed"], (await ViewAsync(id)).Attempts.Select(attempt => attempt.Outcome));
        await RefusedAsync(NexusError.WrongState, () => TaskOf(id).RedriveAsync());
        await RefusedAsync(NexusError.NotFound, () => TaskOf("nowhere").RedriveAsync());
    }

    [Fact]
    public async Task Redrive_OfCancelledTask_IsAssignedToWhoWaits()
    {
        var queue = await QueueAsync();
        var id = await queue.SubmitAsync();
        await TaskOf(id).CancelAsync(null, children: false);
        var agent = await PassiveAsync(queue);

        await TaskOf(id).RedriveAsync();

        Assert.Equal(agent.Id, (await UntilAsync(id, WorkStatus.Assigned)).AssignedAgent);
    }

    [Fact]
    public async Task Redrive_ChildOfFailedParent_IsRefusedUntilTheParentIsTakenUp()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(above, profile => profile with { Queues = [above.Name, below.Name] });
        var parent = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(ParentFailureRule.Fail, parent);
        await agent.FailAsync(await agent.TakeAsync(), retryable: false);
        await UntilAsync(child, WorkStatus.Failed);

        var refusal = await RefusedAsync(NexusError.WrongState, () => TaskOf(child).RedriveAsync());

        Assert.Contains(parent, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(WorkStatus.Failed, await StatusAsync(child));
        await TaskOf(parent).RedriveAsync();
        await TaskOf(child).RedriveAsync();
        Assert.Equal((0, 0, 1, 0), await below.CountsAsync());
        var lease = await agent.TakeAsync();
        Assert.Equal(parent, lease.Task.Spec.Id);
        await agent.CompleteAsync(lease, "5");
        await UntilAsync(async () => await below.CountsAsync() == (1, 0, 0, 0), "the child is free");
        var last = await agent.TakeAsync();
        Assert.Equal((child, "5"), (last.Task.Spec.Id, Assert.Single(last.Parents).ResultJson));
    }

    [Fact]
    public async Task RedriveFailed_ParentsAndChildren_TakesParentsFirst()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var top = await queue.SubmitAsync();
        var middle = await queue.SubmitChildAsync(ParentFailureRule.Fail, top);
        var low = await queue.SubmitChildAsync(ParentFailureRule.Fail, middle);
        await agent.FailAsync(await agent.TakeAsync(), retryable: false);
        await UntilAsync(low, WorkStatus.Failed);

        Assert.Equal(3, await queue.Grain.RedriveFailedAsync(100));

        Assert.Equal((1, 0, 2, 0), await queue.CountsAsync());
        foreach (var id in new[] { top, middle, low })
        {
            await UntilAsync(async () => (await queue.CountsAsync()).Ready == 1, "the next is free");
            var lease = await agent.TakeAsync();
            Assert.Equal(id, lease.Task.Spec.Id);
            await agent.CompleteAsync(lease);
        }
        Assert.Equal(0, await queue.Grain.RedriveFailedAsync(100));
    }

    [Fact]
    public async Task RedriveFailed_ParentElsewhereStaysFailed_PassesTheChildOver()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(above, profile => profile with { Queues = [above.Name, below.Name] });
        var parent = await above.SubmitAsync();
        await agent.FailAsync(await agent.TakeAsync(), retryable: false);
        var child = await below.SubmitChildAsync(ParentFailureRule.Fail, parent);
        var alone = await below.SubmitAsync();
        await agent.FailAsync(await agent.TakeAsync(), retryable: false);
        Assert.Equal(WorkStatus.Failed, await StatusAsync(child));

        Assert.Equal(1, await below.Grain.RedriveFailedAsync(100));

        Assert.Equal((WorkStatus.Failed, WorkStatus.Pending), (await StatusAsync(child), await StatusAsync(alone)));
        Assert.Equal((1, 0, 0, 0), await below.CountsAsync());
    }

    [Fact]
    public async Task RedriveFailed_MoreThanAskedFor_TakesTheOldest()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(4);
        foreach (var lease in await agent.LeaseAsync(4)) { await agent.FailAsync(lease, retryable: false); }

        Assert.Equal(3, await queue.Grain.RedriveFailedAsync(3));

        Assert.Equal(ids[..3], await agent.TakeIdsAsync());
        await RefusedAsync(NexusError.NotFound, () => Silo.Grains.GetGrain<IQueueGrain>(Silo.NewName("nowhere")).RedriveFailedAsync(1));
    }

    [Fact]
    public async Task Redrive_ByTwoAtOnce_HappensOnce()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(20);
        foreach (var lease in await agent.LeaseAsync(20)) { await agent.FailAsync(lease, retryable: false); }

        var counts = await Task.WhenAll(queue.Grain.RedriveFailedAsync(100), queue.Grain.RedriveFailedAsync(100));

        Assert.Equal(20, counts.Sum());
        Assert.Equal(ids, await agent.TakeIdsAsync());
        Assert.All(await Task.WhenAll(ids.Select(HistoryAsync)), history => Assert.Single(history, type => type == "task.redriven"));
    }
}
