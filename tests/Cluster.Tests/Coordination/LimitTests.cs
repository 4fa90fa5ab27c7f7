using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Limits of a queue and of its keys.</summary>
public sealed class LimitTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Submit_QueueIsFull_IsRefusedUntilThereIsRoom()
    {
        var queue = await QueueAsync(new() { MaxLength = 2 });
        var agent = await PullerAsync(queue);
        var replies = await queue.Grain.SubmitAsync([.. Enumerable.Range(0, 3).Select(_ => new TaskSubmission { Spec = queue.Spec() })]);
        Assert.Equal([NexusError.None, NexusError.None, NexusError.LimitReached], replies.Select(reply => reply.Error));

        Assert.Equal(NexusError.LimitReached, (await queue.TrySubmitAsync(queue.Spec())).Error);

        // What runs does not count against the length.
        await agent.TakeAsync();
        await queue.SubmitAsync();
        Assert.Equal(NexusError.LimitReached, (await queue.TrySubmitAsync(queue.Spec())).Error);
        await queue.Grain.ConfigureAsync(new() { MaxLength = 3 });
        await queue.SubmitAsync();
    }

    [Fact]
    public async Task Submit_ManyAtOnceToALittleRoom_NeverMoreThanTheLimitIsTaken()
    {
        var queue = await QueueAsync(new() { MaxLength = 10 });

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => queue.TrySubmitAsync(queue.Spec())));

        Assert.Equal((10, 30), (replies.Count(reply => reply.Error == NexusError.None), replies.Count(reply => reply.Error == NexusError.LimitReached)));
        Assert.Equal((10, 0, 0, 0), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_ConcurrencyOfAKey_NeverMoreRunAtOnce()
    {
        var queue = await QueueAsync(new() { DefaultKey = new() { Concurrency = 2 } });
        var agent = await PullerAsync(queue);
        var limited = await queue.SubmitAsync(5, spec => spec with { Key = "k" });
        var other = await queue.SubmitAsync(1, spec => spec with { Key = "l", Priority = 1 });
        var keyless = await queue.SubmitAsync(3, spec => spec with { Priority = 1 });
        var leases = await agent.LeaseAsync(100);
        Assert.Equal([.. limited[..2], .. other, .. keyless], leases.Select(lease => lease.Task.Spec.Id).Order(StringComparer.Ordinal));
        Assert.Empty(await agent.LeaseAsync(100));

        // However one of them leaves, one more may come: done, failed, given back, lost.
        await agent.CompleteAsync(leases.Single(lease => lease.Task.Spec.Id == limited[0]));
        var third = await agent.TakeAsync();
        Assert.Equal(limited[2], third.Task.Spec.Id);
        await agent.FailAsync(third, retryable: false);
        var fourth = await agent.TakeAsync();
        Assert.Equal(limited[3], fourth.Task.Spec.Id);
        await agent.GiveBackAsync(fourth, TimeSpan.FromSeconds(60));
        var fifth = await agent.TakeAsync();
        Assert.Equal(limited[4], fifth.Task.Spec.Id);
        Pass(31);
        await UntilAsync(fifth.Task.Spec.Id, WorkStatus.Pending);
        await UntilAsync(limited[1], WorkStatus.Pending);
        Assert.Equal(2, (await agent.LeaseAsync(100)).Count(lease => lease.Task.Spec.Key == "k"));
    }

    [Fact]
    public async Task Lease_ManyAgentsAtOnce_ConcurrencyOfAKeyHolds()
    {
        var queue = await QueueAsync(new() { Keys = ImmutableSortedDictionary<string, KeyLimits>.Empty.Add("k", new() { Concurrency = 3 }) });
        var agents = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PullerAsync(queue)));
        await queue.SubmitAsync(20, spec => spec with { Key = "k" });

        var leases = await Task.WhenAll(agents.Select(agent => agent.LeaseAsync(5)));

        Assert.Equal(3, leases.Sum(some => some.Length));
        Assert.Equal((17, 0, 0, 3), await queue.CountsAsync());
    }

    [Fact]
    public async Task Lease_RateOfAKey_StartsNoMorePerSecond()
    {
        var queue = await QueueAsync(new() { DefaultKey = new() { RatePerSecond = 0.5, Burst = 2 } });
        var agent = await PullerAsync(queue);
        var ids = await queue.SubmitAsync(5, spec => spec with { Key = "k" });
        Assert.Equal(ids[..2], await agent.TakeIdsAsync());
        Pass(1.9);
        Assert.Empty(await agent.LeaseAsync(100));
        Pass(0.1);
        Assert.Equal([ids[2]], await agent.TakeIdsAsync());

        // A wait is woken when the rate allows the next.
        var poll = agent.LeaseAsync(100, TimeSpan.FromSeconds(60));
        await UntilAsync(async () => await agent.Grain.WakeAsync(queue.Name), "the agent waits");
        var since = Silo.Clock.GetUtcNow();
        Pass(1.8);
        Assert.False(poll.IsCompleted);
        await UntilAsync(() => { Pass(0.05); return Task.FromResult(poll.IsCompleted); }, "the next may start");
        Assert.Equal(ids[3], Assert.Single(await poll).Task.Spec.Id);
        Assert.True(Silo.Clock.GetUtcNow() - since < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Lease_KeysOfUnlikeWeight_AreServedByWeight()
    {
        var queue = await QueueAsync(new() { Keys = ImmutableSortedDictionary<string, KeyLimits>.Empty.Add("heavy", new() { Weight = 3 }) });
        var agent = await PullerAsync(queue);
        await queue.SubmitAsync(40, spec => spec with { Key = "light" });
        await queue.SubmitAsync(40, spec => spec with { Key = "heavy" });

        var leases = await agent.LeaseAsync(40);

        Assert.InRange(leases.Count(lease => lease.Task.Spec.Key == "heavy"), 29, 31);
    }

    [Fact]
    public async Task Configure_LimitIsRaised_WhatItHeldBackIsAssigned()
    {
        var queue = await QueueAsync(new() { DefaultKey = new() { Concurrency = 1 } });
        await PassiveAsync(queue);
        var ids = await queue.SubmitAsync(3, spec => spec with { Key = "k" });
        await UntilAsync(ids[0], WorkStatus.Assigned);
        Assert.Equal("limit", (await TaskOf(ids[1]).ExplainAsync()).WaitReason);

        await queue.Grain.ConfigureAsync(new() { DefaultKey = new() { Concurrency = 2 } });

        await UntilAsync(ids[1], WorkStatus.Assigned);
        Assert.Equal(WorkStatus.Pending, await StatusAsync(ids[2]));
    }
}
