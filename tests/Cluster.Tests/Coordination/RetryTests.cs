namespace NexusActors.Coordination;

/// <summary>Failures, losses and the dead letter.</summary>
public sealed class RetryTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Fail_WithRetriesLeft_WaitsABackoffThatGrowsToItsCap()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(spec => spec with { Retry = new() { MaxRetries = 20, BackoffBase = TimeSpan.FromSeconds(1), BackoffCap = TimeSpan.FromSeconds(16) } });
        var longest = TimeSpan.Zero;
        for (var retry = 0; retry < 20; retry++)
        {
            var now = Silo.Clock.GetUtcNow();
            var reply = await agent.FailAsync(await agent.TakeAsync());
            Assert.Equal(WorkStatus.Pending, reply.Status);
            var delay = reply.RetryAt!.Value - now;
            Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(Math.Min(16, Math.Pow(2, retry))));
            longest = delay > longest ? delay : longest;
            if (delay > TimeSpan.FromMilliseconds(1))
            {
                Pass(delay - TimeSpan.FromMilliseconds(1));
                Assert.Empty(await agent.LeaseAsync());
            }
            Pass(reply.RetryAt!.Value - Silo.Clock.GetUtcNow());
        }
        // Twenty draws, fifteen of them up to the cap: one beyond half of it.
        Assert.True(longest > TimeSpan.FromSeconds(8), $"longest delay {longest}");
        Assert.Equal(20, (await agent.TakeAsync()).Task.RetryCount);
    }

    [Fact]
    public async Task Fail_RetriesUsedUp_IsADeadLetterWithAllErrors()
    {
        var queue = await QueueAsync();
        var agents = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PullerAsync(queue)));
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { MaxRetries = 2 } });
        foreach (var (agent, attempt) in agents.Zip([1, 2, 3]))
        {
            var reply = await agent.FailAsync(await agent.TakeAsync(), $"code{attempt}", delay: TimeSpan.FromSeconds(attempt));
            Assert.Equal((attempt < 3 ? WorkStatus.Pending : WorkStatus.Failed, attempt < 3), (reply.Status, reply.RetryAt is not null));
            Pass(attempt);
        }

        var view = await ViewAsync(id);

        Assert.Equal((WorkStatus.Failed, "code3", "attempt 3 failed", 2, 3), (view.Status, view.ErrorCode, view.ErrorMessage, view.RetryCount, view.Attempt));
        Assert.Equal(
            agents.Zip([1, 2, 3]).Select(pair => (pair.Second, pair.First.Id, "failed", (string?)$"code{pair.Second}", (string?)$"attempt {pair.Second} failed")),
            view.Attempts.Select(attempt => (attempt.Number, attempt.AgentId, attempt.Outcome, attempt.ErrorCode, attempt.ErrorMessage)));
        Assert.Equal(["task.submitted", "task.assigned", "task.attempt_failed", "task.assigned", "task.attempt_failed", "task.assigned", "task.failed"], await HistoryAsync(id));
        Assert.Empty(await agents[0].LeaseAsync());
    }

    [Theory]
    [InlineData("poison", true)]
    [InlineData("other", false)]
    public async Task Fail_NotRetryable_EndsAtOnce(string code, bool retryable)
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { MaxRetries = 5, NonRetryableCodes = ["poison"] } });
        Assert.Equal(WorkStatus.Pending, (await agent.FailAsync(await agent.TakeAsync(), "other", delay: TimeSpan.Zero)).Status);

        Assert.Equal(WorkStatus.Failed, (await agent.FailAsync(await agent.TakeAsync(), code, retryable)).Status);

        Assert.Equal((1, code), ((await ViewAsync(id)).RetryCount, (await ViewAsync(id)).ErrorCode));
    }

    [Fact]
    public async Task Silence_LeaseRunsOut_IsALossAndNoFailure()
    {
        var queue = await QueueAsync();
        var (silent, other) = (await PullerAsync(queue), await PullerAsync(queue));
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { MaxRetries = 0 } });
        var lease = await silent.TakeAsync();
        Pass(20);
        await silent.BeatAsync(lease);
        await PassAsync(29, queue);
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(id));

        Pass(2);
        var view = await UntilAsync(id, WorkStatus.Pending);

        Assert.Equal((1, 0, "lost", "worker_lost"), (view.LossCount, view.RetryCount, Assert.Single(view.Attempts).Outcome, view.ErrorCode));
        Assert.Equal((2, 1), ((await other.TakeAsync()).Attempt, view.Attempt));
        await UntilAsync(async () => (await silent.Grain.GetAsync())! is { Lost: 1, Failed: 0, CurrentLoad: 0 }, "the agent has lost one and holds none");
        Assert.Contains("task.lease_lost", await HistoryAsync(id));
    }

    [Fact]
    public async Task Silence_MoreLossesThanAllowed_IsADeadLetter()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Retry = new() { MaxLosses = 1 }, Timeouts = new() { Heartbeat = TimeSpan.FromSeconds(5) } });
        await agent.TakeAsync();
        Pass(5);
        await UntilAsync(id, WorkStatus.Pending);
        await agent.TakeAsync();
        Pass(5);

        var view = await UntilAsync(id, WorkStatus.Failed);

        Assert.Equal(("worker_lost", 2, 0), (view.ErrorCode, view.LossCount, view.RetryCount));
        Assert.Equal(["lost", "lost"], view.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(id, Assert.Single(await Silo.Ledger.FailedTasksAsync(queue.Name, 10)));
    }

    [Fact]
    public async Task Silence_AgentHasMemoryOfItsHands_RoomIsFreeAgain()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 1 });
        await queue.SubmitAsync(2);
        await agent.TakeAsync();
        Assert.Empty(await agent.LeaseAsync());
        Pass(31);

        await UntilAsync(async () => (await agent.LeaseAsync()).Length == 1, "the agent has room again");
    }
}
