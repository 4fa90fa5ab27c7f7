using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Every reason that a task may be given for where it stands.</summary>
public sealed class ExplainTests(SiloFixture silo) : SiloTests(silo)
{
    [Fact]
    public async Task Explain_NobodyServesTheQueue_NoCapableAgent()
    {
        var queue = await QueueAsync();
        var id = await queue.SubmitAsync(spec => spec with { Priority = 2 });

        var told = await TaskOf(id).ExplainAsync();

        Assert.Equal((WorkStatus.Pending, "no_capable_agent", 2, 0), (told.Status, told.WaitReason, told.EffectivePriority, told.Candidates.Length));
        Assert.Contains(queue.Name, told.Summary, StringComparison.Ordinal);
        await RefusedAsync(NexusError.NotFound, () => TaskOf("nowhere").ExplainAsync());
    }

    [Fact]
    public async Task Explain_NobodyCanDoIt_SaysWhatEachLacks()
    {
        var queue = await QueueAsync();
        var resources = ImmutableSortedDictionary<string, double>.Empty.Add("gpu", 1);
        var (unskilled, poor, draining) = (await PullerAsync(queue), await PullerAsync(queue, Skilled), await PullerAsync(queue, profile => Skilled(profile) with { Resources = resources }));
        await draining.Grain.DrainAsync(true);
        var id = await queue.SubmitAsync(spec => spec with { Capabilities = ["rust"], Resources = resources });

        var told = await TaskOf(id).ExplainAsync();

        Assert.Equal("no_capable_agent", told.WaitReason);
        Assert.Equal(
            new Dictionary<string, string?> { [unskilled.Id] = "capability", [poor.Id] = "resources", [draining.Id] = "draining" },
            told.Candidates.ToDictionary(candidate => candidate.AgentId, candidate => candidate.Removed));

        static AgentProfile Skilled(AgentProfile profile) => profile with { Capabilities = ["analysis", "rust"] };
    }

    [Fact]
    public async Task Explain_EveryoneIsFull_NoCapacity()
    {
        var queue = await QueueAsync();
        var resources = ImmutableSortedDictionary<string, double>.Empty.Add("gpu", 1);
        var (full, busy) = (await PullerAsync(queue, profile => profile with { MaxCapacity = 1 }), await PullerAsync(queue, profile => profile with { Resources = resources, Capabilities = ["analysis", "gpu"] }));
        await queue.SubmitAsync();
        await full.TakeAsync();
        await queue.SubmitAsync(spec => spec with { Resources = resources });
        await busy.TakeAsync();
        var id = await queue.SubmitAsync(spec => spec with { Resources = resources });

        var told = await TaskOf(id).ExplainAsync();

        Assert.Equal("no_capacity", told.WaitReason);
        Assert.Equal(("resources", "capacity"), (told.Candidates.Single(candidate => candidate.AgentId == full.Id).Removed, told.Candidates.Single(candidate => candidate.AgentId == busy.Id).Removed));
    }

    [Fact]
    public async Task Explain_ParentHasNotEnded_Dependency()
    {
        var (above, below) = (await QueueAsync(), await QueueAsync());
        var parents = await above.SubmitAsync(2);
        var id = await below.SubmitChildAsync(ParentFailureRule.Run, parents);
        await TaskOf(parents[0]).SetStatusAsync(new() { Status = WorkStatus.Completed });
        await UntilAsync(async () => (await TaskOf(id).ExplainAsync()).WaitsFor.Length == 1, "one parent is done");

        var told = await TaskOf(id).ExplainAsync();

        Assert.Equal(("dependency", parents[1]), (told.WaitReason, Assert.Single(told.WaitsFor)));
    }

    [Fact]
    public async Task Explain_ItsTimeHasNotCome_DelayUntilThen()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var start = Silo.Clock.GetUtcNow().AddMinutes(1);
        var later = await queue.SubmitAsync(spec => spec with { NotBefore = start });
        var failed = await queue.SubmitAsync();
        var reply = await agent.FailAsync(await agent.TakeAsync(), delay: TimeSpan.FromSeconds(9));

        var (first, second) = (await TaskOf(later).ExplainAsync(), await TaskOf(failed).ExplainAsync());

