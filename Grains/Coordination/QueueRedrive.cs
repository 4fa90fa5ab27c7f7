using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>Takes ended tasks up again. Their parents count again: one that has not ended is waited for, and below one that failed nothing is taken up.</summary>
internal sealed class QueueRedrive(QueueScope scope, QueueControl control)
{
    /// <summary>Takes one task up again.</summary>
    public async Task<TaskView> RedriveAsync(string taskId, CancellationToken cancellation)
    {
        var state = await control.FindAsync(taskId, cancellation) ?? throw new NexusException(NexusError.NotFound, $"There is no task '{taskId}'.");
        var parents = await scope.ReadParentsAsync(state.View.Spec.Dependencies, cancellation);
        try
        {
            var view = await control.ActAsync(taskId, known => Decide(known, parents), cancellation);
            await control.LookAtParentsAsync([state], cancellation);
            return view;
        }
        catch
        {
            Forget(state);
            throw;
        }
    }

    /// <summary>Takes failed tasks up again, oldest first, children after their parents. Those that another call takes up meanwhile, and those below a parent that stays failed, are passed over.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RedriveFailedAsync(int max, CancellationToken cancellation)
    {
        List<TaskState> left = [];
        foreach (var id in await scope.Ledger.FailedTasksAsync(scope.Name, max, cancellation))
        {
            if (await control.FindAsync(id, cancellation) is { View.Status: WorkStatus.Failed } state) { left.Add(state); }
        }
        var done = 0;
        while (left.Count > 0)
        {
            var parents = await scope.ReadParentsAsync(left.SelectMany(state => state.View.Spec.Dependencies), cancellation);
            var wave = left.Where(state => BrokenBy(state, parents) is null).ToList();
            if (wave.Count == 0) { break; }
            try
            {
                done += await control.ActOnAllAsync([.. wave.Select(state => state.Id)], known => known.View.Status == WorkStatus.Failed ? Decide(known, parents) : TaskDecision.Same(known), cancellation);
            }
            finally { wave.ForEach(Forget); }
            await control.LookAtParentsAsync(wave, cancellation);
            left.RemoveAll(wave.Contains);
        }
        return done;
    }

    /// <summary>Writes down the parents to wait for before the commit places the task.</summary>
    private TaskDecision Decide(TaskState state, Dictionary<string, ParentResult> parents)
    {
        var decision = TaskTransitions.Redrive(state, scope.Now());
        if (!decision.Changes) { return decision; }
        if (BrokenBy(state, parents) is { } broken)
        {
            return TaskDecision.Refuse(state, NexusError.WrongState, $"Its parent '{broken}' is {parents[broken].Status.Wire()}. Take that one up first (POST /tasks/{{id}}/redrive).");
        }
        foreach (var dependency in state.View.Spec.Dependencies)
        {
            if (!parents[dependency.TaskId].Status.IsFinal()) { scope.Memory.Parents.Add(state.Id, dependency.TaskId, dependency.OnFailure); }
        }
        return decision;
    }

    /// <summary>What was not taken up after all waits for nobody.</summary>
    private void Forget(TaskState state)
    {
        if (scope.Memory.Backlog.Find(state.Seq) is null) { scope.Memory.Parents.Remove(state.Id); }
    }

    /// <summary>The parent that forbids a task to run; null: none does.</summary>
    public static string? BrokenBy(TaskState state, Dictionary<string, ParentResult> parents) => state.View.Spec.Dependencies
        .FirstOrDefault(dependency => dependency.OnFailure != ParentFailureRule.Run && parents[dependency.TaskId].Status is WorkStatus.Failed or WorkStatus.Cancelled)?.TaskId;
}
