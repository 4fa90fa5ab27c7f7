using System.Collections.Immutable;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>A rule while it is looked for.</summary>
/// <param name="Literals">All of them must hold.</param>
/// <param name="Cover">Rows that meet them, among those that no other rule covers.</param>
/// <param name="Gain">Bits that it saves in telling the outcomes of those rows.</param>
/// <param name="Cost">Bits that it takes to say it.</param>
internal sealed record Draft(ImmutableArray<Literal> Literals, Cover Cover, double Gain, double Cost)
{
    /// <summary>Bits saved on the whole.</summary>
    public double Net => Gain - Cost;
}

/// <summary>
/// Looks for one rule at a time: a beam search over conjunctions, whose best are then improved literal by literal, since a bound that was best by itself is not best beside others. What counts is how much shorter the
/// outcomes can be told with the rule than without it, after the rule itself has been told (minimum description length; Quinlan and Rivest 1989, Cohen, "Fast effective rule induction", 1995).
/// </summary>
/// <param name="space">Where.</param>
/// <param name="settings">How.</param>
internal sealed class RuleSearch(RuleSpace space, RuleSettings settings)
{
    /// <summary>A rule that is too imprecise is worth less than any that is not, and the more so the further it is off.</summary>
    private const double ImprecisePenalty = 1e6;
    private const int RefinedMost = 10, RoundsMax = 10, ComparedMost = 300;
    private const double Better = 1e-6, AlikeMost = 0.8;

    private readonly LiteralScan _scan = new(space);
    private readonly double _precisionNeeded = settings.PrecisionNeeded(space.Rows == 0 ? 0 : space.Positive.Count(positive => positive) / (double)space.Rows);

    /// <summary>The best rule for the rows that are open; null where none is worth its words.</summary>
    /// <param name="open">Rows that no rule covers yet.</param>
    /// <param name="known">Probes that other rules ask already.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Draft? Find(bool[] open, IReadOnlySet<int> known, CancellationToken cancellation)
    {
        var all = _scan.Count(open);
        var drafts = Beam(open, all, known, cancellation);
        var best = default(Draft);
        foreach (var draft in drafts.OrderByDescending(draft => draft.Net).Take(RefinedMost).Concat(drafts.OrderByDescending(Value).Take(RefinedMost)).Distinct())
        {
            var refined = Refine(draft, open, known, cancellation);
            if (IsWorthIt(refined) && (best is null || refined.Net > best.Net) && EachPays(refined, open, all, known)) { best = refined; }
        }
        return best;
    }

    /// <summary>Whether no literal is there only to lift a rule over the bar of precision: among so many some always do.</summary>
    private bool EachPays(Draft draft, bool[] open, Cover all, IReadOnlySet<int> known) =>
        draft.Literals.Length == 1 || draft.Literals.All(literal => Of(draft.Literals.Remove(literal), open, all, known).Net < draft.Net);

    /// <summary>The same rule, as good as exchanging, dropping and adding literals one by one makes it for the rows that are open.</summary>
    public Draft Refine(Draft draft, bool[] open, IReadOnlySet<int> known, CancellationToken cancellation)
    {
        var all = _scan.Count(open);
        draft = Of(draft.Literals, open, all, known);
        for (var round = 0; round < RoundsMax; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = draft;
            for (var i = 0; i < draft.Literals.Length; i++) { draft = Exchange(draft, i, open, all, known); }
            for (var i = draft.Literals.Length - 1; i >= 0 && draft.Literals.Length > 1; i--)
            {
                var without = Of(draft.Literals.RemoveAt(i), open, all, known);
                if (Value(without) >= Value(draft)) { draft = without; }
            }
            if (draft.Literals.Length < settings.ConditionsMax) { draft = Exchange(draft, draft.Literals.Length, open, all, known); }
            if (Value(draft) <= Value(before) + Better) { break; }
        }
        return draft;
    }

    /// <summary>Whether it is precise enough and says more than it costs.</summary>
    public bool IsWorthIt(Draft draft) => draft.Net >= settings.NetBitsMin && Imprecision(draft) == 0 && draft.Cover.Count >= settings.SupportMin;

    /// <summary>A rule with its figures.</summary>
    public Draft Of(ImmutableArray<Literal> literals, bool[] open, Cover all, IReadOnlySet<int> known)
    {
        var cover = _scan.Count(Narrow(open, literals));
        return new(literals, cover, _scan.Gain(cover, all), Cost(literals, known));
    }

