using System.Collections.Immutable;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>Reads over many things, straight from the ledger.</summary>
[GrainType("catalog"), StatelessWorker, Reentrant]
internal sealed class CatalogGrain(ILedger ledger) : Grain, ICatalogGrain
{
    public async Task<CoordinationStatus> StatusAsync(CancellationToken cancellation)
    {
        var agents = await ledger.AgentsAsync(cancellation);
        var counts = await ledger.CountTasksAsync(cancellation);
        return new()
        {
            Running = await ledger.FindSettingAsync(QueueLoader.RunningSetting, cancellation) != "false",
            TotalAgents = agents.Length,
            ActiveAgents = agents.Count(agent => agent.Active),
            Tasks = counts.GroupBy(count => count.Status).ToImmutableSortedDictionary(group => group.Key, group => group.Sum(count => count.Count)),
        };
    }

    public Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation) => ledger.AgentsAsync(cancellation);

    public async Task<TaskPage> TasksAsync(TaskFilter filter, CancellationToken cancellation)
    {
        var tasks = await ledger.ListTasksAsync(filter, cancellation);
        var all = filter is { Statuses.Length: 0, Type: TaskType.None, Queue: null, AgentId: null, Priority: 0, CreatedFrom: null, CreatedBefore: null };
        long? total = all ? (await ledger.CountTasksAsync(cancellation)).Sum(count => count.Count) : null;
        return new([.. tasks.Select(task => task.View)], tasks.Length > 0 && tasks.Length == filter.Limit ? tasks[^1].Seq : 0, total);
    }

    public async Task<ImmutableArray<QueueView>> QueuesAsync(CancellationToken cancellation)
    {
        var views = await Task.WhenAll((await ledger.QueuesAsync(cancellation)).Select(queue => GrainFactory.GetGrain<IQueueGrain>(queue.Name).GetAsync(cancellation)));
        return [.. views.OfType<QueueView>()];
    }
}

/// <summary>Takes batches whose items lie in several queues.</summary>
[GrainType("intake"), StatelessWorker, Reentrant]
internal sealed class IntakeGrain : Grain, IIntakeGrain
{
    private const int PathMax = 20;
    private const int RunMax = 2_000;                // so that a queue answers within the time of a call

    public async Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation)
    {
        string[] ids = [.. submissions.Select(submission => submission.Spec.Id)];
        var (order, levels, cycle) = DependencyGraph.Sort(ids, i => submissions[i].Spec.Dependencies.Select(dependency => dependency.TaskId));
        var crosses = CrossesQueues(submissions);
        order = [.. order.OrderBy(i => crosses ? levels[i] : 0).ThenBy(i => submissions[i].Spec.Queue, StringComparer.Ordinal)];
        var replies = new SubmitReply?[submissions.Length];
        // Runs of one queue go together; a run ends where the order moves to another queue.
        for (var from = 0; from < order.Count;)
        {
            var queue = submissions[order[from]].Spec.Queue;
            var to = from + 1;
            while (to < order.Count && to - from < RunMax && submissions[order[to]].Spec.Queue == queue) { to++; }
            int[] run = [.. order[from..to]];
            var answers = await SubmitRunAsync(queue, [.. run.Select(i => submissions[i])], from == 0, cancellation);
            for (var k = 0; k < run.Length; k++) { replies[run[k]] = answers[k]; }
            from = to;
        }
        var refusal = cycle is null ? null : $"The batch has a dependency cycle: {Path(cycle)}.";
        return [.. replies.Select((reply, i) => reply ?? new() { TaskId = ids[i], Error = Errors.NexusError.Impossible, Message = refusal, Field = "dependencies" })];
    }

    /// <summary>A path of ids for a message; the middle of a long one is left out.</summary>
    private static string Path(IReadOnlyList<string> ids) => ids.Count <= PathMax
        ? string.Join(" → ", ids)
        : $"{string.Join(" → ", ids.Take(PathMax / 2))} → … {ids.Count - PathMax} more … → {string.Join(" → ", ids.TakeLast(PathMax / 2))}";

    /// <summary>Whether an item depends on an item of another queue; only then must runs alternate.</summary>
    private static bool CrossesQueues(ImmutableArray<TaskSubmission> submissions)
    {
        if (submissions.All(submission => submission.Spec.Dependencies.Length == 0) || submissions.All(submission => submission.Spec.Queue == submissions[0].Spec.Queue)) { return false; }
        var queues = submissions.DistinctBy(submission => submission.Spec.Id, StringComparer.Ordinal).ToDictionary(submission => submission.Spec.Id, submission => submission.Spec.Queue, StringComparer.Ordinal);
        return submissions.Any(submission => submission.Spec.Dependencies.Any(dependency => queues.TryGetValue(dependency.TaskId, out var queue) && queue != submission.Spec.Queue));
    }

    /// <summary>Hands a run to its queue. What fails as a whole after an earlier run was taken is refused item by item: the answers to the earlier ones must not be lost.</summary>
    private async Task<ImmutableArray<SubmitReply>> SubmitRunAsync(string queue, ImmutableArray<TaskSubmission> run, bool first, CancellationToken cancellation)
    {
        try { return await GrainFactory.GetGrain<IQueueGrain>(queue).SubmitAsync(run, cancellation); }
        catch (Errors.NexusException refusal) when (refusal.Error == Errors.NexusError.Impossible || !first)
        {
            return [.. run.Select(submission => new SubmitReply { TaskId = submission.Spec.Id, Error = refusal.Error, Message = refusal.Message, Field = refusal.Field })];
        }
    }
}

