using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>What is done to tasks that exist: reports, changes of status, cancels, redrives, time running out, agents leaving.</summary>
internal sealed class QueueControl(QueueScope scope, QueueWriter writer, QueueDispatch dispatch)
{
    private const int TriesMax = 5;

    /// <summary>Takes an agent's reports, all in one commit; each is answered for itself.</summary>
    public async Task<ImmutableArray<ReportReply>> ReportAsync(string agentId, ImmutableArray<LeaseReport> reports, CancellationToken cancellation)
    {
        var replies = new ReportReply?[reports.Length];
        var gates = await scope.Gate.EnterAllAsync(reports.Select(report => report.TaskId), cancellation);
        try
        {
            for (var tries = 0; replies.Contains(null); tries++)
            {
                if (tries == TriesMax) { throw new NexusException(NexusError.StorageUnavailable, "The task changes too fast; try again.", retryAfter: TimeSpan.FromSeconds(1)); }
                await ReportOnceAsync(agentId, reports, replies, cancellation);
            }
        }
        finally { scope.Gate.LeaveAll(gates); }
        return [.. replies.Select(reply => reply!)];
    }

    /// <summary>Decides and commits what has no answer yet. Items that lost a race for their version stay without one, as do later reports on a task that is in this commit already.</summary>
    private async Task ReportOnceAsync(string agentId, ImmutableArray<LeaseReport> reports, ReportReply?[] replies, CancellationToken cancellation)
    {
        List<int> items = [];
        List<TaskDecision> decisions = [];
        HashSet<string> touched = new(StringComparer.Ordinal);
        var now = scope.Now();
        for (var i = 0; i < reports.Length; i++)
        {
            if (replies[i] is not null || touched.Contains(reports[i].TaskId)) { continue; }
            if (await LookAsync(reports[i].TaskId, cancellation) is not { } state)
            {
                replies[i] = new() { TaskId = reports[i].TaskId, Error = NexusError.NotFound, Message = $"There is no task '{reports[i].TaskId}'." };
                continue;
            }
            var decision = await OnFactsAsync(state, known => TaskTransitions.Report(known, agentId, reports[i], now, scope.Chance), cancellation);
            if (!decision.Changes) { replies[i] = Reply(decision); continue; }
            items.Add(i);
            decisions.Add(decision);
            touched.Add(reports[i].TaskId);
        }
        if (decisions.Count == 0) { return; }
        var outcomes = await writer.CommitAsync(decisions, agentId, cancellation);
        for (var k = 0; k < outcomes.Length; k++)
        {
            if (outcomes[k] == CommitOutcome.Done) { replies[items[k]] = Reply(decisions[k]); }
        }
    }

    /// <summary>Renews an agent's leases here and takes its progress.</summary>
    public async Task<HeartbeatReply> RenewAsync(string agentId, ImmutableArray<LeaseProgress>? leases, CancellationToken cancellation)
    {
        var now = scope.Now();
        var lost = ImmutableArray.CreateBuilder<LostLease>();
        List<(HeldTask Task, string? Before, TaskProgressed Touch)> progress = [];
        foreach (var lease in leases ?? []) { await RecollectAsync(agentId, lease, cancellation); }
        foreach (var taskId in leases is null ? scope.Memory.HeldBy(agentId) : []) { QueueMemory.Renew(scope.Memory.Held(taskId)!, now); }
        foreach (var lease in leases ?? [])
        {
            if (scope.Memory.Held(lease.TaskId) is not { } task || !IsOf(task.State, agentId, lease))
            {
                lost.Add(new(lease.TaskId, lease.Token));
                continue;
            }
            QueueMemory.Renew(task, now);
            if (lease.ProgressJson is { } json && json != task.State.View.ProgressJson)
            {
                progress.Add((task, task.State.View.ProgressJson, new(task.State.Seq, json)));
                Note(task, json);
            }
        }
        if (progress.Count > 0)
        {
            try { await scope.Ledger.CommitAsync([new LedgerEntry { Touches = [.. progress.Select(item => item.Touch)] }], cancellation); }
            catch
            {
                // Not on disk: a repeat must not pass for known.
                foreach (var (task, before, touch) in progress) { if (task.State.View.ProgressJson == touch.ProgressJson) { Note(task, before); } }
                throw;
            }
        }
        HeldTask[] held = [.. scope.Memory.HeldBy(agentId).Select(id => scope.Memory.Held(id)!).Where(task => task.State.HeldBy == AgentMode.Pull)];
        return new()
        {
            Orders = [.. held.Where(task => task.State.View.CancelRequested).Select(task => new AgentOrder(OrderKind.Cancel, task.State.Id, task.State.View.ErrorMessage))],
            Held = [.. held.Select(task => new HeldLease(task.State.Id, task.State.View.Attempt, task.State.Token!, task.LeaseEnds ?? now))],
            Lost = [.. lost.Select(lease => lease.TaskId)],
            LostLeases = lost.ToImmutable(),
        };

        static void Note(HeldTask task, string? json) => task.State = task.State with { View = task.State.View with { ProgressJson = json } };
    }

