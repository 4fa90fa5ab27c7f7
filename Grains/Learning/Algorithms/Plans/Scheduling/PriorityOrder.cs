using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>Among schedules that are equally good, brings what matters more forward: shifts single activities in the list, and keeps what lowers the weighted sum of starts and breaks nothing.</summary>
internal static class PriorityOrder
{
    private const int RoundsPerActivity = 200;
    private const int RoundsMax = 20_000;
    private const int PollEvery = 64;

    /// <param name="project">What was scheduled.</param>
    /// <param name="starts">A schedule that keeps every rule.</param>
    /// <param name="weights">By activity.</param>
    /// <param name="latestEnds">By activity: an end that must not be passed, where the schedule does not pass it already.</param>
    /// <param name="seed">The same seed gives the same order.</param>
    /// <param name="enough">Asked now and then: the best so far is the answer. Null: never.</param>
    /// <returns>A schedule that is no longer, passes no latest end by more than the given one does, and has a weighted sum of starts at most as high.</returns>
    public static ImmutableArray<int> Improve(Project project, ImmutableArray<int> starts, ImmutableArray<double> weights, ImmutableArray<int> latestEnds, ulong seed, Func<bool>? enough = null)
    {
        if (project.Count == 0) { return starts; }
        var (random, lists, decoder) = (new Xoshiro256(seed), new ActivityLists(project), new Justification(project));
        var length = project.Length(starts.AsSpan());
        int[] given = [.. starts.Select((start, i) => start + project.Activities[i].Duration)];
        int[] most = [.. given.Select((end, i) => Math.Max(end, latestEnds[i]))];
        var (list, ends) = (new int[project.Count], new int[project.Count]);
        decoder.ListOf(given, length, list);
        decoder.Decode(list, ends);
        var (best, cost) = (ends.ToArray(), Cost(ends));
        var trial = new int[project.Count];
        for (var round = 0; round < Math.Min(RoundsMax, RoundsPerActivity * project.Count); round++)
        {
            if (round % PollEvery == 0 && enough?.Invoke() == true) { break; }
            list.CopyTo(trial, 0);
            lists.Shift(random, trial);
            if (decoder.Decode(trial, ends) > length || Enumerable.Range(0, ends.Length).Any(i => ends[i] > most[i]) || Cost(ends) > cost) { continue; }
            (list, trial, cost) = (trial, list, Cost(ends));
            ends.CopyTo(best, 0);
        }
        return [.. best.Select((end, i) => end - project.Activities[i].Duration)];

        double Cost(int[] ends)
        {
            var sum = 0.0;
            for (var i = 0; i < ends.Length; i++) { sum += weights[i] * (ends[i] - project.Activities[i].Duration); }
            return sum;
        }
    }
}
