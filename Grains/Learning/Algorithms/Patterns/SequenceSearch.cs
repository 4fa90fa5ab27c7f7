using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Patterns;

/// <summary>How sequences are looked for.</summary>
internal sealed record SequenceSettings
{
    /// <summary>Actions at most.</summary>
    public int LengthMax { get; init; } = 4;

    /// <summary>Other actions that may lie between two of a sequence.</summary>
    public int GapMax { get; init; } = 2;

    /// <summary>Runs that must have it, and at least a hundredth of all.</summary>
    public int SupportMin { get; init; } = 5;

    /// <summary>Different actions that are looked at, the most frequent ones.</summary>
    public int ActionsMax { get; init; } = 64;

    /// <summary>Expected share of false ones among those that are told, at most.</summary>
    public double FalseDiscoveryRate { get; init; } = 0.05;

    /// <summary>Sequences at most.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>
/// Frequent sequences of actions by pattern growth (Pei et al., "PrefixSpan", 2001) with a bound on gaps, for which every place where a sequence may end is kept. Of the frequent ones those are told whose last action comes
/// after the others more often than it comes in runs without them; the share of false discoveries among them is bounded. One that a longer one says too, in as many runs, is left out.
/// </summary>
internal static class SequenceSearch
{
    private const double FrequentShare = 0.01;
    private const int GrownMost = 5_000, ExamplesMost = 5;

    /// <summary>A sequence with the places in each run, by its number, where it may end.</summary>
    private sealed record Grown(ImmutableArray<string> Actions, Dictionary<int, List<int>> Ends, Grown? Prefix)
    {
        public int Support => Ends.Count;
    }

    /// <summary>Finds them, most significant first.</summary>
    /// <param name="runs">Runs of steps.</param>
    /// <param name="success">Outcome by row.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static ImmutableArray<ActionSequence> Find(ImmutableArray<ImmutableArray<Step>> runs, ImmutableArray<bool> success, SequenceSettings settings, CancellationToken cancellation = default)
    {
        var fewest = Math.Max(settings.SupportMin, (int)Math.Ceiling(FrequentShare * runs.Length));
        var single = Single(runs).Where(one => one.Support >= fewest).OrderByDescending(one => one.Support).ThenBy(one => one.Actions[0], StringComparer.Ordinal).Take(settings.ActionsMax)
            .ToDictionary(one => one.Actions[0], StringComparer.Ordinal);
        var found = new List<Grown>();
        var open = new Queue<Grown>(single.Values);
        while (open.TryDequeue(out var prefix) && found.Count < GrownMost)
        {
            cancellation.ThrowIfCancellationRequested();
            if (prefix.Actions.Length == settings.LengthMax) { continue; }
            foreach (var longer in Extensions(prefix, runs, single, settings.GapMax).Where(longer => longer.Support >= fewest))
            {
                found.Add(longer);
                open.Enqueue(longer);
            }
        }
        var judged = found.Select(one => (Grown: one, Sequence: Judge(one, single[one.Actions[^1]], runs, success))).ToArray();
        var real = Proportions.Discoveries([.. judged.Select(one => one.Sequence.P)], settings.FalseDiscoveryRate);
        var told = judged.Where((one, i) => real[i] && one.Sequence.Lift > 1).ToArray();
        var covered = told.Where(one => one.Grown.Prefix!.Support == one.Grown.Support).Select(one => one.Grown.Prefix!).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. told.Where(one => !covered.Contains(one.Grown)).Select(one => one.Sequence).OrderBy(one => one.P).ThenByDescending(one => one.Support).Take(settings.Limit)];
    }

    private static IEnumerable<Grown> Single(ImmutableArray<ImmutableArray<Step>> runs)
    {
        var ends = new Dictionary<string, Dictionary<int, List<int>>>(StringComparer.Ordinal);
        for (var run = 0; run < runs.Length; run++)
        {
            for (var place = 0; place < runs[run].Length; place++) { Add(ends, runs[run][place].Action, run, place); }
        }
        return ends.Select(one => new Grown([one.Key], one.Value, null));
    }

    private static IEnumerable<Grown> Extensions(Grown prefix, ImmutableArray<ImmutableArray<Step>> runs, Dictionary<string, Grown> single, int gap)
    {
        var ends = new Dictionary<string, Dictionary<int, List<int>>>(StringComparer.Ordinal);
        foreach (var (run, places) in prefix.Ends)
        {
            // Places rise, and none is looked at twice.
            var next = 0;
            foreach (var place in places)
            {
                for (next = Math.Max(next, place + 1); next <= place + 1 + gap && next < runs[run].Length; next++)
                {
                    if (single.ContainsKey(runs[run][next].Action)) { Add(ends, runs[run][next].Action, run, next); }
                }
            }
        }
        return ends.Select(one => new Grown(prefix.Actions.Add(one.Key), one.Value, prefix));
    }

    private static void Add(Dictionary<string, Dictionary<int, List<int>>> ends, string action, int run, int place)
    {
        if (!ends.TryGetValue(action, out var byRun)) { ends.Add(action, byRun = []); }
        if (!byRun.TryGetValue(run, out var places)) { byRun.Add(run, places = []); }
        places.Add(place);
    }

    private static ActionSequence Judge(Grown found, Grown last, ImmutableArray<ImmutableArray<Step>> runs, ImmutableArray<bool> success)
    {
        var (prefix, elsewhere) = (found.Prefix!, last.Ends.Keys.Count(run => !found.Prefix!.Ends.ContainsKey(run)));
        int[] rows = [.. found.Ends.OrderBy(end => end.Key).Select(end => runs[end.Key][end.Value[0]].Row)];
        var hits = rows.Count(row => success[row]);
        var (low, high) = Proportions.Wilson(hits, rows.Length);
        // Every place where the sequence may end is a last step of it; the same action anywhere else is not.
        var ended = found.Ends.SelectMany(end => end.Value.Select(place => runs[end.Key][place].Row)).ToHashSet();
        var rest = last.Ends.SelectMany(end => end.Value.Select(place => runs[end.Key][place].Row)).Where(row => !ended.Contains(row)).ToArray();
        return new(
            found.Actions, found.Support, (double)found.Support / runs.Length,
            Lift: (double)found.Support * runs.Length / ((double)prefix.Support * last.Support),
            P: Proportions.Fisher(found.Support, prefix.Support, elsewhere, runs.Length - prefix.Support),
            hits, (double)hits / rows.Length, low, high,
            RestRate: rest.Length == 0 ? null : (double)rest.Count(row => success[row]) / rest.Length,
            Examples: [.. rows.Take(ExamplesMost)]);
    }
}