    /// <summary>Counts the rows of a mask.</summary>
    public Cover Count(bool[] mask) => _scan.Count(mask);

    /// <summary>The rows of a mask that meet literals.</summary>
    public bool[] Narrow(bool[] mask, IEnumerable<Literal> literals)
    {
        var narrowed = (bool[])mask.Clone();
        foreach (var literal in literals)
        {
            for (var row = 0; row < narrowed.Length; row++) { narrowed[row] = narrowed[row] && space.Holds(literal, row); }
        }
        return narrowed;
    }

    private List<Draft> Beam(bool[] open, Cover all, IReadOnlySet<int> known, CancellationToken cancellation)
    {
        var (kept, beam) = (new List<Draft>(), new List<Draft> { new([], all, 0, 0) });
        for (var depth = 1; depth <= settings.ConditionsMax && beam.Count > 0; depth++)
        {
            var next = new Dictionary<string, Draft>(StringComparer.Ordinal);
            foreach (var parent in beam)
            {
                cancellation.ThrowIfCancellationRequested();
                _scan.Each(
                    Narrow(open, parent.Literals),
                    (literal, cover) => cover.Count < parent.Cover.Count && _scan.Gain(cover, all) is var gain && gain > parent.Gain ? gain : double.NegativeInfinity,
                    (literal, cover, gain) =>
                    {
                        var literals = parent.Literals.Add(literal);
                        var key = string.Join(' ', literals.Select(part => $"{part.Probe}/{(int)part.Kind}/{part.Code}").Order(StringComparer.Ordinal));
                        if (!next.TryGetValue(key, out var same) || same.Gain < gain) { next[key] = new(literals, cover, gain, Cost(literals, known)); }
                    });
            }
            beam = Distinct(next.Values.OrderBy(draft => draft.Cost).OrderByDescending(draft => draft.Gain), open);
            kept.AddRange(beam);
        }
        return kept;
    }

    /// <summary>The best that are not nearly the rows of a better one: quantities that rise and fall together would else fill the beam with one rule in many words.</summary>
    private List<Draft> Distinct(IEnumerable<Draft> ranked, bool[] open)
    {
        var distinct = new List<(Draft Draft, RowSet Rows)>();
        foreach (var draft in ranked.Take(ComparedMost))
        {
            var mask = Narrow(open, draft.Literals);
            var rows = RowSet.Where(mask.Length, row => mask[row]);
            if (distinct.TrueForAll(other => other.Rows.CountOf(rows) is var both && both < AlikeMost * (other.Rows.Count + rows.Count - both))) { distinct.Add((draft, rows)); }
            if (distinct.Count == settings.Beam) { break; }
        }
        return [.. distinct.Select(kept => kept.Draft)];
    }

    /// <summary>The rule with its literal at a place exchanged for the best there is, or with one more; the same where none is better.</summary>
    private Draft Exchange(Draft draft, int place, bool[] open, Cover all, IReadOnlySet<int> known)
    {
        var rest = place < draft.Literals.Length ? draft.Literals.RemoveAt(place) : draft.Literals;
        var (best, most, restCost) = (draft, Value(draft) + Better, Cost(rest, known));
        _scan.Each(
            Narrow(open, rest),
            (literal, cover) => Value(new([], cover, _scan.Gain(cover, all), restCost + space.Bits(literal, known.Contains(literal.Probe)))),
            (literal, cover, value) =>
            {
                if (value <= most) { return; }
                var literals = rest.Insert(place, literal);
                (best, most) = (new(literals, cover, _scan.Gain(cover, all), Cost(literals, known)), value);
            });
        return best;
    }

    private double Cost(ImmutableArray<Literal> literals, IReadOnlySet<int> known) => literals.Sum(literal => space.Bits(literal, known.Contains(literal.Probe)));

    private double Value(Draft draft) => draft.Net - ImprecisePenalty * Imprecision(draft);

    /// <summary>By how much the lower bound of its precision is too low.</summary>
    private double Imprecision(Draft draft) => Math.Max(0, _precisionNeeded - Surely(draft.Cover));

    /// <summary>The true precision is above this with 95 % confidence (Wilson's bound, of one side).</summary>
    private static double Surely(Cover cover)
    {
        if (cover.Count == 0) { return 0; }
        const double Square = 1.6448536269514722 * 1.6448536269514722;
        double count = cover.Count, rate = cover.Positives / count;
        return (rate + Square / (2 * count) - Math.Sqrt(Square * (rate * (1 - rate) + Square / (4 * count)) / count)) / (1 + Square / count);
    }
}
