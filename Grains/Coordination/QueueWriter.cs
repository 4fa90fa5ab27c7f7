using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Learning;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// The one place where a queue writes: commits decisions, takes the committed states into memory, and sees that those concerned hear of it.
/// A finished task leaves its experience in the same commit.
/// </summary>
internal sealed class QueueWriter(QueueScope scope)
{
    private readonly Queue<(string AgentId, string TaskId)> _releases = new();
    private readonly Queue<(ChildEdge Child, string ParentId, WorkStatus Status)> _endings = new();

    /// <summary>Whether somebody must hear of something.</summary>
    public bool HasNotices => _releases.Count + _endings.Count > 0;

    /// <summary>
    /// Commits decisions that change something, and places what was written. A conflict means that another activation of this queue wrote first: the task is read again and placed as it is.
    /// </summary>
    /// <param name="decisions">Each with a change; no task twice.</param>
    /// <param name="byAgent">The agent whose own call this is; it needs no notice of its releases.</param>
    /// <param name="cancellation">Gives up before the commit.</param>
    /// <returns>The outcome of each.</returns>
    public async Task<ImmutableArray<CommitOutcome>> CommitAsync(IReadOnlyList<TaskDecision> decisions, string? byAgent, CancellationToken cancellation)
    {
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(decisions.Count);
        foreach (var decision in decisions)
        {
            var entry = Entry(decision);
            entries.Add(entry.Experience is { } experience && !scope.Pseudonyms.IsNone ? entry with { Experience = scope.Pseudonyms.Of(experience) } : entry);
        }
        scope.Writing++;
        try { return await CommitAsync(decisions, entries.MoveToImmutable(), byAgent, cancellation); }
        finally
        {
            scope.Writing--;
            scope.Written++;
            scope.RequestRound();
        }
    }

