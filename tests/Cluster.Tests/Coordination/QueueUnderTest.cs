using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>A queue of one test, and short ways to fill it.</summary>
internal sealed class QueueUnderTest(SiloFixture silo, string name)
{
    public string Name => name;

    public IQueueGrain Grain => silo.Grains.GetGrain<IQueueGrain>(name);

    /// <summary>A task for this queue that is not handed in yet.</summary>
    public TaskSpec Spec(Func<TaskSpec, TaskSpec>? with = null)
    {
        var spec = new TaskSpec { Id = silo.NewName("t"), Type = TaskType.Analysis, Priority = 3, Description = "sample", Queue = name };
        return with is null ? spec : with(spec);
    }

    /// <summary>Hands in one task that must be accepted; its id.</summary>
    public async Task<string> SubmitAsync(Func<TaskSpec, TaskSpec>? with = null)
    {
        var reply = await TrySubmitAsync(Spec(with));
        Assert.Equal((NexusError.None, null), (reply.Error, reply.Message));
        return reply.TaskId;
    }

    /// <summary>Hands in several tasks that must be accepted; their ids in order.</summary>
    public async Task<string[]> SubmitAsync(int count, Func<TaskSpec, TaskSpec>? with = null)
    {
        var replies = await Grain.SubmitAsync([.. Enumerable.Range(0, count).Select(_ => new TaskSubmission { Spec = Spec(with) })]);
        Assert.All(replies, reply => Assert.Equal(NexusError.None, reply.Error));
        return [.. replies.Select(reply => reply.TaskId)];
    }

    /// <summary>Hands in a child of some parents; its id.</summary>
    public Task<string> SubmitChildAsync(ParentFailureRule rule, params string[] parents) =>
        SubmitAsync(spec => spec with { Dependencies = [.. parents.Select(parent => new Dependency(parent, rule))] });

    /// <summary>Hands in one task, whatever the answer.</summary>
    public async Task<SubmitReply> TrySubmitAsync(TaskSpec spec, string? key = null, string? hash = null) =>
        Assert.Single(await Grain.SubmitAsync([new() { Spec = spec, IdempotencyKey = key, BodyHash = hash }]));

    /// <summary>Counts of what waits and runs.</summary>
    public async Task<(int Ready, int Delayed, int Blocked, int Running)> CountsAsync()
    {
        var view = (await Grain.GetAsync())!;
        return (view.Ready, view.Delayed, view.Blocked, view.Running);
    }
}

/// <summary>An agent of one test, and short ways to work.</summary>
internal sealed class AgentUnderTest(SiloFixture silo, string id)
{
    public string Id => id;

    public IAgentGrain Grain => silo.Grains.GetGrain<IAgentGrain>(id);

    public Task<ImmutableArray<LeasedTask>> LeaseAsync(int max = 1, TimeSpan wait = default, CancellationToken cancellation = default) =>
        Grain.LeaseAsync(new() { Max = max, Wait = wait }, cancellation);

    /// <summary>Takes one task, which must be there.</summary>
    public async Task<LeasedTask> TakeAsync() => Assert.Single(await LeaseAsync());

    /// <summary>Takes what there is; ids in the order given.</summary>
    public async Task<string[]> TakeIdsAsync(int max = 100) => [.. (await LeaseAsync(max)).Select(lease => lease.Task.Spec.Id)];

    public Task<ReportReply> CompleteAsync(LeasedTask lease, string? resultJson = null) =>
        ReportAsync(new() { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Complete, ResultJson = resultJson });

    public Task<ReportReply> FailAsync(LeasedTask lease, string? code = null, bool retryable = true, TimeSpan? delay = null) =>
        ReportAsync(new() { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.Fail, ErrorCode = code, ErrorMessage = $"attempt {lease.Attempt} failed", Retryable = retryable, Delay = delay });

    public Task<ReportReply> GiveBackAsync(LeasedTask lease, TimeSpan? delay = null) =>
        ReportAsync(new() { TaskId = lease.Task.Spec.Id, Token = lease.Token, Verb = ReportVerb.GiveBack, ErrorMessage = "not now", Delay = delay });

    public async Task<ReportReply> ReportAsync(LeaseReport report) => Assert.Single(await Grain.ReportAsync([report]));

    public Task<HeartbeatReply> BeatAsync(params LeasedTask[] leases) =>
        Grain.HeartbeatAsync(new() { Leases = [.. leases.Select(lease => new LeaseProgress(lease.Task.Spec.Id, lease.Token, null))] });
}
