using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>A task by its id: reads its facts, and hands what is done to it to its queue, the single writer.</summary>
[GrainType("task")]
internal sealed class TaskGrain(ILedger ledger, QueueRoutes routes) : Grain, ITaskGrain
{
    private string Id => this.GetPrimaryKeyString();

    public async Task<TaskView?> GetAsync(CancellationToken cancellation) => (await ledger.FindTaskAsync(Id, cancellation))?.View;

    public async Task<ImmutableArray<EventView>> HistoryAsync(CancellationToken cancellation)
    {
        await KnownAsync(cancellation);
        return await ledger.TaskEventsAsync(Id, cancellation);
    }

    public async Task<TaskExplanation> ExplainAsync(CancellationToken cancellation) => await InQueueAsync(await KnownAsync(cancellation), queue => queue.ExplainAsync(Id, cancellation), cancellation);

    public async Task<TaskView> SetStatusAsync(StatusChange change, CancellationToken cancellation)
    {
        var task = await KnownAsync(cancellation);
        var moved = await InQueueAsync(task, queue => queue.SetStatusAsync(Id, change, cancellation), cancellation);
        // A passive agent that moves its work is alive; this is its only sign of life.
        if (task.HeldBy == AgentMode.Passive) { await GrainFactory.GetGrain<IAgentGrain>(task.View.AssignedAgent!).SawLifeAsync(cancellation); }
        return moved;
    }

    public async Task<ImmutableArray<TaskView>> CancelAsync(string? reason, bool children, CancellationToken cancellation)
    {
        var task = await KnownAsync(cancellation);
        var called = ImmutableArray.CreateBuilder<TaskView>();
        HashSet<string> seen = new(StringComparer.Ordinal) { Id };
        Queue<ChildEdge> open = new([new(Id, task.View.Spec.Queue, QueueSlots.Of(task.View.Spec.Key))]);
        while (open.TryDequeue(out var next))
        {
            // Children first on the list, but called off after their parent: those that would run anyway must be stopped too.
            var (taskId, queue, slot) = next;
            var edges = children ? await ledger.ChildrenAsync(taskId, cancellation) : [];
            if (slot == QueueSlots.Unknown) { slot = QueueSlots.Of((await ledger.FindTaskAsync(taskId, cancellation))?.View.Spec.Key); }
            var view = await routes.ToAsync(queue, slot, place => place.CancelAsync(taskId, reason, cancellation), cancellation);
            if (taskId == Id || view.Status == WorkStatus.Cancelled || view.CancelRequested) { called.Add(view); }
            foreach (var edge in edges.Where(edge => seen.Add(edge.ChildId))) { open.Enqueue(edge); }
        }
        return called.ToImmutable();
    }

    public async Task<TaskView> RedriveAsync(CancellationToken cancellation) => await InQueueAsync(await KnownAsync(cancellation), queue => queue.RedriveAsync(Id, cancellation), cancellation);

    private async Task<TaskState> KnownAsync(CancellationToken cancellation) =>
        await ledger.FindTaskAsync(Id, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{Id}'.");

    private Task<T> InQueueAsync<T>(TaskState task, Func<IQueueGrain, Task<T>> call, CancellationToken cancellation) => routes.ToAsync(task.View.Spec.Queue, QueueSlots.Of(task.View.Spec.Key), call, cancellation);
}
