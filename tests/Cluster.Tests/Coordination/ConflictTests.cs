using System.Collections.Concurrent;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// What a second activation of a queue, or a person with a database client, writes behind a queue's back: the version tells, memory is put right, and nobody gets what another has.
/// </summary>
public sealed class ConflictTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Lease_TaskWasLeasedElsewhere_IsNotGivenTwice()
    {
        var queue = await QueueAsync();
        var (here, there) = (await PullerAsync(queue), await PullerAsync(queue));
        var taken = await queue.SubmitAsync();
        var free = await queue.SubmitAsync();
        await LeaseElsewhereAsync(taken, there);

        Assert.Equal([free], await here.TakeIdsAsync());

        Assert.Equal((0, 0, 0, 2), await queue.CountsAsync());
        Assert.Equal(taken, Assert.Single((await there.Grain.HeartbeatAsync(new())).Held).TaskId);
        Assert.Equal(WorkStatus.Completed, (await there.ReportAsync(new() { TaskId = taken, Token = Token(taken), Verb = ReportVerb.Complete })).Status);
        Assert.Equal(["task.submitted", "task.assigned", "task.completed"], await HistoryAsync(taken));
        Assert.Equal((0, 0, 0, 1), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_KeyIsAtItsLimitByAWriteElsewhere_ConcurrencyHolds()
    {
        var queue = await QueueAsync(new() { DefaultKey = new() { Concurrency = 1 } });
        var (here, there) = (await PullerAsync(queue), await PullerAsync(queue));
        var ids = await queue.SubmitAsync(3, spec => spec with { Key = "k" });
        await LeaseElsewhereAsync(ids[0], there);

        // The conflict is found at the first task; the key is at its limit by the facts.
        Assert.Empty(await here.LeaseAsync(3));

        Assert.Equal((2, 0, 0, 1), await queue.CountsAsync());
        await there.ReportAsync(new() { TaskId = ids[0], Token = Token(ids[0]), Verb = ReportVerb.Complete });
        Assert.Equal([ids[1]], await here.TakeIdsAsync());
    }

    [Fact]
    public async Task Report_LeaseWasTakenAwayElsewhere_IsRefused()
    {
        var queue = await QueueAsync();
        var (loser, next) = (await PullerAsync(queue), await PullerAsync(queue));
        var id = await queue.SubmitAsync();
        var lease = await loser.TakeAsync();
        await WriteElsewhereAsync(id, state => TaskTransitions.Lose(state, "elsewhere", Silo.Clock.GetUtcNow()));

        var reply = await loser.CompleteAsync(lease, "1");

        Assert.Equal((NexusError.LeaseLost, WorkStatus.Pending), (reply.Error, reply.Status));
        var second = await next.TakeAsync();
        Assert.Equal((2, 1), (second.Attempt, second.Task.LossCount));
        Assert.Null(second.Task.ResultJson);
    }

    [Fact]
    public async Task Report_BatchWithOneTakenAwayElsewhere_TheOthersAreAccepted()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(5);
        var leases = await agent.LeaseAsync(5);
        await WriteElsewhereAsync(leases[2].Task.Spec.Id, state => TaskTransitions.Lose(state, "elsewhere", Silo.Clock.GetUtcNow()));

        var replies = await agent.Grain.ReportAsync([.. leases.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Complete })]);

        Assert.Equal([NexusError.None, NexusError.None, NexusError.LeaseLost, NexusError.None, NexusError.None], replies.Select(reply => reply.Error));
        Assert.Equal(WorkStatus.Pending, replies[2].Status);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_TaskWasCancelledElsewhere_LeavesTheOrder()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(3);
        await WriteElsewhereAsync(ids[0], state => TaskTransitions.Cancel(state, "elsewhere", Silo.Clock.GetUtcNow()));

        Assert.Equal(ids[1..], await agent.TakeIdsAsync());

        Assert.Equal((0, 0, 0, 2), await queue.CountsAsync());
        Assert.Equal(WorkStatus.Cancelled, await StatusAsync(ids[0]));
    }

    [Fact]
    public async Task Cancel_TaskWasLeasedElsewhere_AsksItsHolderToStop()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        await LeaseElsewhereAsync(id, agent);

        var view = Assert.Single(await TaskOf(id).CancelAsync("stop", children: false));

        Assert.Equal((WorkStatus.InProgress, true), (view.Status, view.CancelRequested));
        Assert.Equal(id, Assert.Single((await agent.Grain.HeartbeatAsync(new())).Orders).TaskId);
    }

    [Fact]
    public async Task Lease_ManyAtOnceWhileAnotherWrites_EachTaskIsGivenOnce()
    {
        const int Tasks = 120;
        var queue = await QueueAsync();
        var agents = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PullerAsync(queue)));
        var elsewhere = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(Tasks);
        ConcurrentBag<string> given = [];

        await Task.WhenAll([.. agents.Select(WorkAsync), WriteAsync()]);

        Assert.Equal(ids, given.Order(StringComparer.Ordinal));
        Assert.All(await Task.WhenAll(ids.Select(HistoryAsync)), history => Assert.Single(history, type => type == "task.assigned"));
        Assert.Equal((0, 0, 0, Tasks), await queue.CountsAsync());

        async Task WorkAsync(AgentUnderTest agent)
        {
            while (given.Count < Tasks)
            {
                foreach (var lease in await agent.LeaseAsync(3)) { given.Add(lease.Task.Spec.Id); }
            }
        }

        async Task WriteAsync()
        {
            var won = 0;
            foreach (var id in ids.Reverse())
            {
                var state = (await Silo.Ledger.FindTaskAsync(id))!;
                var decision = TaskTransitions.Lease(state, elsewhere.Id, AgentMode.Pull, Token(id), null, Silo.Clock.GetUtcNow());
                if (!decision.Changes || (await Silo.Ledger.CommitAsync([QueueWriter.Entry(decision)]))[0].Outcome != CommitOutcome.Done) { continue; }
                given.Add(id);
                won++;
            }
            Assert.True(won > 0, "the other writer won nothing");
        }
    }

    [Fact]
    public async Task Ensure_TasksWereSubmittedElsewhere_QueueIsLoadedAnew()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync();
        var decision = TaskTransitions.Submit(queue.Spec(), new(), Silo.Clock.GetUtcNow());
        await Silo.Ledger.CommitAsync([new LedgerEntry { Change = new TaskInsert(decision.State), Events = decision.Events }]);
        Assert.Equal((1, 0, 0, 0), await queue.CountsAsync());

        Pass(35);
        await UntilAsync(async () => await queue.CountsAsync() == (2, 0, 0, 0), "the queue is loaded anew");

        Assert.Equal(2, (await agent.LeaseAsync(10)).Length);
        Assert.Contains(queue.Name, Assert.Single(Silo.TakeWarnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ensure_AssignedTaskEndedElsewhere_ItsAgentIsFree()
    {
        var queue = await QueueAsync();
        var agent = await PassiveAsync(queue, profile => profile with { MaxCapacity = 1 });
        var ids = await queue.SubmitAsync(2);
        await UntilAsync(ids[0], WorkStatus.Assigned);
        await WriteElsewhereAsync(ids[0], state => TaskTransitions.Cancel(state, "elsewhere", Silo.Clock.GetUtcNow()));

        Pass(35);

        Assert.Equal(agent.Id, (await UntilAsync(ids[1], WorkStatus.Assigned)).AssignedAgent);
    }

    [Fact]
    public async Task Ensure_WaitingChildEndedElsewhere_IsForgotten()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var parent = await queue.SubmitAsync();
        var child = await queue.SubmitChildAsync(ParentFailureRule.Skip, parent);
        await WriteElsewhereAsync(child, state => TaskTransitions.Cancel(state, "elsewhere", Silo.Clock.GetUtcNow()));

        Pass(35);
        await UntilAsync(async () => await queue.CountsAsync() == (1, 0, 0, 0), "the child is forgotten");

        await agent.CompleteAsync(await agent.TakeAsync());
        Assert.Empty(await agent.LeaseAsync());
        Assert.Equal(WorkStatus.Cancelled, await StatusAsync(child));
    }

    [Fact]
    public async Task Lease_MemoryBelievesTheChildFree_FactsHaveTheLastWord()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var (first, second) = (await PullerAsync(above), await PullerAsync(below));
        var parent = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(ParentFailureRule.Skip, parent);
        // News that is not true.
        await below.Grain.ParentEndedAsync(child, parent, WorkStatus.Completed);
        Assert.Equal((1, 0, 0, 0), await below.CountsAsync());

        Assert.Empty(await second.LeaseAsync());

        Assert.Equal((0, 0, 1, 0), await below.CountsAsync());
        await first.CompleteAsync(await first.TakeAsync(), "9");
        await UntilAsync(async () => await below.CountsAsync() == (1, 0, 0, 0), "the child is free");
        Assert.Equal("9", Assert.Single((await second.TakeAsync()).Parents).ResultJson);
    }

    [Fact]
    public async Task Assign_ParentIsTakenUpAnewBeforeItsChildRan_ChildWaitsAgain()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var first = await PullerAsync(above);
        var parent = await above.SubmitAsync();
        var child = await below.SubmitChildAsync(ParentFailureRule.Run, parent);
        await first.FailAsync(await first.TakeAsync(), retryable: false);
        await UntilAsync(async () => await below.CountsAsync() == (1, 0, 0, 0), "the child may run");
        await TaskOf(parent).RedriveAsync();

        var passive = await PassiveAsync(below);
        await UntilAsync(async () => await below.CountsAsync() == (0, 0, 1, 0), "the child waits again");

        Assert.Equal((WorkStatus.Pending, 0), ((await ViewAsync(child)).Status, (await passive.Grain.GetAsync())!.CurrentLoad));
        await first.CompleteAsync(await first.TakeAsync());
        Assert.Equal(passive.Id, (await UntilAsync(child, WorkStatus.Assigned)).AssignedAgent);
    }

    private static string Token(string id) => $"token of {id}";

    private Task LeaseElsewhereAsync(string id, AgentUnderTest agent) =>
        WriteElsewhereAsync(id, state => TaskTransitions.Lease(state, agent.Id, AgentMode.Pull, Token(id), null, Silo.Clock.GetUtcNow()));
}
