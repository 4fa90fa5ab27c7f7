namespace NexusActors.Coordination;

/// <summary>Calling tasks off.</summary>
public sealed class CancelTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Cancel_OfRunningPullTask_OrdersTheAgentToStop()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();

        var asked = Assert.Single(await TaskOf(id).CancelAsync("changed my mind", children: false));

        Assert.Equal((WorkStatus.InProgress, true), (asked.Status, asked.CancelRequested));
        foreach (var _ in Enumerable.Range(0, 2)) { Assert.Equal(new(OrderKind.Cancel, id, "changed my mind"), Assert.Single((await agent.BeatAsync(lease)).Orders)); }
        Assert.Equal(WorkStatus.Cancelled, (await agent.FailAsync(lease)).Status);
        var view = await ViewAsync(id);
        Assert.Equal((WorkStatus.Cancelled, "cancelled", "changed my mind", 0), (view.Status, view.ErrorCode, view.ErrorMessage, view.RetryCount));
        Assert.Empty((await agent.BeatAsync()).Orders);
        Assert.Equal(["task.submitted", "task.assigned", "task.cancel_requested", "task.cancelled"], await HistoryAsync(id));
    }

    [Fact]
    public async Task Cancel_AgentGivesItBack_EndsAsCancelled()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();
        await TaskOf(id).CancelAsync(null, children: false);

        Assert.Equal(WorkStatus.Cancelled, (await agent.GiveBackAsync(lease)).Status);
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Cancel_AgentHasFinishedMeanwhile_ItsResultStands()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();
        await TaskOf(id).CancelAsync(null, children: false);

        Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(lease, "1")).Status);
        Assert.Equal("1", (await ViewAsync(id)).ResultJson);
    }

    [Fact]
    public async Task Cancel_AgentFallsSilent_EndsWithTheLease()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();
        Pass(20);
        await agent.BeatAsync(lease);
        await TaskOf(id).CancelAsync(null, children: false);
        await PassAsync(20, queue);
        // The renewed lease keeps its time when a cancel is asked for.
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(id));
        Assert.Equal(id, Assert.Single((await agent.BeatAsync(lease)).Orders).TaskId);

        Pass(31);

        Assert.Equal(1, (await UntilAsync(id, WorkStatus.Cancelled)).LossCount);
    }

    [Fact]
    public async Task Cancel_WithChildren_CallsOffAllBelowInAllQueues()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(two);
        var top = await one.SubmitAsync();
        var running = await two.SubmitAsync();
        var lease = await agent.TakeAsync();
        var middle = await two.SubmitChildAsync(ParentFailureRule.Run, top);
        var low = await one.SubmitChildAsync(ParentFailureRule.Run, middle, running);
        var aside = await one.SubmitAsync();

        var called = await TaskOf(top).CancelAsync("all of it", children: true);

        Assert.Equal([top, middle, low], called.Select(view => view.Spec.Id));
        foreach (var id in new[] { top, middle, low }) { Assert.Equal((WorkStatus.Cancelled, "all of it"), ((await ViewAsync(id)).Status, (await ViewAsync(id)).ErrorMessage)); }
        Assert.Equal((WorkStatus.InProgress, WorkStatus.Pending), (await StatusAsync(running), await StatusAsync(aside)));
        Assert.Empty((await agent.BeatAsync(lease)).Orders);
        Assert.Equal((1, 0, 0, 0), await one.CountsAsync());
    }

    [Fact]
    public async Task Cancel_WithRunningChild_AsksItToStop()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var parent = await queue.SubmitAsync();
        var child = await queue.SubmitChildAsync(ParentFailureRule.Skip, parent);
        await agent.CompleteAsync(await agent.TakeAsync());
        await UntilAsync(async () => await queue.CountsAsync() == (1, 0, 0, 0), "the child is free");
        var lease = await agent.TakeAsync();

        var called = await TaskOf(parent).CancelAsync(null, children: true);

        // The parent has ended and stays as it is; what runs below it is asked to stop.
        Assert.Equal([(parent, WorkStatus.Completed, false), (child, WorkStatus.InProgress, true)], called.Select(view => (view.Spec.Id, view.Status, view.CancelRequested)));
        Assert.Equal(child, Assert.Single((await agent.BeatAsync(lease)).Orders).TaskId);
    }

    [Fact]
    public async Task Cancel_OfWhatHasEnded_ChangesNothing()
    {
        var queue = await QueueAsync();
        var id = await queue.SubmitAsync();
        var first = Assert.Single(await TaskOf(id).CancelAsync("first", children: false));

        var second = Assert.Single(await TaskOf(id).CancelAsync("second", children: false));

        Assert.Equal((first.Version, "first"), (second.Version, second.ErrorMessage));
        await RefusedAsync(Errors.NexusError.NotFound, () => TaskOf("nowhere").CancelAsync(null, children: false));
    }
}
