using System.Collections.Immutable;
using NexusActors.Coordination;
using NexusActors.Learning;

namespace NexusActors.Ledger;

/// <summary>The ledger as it is meant, in memory and in the plainest way: what an adapter is compared with.</summary>
internal sealed class LedgerModel
{
    public Dictionary<string, TaskState> Tasks { get; } = [];

    public SortedDictionary<string, AgentView> Agents { get; } = new(StringComparer.Ordinal);

    public List<EventView> Events { get; } = [];

    public List<Experience> Experiences { get; } = [];

    public Dictionary<string, Operation> Operations { get; } = [];

    public SortedDictionary<string, QueueSettings> Queues { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Settings { get; } = [];

    public Dictionary<(string Kind, string Id), Document> Documents { get; } = [];

    /// <summary>Applies an entry.</summary>
    /// <param name="entry">What is asked.</param>
    /// <param name="given">The number that the ledger gave to a new task or experience; the model cannot know it, for an adapter may leave numbers out.</param>
    public CommitResult Apply(LedgerEntry entry, long given)
    {
        if (entry.Operation is { } asked && Operations.TryGetValue(asked.Key, out var first))
        {
            return first.BodyHash == asked.BodyHash ? new(CommitOutcome.Repeated, FirstAnswer: first.Answer) : new(CommitOutcome.KeyReused);
        }
        var result = entry.Change is null ? new(CommitOutcome.Done) : Apply(entry.Change, given);
        if (result.Outcome != CommitOutcome.Done) { return result; }
        foreach (var item in entry.Events)
        {
            Events.Add(new() { At = item.At, Type = item.Type, TaskId = item.TaskId, AgentId = item.AgentId, Queue = item.Queue, DataJson = item.DataJson });
        }
        if (entry.Experience is { } gained && Experiences.All(experience => experience.Id != gained.Id)) { Experiences.Add(gained); }
        foreach (var tally in entry.Tallies) { Apply(tally); }
        foreach (var touch in entry.Touches) { Apply(touch); }
        if (entry.Operation is { } operation) { Operations.Add(operation.Key, operation); }
        return result;
    }

    public ImmutableArray<ChildEdge> Children(string parent) =>
        [.. Tasks.Values.OrderBy(task => task.Seq).Where(task => task.View.Spec.Dependencies.Any(edge => edge.TaskId == parent)).Select(task => new ChildEdge(task.Id, task.View.Spec.Queue, QueueSlots.Of(task.View.Spec.Key)))];

    private CommitResult Apply(LedgerChange change, long given)
    {
        switch (change)
        {
            case TaskInsert(var task):
                if (Tasks.ContainsKey(task.Id)) { return new(CommitOutcome.Exists); }
                Assert.True(Tasks.Values.All(earlier => earlier.Seq < given), $"number {given} is not above those given before");
                Tasks.Add(task.Id, task.At(given));
                return new(CommitOutcome.Done, given);
            case TaskUpdate(var next, _):
                if (!Tasks.TryGetValue(next.Id, out var stored) || stored.View.Version != next.View.Version - 1) { return new(CommitOutcome.Conflict); }
                Tasks[next.Id] = next;
                return new(CommitOutcome.Done, Children: next.IsFinal ? Children(next.Id) : []);
            case AgentInsert(var agent):
                return new(Agents.TryAdd(agent.Profile.Id, agent) ? CommitOutcome.Done : CommitOutcome.Exists);
            case AgentUpdate(var agent):
                if (!Agents.TryGetValue(agent.Profile.Id, out var known)) { return new(CommitOutcome.Conflict); }
                Agents[agent.Profile.Id] = known with { Profile = agent.Profile, Active = agent.Active, Draining = agent.Draining };
                return new(CommitOutcome.Done);
            case AgentDelete(var id):
                return new(Agents.Remove(id) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case ExperienceInsert(var experience):
                if (Experiences.Any(one => one.Id == experience.Id)) { return new(CommitOutcome.Exists); }
                Experiences.Add(experience);
                return new(CommitOutcome.Done, given);
            case DocumentInsert(var document):
                return Documents.TryAdd((document.Kind, document.Id), document with { Seq = given }) ? new(CommitOutcome.Done, given) : new(CommitOutcome.Exists);
            case DocumentUpdate(var document):
                if (Documents.GetValueOrDefault((document.Kind, document.Id)) is not { } before || before.Version != document.Version - 1) { return new(CommitOutcome.Conflict); }
                Documents[(document.Kind, document.Id)] = document with { Seq = before.Seq, CreatedAt = before.CreatedAt };
                return new(CommitOutcome.Done);
            case DocumentDelete(var kind, var name, var version):
                return new(Documents.GetValueOrDefault((kind, name))?.Version == version && Documents.Remove((kind, name)) ? CommitOutcome.Done : CommitOutcome.Conflict);
            case QueuePut(var name, var settings):
                Queues[name] = settings;
                return new(CommitOutcome.Done);
            case SettingPut(var name, var value):
                Settings[name] = value;
                return new(CommitOutcome.Done);
            default:
                throw new InvalidOperationException(change.ToString());
        }
    }

    private void Apply(AgentTally tally)
    {
        if (!Agents.TryGetValue(tally.AgentId, out var agent)) { return; }
        Agents[tally.AgentId] = agent with
        {
            CurrentLoad = Math.Max(0, agent.CurrentLoad + tally.Load),
            Completed = agent.Completed + tally.Completed,
            Failed = agent.Failed + tally.Failed,
            Lost = agent.Lost + tally.Lost,
            BusySeconds = agent.BusySeconds + tally.BusySeconds,
        };
    }

    private void Apply(LedgerTouch touch)
    {
        if (touch is AgentSeen seen && Agents.TryGetValue(seen.AgentId, out var agent) && agent.LastHeartbeat < seen.At)
        {
            Agents[seen.AgentId] = agent with { LastHeartbeat = seen.At };
        }
        if (touch is TaskProgressed(var seq, var progress) && Tasks.Values.FirstOrDefault(task => task.Seq == seq) is { } task)
        {
            Tasks[task.Id] = task with { View = task.View with { ProgressJson = progress } };
        }
    }
}
