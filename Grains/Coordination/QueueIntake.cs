using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Takes new tasks into a queue: limits, parents, idempotency, one commit per wave.</summary>
/// <param name="scope">The queue.</param>
/// <param name="parentEnded">Takes the news that a parent of a new child has ended already.</param>
internal sealed class QueueIntake(QueueScope scope, Func<string, string, WorkStatus, CancellationToken, Task> parentEnded)
{
    private int _arriving;

    /// <summary>Takes tasks; each is answered for itself. An item that depends on an earlier item is taken in a later wave, when the earlier one is on disk.</summary>
    public async Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation)
    {
        var settings = scope.Settings ?? throw new NexusException(NexusError.Impossible, $"There is no queue '{scope.Name}'. Make it with PUT /queues/{scope.Name}, or leave 'queue' out for the default queue.", "queue");
        var replies = new SubmitReply[submissions.Length];
        List<int> wave = new(submissions.Length);
        HashSet<string> waveIds = new(StringComparer.Ordinal);
        for (var i = 0; i < submissions.Length; i++)
        {
            var spec = submissions[i].Spec;
            if (waveIds.Count > 0 && spec.Dependencies.Any(dependency => waveIds.Contains(dependency.TaskId)))
            {
                await TakeAsync(submissions, wave, settings, replies, cancellation);
                wave.Clear();
                waveIds.Clear();
            }
            wave.Add(i);
            waveIds.Add(spec.Id);
        }
        await TakeAsync(submissions, wave, settings, replies, cancellation);
        scope.RequestRound();
        return ImmutableArray.Create(replies);
    }

    private async Task TakeAsync(ImmutableArray<TaskSubmission> submissions, List<int> wave, QueueSettings settings, SubmitReply[] replies, CancellationToken cancellation)
    {
        var parents = await ReadParentsAsync(wave.SelectMany(i => submissions[i].Spec.Dependencies), cancellation);
        var now = scope.Now();
        List<(int Item, TaskDecision Decision)> accepted = new(wave.Count);
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(wave.Count);
        foreach (var i in wave)
        {
            var submission = submissions[i];
            if (Refusal(submission.Spec, settings, parents, accepted.Count) is { } refusal)
            {
                // A repeat must get its first answer even when the queue is full or a parent is gone by now.
                replies[i] = await FirstAnswerAsync(submission, cancellation) ?? refusal;
                continue;
            }
            var decision = TaskTransitions.Submit(submission.Spec, scope.Options, now);
            accepted.Add((i, decision));
            entries.Add(new()
            {
                Change = new TaskInsert(decision.State),
                Events = decision.Events,
                Operation = submission.IdempotencyKey is { } key ? new(OperationKey(key), submission.BodyHash ?? "", submission.Spec.Id) : null,
            });
            // Written down before the commit: a parent that ends in between finds the child waiting.
            foreach (var dependency in submission.Spec.Dependencies) { scope.Memory.Parents.Add(submission.Spec.Id, dependency.TaskId, dependency.OnFailure); }
        }
        if (accepted.Count == 0) { return; }
        _arriving += accepted.Count;
        try { await CommitAsync(submissions, accepted, entries.ToImmutable(), replies, cancellation); }
        finally { _arriving -= accepted.Count; }
    }

    private async Task CommitAsync(ImmutableArray<TaskSubmission> submissions, List<(int Item, TaskDecision Decision)> accepted, ImmutableArray<LedgerEntry> entries, SubmitReply[] replies, CancellationToken cancellation)
    {
        ImmutableArray<CommitResult> results;
        try { results = await scope.Ledger.CommitAsync(entries, cancellation); }
        catch
        {
            foreach (var (_, decision) in accepted) { scope.Memory.Parents.Remove(decision.State.Id); }
            throw;
        }
        List<TaskState> children = [];
        for (var k = 0; k < results.Length; k++)
        {
            var (item, decision) = accepted[k];
            var state = decision.State with { View = decision.State.View with { Seq = results[k].Seq } };
            replies[item] = Reply(submissions[item], results[k]);
            if (results[k].Outcome != CommitOutcome.Done)
            {
                if (state.View.Spec.Dependencies.Length > 0) { await RestoreParentsAsync(state.Id, cancellation); }
                continue;
            }
            scope.Metrics.Submitted(state.View.Spec);
            if (state.View.Spec.Dependencies.Length > 0) { children.Add(state); }
            else { scope.Memory.Place(state, scope.Now()); }
        }
        if (children.Count > 0) { await PlaceChildrenAsync(children, cancellation); }
    }

    /// <summary>
    /// Places children, then looks at their parents once more: one may have ended between the first look and the commit. They have their place before the look, so that
    /// a read that fails leaves them waiting for the regular check, not forgotten.
    /// </summary>
    private async Task PlaceChildrenAsync(List<TaskState> children, CancellationToken cancellation)
    {
        foreach (var child in children) { scope.Memory.Place(child, scope.Now()); }
        var parents = await ReadParentsAsync(children.SelectMany(child => child.View.Spec.Dependencies), cancellation);
        foreach (var child in children)
        {
            foreach (var dependency in child.View.Spec.Dependencies)
            {
                if (parents.GetValueOrDefault(dependency.TaskId) is var parent && IsFinal(parent)) { await parentEnded(child.Id, dependency.TaskId, parent, cancellation); }
            }
        }
    }

    /// <summary>The id was taken: what waits under it must wait for its own parents, not for those of the refused twin.</summary>
    private async Task RestoreParentsAsync(string taskId, CancellationToken cancellation)
    {
        scope.Memory.Parents.Remove(taskId);
        if (await scope.Ledger.FindTaskAsync(taskId, cancellation) is not { View.Status: WorkStatus.Pending } state || scope.Memory.Backlog.Find(state.Seq)?.Phase != WaitPhase.Blocked) { return; }
        var parents = await ReadParentsAsync(state.View.Spec.Dependencies, cancellation);
        var unmet = state.View.Spec.Dependencies.Where(dependency => !LetsRun(dependency, parents.GetValueOrDefault(dependency.TaskId))).ToList();
        foreach (var dependency in unmet) { scope.Memory.Parents.Add(taskId, dependency.TaskId, dependency.OnFailure); }
        scope.Memory.Place(state, scope.Now());
        // A parent that failed holds its child until the news ends it; the news may have come while the child was not written down.
        foreach (var dependency in unmet)
        {
            if (parents.GetValueOrDefault(dependency.TaskId) is var parent && IsFinal(parent)) { await parentEnded(taskId, dependency.TaskId, parent, cancellation); }
        }
    }

    private static bool LetsRun(Dependency dependency, WorkStatus parent) =>
        parent == WorkStatus.Completed || (IsFinal(parent) && dependency.OnFailure == ParentFailureRule.Run);

    private async Task<Dictionary<string, WorkStatus>> ReadParentsAsync(IEnumerable<Dependency> dependencies, CancellationToken cancellation)
    {
        ImmutableArray<string> ids = [.. dependencies.Select(dependency => dependency.TaskId).Distinct(StringComparer.Ordinal)];
        return ids.Length == 0 ? [] : (await scope.Ledger.OutcomesAsync(ids, cancellation)).ToDictionary(parent => parent.TaskId, parent => parent.Status, StringComparer.Ordinal);
    }

    private SubmitReply? Refusal(TaskSpec spec, QueueSettings settings, Dictionary<string, WorkStatus> parents, int accepted)
    {
        for (var k = 0; k < spec.Dependencies.Length; k++)
        {
            var parent = spec.Dependencies[k].TaskId;
            if (parent == spec.Id) { return Refuse(NexusError.Impossible, $"The task depends on itself: {parent} → {parent}.", $"dependencies[{k}]"); }
            if (!parents.ContainsKey(parent)) { return Refuse(NexusError.Impossible, $"There is no task '{parent}' to depend on: {spec.Id} → {parent}. Submit it first, or in the same batch.", $"dependencies[{k}]"); }
        }
        return scope.Memory.Backlog.Count + _arriving + accepted >= settings.MaxLength
            ? Refuse(NexusError.LimitReached, $"Queue '{scope.Name}' is full: {settings.MaxLength} tasks wait. Try again when some are done, or raise max_length.", "queue")
            : null;

        SubmitReply Refuse(NexusError error, string message, string field) => new() { TaskId = spec.Id, Error = error, Message = message, Field = field };
    }

    private async Task<SubmitReply?> FirstAnswerAsync(TaskSubmission submission, CancellationToken cancellation)
    {
        if (submission.IdempotencyKey is not { } key || await scope.Ledger.FindOperationAsync(OperationKey(key), cancellation) is not { } first) { return null; }
        return Reply(submission, first.BodyHash == submission.BodyHash ? new(CommitOutcome.Repeated, FirstAnswer: first.Answer) : new(CommitOutcome.KeyReused));
    }

    private static SubmitReply Reply(TaskSubmission submission, CommitResult result) => result.Outcome switch
    {
        CommitOutcome.Done => new() { TaskId = submission.Spec.Id },
        CommitOutcome.Repeated => new() { TaskId = result.FirstAnswer!, Repeated = true },
        CommitOutcome.KeyReused => new() { TaskId = submission.Spec.Id, Error = NexusError.KeyReused, Message = "The Idempotency-Key was used before with another body. Use a new key for a new request." },
        _ => new() { TaskId = submission.Spec.Id, Error = NexusError.AlreadyExists, Message = $"Task '{submission.Spec.Id}' already exists. Leave 'id' out to get a new one, or send an Idempotency-Key to repeat a request safely.", Field = "id" },
    };

    private static string OperationKey(string key) => "submit:" + key;

    private static bool IsFinal(WorkStatus status) => status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;
}
