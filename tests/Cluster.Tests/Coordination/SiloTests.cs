using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Tests against the grains of the shared silo, each with queues and agents of its own.</summary>
[Collection(SiloCollection.Name)]
public abstract class SiloTests(SiloFixture silo) : IAsyncLifetime
{
    /// <summary>How long a test waits for what must come about, in time of the machine; the silo's clock moves 1 ms at each look.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private protected SiloFixture Silo => silo;

    public Task InitializeAsync()
    {
        silo.TakeWarnings();
        return Task.CompletedTask;
    }

    /// <summary>Nothing went wrong behind the answers.</summary>
    public virtual Task DisposeAsync()
    {
        var warnings = silo.TakeWarnings();
        Assert.True(warnings.Count == 0, string.Join(Environment.NewLine, warnings));
        return Task.CompletedTask;
    }

    /// <summary>Makes a queue.</summary>
    private protected async Task<QueueUnderTest> QueueAsync(QueueSettings? settings = null)
    {
        var queue = new QueueUnderTest(silo, silo.NewName("q"));
        await queue.Grain.ConfigureAsync(settings ?? new());
        return queue;
    }

    /// <summary>Registers an agent that pulls from a queue.</summary>
    private protected Task<AgentUnderTest> PullerAsync(QueueUnderTest queue, Func<AgentProfile, AgentProfile>? with = null) => AgentAsync(queue, AgentMode.Pull, with);

    /// <summary>Registers an agent that a queue assigns work to.</summary>
    private protected Task<AgentUnderTest> PassiveAsync(QueueUnderTest queue, Func<AgentProfile, AgentProfile>? with = null) => AgentAsync(queue, AgentMode.Passive, with);

    private async Task<AgentUnderTest> AgentAsync(QueueUnderTest queue, AgentMode mode, Func<AgentProfile, AgentProfile>? with)
    {
        var profile = new AgentProfile { Id = silo.NewName("a"), Type = AgentType.Operations, Name = "sample", Capabilities = ["analysis"], Mode = mode, Queues = [queue.Name] };
        profile = with is null ? profile : with(profile);
        var agent = new AgentUnderTest(silo, profile.Id);
        await agent.Grain.RegisterAsync(profile);
        return agent;
    }

    private protected ITaskGrain TaskOf(string id) => silo.Grains.GetGrain<ITaskGrain>(id);

    private protected async Task<TaskView> ViewAsync(string id) => await TaskOf(id).GetAsync() ?? throw new InvalidOperationException($"no task {id}");

    private protected async Task<WorkStatus> StatusAsync(string id) => (await ViewAsync(id)).Status;

    /// <summary>Types of what happened to a task, in order.</summary>
    private protected async Task<string[]> HistoryAsync(string id) => [.. (await TaskOf(id).HistoryAsync()).Select(happened => happened.Type)];

    /// <summary>Lets time pass.</summary>
    private protected void Pass(TimeSpan time) => silo.Clock.Advance(time);

    /// <summary>Lets time pass.</summary>
    private protected void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets time pass, and the queue deal with all that is due by then: what it has not done afterwards it did not take for due.</summary>
    private protected async Task PassAsync(double seconds, QueueUnderTest queue)
    {
        Pass(seconds);
        // What falls due last is dealt with last. The second one: what was due while the first was dealt with.
        for (var i = 0; i < 2; i++)
        {
            var last = await queue.SubmitAsync(spec => spec with { NotBefore = silo.Clock.GetUtcNow().AddDays(1), Timeouts = new() { Total = TimeSpan.FromMilliseconds(1) } });
            await UntilAsync(last, WorkStatus.Failed);
        }
    }

    /// <summary>Waits until a task stands as said.</summary>
    private protected async Task<TaskView> UntilAsync(string id, WorkStatus status)
    {
        await UntilAsync(async () => await StatusAsync(id) == status, async () => $"task {id} is {await StatusAsync(id)}, not {status}");
        return await ViewAsync(id);
    }

    private protected Task UntilAsync(Func<Task<bool>> holds, string what) => UntilAsync(holds, () => Task.FromResult($"not within {Patience}: {what}"));

    private async Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>> complaint)
    {
        var end = TimeProvider.System.GetUtcNow() + Patience;
        while (!await holds())
        {
            if (TimeProvider.System.GetUtcNow() >= end) { Assert.Fail(await complaint()); }
            await Task.Delay(Look);
            silo.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>Writes a task's next state behind its queue's back, as another activation would.</summary>
    private protected async Task WriteElsewhereAsync(string id, Func<TaskState, TaskDecision> decide)
    {
        var decision = decide((await silo.Ledger.FindTaskAsync(id))!);
        Assert.True(decision.Changes, decision.Message);
        Assert.Equal(CommitOutcome.Done, Assert.Single(await silo.Ledger.CommitAsync([QueueWriter.Entry(decision)])).Outcome);
    }

    /// <summary>Makes a call that must be refused with an error.</summary>
    private protected static async Task<NexusException> RefusedAsync(NexusError error, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<NexusException>(call);
        Assert.Equal(error, refusal.Error);
        return refusal;
    }
}
