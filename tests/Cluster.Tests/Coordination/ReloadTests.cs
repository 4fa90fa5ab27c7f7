using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Grains that forget: what comes after their activation is as if it had gone on.</summary>
public sealed class ReloadTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Deactivate_QueueWithManyWaiting_OrderIsTheSame()
    {
        var (kept, ended) = (await QueueAsync(), await QueueAsync());
        var orders = new List<string[]>();
        foreach (var queue in new[] { kept, ended })
        {
            // The same for both: tasks of all priorities and deadlines, some for later, some below others; some were out and came back.
            var random = new Random(5);
            var agent = await PullerAsync(queue);
            var ids = new List<string>();
            for (var i = 0; i < 60; i++)
            {
                var deadline = random.Next(4) == 0 ? Silo.Clock.GetUtcNow().AddMinutes(random.Next(60)) : (DateTimeOffset?)null;
                var later = random.Next(5) == 0 ? Silo.Clock.GetUtcNow().AddSeconds(20) : (DateTimeOffset?)null;
                var parent = i > 10 && random.Next(4) == 0 ? ids[random.Next(i)] : null;
                ids.Add(await queue.SubmitAsync(spec => spec with { Priority = 1 + random.Next(5), Deadline = deadline, NotBefore = later, Dependencies = parent is null ? [] : [new(parent)] }));
                if (i % 20 == 19) { Pass(1); }
            }
            foreach (var (lease, i) in (await agent.LeaseAsync(12)).Select((lease, i) => (lease, i))) { await (i % 2 == 0 ? agent.GiveBackAsync(lease) : agent.CompleteAsync(lease)); }
            await agent.BeatAsync();
            Pass(TimeSpan.FromMinutes(11));
            await UntilAsync(async () => (await queue.CountsAsync()).Delayed == 0, "what was for later is due");
            var counts = await queue.CountsAsync();
            if (queue == ended)
            {
                await Silo.DeactivateAsync(queue.Grain);
                Assert.Equal(counts, await queue.CountsAsync());
            }
            orders.Add([.. (await agent.TakeIdsAsync()).Select(id => $"{ids.IndexOf(id)}")]);
        }

        Assert.Equal(orders[0], orders[1]);
        Assert.True(orders[0].Length > 30, $"only {orders[0].Length} were ready");
    }

    [Fact]
    public async Task Deactivate_QueueWithAllKindsOfTasks_EachStaysWhereItWas()
    {
        var queue = await QueueAsync(new() { DefaultKey = new() { Concurrency = 1 } });
        var agent = await PullerAsync(queue);
        var passive = await PassiveAsync(queue, profile => profile with { Capabilities = ["testing"], MaxCapacity = 1 });
        var held = await queue.SubmitAsync(spec => spec with { Key = "k" });
        var lease = await agent.TakeAsync();
        var assigned = await queue.SubmitAsync(2, spec => spec with { Type = TaskType.Testing });
        await UntilAsync(assigned[0], WorkStatus.Assigned);
        var limited = await queue.SubmitAsync(spec => spec with { Key = "k" });
        var child = await queue.SubmitChildAsync(ParentFailureRule.Skip, held);
        var later = await queue.SubmitAsync(spec => spec with { NotBefore = Silo.Clock.GetUtcNow().AddSeconds(20) });

        await Silo.DeactivateAsync(queue.Grain);

        Assert.Equal((2, 1, 1, 2), await queue.CountsAsync());
        Assert.Empty(await agent.LeaseAsync(10));
        Assert.Equal(("limit", "dependency", "delay"), ((await TaskOf(limited).ExplainAsync()).WaitReason, (await TaskOf(child).ExplainAsync()).WaitReason, (await TaskOf(later).ExplainAsync()).WaitReason));
        Assert.Equal(lease.Token, Assert.Single((await agent.BeatAsync(lease)).Held).Token);
        Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(lease)).Status);
        await UntilAsync(async () => (await queue.CountsAsync()).Blocked == 0, "the child is free");
        Assert.Equal([limited, child], await agent.TakeIdsAsync());
        Pass(20);
        await UntilAsync(async () => (await queue.CountsAsync()).Delayed == 0, "its time has come");
        Assert.Equal([later], await agent.TakeIdsAsync());
        await TaskOf(assigned[0]).SetStatusAsync(new() { Status = WorkStatus.Completed });
        Assert.Equal(passive.Id, (await UntilAsync(assigned[1], WorkStatus.Assigned)).AssignedAgent);
    }

    [Fact]
    public async Task Deactivate_QueueWithLeases_EachGetsOneFullTimeOfGrace()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();
        Pass(25);

        await Silo.DeactivateAsync(queue.Grain);
        await queue.CountsAsync();
        await PassAsync(25, queue);
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(id));
        Pass(6);

        await UntilAsync(id, WorkStatus.Pending);
        Assert.Equal(NexusError.LeaseLost, (await agent.CompleteAsync(lease)).Error);
    }

    [Fact]
    public async Task Deactivate_AgentWithFullHands_KnowsWhatItHolds()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 2 });
        await queue.SubmitAsync(3);
        var leases = await agent.LeaseAsync(2);

        await Silo.DeactivateAsync(agent.Grain);

        Assert.Empty(await agent.LeaseAsync(2));
        Assert.Equal(2, (await agent.Grain.GetAsync())!.CurrentLoad);
        Assert.Empty((await agent.BeatAsync([.. leases])).Lost);
        Assert.Equal(WorkStatus.Completed, (await agent.CompleteAsync(leases[0])).Status);
        Assert.Single(await agent.LeaseAsync(2));
        Assert.Equal(1, (await agent.Grain.GetAsync())!.Completed);
    }

    [Fact]
    public async Task Deactivate_PassiveAgentAndItsQueue_HandsStayFullAndComeFree()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 });
        var ids = await queue.SubmitAsync(2);
        await UntilAsync(ids[0], WorkStatus.Assigned);

        await Silo.DeactivateAsync(agent.Grain);
        await Silo.DeactivateAsync(queue.Grain);

        Assert.Equal((1, 0, 0, 1), await queue.CountsAsync());
        Assert.Equal(WorkStatus.Pending, await StatusAsync(ids[1]));
        await TaskOf(ids[0]).SetStatusAsync(new() { Status = WorkStatus.Completed });
        Assert.Equal(agent.Id, (await UntilAsync(ids[1], WorkStatus.Assigned)).AssignedAgent);
    }

    [Fact]
    public async Task Deactivate_QueueWhileParentsEnd_NewsIsFoundInTheFacts()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var (first, second) = (await PullerAsync(above), await PullerAsync(below));
        var parents = await above.SubmitAsync(2);
        var runs = await below.SubmitChildAsync(ParentFailureRule.Skip, parents[0]);
        var ends = await below.SubmitChildAsync(ParentFailureRule.Skip, parents[1]);
        // Written as by a silo that fell before it could tell: no notice goes out.
        var leases = await first.LeaseAsync(2);
        await WriteElsewhereAsync(parents[0], state => TaskTransitions.Report(state, first.Id, new() { TaskId = state.Id, Token = leases[0].Token, Verb = ReportVerb.Complete }, Silo.Clock.GetUtcNow(), () => 0));
        await WriteElsewhereAsync(parents[1], state => TaskTransitions.Report(state, first.Id, new() { TaskId = state.Id, Token = leases[1].Token, Verb = ReportVerb.Fail, Retryable = false }, Silo.Clock.GetUtcNow(), () => 0));
        Assert.Equal((0, 0, 2, 0), await below.CountsAsync());

        await Silo.DeactivateAsync(below.Grain);

        Assert.Equal(runs, (await second.TakeAsync()).Task.Spec.Id);
        Assert.Equal("parent_failed", (await UntilAsync(ends, WorkStatus.Cancelled)).ErrorCode);
    }

    [Fact]
    public async Task Deactivate_QueueWhileAgentsWait_TheyAskItAnewSoon()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var poll = agent.LeaseAsync(1, TimeSpan.FromSeconds(60));
        await UntilAsync(async () => await agent.Grain.WakeAsync(queue.Name), "the agent waits");

        await Silo.DeactivateAsync(queue.Grain);
        var id = await queue.SubmitAsync();
        var submitted = Silo.Clock.GetUtcNow();
        await UntilAsync(() => { Pass(0.1); return Task.FromResult(poll.IsCompleted); }, "the agent asks again");

        Assert.Equal(id, Assert.Single(await poll).Task.Spec.Id);
        Assert.True(Silo.Clock.GetUtcNow() - submitted < TimeSpan.FromSeconds(15), $"it took {Silo.Clock.GetUtcNow() - submitted}");
    }
}
