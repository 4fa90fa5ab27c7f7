using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>Many at once: whatever the order of things, a task is in one pair of hands at a time, and no hands are overfull.</summary>
public sealed class RaceTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Lease_ManyAgentsAtOnce_EachTaskIsGivenOnce()
    {
        const int Tasks = 300;
        var queue = await QueueAsync();
        var agents = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PullerAsync(queue)));
        var done = 0;
        ConcurrentBag<string> given = [];
        var submit = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => queue.SubmitAsync(Tasks / 10)));

        await Task.WhenAll(agents.Select(WorkAsync));

        string[] ids = [.. (await submit).SelectMany(some => some).Order(StringComparer.Ordinal)];
        Assert.Equal(ids, given.Order(StringComparer.Ordinal));
        Assert.Equal((0, 0, 0, 0), await queue.CountsAsync());
        var known = await Task.WhenAll(agents.Select(agent => agent.Grain.GetAsync()));
        Assert.Equal((Tasks, 0), (known.Sum(agent => agent!.Completed), known.Sum(agent => agent!.CurrentLoad)));

        async Task WorkAsync(AgentUnderTest agent, int order)
        {
            while (Volatile.Read(ref done) < Tasks)
            {
                var leases = await agent.LeaseAsync(1 + (order % 7));
                foreach (var lease in leases) { given.Add(lease.Task.Spec.Id); }
                if (leases.Length == 0) { continue; }
                var replies = await agent.Grain.ReportAsync([.. leases.Select(lease => new LeaseReport { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Complete })]);
                Assert.All(replies, reply => Assert.Equal((Errors.NexusError.None, WorkStatus.Completed), (reply.Error, reply.Status)));
                Interlocked.Add(ref done, leases.Length);
            }
        }
    }

    [Fact]
    public async Task Lease_OneAgentAsksManyTimesAtOnce_ItsHandsAreNeverOverfull()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 7 });
        await queue.SubmitAsync(30, spec => spec with { Units = 2 });
        for (var round = 0; round < 5; round++)
        {
            var leases = (await Task.WhenAll(Enumerable.Range(0, 8).Select(i => agent.LeaseAsync(1 + (i % 3))))).SelectMany(some => some).ToArray();
            Assert.InRange(leases.Length, 1, 3);
            Assert.Equal(leases.Length * 2, (await agent.Grain.GetAsync())!.CurrentLoad);
            foreach (var lease in leases) { await agent.CompleteAsync(lease); }
        }
        // What was too much went back without fault.
        Assert.All((await Silo.Grains.GetGrain<ICatalogGrain>(0).TasksAsync(new() { Queue = queue.Name })).Tasks, task => Assert.Equal((0, 0), (task.RetryCount, task.LossCount)));
        Assert.Equal((30 - (int)(await agent.Grain.GetAsync())!.Completed, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_OneAgentAsksManyTimesAtOnce_ItsResourcesAreNeverOverbooked()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue, profile => profile with { MaxCapacity = 20, Resources = Resource("gpu", 3) });
        await queue.SubmitAsync(30, spec => spec with { Resources = Resource("gpu", 2) });
        for (var round = 0; round < 5; round++)
        {
            var lease = Assert.Single((await Task.WhenAll(Enumerable.Range(0, 8).Select(i => agent.LeaseAsync(1 + (i % 3))))).SelectMany(some => some));
            await agent.CompleteAsync(lease);
        }
        Assert.Equal((25, 0, 0, 0), await queue.CountsAsync());

        static ImmutableSortedDictionary<string, double> Resource(string name, double amount) => ImmutableSortedDictionary<string, double>.Empty.Add(name, amount);
    }

    [Fact]
    public async Task Lease_PullingAndPassiveAgentsOnTwoQueues_HandsAreNeverOverfullNorTasksHeldTwice()
    {
        var (one, two) = (await QueueAsync(), await QueueAsync());
        string[] both = [one.Name, two.Name];
        var capacity = new Dictionary<string, int>(StringComparer.Ordinal);
        var pullers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PullerAsync(one, profile => profile with { MaxCapacity = 4, Queues = [.. both] })));
        var passives = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PassiveAsync(two, profile => profile with { MaxCapacity = 3, Queues = [.. both] })));
        foreach (var agent in pullers) { capacity[agent.Id] = 4; }
        foreach (var agent in passives) { capacity[agent.Id] = 3; }
        var before = await Silo.Ledger.LastEventAsync();

        string[] ids = [.. (await Task.WhenAll(one.SubmitAsync(80), two.SubmitAsync(80))).SelectMany(some => some)];
        var open = new ConcurrentDictionary<string, bool>(ids.Select(id => KeyValuePair.Create(id, true)));
        await Task.WhenAll([.. pullers.Select(PullAsync), .. passives.Select(ServeAsync)]);

        await UntilAsync(async () => await one.CountsAsync() == (0, 0, 0, 0) && await two.CountsAsync() == (0, 0, 0, 0), "nothing waits or runs");
        await AssertHandsAsync(before, capacity);
        Assert.Equal(160, (await Silo.Ledger.AgentsAsync()).Where(agent => capacity.ContainsKey(agent.Profile.Id)).Sum(agent => agent.Completed));

        async Task PullAsync(AgentUnderTest agent, int order)
        {
            var random = new Random(order);
            while (!open.IsEmpty)
            {
                foreach (var lease in await agent.LeaseAsync(1 + random.Next(6)))
                {
                    var reply = await (random.Next(4) == 0 ? agent.GiveBackAsync(lease) : agent.CompleteAsync(lease));
                    Assert.Equal(Errors.NexusError.None, reply.Error);
                    if (reply.Status == WorkStatus.Completed) { open.TryRemove(lease.Task.Spec.Id, out _); }
                }
            }
        }

        async Task ServeAsync(AgentUnderTest agent)
        {
            while (!open.IsEmpty)
            {
                foreach (var held in await Silo.Ledger.HeldTasksAsync(agent.Id))
                {
                    await TaskOf(held.Id).SetStatusAsync(new() { Status = WorkStatus.Completed });
                    open.TryRemove(held.Id, out _);
                }
                await Task.Yield();
            }
        }
    }

    /// <summary>Replays what happened in the order in which it was written.</summary>
    private async Task AssertHandsAsync(long after, Dictionary<string, int> capacity)
    {
        var hands = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await Silo.Ledger.ReadEventsAsync(after, new() { Types = ["task.*"] }, 1000) is { NextAfter: var next } page && next > after)
        {
            after = next;
            foreach (var happened in page.Events.Where(happened => happened.AgentId is { } agent && capacity.ContainsKey(agent)))
            {
                if (!hands.TryGetValue(happened.AgentId!, out var held)) { hands.Add(happened.AgentId!, held = []); }
                if (happened.Type != TaskEvents.Assigned)
                {
                    Assert.True(held.Remove(happened.TaskId!), $"{happened.Type} of {happened.TaskId}, which {happened.AgentId} does not hold");
                    holders.Remove(happened.TaskId!);
                    continue;
                }
                Assert.True(holders.TryAdd(happened.TaskId!, happened.AgentId!), $"{happened.TaskId} is held twice");
                held.Add(happened.TaskId!);
                Assert.True(held.Count <= capacity[happened.AgentId!], $"{happened.AgentId} holds {held.Count} of {capacity[happened.AgentId!]}");
            }
        }
        Assert.Empty(holders);
    }
}
