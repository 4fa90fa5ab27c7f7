using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Patterns;

/// <summary>
/// Subgroup discovery: conditions under which success is more frequent, or less, than otherwise. Every second example is for the search (beam search over conjunctions), the others judge what it found, so that looking
/// at thousands of candidates makes nothing seem significant; the share of false discoveries among the judged is bounded. A condition that adds nothing to the others is dropped, and of subgroups that are nearly the
/// same examples the plainest is told. (Klösgen, "Explora", 1996; Webb, "Discovering significant patterns", Machine Learning 68, 2007, for the holdout.)
/// </summary>
internal static class SubgroupSearch
{
    private const double GainLeast = 6.63, AlikeMost = 0.8;                        // chi-square of 1 % with one degree of freedom; shared of all examples of two
    private const int JudgedMost = 60, ExamplesMost = 5;

    /// <summary>Conditions with the rows that meet them, all and those that the search sees.</summary>
    private sealed record Candidate(ImmutableArray<Condition> Conditions, RowSet Whole, RowSet Rows, double Score);

    /// <summary>Finds them, most significant first; none where nothing differs.</summary>
    /// <param name="table">Features that were known before the outcome.</param>
    /// <param name="success">Outcome by row.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static ImmutableArray<Subgroup> Find(FeatureTable table, ImmutableArray<bool> success, SubgroupSettings settings, CancellationToken cancellation = default)
    {
        if (success.Length != table.Rows) { throw new ArgumentException($"{success.Length} outcomes for {table.Rows} examples.", nameof(success)); }
        var seen = RowSet.Where(table.Rows, row => row % 2 == 0);
        var unseen = RowSet.Where(table.Rows, row => row % 2 == 1);
        var successes = RowSet.Where(table.Rows, row => success[row]);
        var conditions = Conditions.Of(table, 2 * settings.Fewest, settings.Cuts);
        var found = Search(conditions, new([], RowSet.Where(table.Rows, _ => true), seen, 0), successes.And(seen), settings, cancellation);
        var judged = found.Select(candidate => Judge(candidate, unseen, successes)).Where(group => group.Support >= settings.Fewest).ToArray();
        var real = Proportions.Discoveries([.. judged.Select(group => group.P)], settings.FalseDiscoveryRate);
        return [.. judged.Where((_, i) => real[i]).OrderBy(group => group.P).Take(settings.Limit)];
    }

    private static List<Candidate> Search(ImmutableArray<(Condition Condition, RowSet Rows)> conditions, Candidate all, RowSet successes, SubgroupSettings settings, CancellationToken cancellation)
    {
        var (kept, beam) = (new List<Candidate>(), new List<Candidate> { all });
        var tried = new HashSet<string>(StringComparer.Ordinal);
        for (var depth = 1; depth <= settings.DepthMax && beam.Count > 0; depth++)
        {
            var next = new List<Candidate>();
            foreach (var parent in beam)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var (condition, rows) in conditions)
                {
                    if (parent.Conditions.Any(held => held.GetType() == condition.GetType() && held.Feature == condition.Feature)) { continue; }
                    if (!tried.Add(string.Join('\n', parent.Conditions.Append(condition).Select(held => held.Text).Order(StringComparer.Ordinal)))) { continue; }
                    var both = parent.Rows.CountOf(rows);
                    if (both < settings.Fewest || both == parent.Rows.Count) { continue; }
                    var child = parent.Rows.And(rows);
                    var (hits, parentHits) = (child.CountOf(successes), parent.Rows.CountOf(successes));
                    // It must differ from what its parent has besides, or the condition adds nothing.
                    if (Math.Abs(Proportions.SignedChiSquare(hits, child.Count, parentHits - hits, parent.Rows.Count - child.Count)) < GainLeast) { continue; }
                    next.Add(new([.. parent.Conditions, condition], parent.Whole.And(rows), child, Math.Abs(Proportions.SignedChiSquare(hits, child.Count, successes.Count - hits, all.Rows.Count - child.Count))));
                }
            }
            next.Sort((one, other) => other.Score.CompareTo(one.Score));
            beam = [.. next.Take(settings.Beam)];
            kept.AddRange(beam);
        }
        return Distinct(kept);
    }

    // The plainer of two that are alike comes first, unless the other says clearly more.
    private static List<Candidate> Distinct(List<Candidate> kept)
    {
        var distinct = new List<Candidate>();
        foreach (var candidate in kept.OrderByDescending(candidate => candidate.Score / (1 + 0.1 * candidate.Conditions.Length)))
        {
            if (distinct.Count == JudgedMost) { break; }
            if (distinct.TrueForAll(other => Alike(candidate.Rows, other.Rows) < AlikeMost)) { distinct.Add(candidate); }
        }
        return distinct;
    }

    private static double Alike(RowSet one, RowSet other) => one.CountOf(other) is var both ? both / (double)(one.Count + other.Count - both) : 0;

    private static Subgroup Judge(Candidate candidate, RowSet unseen, RowSet successes)
    {
        var (rows, all) = (candidate.Whole.And(unseen), unseen.CountOf(successes));
        var (support, hits) = (rows.Count, rows.CountOf(successes));
        var (rest, restHits) = (unseen.Count - support, all - hits);
        var (low, high) = Proportions.Wilson(hits, support);
        var rate = support == 0 ? 0 : (double)hits / support;
        return new(
            candidate.Conditions, support, hits, rate, low, high,
            RestRate: rest == 0 ? 0 : (double)restHits / rest,
            Lift: all == 0 ? 1 : rate * unseen.Count / all,
            P: Proportions.Fisher(hits, support, restHits, rest),
            Examples: [.. candidate.Whole.Rows().Take(ExamplesMost)]);
    }
}
