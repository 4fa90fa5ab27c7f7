namespace NexusActors.Coordination;

/// <summary>Limits in time of single tasks.</summary>
public sealed class TimeoutTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task QueueWait_NobodyComes_FailsWhenItIsOver()
    {
        var queue = await QueueAsync();
        var id = await queue.SubmitAsync(spec => spec with { Timeouts = new() { QueueWait = TimeSpan.FromSeconds(10) } });
        await PassAsync(9, queue);
        Assert.Equal(WorkStatus.Pending, await StatusAsync(id));

        Pass(1);

        Assert.Equal(("queue_wait_timeout", 0), ((await UntilAsync(id, WorkStatus.Failed)).ErrorCode, (await ViewAsync(id)).Attempt));
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task QueueWait_TaskIsHeldBackByParentOrDelay_CountsFromWhenItCouldStart()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var parent = await queue.SubmitAsync();
        var child = await queue.SubmitAsync(spec => spec with { Dependencies = [new(parent)], Timeouts = new() { QueueWait = TimeSpan.FromSeconds(10) } });
        var later = await queue.SubmitAsync(spec => spec with { NotBefore = Silo.Clock.GetUtcNow().AddSeconds(20), Timeouts = new() { QueueWait = TimeSpan.FromSeconds(10) } });
        await PassAsync(19, queue);
        Assert.Equal((1, 1, 1, 0), await queue.CountsAsync());
        await agent.CompleteAsync(await agent.TakeAsync());
        await UntilAsync(async () => await queue.CountsAsync() == (1, 1, 0, 0), "the child is free");

        await PassAsync(9, queue);
        Assert.Equal((WorkStatus.Pending, WorkStatus.Pending), (await StatusAsync(child), await StatusAsync(later)));
        Pass(1);
        await UntilAsync(child, WorkStatus.Failed);
        Assert.Equal(WorkStatus.Pending, await StatusAsync(later));
        Pass(1);
        Assert.Equal("queue_wait_timeout", (await UntilAsync(later, WorkStatus.Failed)).ErrorCode);
    }

    [Fact]
    public async Task QueueWait_TaskHasRunOnce_HoldsNoMore()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Timeouts = new() { QueueWait = TimeSpan.FromSeconds(10) } });
        await agent.GiveBackAsync(await agent.TakeAsync());

        await PassAsync(60, queue);
        await agent.BeatAsync();

        Assert.Equal(id, (await agent.TakeAsync()).Task.Spec.Id);
    }

    [Fact]
    public async Task Run_AttemptTakesTooLong_FailsAndIsTriedAgain()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { MaxRetries = 1, BackoffBase = TimeSpan.Zero }, Timeouts = new() { Run = TimeSpan.FromSeconds(40) } });
        var lease = await agent.TakeAsync();
        await PassAsync(20, queue);
        Assert.Empty((await agent.BeatAsync(lease)).Lost);
        Pass(20);

        var view = await UntilAsync(id, WorkStatus.Pending);

        Assert.Equal((1, 0, "timed_out", "run_timeout"), (view.RetryCount, view.LossCount, view.Attempts[0].Outcome, view.Attempts[0].ErrorCode));
        Assert.Equal(id, Assert.Single((await agent.BeatAsync(lease)).Lost));
        var second = await agent.TakeAsync();
        Pass(20);
        await agent.BeatAsync(second);
        Pass(20);
        Assert.Equal("run_timeout", (await UntilAsync(id, WorkStatus.Failed)).ErrorCode);
        Assert.Equal(2, (await agent.Grain.GetAsync())!.Failed);
    }

    [Fact]
    public async Task Run_PassiveAgentStartsAndStalls_FailsAndIsAssignedAnew()
    {
        var queue = await QueueAsync();
        await PassiveAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { BackoffBase = TimeSpan.Zero }, Timeouts = new() { Run = TimeSpan.FromSeconds(40) } });
        await UntilAsync(id, WorkStatus.Assigned);
        await PassAsync(41, queue);
        // Its time runs from its start, not from its assignment.
        Assert.Equal((WorkStatus.Assigned, 1), ((await ViewAsync(id)).Status, (await ViewAsync(id)).Attempt));
        await TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.InProgress });

        Pass(41);

        await UntilAsync(async () => await ViewAsync(id) is { Status: WorkStatus.Assigned, Attempt: 2, RetryCount: 1 }, "it is assigned anew");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Total_TaskTakesTooLongInAll_FailsForGood(bool running)
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Timeouts = new() { Total = TimeSpan.FromSeconds(25) } });
        await agent.GiveBackAsync(await agent.TakeAsync());
        if (running) { await agent.TakeAsync(); }
        await PassAsync(24, queue);
        Assert.Equal(running ? WorkStatus.InProgress : WorkStatus.Pending, await StatusAsync(id));

        Pass(1);

        var view = await UntilAsync(id, WorkStatus.Failed);
        Assert.Equal(("total_timeout", running ? 2 : 1), (view.ErrorCode, view.Attempts.Length));
        Assert.Equal(running ? 1 : 0, (await agent.Grain.GetAsync())!.Failed);
        await UntilAsync(async () => (await agent.Grain.GetAsync())!.CurrentLoad == 0, "the agent holds nothing");
    }

    [Fact]
    public async Task Total_TaskWaitsForItsParent_CountsAllTheSame()
    {
        var queue = await QueueAsync();
        var parent = await queue.SubmitAsync();
        var child = await queue.SubmitAsync(spec => spec with { Dependencies = [new(parent)], Timeouts = new() { Total = TimeSpan.FromSeconds(10) } });

        Pass(10);

        Assert.Equal("total_timeout", (await UntilAsync(child, WorkStatus.Failed)).ErrorCode);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Total_TaskWasAskedToStop_EndsAsCancelled()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Timeouts = new() { Total = TimeSpan.FromSeconds(10) } });
        await agent.TakeAsync();
        await TaskOf(id).CancelAsync("enough", children: false);

        Pass(10);

        Assert.Equal("enough", (await UntilAsync(id, WorkStatus.Cancelled)).ErrorMessage);
    }

    [Fact]
    public async Task Redrive_AfterATimeout_TimeCountsAnew()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Timeouts = new() { QueueWait = TimeSpan.FromSeconds(10), Total = TimeSpan.FromSeconds(20) } });
        Pass(10);
        await UntilAsync(id, WorkStatus.Failed);
        Pass(100);

        await TaskOf(id).RedriveAsync();
        await PassAsync(9, queue);

        Assert.Equal(WorkStatus.Pending, await StatusAsync(id));
        await agent.TakeAsync();
        Pass(11);
        Assert.Equal("total_timeout", (await UntilAsync(id, WorkStatus.Failed)).ErrorCode);
    }
}