        Assert.Equal(("delay", start), (first.WaitReason, first.Until!.Value));
        Assert.Equal(("delay", reply.RetryAt!.Value), (second.WaitReason, second.Until!.Value));
        Assert.Contains("retry 1 of 3", second.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_QueueIsPausedOrCoordinationStopped_Paused()
    {
        var queue = await QueueAsync(new() { Paused = true });
        await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        Assert.Equal("paused", (await TaskOf(id).ExplainAsync()).WaitReason);
        await queue.Grain.PauseAsync(false);
        Assert.Equal("turn", (await TaskOf(id).ExplainAsync()).WaitReason);
        var coordinator = Silo.Grains.GetGrain<ICoordinatorGrain>(0);
        await coordinator.SwitchAsync(false);
        try
        {
            var told = await TaskOf(id).ExplainAsync();
            Assert.Equal("paused", told.WaitReason);
            Assert.Contains("Coordination", told.Summary, StringComparison.Ordinal);
        }
        finally { await coordinator.SwitchAsync(true); }
    }

    [Fact]
    public async Task Explain_KeyIsAtItsLimit_LimitUntilWhenKnown()
    {
        var queue = await QueueAsync(new()
        {
            Keys = ImmutableSortedDictionary<string, KeyLimits>.Empty.Add("few", new() { Concurrency = 1 }).Add("slow", new() { RatePerSecond = 0.1 }),
        });
        var agent = await PullerAsync(queue);
        var few = await queue.SubmitAsync(2, spec => spec with { Key = "few" });
        var slow = await queue.SubmitAsync(2, spec => spec with { Key = "slow" });
        Assert.Equal(2, (await agent.LeaseAsync(10)).Length);

        var (concurrency, rate) = (await TaskOf(few[1]).ExplainAsync(), await TaskOf(slow[1]).ExplainAsync());

        Assert.Equal(("limit", null), (concurrency.WaitReason, concurrency.Until));
        Assert.Equal("limit", rate.WaitReason);
        Assert.InRange(rate.Until!.Value, Silo.Clock.GetUtcNow().AddSeconds(9.9), Silo.Clock.GetUtcNow().AddSeconds(10));
        Assert.Contains("'few'", concurrency.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_OnlyItsTurnIsMissing_TurnWithPriorityOfNow()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync(spec => spec with { Priority = 2 });
        Pass(TimeSpan.FromMinutes(21));
        await agent.BeatAsync();
        await UntilAsync(async () => (await TaskOf(id).ExplainAsync()).EffectivePriority == 4, "it has risen by two");

        var told = await TaskOf(id).ExplainAsync();

        Assert.Equal(("turn", null), (told.WaitReason, Assert.Single(told.Candidates).Removed));
    }

    [Fact]
    public async Task Explain_TaskIsHeldOrHasEnded_SaysByWhomWhyAndHow()
    {
        var queue = await QueueAsync();
        var agent = await PullerAsync(queue);
        var id = await queue.SubmitAsync();
        var lease = await agent.TakeAsync();

        var held = await TaskOf(id).ExplainAsync();
        await agent.FailAsync(lease, retryable: false);
        var ended = await TaskOf(id).ExplainAsync();

        Assert.Equal((WorkStatus.InProgress, null), (held.Status, held.WaitReason));
        Assert.Contains(agent.Id, held.Summary, StringComparison.Ordinal);
        Assert.Contains("\"policy\":\"pull\"", held.AssignmentJson, StringComparison.Ordinal);
        Assert.Equal((WorkStatus.Failed, null, held.AssignmentJson), (ended.Status, ended.WaitReason, ended.AssignmentJson));
        Assert.Contains("attempt 1 failed", ended.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AssignedToPassiveAgent_SaysWhyToThisOne()
    {
        var queue = await QueueAsync();
        var (first, second) = (await PassiveAsync(queue, profile => profile with { MaxCapacity = 2 }), await PassiveAsync(queue, profile => profile with { MaxCapacity = 4 }));
        var one = await queue.SubmitAsync();
        Assert.Equal(first.Id, (await UntilAsync(one, WorkStatus.Assigned)).AssignedAgent);
        var two = await queue.SubmitAsync();
        Assert.Equal(second.Id, (await UntilAsync(two, WorkStatus.Assigned)).AssignedAgent);

        var why = (await TaskOf(two).ExplainAsync()).AssignmentJson!;

        Assert.Contains("\"policy\":\"least_loaded\"", why, StringComparison.Ordinal);
        Assert.Contains("\"candidates\":2", why, StringComparison.Ordinal);
        Assert.Contains($"\"runner_up\":\"{first.Id}\",\"runner_up_load_share\":0.5", why, StringComparison.Ordinal);
    }
}
