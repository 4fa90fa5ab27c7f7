using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using NexusActors.Errors;
using NexusActors.Learning;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// The ledger's contract in memory. Every call takes a moment before and a moment after its effect, so that answers can be stale; storage fails when the test says so.
/// It refuses what must never be asked of it.
/// </summary>
internal sealed class SimulatedLedger(SimulatedThread thread, SimulatedClock clock) : ILedger
{
    private readonly Dictionary<string, TaskState> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _ids = [];
    private readonly Dictionary<string, ImmutableArray<LedgerEvent>> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);

    /// <summary>How often a call fails.</summary>
    public double FaultRate { get; set; }

    public Dictionary<string, QueueSettings> Queues { get; } = new(StringComparer.Ordinal);
    public List<AgentView> Agents { get; } = [];
    public Dictionary<string, int> Loads { get; } = new(StringComparer.Ordinal);
    public IReadOnlyCollection<TaskState> Tasks => _tasks.Values;

    /// <summary>Most tasks of a key that may run at once; null: not watched.</summary>
    public int? ConcurrencyMax { get; set; }

    public TaskState? Find(string id) => _tasks.GetValueOrDefault(id);

    public IEnumerable<LedgerEvent> EventsOf(string id) => _events.GetValueOrDefault(id, []);

    /// <summary>Writes at once, as another activation would.</summary>
    public CommitResult Write(LedgerEntry entry)
    {
        if (entry.Operation is { } operation && _operations.GetValueOrDefault(operation.Key) is { } first)
        {
            return first.BodyHash == operation.BodyHash ? new(CommitOutcome.Repeated, FirstAnswer: first.Answer) : new(CommitOutcome.KeyReused);
        }
        var result = Apply(entry.Change!);
        if (result.Outcome != CommitOutcome.Done) { return result; }
        if (entry.Operation is { } done) { _operations.Add(done.Key, done); }
        foreach (var happened in entry.Events) { if (happened.TaskId is { } id) { _events[id] = _events.GetValueOrDefault(id, []).Add(happened); } }
        foreach (var tally in entry.Tallies) { Loads[tally.AgentId] = Loads.GetValueOrDefault(tally.AgentId) + tally.Load; }
        return result;
    }

    public async Task<ImmutableArray<CommitResult>> CommitAsync(ImmutableArray<LedgerEntry> entries, CancellationToken cancellation)
    {
        await BeginAsync();
        var results = entries.Select(entry => entry.Change is null ? new CommitResult(CommitOutcome.Done) : Write(entry)).ToImmutableArray();
        await thread.Turn();
        return results;
    }

    private CommitResult Apply(LedgerChange change)
    {
        switch (change)
        {
            case TaskInsert insert when _tasks.ContainsKey(insert.Task.Id):
                return new(CommitOutcome.Exists);
            case TaskInsert insert:
                var seq = _tasks.Count + 1L;
                Assert.All(insert.Task.View.Spec.Dependencies, dependency => Assert.True(_tasks.ContainsKey(dependency.TaskId)));
                _tasks.Add(insert.Task.Id, insert.Task with { View = insert.Task.View with { Seq = seq } });
                _ids.Add(seq, insert.Task.Id);
                return new(CommitOutcome.Done, seq);
            case TaskUpdate update when _tasks[update.Next.Id].View.Version != update.Next.View.Version - 1:
                return new(CommitOutcome.Conflict);
            case TaskUpdate update:
                var before = _tasks[update.Next.Id];
                Assert.Equal(before.View.Status, update.From);
                Assert.Equal((before.Seq, before.View.Spec), (update.Next.Seq, update.Next.View.Spec));
                if (!before.IsHeld && update.Next.IsHeld) { CheckLease(before, update.Next); }
                _tasks[update.Next.Id] = update.Next;
                return new(CommitOutcome.Done, Children: update.Next.IsFinal ? Children(update.Next.Id) : default);
            default:
                return new(CommitOutcome.Done);
        }
    }

    /// <summary>What must hold whenever a task is given out.</summary>
    private void CheckLease(TaskState before, TaskState next)
    {
        Assert.True(_tokens.Add(next.Token!), "a token was used twice");
        Assert.False(before.View.NextAttemptAt > clock.Now, "before its time");
        foreach (var parent in before.View.Spec.Dependencies)
        {
            var status = _tasks[parent.TaskId].View.Status;
            // A parent that ended without success lets its child run by the rule, also when it is taken up again later.
            Assert.True(status == WorkStatus.Completed || (parent.OnFailure == ParentFailureRule.Run && EventsOf(parent.TaskId).Any(happened => happened.Type is TaskEvents.Failed or TaskEvents.Cancelled)), $"{before.Id} starts though its parent {parent.TaskId} is {status} ({parent.OnFailure}): {Story(before.Id)}; {Story(parent.TaskId)}");
        }
        var key = before.View.Spec.Key;
        if (key is not null && ConcurrencyMax is { } max)
        {
            Assert.True(_tasks.Values.Count(task => task.IsHeld && task.View.Spec.Key == key && task.View.Spec.Queue == before.View.Spec.Queue) < max, $"too many of key {key}");
        }
    }

    /// <summary>A task's events, for people.</summary>
    public string Story(string id) => $"{id}: {string.Join(' ', EventsOf(id).Select(happened => $"{happened.Type[5..]}@{(happened.At - Sample.Start).TotalSeconds}"))}";

    private ImmutableArray<ChildEdge> Children(string parent) =>
        [.. _tasks.Values.Where(task => task.View.Spec.Dependencies.Any(dependency => dependency.TaskId == parent)).OrderBy(task => task.Seq).Select(task => new ChildEdge(task.Id, task.View.Spec.Queue, QueueSlots.Of(task.View.Spec.Key)))];

    private async Task BeginAsync()
    {
        await thread.Turn();
        if (thread.Chance(FaultRate)) { throw new NexusException(NexusError.StorageUnavailable, "simulated"); }
    }

    private async Task<T> ReadAsync<T>(Func<T> read)
    {
        await BeginAsync();
        var answer = read();
        await thread.Turn();
        return answer;
    }

    public Task<TaskState?> FindTaskAsync(string id, CancellationToken cancellation) => ReadAsync(() => Find(id));

    public Task<ImmutableArray<TaskState>> FindTasksAsync(ImmutableArray<long> seqs, CancellationToken cancellation) =>
        ReadAsync(() => seqs.Where(_ids.ContainsKey).Select(seq => _tasks[_ids[seq]]).ToImmutableArray());

    public async IAsyncEnumerable<ImmutableArray<TaskState>> LiveTasksAsync(string queue, SlotRange slots, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var live = await ReadAsync(() => _tasks.Values.Where(task => !task.IsFinal && task.View.Spec.Queue == queue && slots.Has(QueueSlots.Of(task.View.Spec.Key))).OrderBy(task => task.Seq).ToList());
        foreach (var page in live.Chunk(2)) { yield return [.. page]; }
    }

    public Task<ImmutableArray<ParentEdge>> LiveEdgesAsync(string queue, SlotRange slots, CancellationToken cancellation) => ReadAsync(() => _tasks.Values
        .Where(task => !task.IsFinal && task.View.Spec.Queue == queue && slots.Has(QueueSlots.Of(task.View.Spec.Key))).OrderBy(task => task.Seq)
        .SelectMany(task => task.View.Spec.Dependencies.Select(parent => new ParentEdge(task.Seq, parent.TaskId, _tasks[parent.TaskId].View.Status, parent.OnFailure, _tasks[parent.TaskId].View.CompletedAt)))
        .ToImmutableArray());

    public Task<ImmutableArray<ParentResult>> OutcomesAsync(ImmutableArray<string> ids, CancellationToken cancellation) =>
        ReadAsync(() => ids.Where(_tasks.ContainsKey).Select(id => new ParentResult(id, _tasks[id].View.Status, _tasks[id].View.ResultJson)).ToImmutableArray());

    public Task<ImmutableArray<ChildEdge>> ChildrenAsync(string parentId, CancellationToken cancellation) => ReadAsync(() => Children(parentId));

    public Task<ImmutableArray<string>> FailedTasksAsync(string queue, int max, CancellationToken cancellation) =>
        ReadAsync(() => _tasks.Values.Where(task => task.View.Spec.Queue == queue && task.View.Status == WorkStatus.Failed).OrderBy(task => task.Seq).Take(max).Select(task => task.Id).ToImmutableArray());

    public Task<QueueSettings?> FindQueueAsync(string name, CancellationToken cancellation) => ReadAsync(() => Queues.GetValueOrDefault(name));

    public Task<string?> FindSettingAsync(string name, CancellationToken cancellation) => ReadAsync(() => (string?)null);

    public Task<Operation?> FindOperationAsync(string key, CancellationToken cancellation) => ReadAsync(() => _operations.GetValueOrDefault(key));

    public Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellation) => ReadAsync(() => Agents.Select(agent => agent with { CurrentLoad = Loads.GetValueOrDefault(agent.Profile.Id) }).ToImmutableArray());

    public Task<ImmutableArray<TaskState>> HeldTasksAsync(string agentId, CancellationToken cancellation) => ReadAsync(() => _tasks.Values.Where(task => task.IsHeld && task.View.AssignedAgent == agentId).ToImmutableArray());

    public Task<ImmutableArray<EventView>> TaskEventsAsync(string taskId, CancellationToken cancellation) =>
        ReadAsync(() => EventsOf(taskId).Select((happened, i) => new EventView { Seq = i + 1, At = happened.At, Type = happened.Type, TaskId = taskId, DataJson = happened.DataJson }).ToImmutableArray());

    public Task<ImmutableArray<(string Name, QueueSettings Settings)>> QueuesAsync(CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<TaskState>> ListTasksAsync(TaskFilter filter, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<(string Queue, WorkStatus Status, long Count)>> CountTasksAsync(CancellationToken cancellation) =>
        ReadAsync(() => _tasks.Values.CountBy(task => (task.View.Spec.Queue, task.View.Status)).Select(count => (count.Key.Queue, count.Key.Status, (long)count.Value)).ToImmutableArray());

    public Task<AgentView?> FindAgentAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<string>> SilentAgentsAsync(DateTimeOffset before, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<EventPage> ReadEventsAsync(long after, EventFilter filter, int max, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<long> LastEventAsync(CancellationToken cancellation) => throw new NotSupportedException();
    public Task WaitForEventAsync(long after, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<Experience?> FindExperienceAsync(string id, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<Experience>> ListExperiencesAsync(ExperienceFilter filter, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<(string Stream, long NewestSeq)>> ExperienceStreamsAsync(CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ExperienceCounts> CountExperiencesAsync(DateTimeOffset recentSince, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<Document?> FindDocumentAsync(string kind, string id, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ImmutableArray<Document>> ListDocumentsAsync(DocumentFilter filter, CancellationToken cancellation) => throw new NotSupportedException();
}
