using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Work that somebody was woken for, or had in hand, and did not take is for the next who waits.</summary>
public sealed class QueueWakeUpTests
{
    private readonly SimulatedThread _thread = new(seed: 1);
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedLedger _ledger;
    private readonly SimulatedAgent _ann;
    private readonly SimulatedAgent _bob;
    private readonly SimulatedQueue _queue;

    public QueueWakeUpTests()
    {
        _ledger = new(_thread, _clock);
        _ledger.Queues["red"] = new();
        (_ann, _bob) = (Agent("ann"), Agent("bob"));
        var grains = SimulatedGrains.Of((_, name) => name == "ann" ? _ann.Grain : _bob.Grain);
        _queue = new("red", _thread, _clock, _ledger, grains, () => 0.5, new());
        Rest(() => _queue.LoadAsync());
    }

    [Fact]
    public void Lease_WokenAgentTakesPartOfTheWork_NextInLineIsWoken()
    {
        Rest(() => LeaseAsync(_ann, max: 5, wait: true));
        Rest(() => LeaseAsync(_bob, max: 5, wait: true));
        Rest(() => SubmitAsync("t1", "t2"));
        Assert.NotNull(_ann.Woken);
        Assert.Null(_bob.Woken);

        Rest(() => LeaseAsync(_ann, max: 1, wait: false));

        Assert.NotNull(_bob.Woken);
    }

    [Fact]
    public void Lease_WokenAgentHasNoRoomByNow_NextInLineIsWoken()
    {
        Rest(() => LeaseAsync(_ann, max: 5, wait: true));
        Rest(() => LeaseAsync(_bob, max: 5, wait: true));
        Rest(() => SubmitAsync("t1"));

        Rest(() => LeaseAsync(_ann, max: 5, wait: false, free: 0));

        Assert.NotNull(_bob.Woken);
    }

    [Fact]
    public void Lease_WokenAgentDoesNotCome_NextInLineIsWokenAMomentLater()
    {
        Rest(() => LeaseAsync(_ann, max: 5, wait: true));
        Rest(() => LeaseAsync(_bob, max: 5, wait: true));
        Rest(() => SubmitAsync("t1"));
        Assert.Null(_bob.Woken);

        _clock.Now = new(_queue.Dispatch.NextDue(), TimeSpan.Zero);
        _thread.Run(_queue.Tick);
        Rest();

        Assert.NotNull(_bob.Woken);
    }

    [Fact]
    public void Lease_StorageFailsForTheFirstBeforeItsCommit_WhoWaitsIsWokenForWhatWentBack()
    {
        Rest(() => SubmitAsync(Sample.Spec("parent")));
        Rest(() => LeaseAsync(_ann, max: 1, wait: false));
        Rest(() => _queue.Control.ReportAsync("ann", [new() { TaskId = "parent", Token = _ledger.Find("parent")!.Token!, Verb = ReportVerb.Complete }], default));
        Rest(() => SubmitAsync(Sample.Spec("child", spec => spec with { Dependencies = [new("parent")] })));
        Task first = Task.CompletedTask;
        _thread.Run(() => first = LeaseAsync(_ann, max: 1, wait: false));
        _thread.Run(() => _ = LeaseAsync(_bob, max: 1, wait: true));

        _ledger.FaultRate = 1;
        Rest();

        Assert.IsType<NexusException>(first.Exception?.InnerException);
        Assert.NotNull(_bob.Woken);
    }

    private SimulatedAgent Agent(string id)
    {
        var agent = new SimulatedAgent(Sample.Profile(id, AgentMode.Pull, capacity: 5) with { Queues = ["red"] }, _thread);
        _ledger.Agents.Add(new() { Profile = agent.Profile, Active = true });
        return agent;
    }

    private async Task LeaseAsync(SimulatedAgent agent, int max, bool wait, int free = 5)
    {
        var bid = new AgentBid { AgentId = agent.Id, Capabilities = agent.Profile.Capabilities, Max = max, FreeUnits = free, Wait = wait };
        if (wait) { agent.Waits = ("red", bid); }
        await _queue.Dispatch.LeaseAsync(bid, default);
    }

    private Task SubmitAsync(params string[] ids) => SubmitAsync([.. ids.Select(id => Sample.Spec(id))]);

    private async Task SubmitAsync(params TaskSpec[] specs)
    {
        ImmutableArray<TaskSubmission> batch = [.. specs.Select(spec => new TaskSubmission { Spec = spec with { Queue = "red" } })];
        Assert.All(await _queue.Intake.SubmitAsync(batch, default), reply => Assert.Equal(NexusError.None, reply.Error));
    }

    /// <summary>Starts calls and lets all come to rest.</summary>
    private void Rest(params Func<Task>[] calls)
    {
        List<Task> started = [];
        foreach (var call in calls) { _thread.Run(() => started.Add(call())); }
        while (_thread.Step()) { }
        Assert.All(started, task => Assert.True(task.IsCompletedSuccessfully));
    }
}
