using NexusActors.Coordination;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    private async Task<AgentView> AgentAsync(string id) => await Ledger.FindAgentAsync(id) ?? throw new InvalidOperationException($"Agent {id} is gone.");

    [Fact]
    public async Task Agents_EveryMember_ComesBackAsItWasStored()
    {
        var agent = new AgentView
        {
            Profile = new()
            {
                Id = "a1",
                Type = AgentType.BugFixing,
                Name = "Größe",
                Capabilities = ["analysis", "sql"],
                MaxCapacity = 3,
                Specializations = ["x"],
                Resources = System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty.Add("cpu", 2.5),
                Mode = AgentMode.Pull,
                Queues = ["q2", "q1"],
            },
            CurrentLoad = 2,
            Active = true,
            LastHeartbeat = Noon.AddTicks(1),
            Completed = 3,
            Failed = 4,
            Lost = 5,
            BusySeconds = 6.5,
            Draining = true,
            RegisteredAt = Noon,
        };
        await DoneAsync(new LedgerEntry { Change = new AgentInsert(agent) });

        await ReopenAsync();

        Same(agent, await Ledger.FindAgentAsync("a1"));
        Same([agent], await Ledger.AgentsAsync());
    }

    [Fact]
    public async Task AgentUpdate_ChangesWhatItMay_LeavesCountersAndSignOfLife()
    {
        var agent = NewAgent("a1") with { Completed = 7, CurrentLoad = 2, BusySeconds = 1.5 };
        await DoneAsync(new LedgerEntry { Change = new AgentInsert(agent) });

        await DoneAsync(new LedgerEntry
        {
            Change = new AgentUpdate(new() { Profile = agent.Profile with { Name = "new", Mode = AgentMode.Pull }, Active = false, Draining = true, LastHeartbeat = Noon.AddDays(1), Completed = 99 }),
        });

        Same(agent with { Profile = agent.Profile with { Name = "new", Mode = AgentMode.Pull }, Active = false, Draining = true }, await AgentAsync("a1"));
    }

    [Fact]
    public async Task Tallies_AddUpAndLoadNeverFallsBelowZero()
    {
        await DoneAsync(new LedgerEntry { Change = new AgentInsert(NewAgent("a1")) });

        await DoneAsync(new() { Tallies = [new("a1", 3), new("a1", -5)] }, new() { Tallies = [new("a1", 2, 1, 2, 3, 0.5), new("gone", 1)] });
        Same(NewAgent("a1") with { CurrentLoad = 2, Completed = 1, Failed = 2, Lost = 3, BusySeconds = 0.5 }, await AgentAsync("a1"));

        await DoneAsync(new LedgerEntry { Tallies = [new("a1", -9)] });
        await DoneAsync(new LedgerEntry { Tallies = [new("a1", 1, Completed: 1, BusySeconds: 0.25)] });
        Same(NewAgent("a1") with { CurrentLoad = 1, Completed = 2, Failed = 2, Lost = 3, BusySeconds = 0.75 }, await AgentAsync("a1"));
    }

    [Fact]
    public async Task Tallies_BeforeAnAgentIsMadeAnew_DoNotReachTheNewOne()
    {
        await DoneAsync(
            new() { Change = new AgentInsert(NewAgent("a1")), Tallies = [new("a1", 4)] },
            new() { Tallies = [new("a1", 4)], Touches = [new AgentSeen("a1", Noon.AddDays(1))] },
            new() { Change = new AgentDelete("a1") },
            new() { Tallies = [new("a1", 4)], Touches = [new AgentSeen("a1", Noon.AddDays(1))] },
            new() { Change = new AgentInsert(NewAgent("a1")) },
            new() { Tallies = [new("a1", 1)] });

        Same(NewAgent("a1") with { CurrentLoad = 1 }, await AgentAsync("a1"));
    }

    [Fact]
    public async Task Seen_NewestWins_AlsoWhenItComesFirst()
    {
        await DoneAsync(new LedgerEntry { Change = new AgentInsert(NewAgent("a1")) });

        await DoneAsync(new LedgerEntry { Touches = [new AgentSeen("a1", Noon.AddSeconds(5)), new AgentSeen("a1", Noon.AddSeconds(3)), new AgentSeen("gone", Noon)] });
        Assert.Equal(Noon.AddSeconds(5), (await AgentAsync("a1")).LastHeartbeat);

        await DoneAsync(new LedgerEntry { Touches = [new AgentSeen("a1", Noon.AddSeconds(4))] });
        Assert.Equal(Noon.AddSeconds(5), (await AgentAsync("a1")).LastHeartbeat);
    }

    [Fact]
    public async Task SilentAgents_AreActiveOnesSeenBefore()
    {
        await DoneAsync(
            new() { Change = new AgentInsert(NewAgent("early")) },
            new() { Change = new AgentInsert(NewAgent("gone") with { Active = false }) },
            new() { Change = new AgentInsert(NewAgent("edge") with { LastHeartbeat = Noon.AddSeconds(10) }) },
            new() { Change = new AgentInsert(NewAgent("alive")), Touches = [new AgentSeen("alive", Noon.AddSeconds(11))] });

        Assert.Equal<string>(["early"], await Ledger.SilentAgentsAsync(Noon.AddSeconds(10)));
    }

    [Fact]
    public async Task Agents_AfterEachKindOfChange_ShowIt()
    {
        await DoneAsync(new LedgerEntry { Change = new AgentInsert(NewAgent("a1")) });
        Same([NewAgent("a1")], await Ledger.AgentsAsync());

        await DoneAsync(new LedgerEntry { Tallies = [new("a1", 2)] });
        Same([NewAgent("a1") with { CurrentLoad = 2 }], await Ledger.AgentsAsync());

        await DoneAsync(new LedgerEntry { Touches = [new AgentSeen("a1", Noon.AddSeconds(5))] });
        Same([NewAgent("a1") with { CurrentLoad = 2, LastHeartbeat = Noon.AddSeconds(5) }], await Ledger.AgentsAsync());

        await DoneAsync(new LedgerEntry { Change = new AgentUpdate(NewAgent("a1") with { Draining = true }) });
        Same([NewAgent("a1") with { CurrentLoad = 2, LastHeartbeat = Noon.AddSeconds(5), Draining = true }], await Ledger.AgentsAsync());

        await DoneAsync(new LedgerEntry { Change = new AgentInsert(NewAgent("a0")) });
        Assert.Equal(["a0", "a1"], (await Ledger.AgentsAsync()).Select(agent => agent.Profile.Id));
    }

    [Fact]
    public async Task AgentDelete_AgentIsGoneEverywhere()
    {
        await DoneAsync(new() { Change = new AgentInsert(NewAgent("a2")) }, new() { Change = new AgentInsert(NewAgent("a1")) });
        Assert.Equal(["a1", "a2"], (await Ledger.AgentsAsync()).Select(agent => agent.Profile.Id));

        await DoneAsync(new LedgerEntry { Change = new AgentDelete("a1") });

        Assert.Null(await Ledger.FindAgentAsync("a1"));
        Assert.Equal(["a2"], (await Ledger.AgentsAsync()).Select(agent => agent.Profile.Id));
    }
}
