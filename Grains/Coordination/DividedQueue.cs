using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>A queue whose work is done by its partitions, seen as one: hands calls on, adds up answers, compares what all remember with the facts. For one grain's scheduler only.</summary>
internal sealed class DividedQueue(string name, QueueTools tools)
{
    private const int RedrivesAtOnce = 100;
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(30);
    private DateTimeOffset _checked = tools.Time.GetUtcNow();
    private int _turn;

    /// <summary>Takes tasks, each by the partition of its key.</summary>
    public Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation) => submissions.Length == 1
        ? tools.Routes.ToAsync(name, QueueSlots.Of(submissions[0].Spec.Key), place => place.SubmitAsync(submissions, cancellation), cancellation)
        : tools.Grains.GetGrain<IIntakeGrain>(0).SubmitAsync(submissions, cancellation);

    /// <summary>Gives work of one partition after the other.</summary>
    public Task<ImmutableArray<LeasedTask>> LeaseAsync(AgentBid bid, CancellationToken cancellation) => tools.Routes.LeaseAsync(name, bid, _turn = (_turn + 1) & int.MaxValue, cancellation);

    /// <summary>Takes reports, each to the partition of its task.</summary>
    public async Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation)
    {
        Dictionary<string, int> slots = new(StringComparer.Ordinal);
        foreach (var report in reports) { slots[report.TaskId] = QueueSlots.Of((await tools.Ledger.FindTaskAsync(report.TaskId, cancellation))?.View.Spec.Key); }
        return ImmutableArray.Create(await tools.Routes.ScatterAsync(name, reports, report => slots[report.TaskId], (place, items) => place.ReportAsync(agentId, items, cancellation), cancellation));
    }

    /// <summary>Renews an agent's leases in all partitions. Lost is what none of them knows.</summary>
    public async Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation)
    {
        var replies = await tools.Routes.ToAllAsync(name, place => place.RenewAsync(agentId, leases, cancellation), cancellation);
        ImmutableArray<LostLease> lost = [.. (leases ?? []).Select(lease => new LostLease(lease.TaskId, lease.Token)).Where(lease => replies.All(reply => reply.LostLeases.Contains(lease)))];
        return new()
        {
            Orders = [.. replies.SelectMany(reply => reply.Orders)],
            Held = [.. replies.SelectMany(reply => reply.Held)],
            Lost = [.. lost.Select(lease => lease.TaskId)],
            LostLeases = lost,
        };
    }

    /// <summary>Makes a call to the partition of a task.</summary>
    public async Task<T> OnTaskAsync<T>(string taskId, Func<IQueueGrain, Task<T>> call, CancellationToken cancellation)
    {
        var task = await tools.Ledger.FindTaskAsync(taskId, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{taskId}'.");
        return await tools.Routes.ToAsync(name, QueueSlots.Of(task.View.Spec.Key), call, cancellation);
    }

    /// <summary>Makes a call to all partitions.</summary>
    public Task OnAllAsync(Func<IQueueGrain, Task> call, CancellationToken cancellation) => tools.Routes.ToAllAsync(name, call, cancellation);

    /// <summary>Takes failed tasks up again, oldest first, children after their parents, in whatever partition each is.</summary>
    public async Task<int> RedriveFailedAsync(int max, CancellationToken cancellation)
    {
        List<TaskState> left = [];
        foreach (var id in await tools.Ledger.FailedTasksAsync(name, max, cancellation))
        {
            if (await tools.Ledger.FindTaskAsync(id, cancellation) is { View.Status: WorkStatus.Failed } state) { left.Add(state); }
        }
        var done = 0;
        while (left.Count > 0)
        {
            ImmutableArray<string> ids = [.. left.SelectMany(state => state.View.Spec.Dependencies).Select(parent => parent.TaskId).Distinct(StringComparer.Ordinal)];
            var parents = ids.Length == 0 ? [] : (await tools.Ledger.OutcomesAsync(ids, cancellation)).ToDictionary(parent => parent.TaskId, StringComparer.Ordinal);
            var wave = left.Where(state => QueueRedrive.BrokenBy(state, parents) is null).ToList();
            if (wave.Count == 0) { break; }
            foreach (var chunk in wave.Chunk(RedrivesAtOnce)) { done += (await Task.WhenAll(chunk.Select(state => TryRedriveAsync(state, cancellation)))).Count(redriven => redriven); }
            left.RemoveAll(wave.Contains);
        }
        return done;
    }

    private async Task<bool> TryRedriveAsync(TaskState state, CancellationToken cancellation)
    {
        try
        {
            await tools.Routes.ToAsync(name, QueueSlots.Of(state.View.Spec.Key), place => place.RedriveAsync(state.Id, cancellation), cancellation);
            return true;
        }
        // Another call took it up meanwhile, or its parent failed again.
        catch (NexusException refusal) when (refusal.Error == NexusError.WrongState) { return false; }
    }

    /// <summary>The queue as readers see it.</summary>
    public async Task<QueueView> ViewAsync(QueueSettings settings, CancellationToken cancellation)
    {
        var parts = (await tools.Routes.ToAllAsync(name, place => place.GetAsync(cancellation), cancellation)).OfType<QueueView>().ToList();
        return new()
        {
            Name = name,
            Settings = settings,
            Ready = parts.Sum(part => part.Ready),
            Delayed = parts.Sum(part => part.Delayed),
            Blocked = parts.Sum(part => part.Blocked),
            Running = parts.Sum(part => part.Running),
            ActiveAgents = parts.Max(part => part.ActiveAgents),
            OldestReadySeconds = parts.Max(part => part.OldestReadySeconds),
        };
    }

    /// <summary>Keeps all partitions awake, and looks now and then whether they remember together what the facts hold.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await OnAllAsync(place => place.EnsureAsync(cancellation), cancellation);
        if (tools.Time.GetUtcNow() - _checked < CheckPeriod) { return; }
        _checked = tools.Time.GetUtcNow();
        var parts = (await tools.Routes.MapAsync(name, cancellation)).Parts;
        if (!await CountsAgreeAsync(parts, cancellation)) { await Task.WhenAll(parts.Select(part => part.ReloadAsync(cancellation))); }
    }

    /// <summary>Compares counts, in a moment in which no partition writes; in any other they cannot be compared, and are taken to agree.</summary>
    private async Task<bool> CountsAgreeAsync(ImmutableArray<IQueuePartitionGrain> parts, CancellationToken cancellation)
    {
        var before = await TallyAsync();
        if (before.Any(tally => tally.Writing > 0)) { return true; }
        var stored = await QueueLoader.LiveCountAsync(tools.Ledger, name, cancellation);
        var after = await TallyAsync();
        return !before.SequenceEqual(after) || stored == before.Sum(tally => tally.Live);

        Task<QueueTally[]> TallyAsync() => Task.WhenAll(parts.Select(part => part.TallyAsync(cancellation)));
    }
}