    /// <summary>Moves a task as PUT …/status asks. A child whose parents have not ended cannot be completed by hand.</summary>
    public Task<TaskView> SetStatusAsync(string taskId, StatusChange change, CancellationToken cancellation) => ActAsync(taskId, state =>
    {
        var waitsFor = scope.Memory.Parents.UnmetOf(taskId);
        return change.Status == WorkStatus.Completed && waitsFor.Count > 0
            ? TaskDecision.Refuse(state, NexusError.WrongState, $"The task waits for {string.Join(", ", waitsFor.Order(StringComparer.Ordinal).Take(10))}; it cannot be completed before.")
            : TaskTransitions.SetStatus(state, change, scope.Now(), scope.Chance);
    }, cancellation);

    /// <summary>Calls a task off.</summary>
    public Task<TaskView> CancelAsync(string taskId, string? reason, CancellationToken cancellation) => ActAsync(taskId, state => TaskTransitions.Cancel(state, reason, scope.Now()), cancellation);

    /// <summary>A parent has ended: its child goes on, waits for others, or ends with it.</summary>
    public async Task ParentEndedAsync(string childId, string parentId, WorkStatus status, CancellationToken cancellation)
    {
        var succeeded = status == WorkStatus.Completed;
        switch (scope.Memory.Parents.Ended(childId, parentId, succeeded, out var rule))
        {
            case ParentNews.Broken:
                await ActOnAllAsync([childId], state => TaskTransitions.ParentFailed(state, parentId, status, rule, scope.Now()), cancellation);
                break;
            case ParentNews.Free:
                scope.Memory.Unblock(childId, scope.Now());
                break;
        }
        scope.RequestRound();
    }

    /// <summary>
    /// Looks at the parents of tasks that were just placed, and takes the news that came before they could be told. What storage does not tell now is left to the regular check.
    /// </summary>
    public async Task LookAtParentsAsync(IReadOnlyList<TaskState> children, CancellationToken cancellation)
    {
        try
        {
            var parents = await scope.ReadParentsAsync(children.SelectMany(child => child.View.Spec.Dependencies), cancellation);
            foreach (var child in children)
            {
                foreach (var dependency in child.View.Spec.Dependencies)
                {
                    if (parents[dependency.TaskId].Status is var parent && parent.IsFinal()) { await ParentEndedAsync(child.Id, dependency.TaskId, parent, cancellation); }
                }
            }
        }
        catch (Exception exception) when (QueueWriter.IsPassing(exception)) { CoordinationLog.NoticeDelayed(scope.Log, exception, scope.Name); }
    }

    /// <summary>Acts on everything whose time has run out.</summary>
    public async Task ExpireAsync(CancellationToken cancellation)
    {
        var now = scope.Now();
        scope.Memory.Backlog.Advance(now.UtcTicks);
        var expired = scope.Memory.Backlog.TakeExpired(now.UtcTicks);
        if (expired.Count > 0)
        {
            var states = await scope.Ledger.FindTasksAsync([.. expired.Select(task => task.Seq)], cancellation);
            await ActOnAllAsync([.. states.Select(state => state.Id)], state => scope.Memory.Backlog.Find(state.Seq)?.ExpiresAt <= now.UtcTicks ? TaskTransitions.Expired(state, now) : TaskDecision.Same(state), cancellation);
        }
        var due = scope.Memory.TakeDue(now);
        if (due.Count > 0)
        {
            await ActOnAllAsync([.. due.Select(task => task.State.Id)], state => scope.Memory.Held(state.Id) is { } task ? TaskTransitions.Overdue(state, task.LeaseEnds, scope.Now(), scope.Chance) : TaskDecision.Same(state), cancellation);
        }
    }

    /// <summary>Takes back what an agent holds here.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="take">How a held task changes hands.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task TakeBackAsync(string agentId, Func<TaskState, TaskDecision> take, CancellationToken cancellation) =>
        ActOnAllAsync([.. scope.Memory.HeldBy(agentId)], state => state.IsHeld && state.View.AssignedAgent == agentId ? take(state) : TaskDecision.Same(state), cancellation);

    /// <summary>Reads tasks again and places them as they are.</summary>
    public async Task RereadAsync(ImmutableArray<string> taskIds, CancellationToken cancellation)
    {
        foreach (var taskId in taskIds)
        {
            await scope.Gate.EnterAsync(taskId, cancellation);
            try { await writer.ReloadAsync(taskId, cancellation); }
            finally { scope.Gate.Leave(taskId); }
        }
        if (taskIds.Length > 0) { scope.RequestRound(); }
    }

    /// <summary>The task as the ledger holds it, from memory where it is held.</summary>
    public async Task<TaskState?> FindAsync(string taskId, CancellationToken cancellation) =>
        scope.Memory.Held(taskId)?.State ?? await scope.Ledger.FindTaskAsync(taskId, cancellation);

