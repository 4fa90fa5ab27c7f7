using System.Collections.Immutable;
using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Says why a task runs where it runs, or why it waits: the dominant reason first.</summary>
internal sealed class QueueExplainer(QueueScope scope)
{
    /// <summary>Explains one task of this queue.</summary>
    public async Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellation)
    {
        var state = await scope.Ledger.FindTaskAsync(taskId, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{taskId}'.");
        var view = state.View;
        if (view.Status != WorkStatus.Pending)
        {
            var assigned = (await scope.Ledger.TaskEventsAsync(taskId, cancellation)).LastOrDefault(happened => happened.Type == TaskEvents.Assigned);
            return new()
            {
                Status = view.Status,
                Summary = state.IsHeld ? $"Agent '{view.AssignedAgent}' has it, attempt {view.Attempt}." : view.ErrorMessage is { } error ? $"It ended as {view.Status.Wire()}: {error}" : $"It ended as {view.Status.Wire()}.",
                EffectivePriority = view.Spec.Priority,
                AssignmentJson = assigned?.DataJson,
            };
        }
        string[] skills = [view.Spec.Type.Wire(), .. view.Spec.Capabilities];
        var candidates = ImmutableArray.CreateBuilder<CandidateView>();
        foreach (var agent in (await scope.Ledger.AgentsAsync(cancellation)).Where(agent => agent.Profile.Queues.Contains(scope.Name)))
        {
            var removed = AgentSeat.Unfit(agent, skills, view.Spec.Resources) ?? (await HasRoomAsync(agent, view.Spec, cancellation) ? null : "capacity");
            candidates.Add(new(agent.Profile.Id, removed, agent.CurrentLoad, agent.Profile.MaxCapacity));
        }
        var waiting = scope.Memory.Backlog.Find(state.Seq);
        var (reason, summary, until) = Reason(state, waiting, candidates.ToImmutable());
        return new()
        {
            Status = view.Status,
            WaitReason = reason,
            Summary = summary,
            Until = until,
            WaitsFor = [.. scope.Memory.Parents.UnmetOf(taskId).Order(StringComparer.Ordinal)],
            Candidates = candidates.ToImmutable(),
            EffectivePriority = waiting is { Phase: WaitPhase.Ready } ? waiting.Level : view.Spec.Priority,
        };
    }

    /// <summary>Whether what an agent holds leaves room for the task, in units and in resources.</summary>
    private async Task<bool> HasRoomAsync(AgentView agent, TaskSpec spec, CancellationToken cancellation)
    {
        if (agent.CurrentLoad + spec.Units > agent.Profile.MaxCapacity) { return false; }
        if (agent.CurrentLoad == 0 || spec.Resources.Count == 0) { return true; }
        var hands = new AgentHands();
        foreach (var held in await scope.Ledger.HeldTasksAsync(agent.Profile.Id, cancellation)) { hands.Take(new(held.Id, held.View.Spec.Queue, held.View.Spec.Units, held.View.Spec.Resources)); }
        return hands.HasRoom(agent.Profile, new(spec.Id, spec.Queue, spec.Units, spec.Resources));
    }

    /// <summary>The first obstacle on the way to an agent: what no agent could change comes first.</summary>
    private (string Reason, string Summary, DateTimeOffset? Until) Reason(TaskState state, WaitingTask? waiting, ImmutableArray<CandidateView> candidates)
    {
        var now = scope.Now();
        var parents = scope.Memory.Parents.UnmetOf(state.Id);
        if (parents.Count > 0) { return ("dependency", $"It waits for {parents.Count} of its {state.View.Spec.Dependencies.Length} parents to end.", null); }
        if (state.View.NextAttemptAt > now) { return ("delay", state.View.RetryCount > 0 ? $"It failed and is tried again (retry {state.View.RetryCount} of {state.View.MaxRetries})." : "Its start time has not come.", state.View.NextAttemptAt); }
        if (!scope.Running) { return ("paused", "Coordination is stopped (POST /coordination/start).", null); }
        if (scope.Settings is { Paused: true }) { return ("paused", $"Queue '{scope.Name}' is paused (POST /queues/{scope.Name}/resume).", null); }
        if (candidates.All(candidate => candidate.Removed is not (null or "capacity")))
        {
            return ("no_capable_agent", candidates.Length == 0
                ? $"No agent serves queue '{scope.Name}'."
                : $"None of the {candidates.Length} agents of queue '{scope.Name}' can take it: {string.Join(", ", candidates.GroupBy(candidate => candidate.Removed).Select(group => $"{group.Count()} {group.Key}"))}.", null);
        }
        if (waiting is not null && scope.Memory.Backlog.HeldUntil(waiting.Key, now.UtcTicks) is { } until)
        {
            return until == long.MaxValue
                ? ("limit", $"Key '{waiting.Key}' has as many tasks running as it may.", null)
                : ("limit", $"Key '{waiting.Key}' starts no more tasks per second than it may.", new DateTimeOffset(until, TimeSpan.Zero));
        }
        return candidates.All(candidate => candidate.Removed is not null)
            ? ("no_capacity", "Every agent that can take it is full.", null)
            : ("turn", "An agent that can take it has room; it gets it when it asks and everything ahead in the order is served.", null);
    }
}
