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
