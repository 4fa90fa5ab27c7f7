namespace NexusActors.Coordination;

/// <summary>Rebuilds what a queue remembers from the ledger.</summary>
internal sealed class QueueLoader(QueueScope scope, QueueDispatch dispatch, QueueControl control)
{
    /// <summary>Name of the setting that holds the switch of coordination as a whole.</summary>
    public const string RunningSetting = "coordination.running";

    /// <summary>Reads settings, parents, tasks and agents.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        // The default queue is there from the first call on; its row follows.
        scope.Settings = await scope.Ledger.FindQueueAsync(scope.Name, cancellation) ?? (scope.Name == QueueNames.Default ? new() : null);
        scope.Running = await scope.Ledger.FindSettingAsync(RunningSetting, cancellation) != "false";
        var edges = (await scope.Ledger.LiveEdgesAsync(scope.Name, cancellation)).ToLookup(edge => edge.ChildSeq);
        await foreach (var page in scope.Ledger.LiveTasksAsync(scope.Name, cancellation))
        {
            foreach (var state in page)
            {
                if (state.View.Status == WorkStatus.Pending)
                {
                    // A parent that failed keeps its child waiting for the check below, which ends it.
                    foreach (var edge in edges[state.Seq].Where(edge => !(edge.ParentStatus == WorkStatus.Completed || (IsFinal(edge.ParentStatus) && edge.Rule == ParentFailureRule.Run))))
                    {
                        scope.Memory.Parents.Add(state.Id, edge.ParentId, edge.Rule);
                    }
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

    /// <summary>Takes the news that may have been lost with the silo that had to bring it: of agents and of parents.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await SeatAgentsAsync(cancellation);
        await CheckParentsAsync(cancellation);
    }

    /// <summary>Seats the agents that serve this queue and are not seated as they are.</summary>
    private async Task SeatAgentsAsync(CancellationToken cancellation)
    {
        foreach (var agent in await scope.Ledger.AgentsAsync(cancellation))
        {
            if (!agent.Profile.Queues.Contains(scope.Name)) { continue; }
            var seated = dispatch.Seats.GetValueOrDefault(agent.Profile.Id)?.Presence;
            if (seated is null || seated.Active != agent.Active || seated.Draining != agent.Draining || seated.Profile.Mode != agent.Profile.Mode)
            {
                dispatch.Seat(new() { Profile = agent.Profile, Active = agent.Active, Draining = agent.Draining, Load = agent.CurrentLoad });
            }
        }
    }

    /// <summary>Looks at the parents of all children that wait, and takes the news that did not come.</summary>
    private async Task CheckParentsAsync(CancellationToken cancellation)
    {
        if (scope.Memory.Parents.Count == 0) { return; }
        string[] parents = [.. scope.Memory.Parents.Children.SelectMany(scope.Memory.Parents.UnmetOf).Distinct(StringComparer.Ordinal)];
        foreach (var chunk in parents.Chunk(500))
        {
            var ended = (await scope.Ledger.OutcomesAsync([.. chunk], cancellation)).Where(parent => IsFinal(parent.Status)).ToDictionary(parent => parent.TaskId, parent => parent.Status, StringComparer.Ordinal);
            if (ended.Count == 0) { continue; }
            foreach (var (child, parent) in scope.Memory.Parents.Children.SelectMany(child => scope.Memory.Parents.UnmetOf(child).Where(ended.ContainsKey).Select(parent => (child, parent))).ToList())
            {
                await control.ParentEndedAsync(child, parent, ended[parent], cancellation);
            }
        }
    }

    private static bool IsFinal(WorkStatus status) => status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;
}
