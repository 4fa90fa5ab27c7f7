using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Takes new tasks into a queue: limits, parents, idempotency, one commit per wave.</summary>
/// <param name="scope">The queue.</param>
/// <param name="lookAtParents">Looks at the parents of new children once more, now that the children wait where news finds them: one may have ended between the first look and the commit.</param>
internal sealed class QueueIntake(QueueScope scope, Func<IReadOnlyList<TaskState>, CancellationToken, Task> lookAtParents)
{
    private static readonly TimeSpan CountedFor = TimeSpan.FromSeconds(1);
    private int _arriving;
    private long _elsewhere;
    private DateTimeOffset _counted;

    /// <summary>Takes tasks; each is answered for itself. An item that depends on an earlier item is taken in a later wave, when the earlier one is on disk.</summary>
    public async Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation)
    {
        var settings = scope.Settings ?? throw new NexusException(NexusError.Impossible, $"There is no queue '{scope.Name}'. Make it with PUT /queues/{scope.Name}, or leave 'queue' out for the default queue.", "queue");
        if (submissions.Any(submission => !scope.Has(submission.Spec))) { throw QueuePartitionGrain.Moved(scope.Name); }
        await CountElsewhereAsync(cancellation);
        var replies = new SubmitReply?[submissions.Length];
        List<int> wave = new(submissions.Length);
        HashSet<string> waveIds = new(StringComparer.Ordinal);
        for (var i = 0; i < submissions.Length; i++)
        {
            var spec = submissions[i].Spec;
            if (waveIds.Count > 0 && spec.Dependencies.Any(dependency => waveIds.Contains(dependency.TaskId)))
            {
                if (!await TakeOrRefuseAsync(submissions, wave, settings, replies, cancellation)) { return [.. replies.Select(reply => reply!)]; }
                wave.Clear();
                waveIds.Clear();
            }
            wave.Add(i);
            waveIds.Add(spec.Id);
        }
        await TakeOrRefuseAsync(submissions, wave, settings, replies, cancellation);
        scope.RequestRound();
        return [.. replies.Select(reply => reply!)];
    }

    /// <summary>What waits in other partitions counts against the length of the queue. It is looked at once a second: what comes to them meanwhile may be too much.</summary>
    private async Task CountElsewhereAsync(CancellationToken cancellation)
    {
        if (scope.IsWhole || scope.Now() - _counted < CountedFor) { return; }
        _counted = scope.Now();
        var waiting = (await scope.Ledger.CountTasksAsync(cancellation)).Where(count => count.Queue == scope.Name && count.Status == WorkStatus.Pending).Sum(count => count.Count);
        _elsewhere = Math.Max(0, waiting - scope.Memory.Backlog.Count - scope.Memory.Backlog.Picked);
    }

    /// <summary>Takes a wave. Where storage fails after an earlier wave is on disk, what is left is refused item by item: the answers to the earlier ones must not be lost. False: it was.</summary>
    private async Task<bool> TakeOrRefuseAsync(ImmutableArray<TaskSubmission> submissions, List<int> wave, QueueSettings settings, SubmitReply?[] replies, CancellationToken cancellation)
    {
        try
        {
            await TakeAsync(submissions, wave, settings, replies, cancellation);
            return true;
        }
        catch (NexusException fault) when (fault.Error == NexusError.StorageUnavailable && replies.Any(reply => reply is not null))
        {
            for (var i = 0; i < replies.Length; i++) { replies[i] ??= new() { TaskId = submissions[i].Spec.Id, Error = fault.Error, Message = fault.Message }; }
            return false;
        }
    }

    private async Task TakeAsync(ImmutableArray<TaskSubmission> submissions, List<int> wave, QueueSettings settings, SubmitReply?[] replies, CancellationToken cancellation)
    {
        var parents = await scope.ReadParentsAsync(wave.SelectMany(i => submissions[i].Spec.Dependencies), cancellation);
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
        }
        if (accepted.Count == 0) { return; }
        List<TaskState> children = [];
        _arriving += accepted.Count;
        scope.Writing++;
        // Once it is on disk others may act on a task; they wait until it has its place here.
        var gates = await scope.Gate.EnterAllAsync(accepted.Select(item => item.Decision.State.Id), cancellation);
        try
        {
            var results = await scope.Ledger.CommitAsync(entries.ToImmutable(), cancellation);
            for (var k = 0; k < results.Length; k++) { Place(submissions[accepted[k].Item], accepted[k].Decision.State, results[k], out replies[accepted[k].Item], children); }
        }
        finally
        {
            scope.Gate.LeaveAll(gates);
            _arriving -= accepted.Count;
            scope.Writing--;
            scope.Written++;
        }
        if (children.Count > 0) { await lookAtParents(children, cancellation); }
    }

    private void Place(TaskSubmission submission, TaskState submitted, CommitResult result, out SubmitReply? reply, List<TaskState> children)
    {
        reply = Reply(submission, result);
        if (result.Outcome != CommitOutcome.Done) { return; }
        var state = submitted with { View = submitted.View with { Seq = result.Seq } };
        scope.Metrics.Submitted(state.View.Spec);
        foreach (var dependency in state.View.Spec.Dependencies) { scope.Memory.Parents.Add(state.Id, dependency.TaskId, dependency.OnFailure); }
        scope.Memory.Place(state, scope.Now());
        if (state.View.Spec.Dependencies.Length > 0) { children.Add(state); }
    }

    private SubmitReply? Refusal(TaskSpec spec, QueueSettings settings, Dictionary<string, ParentResult> parents, int accepted)
    {
        for (var k = 0; k < spec.Dependencies.Length; k++)
        {
            var parent = spec.Dependencies[k].TaskId;
            if (parent == spec.Id) { return Refuse(NexusError.Impossible, $"The task depends on itself: {parent} → {parent}.", $"dependencies[{k}]"); }
            if (!parents.ContainsKey(parent)) { return Refuse(NexusError.Impossible, $"There is no task '{parent}' to depend on: {spec.Id} → {parent}. Submit it first, or in the same batch.", $"dependencies[{k}]"); }
        }
        return scope.Memory.Backlog.Count + _elsewhere + _arriving + accepted >= settings.MaxLength
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
}
