using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>The way of a task through the hands of a pulling agent.</summary>
public sealed class LeaseTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Report_OfLeasedTask_EndsItWithItsResult()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();
        Assert.Equal((id, WorkStatus.InProgress, 1), (lease.Task.Spec.Id, lease.Task.Status, lease.Attempt));
        Assert.Equal(Silo.Clock.GetUtcNow() + TimeSpan.FromSeconds(30), lease.ExpiresAt);
        Assert.Equal((0, 0, 0, 1), await queue.CountsAsync());

        var reply = await agent.CompleteAsync(lease, """{"n":1}""");

        Assert.Equal((NexusError.None, WorkStatus.Completed), (reply.Error, reply.Status));
        var view = await ViewAsync(id);
        Assert.Equal((WorkStatus.Completed, """{"n":1}""", agent.Id), (view.Status, view.ResultJson, view.AssignedAgent));
        Assert.Equal(["task.submitted", "task.assigned", "task.completed"], await HistoryAsync(id));
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
        var known = (await agent.Grain.GetAsync())!;
        Assert.Equal((0, 1L), (known.CurrentLoad, known.Completed));
    }

    [Fact]
    public async Task Report_Repeated_GetsTheFirstAnswer()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var first = await agent.TakeAsync();
        var failed = await agent.FailAsync(first, delay: TimeSpan.FromSeconds(7));
        Assert.Equal((WorkStatus.Pending, Silo.Clock.GetUtcNow().AddSeconds(7)), (failed.Status, failed.RetryAt!.Value));

        Assert.Equal(failed, await agent.FailAsync(first, delay: TimeSpan.FromSeconds(7)));
        Pass(7);
        var second = await agent.TakeAsync();
        // The answer to the first report is told again; the lease of now is not touched by it.
        Assert.Equal(failed, await agent.FailAsync(first, delay: TimeSpan.FromSeconds(7)));
        Assert.Equal(second.Token, Assert.Single((await agent.BeatAsync(second)).Held).Token);
        var done = await agent.CompleteAsync(second, """{"n":2}""");
        Assert.Equal(done, await agent.CompleteAsync(second, """{"n":3}"""));

        var view = await ViewAsync(id);
        Assert.Equal((WorkStatus.Completed, """{"n":2}""", 2, 1), (view.Status, view.ResultJson, view.Attempt, view.RetryCount));
        Assert.Equal(["task.submitted", "task.assigned", "task.attempt_failed", "task.assigned", "task.completed"], await HistoryAsync(id));
        var known = (await agent.Grain.GetAsync())!;
        Assert.Equal((0, 1L, 1L), (known.CurrentLoad, known.Completed, known.Failed));
    }

    [Fact]
    public async Task Report_WithStaleToken_IsRefusedWithTheWinner()
    {
        var queue = await QueueAsync();
        var (slow, quick) = (await PullerAsync(queue), await PullerAsync(queue));
        var id = await queue.SubmitAsync();
        var stale = await slow.TakeAsync();
        Pass(31);
        await UntilAsync(id, WorkStatus.Pending);
        var early = await slow.CompleteAsync(stale);
        Assert.Equal((NexusError.LeaseLost, WorkStatus.Pending), (early.Error, early.Status));
        var won = await quick.TakeAsync();
        var late = await slow.CompleteAsync(stale);
        Assert.Equal((NexusError.LeaseLost, WorkStatus.InProgress), (late.Error, late.Status));
        await quick.CompleteAsync(won, """{"by":"quick"}""");

        var reply = await slow.CompleteAsync(stale, """{"by":"slow"}""");

        Assert.Equal((NexusError.LeaseLost, WorkStatus.Completed, """{"by":"quick"}"""), (reply.Error, reply.Status, reply.ResultJson));
        Assert.Equal((quick.Id, """{"by":"quick"}"""), ((await ViewAsync(id)).AssignedAgent, (await ViewAsync(id)).ResultJson));
        Assert.Equal(0, (await slow.Grain.GetAsync())!.CurrentLoad);
    }

    [Fact]
    public async Task Report_WithAnothersToken_IsRefused()
    {
        var queue = await QueueAsync();
        var (holder, thief) = (await PullerAsync(queue), await PullerAsync(queue));
        var id = await queue.SubmitAsync();
        var lease = await holder.TakeAsync();

        var reply = await thief.CompleteAsync(lease);

        Assert.Equal((NexusError.LeaseLost, WorkStatus.InProgress), (reply.Error, reply.Status));
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(id));
        Assert.Equal(NexusError.None, (await holder.CompleteAsync(lease)).Error);
    }

    [Fact]
    public async Task Report_SeveralInOneCall_EachIsAnsweredForItself()
    {
        var (here, there) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(here, profile => profile with { Queues = [here.Name, there.Name] });
        await here.SubmitAsync(2);
        await there.SubmitAsync();
        ImmutableArray<LeasedTask> leases = [.. await agent.LeaseAsync(5), .. await agent.LeaseAsync(5)];
        LeaseReport[] reports = [.. leases.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Complete })];

        var replies = await agent.Grain.ReportAsync(
            [reports[0], reports[1] with { TaskId = "nowhere" }, reports[2], reports[0], reports[0] with { Verb = ReportVerb.Fail }, reports[1] with { Token = "wrong" }]);

        Assert.Equal(
            [(reports[0].TaskId, NexusError.None), ("nowhere", NexusError.NotFound), (reports[2].TaskId, NexusError.None), (reports[0].TaskId, NexusError.None), (reports[0].TaskId, NexusError.LeaseLost), (reports[1].TaskId, NexusError.LeaseLost)],
            replies.Select(reply => (reply.TaskId, reply.Error)));
        Assert.Equal([WorkStatus.Completed, WorkStatus.InProgress, WorkStatus.Completed], [await StatusAsync(reports[0].TaskId), await StatusAsync(reports[1].TaskId), await StatusAsync(reports[2].TaskId)]);
    }

    [Fact]
    public async Task Report_GivenBack_CountsAsNoFailureAndWaitsAsAsked()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        await agent.GiveBackAsync(await agent.TakeAsync());
        Assert.Equal(WorkStatus.Pending, (await agent.GiveBackAsync(await agent.TakeAsync(), TimeSpan.FromSeconds(5))).Status);

        Assert.Empty(await agent.LeaseAsync());
        Pass(4.9);
        Assert.Empty(await agent.LeaseAsync());
        Pass(0.1);
        var third = await agent.TakeAsync();

        Assert.Equal((3, 0, 0), (third.Attempt, third.Task.RetryCount, third.Task.LossCount));
        Assert.Equal(["given_back", "given_back"], third.Task.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal((1, 0L), ((await agent.Grain.GetAsync())!.CurrentLoad, (await agent.Grain.GetAsync())!.Failed));
        Assert.Equal(id, third.Task.Spec.Id);
    }

    [Fact]
    public async Task Heartbeat_NamesSomeLeases_RenewsThoseAloneAndTellsTheOthers()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(2);
        var leases = await agent.LeaseAsync(2);
        Pass(20);

        var reply = await agent.Grain.HeartbeatAsync(new() { Leases = [new(leases[0].Task.Spec.Id, leases[0].Token, """{"done":0.5}"""), new("never", "held", null)] });

        Assert.Equal(leases.Select(lease => lease.Token).Order(), reply.Held.Select(held => held.Token).Order());
        Assert.Equal("never", Assert.Single(reply.Lost));
        Assert.Equal("""{"done":0.5}""", (await ViewAsync(leases[0].Task.Spec.Id)).ProgressJson);
        Pass(11);
        var lost = await UntilAsync(leases[1].Task.Spec.Id, WorkStatus.Pending);
        Assert.Equal(1, lost.LossCount);
        Assert.Equal(WorkStatus.InProgress, await StatusAsync(leases[0].Task.Spec.Id));
        Assert.Equal(leases[1].Task.Spec.Id, Assert.Single((await agent.BeatAsync([.. leases])).Lost));
    }

    [Fact]
    public async Task Lease_ManyWaiting_GivesByPriorityThenDueTimeThenAge()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var now = Silo.Clock.GetUtcNow();
        var low = await queue.SubmitAsync(spec => spec with { Priority = 1 });
        var second = await queue.SubmitAsync();
        var third = await queue.SubmitAsync();
        var first = await queue.SubmitAsync(spec => spec with { Deadline = now.AddHours(1) });
        var urgent = await queue.SubmitAsync(spec => spec with { Priority = 5 });

        Assert.Equal([urgent, first, second, third, low], await agent.TakeIdsAsync());
    }

    [Fact]
    public async Task Lease_TooLowForTooLong_RisesToTheTop()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var old = await queue.SubmitAsync(spec => spec with { Priority = 1 });
        Pass(TimeSpan.FromMinutes(41));
        var urgent = await queue.SubmitAsync(spec => spec with { Priority = 5 });

        Assert.Equal([old, urgent], await agent.TakeIdsAsync());
    }

    [Fact]
    public async Task Lease_UnitsAndResources_AreNeverGivenTwice()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 5, Resources = ImmutableSortedDictionary<string, double>.Empty.Add("gpu", 1) });
        var big = await queue.SubmitAsync(3, spec => spec with { Units = 2 });
        var gpu = await queue.SubmitAsync(2, spec => spec with { Priority = 4, Resources = ImmutableSortedDictionary<string, double>.Empty.Add("gpu", 1) });

        var leases = await agent.LeaseAsync(10);

        Assert.Equal([gpu[0], big[0], big[1]], leases.Select(lease => lease.Task.Spec.Id));
        Assert.Empty(await agent.LeaseAsync(10));
        Assert.Equal(5, (await agent.Grain.GetAsync())!.CurrentLoad);
        await agent.CompleteAsync(leases[0]);
        Assert.Equal([gpu[1]], await agent.TakeIdsAsync());
    }

    [Fact]
    public async Task Lease_SkillMissing_GoesToWhoHasIt()
    {
        var queue = await QueueAsync();
        var (plain, skilled) = (await PullerAsync(queue), await PullerAsync(queue, profile => profile with { Capabilities = ["analysis", "testing", "rust"] }));
        var testing = await queue.SubmitAsync(spec => spec with { Type = TaskType.Testing });
        var rust = await queue.SubmitAsync(spec => spec with { Capabilities = ["rust"] });

        Assert.Empty(await plain.LeaseAsync(10));
        Assert.Equal([testing, rust], await skilled.TakeIdsAsync());
    }

    [Fact]
    public async Task SetStatus_OfLeasedTask_NeedsItsToken()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();

        await RefusedAsync(NexusError.LeaseLost, () => TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Completed }));
        await RefusedAsync(NexusError.LeaseLost, () => TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Completed, Token = "wrong" }));
        await TaskOf(id).SetStatusAsync(new() { Status = WorkStatus.Completed, Token = lease.Token, ResultJson = "7" });

        Assert.Equal((WorkStatus.Completed, "7"), ((await ViewAsync(id)).Status, (await ViewAsync(id)).ResultJson));
        await UntilAsync(async () => (await agent.BeatAsync()).Held.Length == 0 && (await agent.Grain.GetAsync())!.CurrentLoad == 0, "the agent's hands are free");
    }
}