    private async Task<ImmutableArray<CommitOutcome>> CommitAsync(IReadOnlyList<TaskDecision> decisions, ImmutableArray<LedgerEntry> entries, string? byAgent, CancellationToken cancellation)
    {
        var results = await scope.Ledger.CommitAsync(entries, cancellation);
        var now = scope.Now();
        var outcomes = ImmutableArray.CreateBuilder<CommitOutcome>(decisions.Count);
        for (var i = 0; i < results.Length; i++)
        {
            var decision = decisions[i];
            outcomes.Add(results[i].Outcome);
            if (results[i].Outcome != CommitOutcome.Done) { continue; }
            scope.Memory.Place(decision.State, now);
            scope.Metrics.Moved(decision);
            if (decision.Releases && decision.Before.View.AssignedAgent is { } agent && agent != byAgent) { _releases.Enqueue((agent, decision.State.Id)); }
            if (decision.State.IsFinal && !results[i].Children.IsDefaultOrEmpty)
            {
                foreach (var child in results[i].Children) { _endings.Enqueue((child, decision.State.Id, decision.State.View.Status)); }
            }
        }
        // Conflicts last: a read that fails must not keep from memory what is on disk.
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Outcome != CommitOutcome.Done) { await ReloadAsync(decisions[i].Before.Id, cancellation); }
        }
        return outcomes.MoveToImmutable();
    }

    /// <summary>Notes that an agent does not hold a task after all; it is told in the next round.</summary>
    public void Release(string agentId, string taskId) => _releases.Enqueue((agentId, taskId));

    /// <summary>Reads a task again and places it as it is.</summary>
    public async Task<TaskState?> ReloadAsync(string taskId, CancellationToken cancellation)
    {
        var state = await scope.Ledger.FindTaskAsync(taskId, cancellation);
        if (state is null) { return null; }
        // Whoever took it out of the agent's hands may not have come to tell it.
        if (scope.Memory.Held(taskId)?.State.View.AssignedAgent is { } holder && !(state.IsHeld && state.View.AssignedAgent == holder)) { _releases.Enqueue((holder, taskId)); }
        if (state is { View.Status: WorkStatus.Pending, View.Spec.Dependencies.Length: > 0 }) { await WaitForParentsAsync(state, cancellation); }
        else { scope.Memory.Place(state, scope.Now()); }
        return state;
    }

    /// <summary>
    /// Lets a pending task wait for all its parents, then looks at them: those that have ended are news for the next round. In this order, so that a parent that ends meanwhile finds its child waiting.
    /// </summary>
    public async Task WaitForParentsAsync(TaskState child, CancellationToken cancellation)
    {
        scope.Memory.Parents.Remove(child.Id);
        foreach (var parent in child.View.Spec.Dependencies) { scope.Memory.Parents.Add(child.Id, parent.TaskId, parent.OnFailure); }
        scope.Memory.Place(child, scope.Now());
        foreach (var parent in (await scope.ReadParentsAsync(child.View.Spec.Dependencies, cancellation)).Values.Where(parent => parent.Status.IsFinal()))
        {
            _endings.Enqueue((new(child.Id, scope.Name, QueueSlots.Of(child.View.Spec.Key)), parent.TaskId, parent.Status));
        }
    }

    /// <summary>Tells agents of tasks that left their hands and children of parents that ended. What cannot be delivered now is kept for the next round.</summary>
    /// <param name="parentEnded">Takes the news for children that are here.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task DeliverAsync(Func<string, string, WorkStatus, CancellationToken, Task> parentEnded, CancellationToken cancellation)
    {
        for (var left = _endings.Count; left > 0; left--)
        {
            var ending = _endings.Dequeue();
            try
            {
                var (childId, childQueue, slot) = ending.Child;
                await (childQueue == scope.Name && (scope.IsWhole || scope.Slots.Has(slot))
                    ? parentEnded(childId, ending.ParentId, ending.Status, cancellation)
                    : scope.Routes.ParentEndedAsync(ending.Child, ending.ParentId, ending.Status, cancellation));
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                _endings.Enqueue(ending);
                CoordinationLog.NoticeDelayed(scope.Log, exception, scope.Name);
            }
        }
        // Not of those that it holds anew by now.
        var releases = Drain(_releases).Where(release => scope.Memory.Held(release.TaskId)?.State.View.AssignedAgent != release.AgentId).GroupBy(release => release.AgentId, release => release.TaskId);
        foreach (var group in releases.ToList())
        {
            try { await scope.Grains.GetGrain<IAgentGrain>(group.Key).ReleasedAsync([.. group], cancellation); }
            catch (Exception exception) when (IsPassing(exception))
            {
                foreach (var taskId in group) { _releases.Enqueue((group.Key, taskId)); }
                CoordinationLog.NoticeDelayed(scope.Log, exception, scope.Name);
            }
        }
    }

    /// <summary>Whether something may go well when tried again. Orleans calls off what cannot be placed in time, as an <see cref="OperationCanceledException"/> that no caller's token has asked for.</summary>
    public static bool IsPassing(Exception exception) =>
        exception is TimeoutException or Orleans.Runtime.OrleansException or OperationCanceledException or NexusException { Error: NexusError.StorageUnavailable or NexusError.Moved };

    /// <summary>What is written for a decision.</summary>
    public static LedgerEntry Entry(TaskDecision decision) => new()
    {
        Change = new TaskUpdate(decision.State, decision.Before.View.Status),
        Events = decision.Events,
        Experience = decision.State.IsFinal ? TaskExperience.From(decision.State.View) : null,
        Tallies = decision.Tally is { } tally ? [tally] : [],
        Touches = decision.Tally is { Load: > 0 } taken && decision.State.HeldBy == AgentMode.Pull ? [new AgentSeen(taken.AgentId, decision.State.View.AssignedAt!.Value)] : [],
    };

    private static IEnumerable<T> Drain<T>(Queue<T> queue)
    {
        while (queue.TryDequeue(out var item)) { yield return item; }
    }
}
