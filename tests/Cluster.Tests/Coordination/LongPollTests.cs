using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Agents that wait for work. The clock stands still while they do: what wakes them is news, not time.</summary>
public sealed class LongPollTests(SiloFixture silo) : SiloTests(silo)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Lease_Waiting_WakesWhenWorkComes()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var poll = await PollAsync(queue, agent);

        var id = await queue.SubmitAsync();

        Assert.Equal(id, Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);
    }

    [Fact]
    public async Task Lease_FirstInLineCannotTakeItAll_WakesTheNextAtOnce()
    {
        var queue = await QueueAsync();
        var agents = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PullerAsync(queue, profile => profile with { MaxCapacity = 4 })));
        // Each asks for four tasks and has room for one of these: whoever is woken for four takes one.
        var polls = new List<Task<ImmutableArray<LeasedTask>>>();
        foreach (var agent in agents) { polls.Add(await PollAsync(queue, agent, max: 4)); }

        var ids = await queue.SubmitAsync(3, spec => spec with { Units = 4 });

        var leases = await Task.WhenAll(polls).WaitAsync(Patience);
        Assert.Equal(ids, leases.Select(lease => Assert.Single(lease).Task.Spec.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Lease_FirstInLineHasHungUp_WakesTheNextAtOnce()
    {
        var queue = await QueueAsync();
        var (gone, next) = (await PullerAsync(queue), await PullerAsync(queue));
        using var hangUp = new CancellationTokenSource();
        var hungUp = await PollAsync(queue, gone, cancellation: hangUp.Token);
        var poll = await PollAsync(queue, next);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hungUp.WaitAsync(Patience));

        var id = await queue.SubmitAsync();

        var lease = Assert.Single(await poll.WaitAsync(Patience));
        Assert.Equal((id, 1), (lease.Task.Spec.Id, lease.Attempt));
        Assert.Equal(0, (await gone.Grain.GetAsync())!.CurrentLoad);
    }

    [Fact]
    public async Task Lease_OneTaskManyWaiting_ExactlyOneGetsIt()
    {
        var queue = await QueueAsync();
        var polls = new List<Task<ImmutableArray<LeasedTask>>>();
        for (var i = 0; i < 5; i++) { polls.Add(await PollAsync(queue, await PullerAsync(queue))); }

        var first = await queue.SubmitAsync();
        var winner = await Task.WhenAny(polls).WaitAsync(Patience);
        Assert.Equal(first, Assert.Single(await winner).Task.Spec.Id);
        var rest = await queue.SubmitAsync(4);

        var others = await Task.WhenAll(polls.Where(poll => poll != winner)).WaitAsync(Patience);
        Assert.Equal(rest.Order(StringComparer.Ordinal), others.Select(lease => Assert.Single(lease).Task.Spec.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Lease_NothingComes_EndsWhenItsWaitIsOver()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var started = Silo.Clock.GetUtcNow();
        var poll = await PollAsync(queue, agent, wait: TimeSpan.FromSeconds(20));

        Pass(19);
        Assert.False(poll.IsCompleted);
        await UntilAsync(() => { Pass(0.1); return Task.FromResult(poll.IsCompleted); }, "the wait ends");

        Assert.Empty(await poll);
        Assert.True(Silo.Clock.GetUtcNow() - started >= TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Lease_AgentDrains_WaitEndsAndNothingIsGiven()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var poll = await PollAsync(queue, agent);

        await agent.Grain.DrainAsync(true);

        Assert.Empty(await poll.WaitAsync(Patience));
        await queue.SubmitAsync();
        Assert.Empty(await agent.LeaseAsync());
        Assert.Equal(OrderKind.Drain, Assert.Single((await agent.BeatAsync()).Orders).Kind);
        await agent.Grain.DrainAsync(false);
        await agent.TakeAsync();
    }

    [Fact]
    public async Task Lease_AgentIsRemoved_WaitEnds()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var poll = await PollAsync(queue, agent);

        await agent.Grain.DeregisterAsync();

        Assert.Empty(await poll.WaitAsync(Patience));
        await RefusedAsync(NexusError.NotFound, () => agent.LeaseAsync());
    }

    [Fact]
    public async Task Lease_OwnReportMakesRoom_WaitEndsWithWork()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 1 });
        var ids = await queue.SubmitAsync(2);
        var first = await agent.TakeAsync();
        var poll = agent.LeaseAsync(1, Wait);

        await agent.CompleteAsync(first);

        Assert.Equal(ids[1], Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);
    }

    [Fact]
    public async Task Lease_WaitingOnTwoQueues_WakesForEither()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        var agent = await PullerAsync(one, profile => profile with { Queues = [one.Name, two.Name] });
        var poll = await PollAsync(one, agent);
        var id = await two.SubmitAsync();
        Assert.Equal(id, Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);

        poll = await PollAsync(two, agent);
        id = await one.SubmitAsync();
        Assert.Equal(id, Assert.Single(await poll.WaitAsync(Patience)).Task.Spec.Id);
    }

    [Fact]
    public async Task Lease_TaskOfLaterComesDue_WakesWhoWaits()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var start = Silo.Clock.GetUtcNow().AddSeconds(10);
        var id = await queue.SubmitAsync(spec => spec with { NotBefore = start });
        var poll = await PollAsync(queue, agent);
        Assert.Equal((0, 1, 0, 0), await queue.CountsAsync());
        Pass(9);
        Assert.False(poll.IsCompleted);

        Pass(1);
        await UntilAsync(() => Task.FromResult(poll.IsCompleted), "the task is given when its time comes");

        var lease = Assert.Single(await poll);
        Assert.Equal(id, lease.Task.Spec.Id);
        Assert.InRange(lease.Task.StartedAt!.Value, start, start.AddSeconds(1));
    }

    /// <summary>Starts a wait that has found nothing.</summary>
    private async Task<Task<ImmutableArray<LeasedTask>>> PollAsync(QueueUnderTest queue, AgentUnderTest agent, int max = 1, TimeSpan? wait = null, CancellationToken cancellation = default)
    {
        var poll = agent.LeaseAsync(max, wait ?? Wait, cancellation);
        // Once somebody hears the bell, the first look is over; the bell makes for another, and another wait.
        await UntilAsync(async () => await agent.Grain.WakeAsync(queue.Name), "the agent waits");
        Assert.False(poll.IsCompleted);
        return poll;
    }
}
