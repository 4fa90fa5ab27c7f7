using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Rebuilds what a queue remembers from the ledger.</summary>
internal sealed class QueueLoader(QueueScope scope, QueueDispatch dispatch, QueueControl control)
{
    /// <summary>Name of the setting that holds the switch of coordination as a whole.</summary>
    public const string RunningSetting = "coordination.running";

    /// <summary>Reads parents, tasks and agents.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        scope.Running = await scope.Ledger.FindSettingAsync(RunningSetting, cancellation) != "false";
        var edges = (await scope.Ledger.LiveEdgesAsync(scope.Name, scope.Slots, cancellation)).ToLookup(edge => edge.ChildSeq);
        await foreach (var page in scope.Ledger.LiveTasksAsync(scope.Name, scope.Slots, cancellation))
        {
            foreach (var state in page.Where(state => scope.Has(state.View.Spec)))
            {
                if (state.View.Status == WorkStatus.Pending)
                {
                    // A parent that failed keeps its child waiting for the check below, which ends it; so does one that came after its edges were read.
                    var met = edges[state.Seq].Where(edge => new Dependency(edge.ParentId, edge.Rule).IsMetBy(edge.ParentStatus)).Select(edge => edge.ParentId).ToHashSet(StringComparer.Ordinal);
                    foreach (var parent in state.View.Spec.Dependencies.Where(parent => !met.Contains(parent.TaskId))) { scope.Memory.Parents.Add(state.Id, parent.TaskId, parent.OnFailure); }
                }
                scope.Memory.Restore(state, scope.Now(), edges[state.Seq].Max(edge => edge.ParentEndedAt));
            }
        }
        await SeatAgentsAsync(cancellation);
        foreach (var holder in scope.Memory.Holders.Where(holder => !dispatch.Seats.ContainsKey(holder)).ToList())
        {
            await control.TakeBackAsync(holder, state => TaskTransitions.Recall(state, "the agent is not registered any more", scope.Now()), cancellation);
        }
        await CheckParentsAsync(cancellation);
    }

    /// <summary>Takes the news that may have been lost with the silo that had to bring it: of agents, of parents, of assigned work.</summary>
    /// <returns>False: the facts know of more or fewer tasks than memory does (another activation wrote them); it must be made anew.</returns>
    public async Task<bool> CheckAsync(CancellationToken cancellation)
    {
        await SeatAgentsAsync(cancellation);
        await CheckParentsAsync(cancellation);
        await CheckChildrenAsync(cancellation);
        await CheckAssignedAsync(cancellation);
        return await CountsAgreeAsync(cancellation);
    }

    /// <summary>Compares counts, in a moment in which nothing is being written; in any other they cannot be compared, and are taken to agree. The counts are of whole queues: those of partitions are compared together.</summary>
    private async Task<bool> CountsAgreeAsync(CancellationToken cancellation)
    {
        var written = scope.Written;
        if (scope.Writing > 0 || !scope.IsWhole) { return true; }
        var stored = await LiveCountAsync(scope.Ledger, scope.Name, cancellation);
        return scope.Writing > 0 || scope.Written != written || stored == scope.Memory.Live;
    }

    /// <summary>How many tasks of a queue have not ended, by the facts.</summary>
    public static async Task<long> LiveCountAsync(ILedger ledger, string queue, CancellationToken cancellation) =>
        (await ledger.CountTasksAsync(cancellation)).Where(count => count.Queue == queue && !count.Status.IsFinal()).Sum(count => count.Count);

    /// <summary>Looks at the children that wait: nothing touches them meanwhile, so that an end written elsewhere would not be noticed.</summary>
    private async Task CheckChildrenAsync(CancellationToken cancellation)
    {
        foreach (var chunk in scope.Memory.Parents.Children.Chunk(500).ToList())
        {
            var ended = (await scope.Ledger.OutcomesAsync([.. chunk], cancellation)).Where(child => child.Status.IsFinal());
            await control.RereadAsync([.. ended.Select(child => child.TaskId)], cancellation);
        }
    }

    /// <summary>Looks at what passive agents hold. No lease of theirs runs out, so that a change written elsewhere would never be noticed.</summary>
    private async Task CheckAssignedAsync(CancellationToken cancellation)
    {
        foreach (var agent in scope.Memory.Holders.ToList())
        {
            var remembered = scope.Memory.HeldBy(agent).Select(id => scope.Memory.Held(id)!.State).Where(state => state.HeldBy == AgentMode.Passive).ToList();
            if (remembered.Count == 0) { continue; }
            var stored = (await scope.Ledger.HeldTasksAsync(agent, cancellation)).ToDictionary(state => state.Id, state => state.View.Version, StringComparer.Ordinal);
            await control.RereadAsync([.. remembered.Where(state => stored.GetValueOrDefault(state.Id) != state.View.Version).Select(state => state.Id)], cancellation);
        }
    }

    /// <summary>Seats the agents that serve this queue and are not seated as they are, and unseats those that are no more.</summary>
    private async Task SeatAgentsAsync(CancellationToken cancellation)
    {
        HashSet<string> before = [.. dispatch.Seats.Keys];
        foreach (var agent in await scope.Ledger.AgentsAsync(cancellation))
        {
            before.Remove(agent.Profile.Id);
            if (!agent.Profile.Queues.Contains(scope.Name)) { continue; }
            var seated = dispatch.Seats.GetValueOrDefault(agent.Profile.Id)?.Presence;
            if (seated is null || seated.Active != agent.Active || seated.Draining != agent.Draining || seated.Profile.Mode != agent.Profile.Mode)
            {
                dispatch.Seat(new() { Profile = agent.Profile, Active = agent.Active, Draining = agent.Draining, Load = agent.CurrentLoad });
            }
            else { dispatch.Seats[agent.Profile.Id].Load = agent.CurrentLoad; }
        }
        foreach (var gone in before) { dispatch.Unseat(gone); }
    }

    /// <summary>Looks at the parents of all children that wait, and takes the news that did not come.</summary>
    private async Task CheckParentsAsync(CancellationToken cancellation)
    {
        if (scope.Memory.Parents.Count == 0) { return; }
        string[] parents = [.. scope.Memory.Parents.Children.SelectMany(scope.Memory.Parents.UnmetOf).Distinct(StringComparer.Ordinal)];
        foreach (var chunk in parents.Chunk(500))
        {
            var ended = (await scope.Ledger.OutcomesAsync([.. chunk], cancellation)).Where(parent => parent.Status.IsFinal()).ToDictionary(parent => parent.TaskId, parent => parent.Status, StringComparer.Ordinal);
            if (ended.Count == 0) { continue; }
            foreach (var (child, parent) in scope.Memory.Parents.Children.SelectMany(child => scope.Memory.Parents.UnmetOf(child).Where(ended.ContainsKey).Select(parent => (child, parent))).ToList())
            {
                await control.ParentEndedAsync(child, parent, ended[parent], cancellation);
            }
        }
    }
}
