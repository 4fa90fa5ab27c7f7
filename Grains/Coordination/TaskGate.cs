namespace NexusActors.Coordination;

/// <summary>
/// Lets one turn at a time work on a task, in the order of arrival. A queue grain is reentrant: while one turn awaits its commit, another may come for the same task;
/// this keeps what the queue remembers in step with what the ledger holds. For use on one grain's scheduler only.
/// </summary>
internal sealed class TaskGate
{
    private readonly Dictionary<string, Queue<TaskCompletionSource>?> _busy = new(StringComparer.Ordinal);

    /// <summary>Waits until the task is free and takes it.</summary>
    public async Task EnterAsync(string taskId, CancellationToken cancellation)
    {
        if (_busy.TryAdd(taskId, null)) { return; }
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_busy[taskId] ??= new()).Enqueue(turn);
        try { await turn.Task.WaitAsync(cancellation); }
        catch (OperationCanceledException)
        {
            // Handed over in the very moment of giving up: pass it on.
            if (!turn.TrySetCanceled(cancellation)) { Leave(taskId); }
            throw;
        }
    }

    /// <summary>Frees the task for the next turn.</summary>
    public void Leave(string taskId)
    {
        while (_busy[taskId] is { Count: > 0 } waiting)
        {
            if (waiting.Dequeue().TrySetResult()) { return; }
        }
        _busy.Remove(taskId);
    }

    /// <summary>Takes several tasks, in one order for all callers so that no two wait for each other.</summary>
    public async Task<string[]> EnterAllAsync(IEnumerable<string> taskIds, CancellationToken cancellation)
    {
        string[] ids = [.. taskIds];
        if (ids.Length > 1) { ids = [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]; }
        for (var i = 0; i < ids.Length; i++)
        {
            try { await EnterAsync(ids[i], cancellation); }
            catch (OperationCanceledException)
            {
                LeaveAll(ids.AsSpan(0, i));
                throw;
            }
        }
        return ids;
    }

    /// <summary>Frees several tasks.</summary>
    public void LeaveAll(ReadOnlySpan<string> taskIds)
    {
        foreach (var id in taskIds) { Leave(id); }
    }
}
