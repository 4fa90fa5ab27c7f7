using System.Collections.Immutable;
using NexusActors.Errors;
using Orleans.Concurrency;

namespace NexusActors.Coordination;

/// <summary>Takes batches whose items lie in several queues or partitions.</summary>
[GrainType("intake"), StatelessWorker, Reentrant]
internal sealed class IntakeGrain(QueueRoutes routes) : Grain, IIntakeGrain
{
    private const int PathMax = 20;
    private const int RunMax = 2_000;                // so that a queue answers within the time of a call

    public async Task<ImmutableArray<SubmitReply>> SubmitAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation)
    {
        string[] ids = [.. submissions.Select(submission => submission.Spec.Id)];
        var (order, levels, cycle) = DependencyGraph.Sort(ids, i => submissions[i].Spec.Dependencies.Select(dependency => dependency.TaskId));
        var crosses = await CrossesAsync(submissions, cancellation);
        order = [.. order.OrderBy(i => crosses ? levels[i] : 0).ThenBy(i => submissions[i].Spec.Queue, StringComparer.Ordinal)];
        var replies = new SubmitReply?[submissions.Length];
        // Runs of one queue go together; a run ends where the order moves to another queue, or may move to another partition.
        for (var from = 0; from < order.Count;)
        {
            var queue = submissions[order[from]].Spec.Queue;
            var to = from + 1;
            while (to < order.Count && to - from < RunMax && submissions[order[to]].Spec.Queue == queue && (!crosses || levels[order[to]] == levels[order[from]])) { to++; }
            int[] run = [.. order[from..to]];
            var answers = await SubmitRunAsync(queue, [.. run.Select(i => submissions[i])], from == 0, cancellation);
            for (var k = 0; k < run.Length; k++) { replies[run[k]] = answers[k]; }
            from = to;
        }
        var refusal = cycle is null ? null : $"The batch has a dependency cycle: {Path(cycle)}.";
        return [.. replies.Select((reply, i) => reply ?? new() { TaskId = ids[i], Error = NexusError.Impossible, Message = refusal, Field = "dependencies" })];
    }

    /// <summary>A path of ids for a message; the middle of a long one is left out.</summary>
    private static string Path(IReadOnlyList<string> ids) => ids.Count <= PathMax
        ? string.Join(" → ", ids)
        : $"{string.Join(" → ", ids.Take(PathMax / 2))} → … {ids.Count - PathMax} more … → {string.Join(" → ", ids.TakeLast(PathMax / 2))}";

    /// <summary>Whether an item may depend on an item of another queue or partition; only then must those before be on disk when those after are handed in.</summary>
    private async Task<bool> CrossesAsync(ImmutableArray<TaskSubmission> submissions, CancellationToken cancellation)
    {
        if (submissions.All(submission => submission.Spec.Dependencies.Length == 0)) { return false; }
        var queues = submissions.DistinctBy(submission => submission.Spec.Id, StringComparer.Ordinal).ToDictionary(submission => submission.Spec.Id, submission => submission.Spec.Queue, StringComparer.Ordinal);
        HashSet<string> divided = new(StringComparer.Ordinal);
        foreach (var queue in queues.Values.Distinct(StringComparer.Ordinal)) { if ((await routes.MapAsync(queue, cancellation)).Partitions > 1) { divided.Add(queue); } }
        return submissions.Any(submission => submission.Spec.Dependencies.Any(dependency => queues.TryGetValue(dependency.TaskId, out var queue) && (queue != submission.Spec.Queue || divided.Contains(queue))));
    }

    /// <summary>
    /// Hands a run to its queue. What fails as a whole after an earlier run was taken, or in one partition of several, is refused item by item: the answers to the others must not be lost.
    /// </summary>
    private async Task<ImmutableArray<SubmitReply>> SubmitRunAsync(string queue, ImmutableArray<TaskSubmission> run, bool first, CancellationToken cancellation) => ImmutableArray.Create(await routes.ScatterAsync(
        queue,
        run,
        submission => QueueSlots.Of(submission.Spec.Key),
        async (place, items) =>
        {
            try { return await place.SubmitAsync(items, cancellation); }
            catch (NexusException refusal) when (refusal.Error != NexusError.Moved && (refusal.Error == NexusError.Impossible || !first || items.Length < run.Length))
            {
                return [.. items.Select(submission => new SubmitReply { TaskId = submission.Spec.Id, Error = refusal.Error, Message = refusal.Message, Field = refusal.Field })];
            }
        },
        cancellation));
}
