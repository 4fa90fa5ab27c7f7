using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>A task by its id: reads its facts, and hands what is done to it to its queue, the single writer.</summary>
[GrainType("task")]
internal sealed class TaskGrain(ILedger ledger) : Grain, ITaskGrain
{
    private string Id => this.GetPrimaryKeyString();

    public async Task<TaskView?> GetAsync(CancellationToken cancellation) => (await ledger.FindTaskAsync(Id, cancellation))?.View;

    public async Task<ImmutableArray<EventView>> HistoryAsync(CancellationToken cancellation)
    {
        await KnownAsync(cancellation);
        return await ledger.TaskEventsAsync(Id, cancellation);
    }

    public async Task<TaskExplanation> ExplainAsync(CancellationToken cancellation) => await (await QueueAsync(cancellation)).ExplainAsync(Id, cancellation);

    public async Task<TaskView> SetStatusAsync(StatusChange change, CancellationToken cancellation)
    {
        var task = await KnownAsync(cancellation);
        var moved = await Queue(task).SetStatusAsync(Id, change, cancellation);
        // A passive agent that moves its work is alive; this is its only sign of life.
        if (task.HeldBy == AgentMode.Passive) { await GrainFactory.GetGrain<IAgentGrain>(task.View.AssignedAgent!).SawLifeAsync(cancellation); }
        return moved;
    }

    public async Task<ImmutableArray<TaskView>> CancelAsync(string? reason, bool children, CancellationToken cancellation)
    {
        var task = await KnownAsync(cancellation);
        var called = ImmutableArray.CreateBuilder<TaskView>();
        HashSet<string> seen = new(StringComparer.Ordinal) { Id };
        Queue<(string TaskId, string Queue)> open = new([(Id, task.View.Spec.Queue)]);
        while (open.TryDequeue(out var next))
        {
            // Children first on the list, but called off after their parent: those that would run anyway must be stopped too.
            var edges = children ? await ledger.ChildrenAsync(next.TaskId, cancellation) : [];
            var view = await GrainFactory.GetGrain<IQueueGrain>(next.Queue).CancelAsync(next.TaskId, reason, cancellation);
            if (next.TaskId == Id || view.Status == WorkStatus.Cancelled || view.CancelRequested) { called.Add(view); }
            foreach (var edge in edges.Where(edge => seen.Add(edge.ChildId))) { open.Enqueue((edge.ChildId, edge.ChildQueue)); }
        }
        return called.ToImmutable();
    }

    public async Task<TaskView> RedriveAsync(CancellationToken cancellation) => await (await QueueAsync(cancellation)).RedriveAsync(Id, cancellation);

    private async Task<TaskState> KnownAsync(CancellationToken cancellation) =>
        await ledger.FindTaskAsync(Id, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{Id}'.");

    private async Task<IQueueGrain> QueueAsync(CancellationToken cancellation) => Queue(await KnownAsync(cancellation));

    private IQueueGrain Queue(TaskState task) => GrainFactory.GetGrain<IQueueGrain>(task.View.Spec.Queue);
}
