using System.Collections.Immutable;

namespace NexusActors.Crash;

/// <summary>Compares what was asked for, the ledger and the agents' own records. Pure: it reads nothing but its argument.</summary>
internal static class CrashChecker
{
    /// <summary>Every rule that was broken; empty when all hold.</summary>
    public static ImmutableArray<Violation> Check(CrashRecord record)
    {
        var history = record.Events.ToLookup(happened => happened.TaskId, StringComparer.Ordinal);
        return
        [
            .. NoneLost(record),
            .. EventOrder(record),
            .. record.Submitted.SelectMany(task => HistoryRules.Check(task, [.. history[task.Id]], record.LeaseTime)),
            .. Outcomes(record),
            .. Parents(record, history),
            .. Limits(record, history),
            .. Experiences(record, history),
            .. JournalRules.Check(record, history),
            .. OverlapRules.Check(record),
        ];
    }

    private static IEnumerable<Violation> NoneLost(CrashRecord record)
    {
        var stored = record.Tasks.CountBy(task => task.Id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var task in record.Submitted)
        {
            if (!stored.Remove(task.Id, out var count))
            {
                yield return new(Rules.NoneLost, task.Id, "acknowledged and not in the ledger");
            }
            else if (count != 1)
            {
                yield return new(Rules.NoneLost, task.Id, $"in the ledger {count} times");
            }
        }
        foreach (var (id, _) in stored)
        {
            yield return new(Rules.NoneLost, id, "in the ledger and never submitted");
        }
    }

    private static IEnumerable<Violation> EventOrder(CrashRecord record)
    {
        for (var i = 1; i < record.Events.Length; i++)
        {
            if (record.Events[i].Seq <= record.Events[i - 1].Seq)
            {
                yield return new(Rules.EventOrder, record.Events[i].TaskId, $"event {record.Events[i].Seq} follows {record.Events[i - 1].Seq}");
            }
        }
    }

    /// <summary>Parents come first in the submissions, so each expected end follows from those before it.</summary>
    private static IEnumerable<Violation> Outcomes(CrashRecord record)
    {
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        var stored = record.Tasks.DistinctBy(task => task.Id).ToDictionary(task => task.Id, StringComparer.Ordinal);
        foreach (var task in record.Submitted)
        {
            var broken = task.Parents.Where(edge => edge.OnFailure != "run" && expected[edge.Parent] != "completed").Select(edge => edge.OnFailure).ToHashSet();
            // With several broken edges the one whose news came first decides.
            string[] ends = broken.Count == 0 ? [task.Poison ? "failed" : "completed"] : [.. broken.Select(rule => rule == "fail" ? "failed" : "cancelled")];
            expected[task.Id] = stored.TryGetValue(task.Id, out var found) && ends.Contains(found.Status) ? found.Status : ends[0];
            if (found is not null && found.Status != expected[task.Id])
            {
                yield return new(Rules.Outcome, task.Id, $"is {found.Status}, expected {string.Join(" or ", ends)}");
            }
        }
    }

    private static IEnumerable<Violation> Parents(CrashRecord record, ILookup<string, TaskEvent> history)
    {
        foreach (var task in record.Submitted)
        {
            var start = history[task.Id].FirstOrDefault(happened => happened.Type == EventTypes.Assigned);
            if (start is null)
            {
                continue;
            }
            foreach (var edge in task.Parents)
            {
                var end = history[edge.Parent].FirstOrDefault(happened => EventTypes.IsEnd(happened.Type));
                if (end is null || end.Seq > start.Seq)
                {
                    yield return new(Rules.Parents, task.Id, $"started before its parent {edge.Parent} ended");
                }
                else if (edge.OnFailure != "run" && end.Type != EventTypes.Completed)
                {
                    yield return new(Rules.Parents, task.Id, $"started although its parent {edge.Parent} ended with {end.Type}");
                }
            }
        }
    }

    private static IEnumerable<Violation> Limits(CrashRecord record, ILookup<string, TaskEvent> history)
    {
        var limits = record.Submitted.DistinctBy(task => task.Id).ToDictionary(task => task.Id, StringComparer.Ordinal);
        foreach (var task in record.Tasks.Where(task => limits.ContainsKey(task.Id)))
        {
            var retries = history[task.Id].Count(happened => happened.Type == EventTypes.AttemptFailed);
            var losses = history[task.Id].Count(happened => happened.Type == EventTypes.LeaseLost);
            if (retries > limits[task.Id].MaxRetries || losses > limits[task.Id].MaxLosses)
            {
                yield return new(Rules.Limits, task.Id, $"{retries} retries and {losses} losses; allowed are {limits[task.Id].MaxRetries} and {limits[task.Id].MaxLosses}");
            }
            // The loss that is one too many ends the task, and its event is that of the end.
            var last = losses == limits[task.Id].MaxLosses && task.Status == "failed" && task.LossCount == losses + 1 ? 1 : 0;
            if (retries != task.RetryCount || losses + last != task.LossCount)
            {
                yield return new(Rules.Limits, task.Id, $"counts {task.RetryCount} retries and {task.LossCount} losses; its history shows {retries} and {losses}");
            }
            var attempts = history[task.Id].Count(happened => happened.Type == EventTypes.Assigned);
            if (attempts != task.Attempt)
            {
                yield return new(Rules.AttemptsGrow, task.Id, $"is at attempt {task.Attempt}; its history shows {attempts}");
            }
        }
    }

    private static IEnumerable<Violation> Experiences(CrashRecord record, ILookup<string, TaskEvent> history)
    {
        var stored = record.Experiences.CountBy(id => id, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var task in record.Tasks)
        {
            var end = history[task.Id].FirstOrDefault(happened => EventTypes.IsEnd(happened.Type));
            if (end is null || task.Attempt == 0)
            {
                continue;
            }
            var id = $"task:{task.Id}:{task.Attempt}";
            stored.Remove(id, out var count);
            if (count != 1)
            {
                yield return new(Rules.Experiences, task.Id, $"{count} experiences {id}");
            }
        }
        foreach (var (id, _) in stored)
        {
            yield return new(Rules.Experiences, id, "an experience of no finished task");
        }
    }
}