    /// <summary>The task, for a turn that has its gate: where another activation ended it, it leaves the order.</summary>
    private async Task<TaskState?> LookAsync(string taskId, CancellationToken cancellation)
    {
        var state = await FindAsync(taskId, cancellation);
        if (state is not null && !scope.Has(state.View.Spec)) { throw QueuePartitionGrain.Moved(scope.Name); }
        if (state is { IsFinal: true } && scope.Memory.Backlog.Find(state.Seq) is not null) { scope.Memory.Place(state, scope.Now()); }
        return state;
    }

    /// <summary>
    /// Decides by memory, but refuses by the facts alone: whoever is refused gives up for good, and while a directory has come apart another activation of this queue may have given him what this one does not know of.
    /// For a turn that has the gate of the task.
    /// </summary>
    private async Task<TaskDecision> OnFactsAsync(TaskState known, Func<TaskState, TaskDecision> decide, CancellationToken cancellation)
    {
        var decision = decide(known);
        return decision.Error != NexusError.None && scope.Memory.Held(known.Id) is not null && await writer.ReloadAsync(known.Id, cancellation) is { } fact ? decide(fact) : decision;
    }

    /// <summary>Takes a lease into memory that another activation gave, where the facts have it.</summary>
    private async Task RecollectAsync(string agentId, LeaseProgress lease, CancellationToken cancellation)
    {
        if (scope.Memory.Held(lease.TaskId) is { } held && IsOf(held.State, agentId, lease)) { return; }
        if (await scope.Ledger.FindTaskAsync(lease.TaskId, cancellation) is { } fact && fact.View.Spec.Queue == scope.Name && scope.Has(fact.View.Spec) && IsOf(fact, agentId, lease)) { await RereadAsync([lease.TaskId], cancellation); }
    }

    private static bool IsOf(TaskState state, string agentId, LeaseProgress lease) => state.View.AssignedAgent == agentId && state.Token == lease.Token;

    /// <summary>Acts on one task, once it is free. A decision that loses a race for the version is made again.</summary>
    public async Task<TaskView> ActAsync(string taskId, Func<TaskState, TaskDecision> decide, CancellationToken cancellation)
    {
        await scope.Gate.EnterAsync(taskId, cancellation);
        try
        {
            for (var tries = 0; tries < TriesMax; tries++)
            {
                var state = await LookAsync(taskId, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{taskId}'.");
                var decision = await OnFactsAsync(state, decide, cancellation);
                if (decision.Error != NexusError.None) { throw new NexusException(decision.Error, decision.Message!); }
                if (!decision.Changes) { return decision.State.View; }
                if ((await writer.CommitAsync([decision], byAgent: null, cancellation))[0] == CommitOutcome.Done)
                {
                    Free(decision);
                    return decision.State.View;
                }
            }
        }
        finally { scope.Gate.Leave(taskId); }
        throw new NexusException(NexusError.StorageUnavailable, "The task changes too fast; try again.", retryAfter: TimeSpan.FromSeconds(1));
    }

    /// <summary>Acts on many tasks in one commit, taking each as it is found. Returns how many changed; those that lost a race are left to the next round.</summary>
    public async Task<int> ActOnAllAsync(ImmutableArray<string> taskIds, Func<TaskState, TaskDecision> decide, CancellationToken cancellation)
    {
        if (taskIds.Length == 0) { return 0; }
        var gates = await scope.Gate.EnterAllAsync(taskIds, cancellation);
        try
        {
            List<TaskDecision> decisions = [];
            foreach (var taskId in gates)
            {
                if (await LookAsync(taskId, cancellation) is { } state && decide(state) is { Changes: true } decision) { decisions.Add(decision); }
            }
            if (decisions.Count == 0) { return 0; }
            var outcomes = await writer.CommitAsync(decisions, byAgent: null, cancellation);
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] == CommitOutcome.Done) { Free(decisions[i]); }
            }
            return outcomes.Count(outcome => outcome == CommitOutcome.Done);
        }
        finally { scope.Gate.LeaveAll(gates); }
    }

    private void Free(TaskDecision decision)
    {
        if (decision.Releases) { dispatch.Freed(decision.Before.View.AssignedAgent!, decision.Before.View.Spec.Units); }
    }

    private ReportReply Reply(TaskDecision decision)
    {
        var view = decision.State.View;
        if (decision.Error != NexusError.None)
        {
            scope.Metrics.Stale();
            return new() { TaskId = view.Spec.Id, Error = decision.Error, Message = decision.Message, Status = view.Status, ResultJson = view.ResultJson };
        }
        return decision.Repeat is { } first
            ? new() { TaskId = view.Spec.Id, Status = first.Status, RetryAt = first.RetryAt }
            : new() { TaskId = view.Spec.Id, Status = view.Status, RetryAt = view.NextAttemptAt };
    }
}