/// <summary>Coordination as a whole.</summary>
[GrainType("coordinator")]
internal sealed class CoordinatorGrain(ILedger ledger, TimeProvider time, Microsoft.Extensions.Logging.ILogger<CoordinatorGrain> log) : Grain, ICoordinatorGrain
{
    public async Task SwitchAsync(bool running, CancellationToken cancellation)
    {
        var change = new SettingPut(QueueLoader.RunningSetting, running ? "true" : "false");
        await ledger.CommitAsync([new LedgerEntry { Change = change, Events = [new(time.GetUtcNow(), running ? "coordination.started" : "coordination.stopped", null, null, null, "{}")] }], cancellation);
        foreach (var (name, _) in await ledger.QueuesAsync(cancellation)) { await GrainFactory.GetGrain<IQueueGrain>(name).CoordinateAsync(running, cancellation); }
        CoordinationLog.Switched(log, running ? "started" : "stopped");
    }
}

/// <summary>The event stream.</summary>
[GrainType("events"), StatelessWorker, Reentrant]
internal sealed class EventFeedGrain(ILedger ledger, TimeProvider time, Microsoft.Extensions.Hosting.IHostApplicationLifetime process) : Grain, IEventFeedGrain
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    public async Task<EventPage> ReadAsync(long after, EventFilter filter, int max, TimeSpan wait, CancellationToken cancellation)
    {
        if (after < 0) { return new([], await ledger.LastEventAsync(cancellation)); }
        var until = time.GetUtcNow() + (wait < WaitMax ? wait : WaitMax);
        // A caller's cancellation does not find the right one among the activations of a stateless worker; the end of the process must not wait for a wait.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, process.ApplicationStopping);
        while (true)
        {
            var page = await ledger.ReadEventsAsync(after, filter, max, cancellation);
            if (page.Events.Length > 0 || page.TrimmedUpTo > 0 || time.GetUtcNow() >= until) { return page; }
            if (page.NextAfter > after)
            {
                after = page.NextAfter;
                continue;
            }
            var arrival = ledger.WaitForEventAsync(after, ends.Token);
            try { await arrival.WaitAsync(until - time.GetUtcNow(), time, ends.Token); }
            catch (TimeoutException) { return page; }
            catch (OperationCanceledException) when (process.ApplicationStopping.IsCancellationRequested) { return page; }
        }
    }
}
