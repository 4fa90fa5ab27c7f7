using System.Collections.Immutable;

namespace NexusActors.Crash;

/// <summary>Walks through the history of one task.</summary>
internal static class HistoryRules
{
    /// <summary>Clocks of one process are compared: what a timer may be early by.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(20);

    public static IEnumerable<Violation> Check(SubmittedTask task, ImmutableArray<TaskEvent> history, TimeSpan leaseTime)
    {
        if (history is [])
        {
            yield return new(Rules.NoneLost, task.Id, "has no history");
            yield break;
        }
        if (history[0].Type != EventTypes.Submitted || history.Count(happened => happened.Type == EventTypes.Submitted) != 1)
        {
            yield return new(Rules.EventOrder, task.Id, "its history does not begin with its only submission");
        }
        var ends = history.Count(happened => EventTypes.IsEnd(happened.Type));
        if (ends != 1)
        {
            yield return new(Rules.EndsOnce, task.Id, $"ended {ends} times");
        }
        if (ends > 0 && !EventTypes.IsEnd(history[^1].Type))
        {
            yield return new(Rules.EndsOnce, task.Id, $"{history[^1].Type} after its end");
        }
        foreach (var violation in Leases(task, history, leaseTime))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> Leases(SubmittedTask task, ImmutableArray<TaskEvent> history, TimeSpan leaseTime)
    {
        TaskEvent? open = null;
        var attempts = 0;
        foreach (var happened in history)
        {
            if (happened.Type == EventTypes.Assigned)
            {
                if (open is not null)
                {
                    yield return new(Rules.OneLease, task.Id, $"attempt {happened.Attempt} of {happened.AgentId} began while attempt {open.Attempt} of {open.AgentId} was open");
                }
                if (happened.Attempt != ++attempts)
                {
                    yield return new(Rules.AttemptsGrow, task.Id, $"attempt {happened.Attempt} where {attempts} was due");
                    attempts = happened.Attempt ?? attempts;
                }
                open = happened;
            }
            else if (EventTypes.EndsLease(happened.Type))
            {
                if (open is null && (happened.Type == EventTypes.Completed || !EventTypes.IsEnd(happened.Type)))
                {
                    yield return new(Rules.OneLease, task.Id, $"{happened.Type} of attempt {happened.Attempt} without an open lease");
                }
                else if (open is not null && (happened.Attempt != open.Attempt || (happened.AgentId is not null && happened.AgentId != open.AgentId)))
                {
                    yield return new(Rules.OneLease, task.Id, $"{happened.Type} of attempt {happened.Attempt} by {happened.AgentId} while attempt {open.Attempt} of {open.AgentId} was open");
                }
                else if (happened.Type == EventTypes.LeaseLost && happened.At - open!.At < leaseTime - Tolerance)
                {
                    yield return new(Rules.LeaseTime, task.Id, $"attempt {open.Attempt} was taken away after {(happened.At - open.At).TotalSeconds:F3} s, before its {leaseTime.TotalSeconds} s were over");
                }
                open = null;
            }
        }
    }
}
