using NexusActors.Learning.Features;

namespace NexusActors.Learning.Rules;

/// <summary>How many rows that meet something turn out as foretold.</summary>
internal readonly record struct Cover(int Positives, int Negatives)
{
    public int Count => Positives + Negatives;
}

/// <summary>Finds the best literals among some rows: every bound of every quantity, every word.</summary>
internal sealed class LiteralScan
{
    private readonly RuleSpace _space;
    private readonly double[] _weighed;                                              // k · log2 k

    /// <summary>Over a space.</summary>
    public LiteralScan(RuleSpace space)
    {
        _space = space;
        _weighed = new double[space.Rows + 1];
        for (var k = 2; k < _weighed.Length; k++) { _weighed[k] = k * Math.Log2(k); }
    }

    /// <summary>Counts the rows of a mask.</summary>
    public Cover Count(bool[] mask)
    {
        var (positives, negatives) = (0, 0);
        for (var row = 0; row < mask.Length; row++)
        {
            if (!mask[row]) { continue; }
            if (_space.Positive[row]) { positives++; } else { negatives++; }
        }
        return new(positives, negatives);
    }

    /// <summary>Bits that knowing who is covered saves in telling the outcomes of all; 0 where the covered are no likelier to be positive.</summary>
    public double Gain(Cover covered, Cover all)
    {
        if ((long)covered.Positives * all.Count <= (long)all.Positives * covered.Count) { return 0; }
        return Entropy(all.Positives, all.Negatives) - Entropy(covered.Positives, covered.Negatives) - Entropy(all.Positives - covered.Positives, all.Negatives - covered.Negatives);
    }

    /// <summary>The best literal of each probe and kind among the rows of a mask.</summary>
    /// <param name="mask">Rows that meet the rest of the rule and are not covered by others.</param>
    /// <param name="worth">What a literal with that cover is worth; above minus infinity is found.</param>
    /// <param name="found">Called for each of the best.</param>
    public void Each(bool[] mask, Func<Literal, Cover, double> worth, Action<Literal, Cover, double> found)
    {
        for (var probe = 0; probe < _space.Probes.Length; probe++)
        {
            if (_space.Probes[probe].Term is null) { Words(probe, mask, worth, found); }
            else
            {
                Number(probe, LiteralKind.Below, mask, worth, found);
                Number(probe, LiteralKind.Above, mask, worth, found);
            }
            if (_space.Probes[probe].HasMissing) { Missing(probe, mask, worth, found); }
        }
    }

    /// <summary>What one quantity by itself can save.</summary>
    public double BestBits(Probe probe, bool[] mask)
    {
        var (all, best) = (Count(mask), 0.0);
        foreach (var kind in (ReadOnlySpan<LiteralKind>)[LiteralKind.Below, LiteralKind.Above])
        {
            Cuts(probe, kind, mask, (_, cover) => best = Math.Max(best, Gain(cover, all)));
        }
        return best;
    }

    private void Number(int place, LiteralKind kind, bool[] mask, Func<Literal, Cover, double> worth, Action<Literal, Cover, double> found)
    {
        var (best, bestCover, most) = (default(Literal), default(Cover), double.NegativeInfinity);
        Cuts(_space.Probes[place], kind, mask, (bound, cover) =>
        {
            var literal = new Literal(place, kind, bound);
            if (worth(literal, cover) is var value && value > most) { (best, bestCover, most) = (literal, cover, value); }
        });
        if (most > double.NegativeInfinity) { found(best, bestCover, most); }
    }

    /// <summary>Every bound that may be best: it ends behind a value that has positives (Fayyad and Irani 1992), and leaves some rows out. The bound is the first value left out.</summary>
    private void Cuts(Probe probe, LiteralKind kind, bool[] mask, Action<double, Cover> cut)
    {
        var (order, values, positive) = (probe.Order, probe.Values, _space.Positive);
        var (positives, negatives, groupHasPositive, last) = (0, 0, false, double.NaN);
        for (var i = 0; i < order.Length; i++)
        {
            var row = order[kind == LiteralKind.Below ? i : order.Length - 1 - i];
            if (!mask[row]) { continue; }
            if (values[row] != last)
            {
                if (groupHasPositive) { cut(values[row], new(positives, negatives)); }
                (last, groupHasPositive) = (values[row], false);
            }
            if (positive[row]) { (positives, groupHasPositive) = (positives + 1, true); } else { negatives++; }
        }
    }

    private void Words(int place, bool[] mask, Func<Literal, Cover, double> worth, Action<Literal, Cover, double> found)
    {
        var probe = _space.Probes[place];
        var (positives, negatives) = (new int[probe.Words.Length], new int[probe.Words.Length]);
        for (var row = 0; row < mask.Length; row++)
        {
            if (!mask[row] || probe.Codes[row] is not (>= 0 and var code)) { continue; }
            if (_space.Positive[row]) { positives[code]++; } else { negatives[code]++; }
        }
        for (var code = 0; code < positives.Length; code++)
        {
            if (positives[code] == 0 || probe.Words[code] == FieldSchema.Other) { continue; }
            var (literal, cover) = (new Literal(place, LiteralKind.Word, Code: code), new Cover(positives[code], negatives[code]));
            if (worth(literal, cover) is > double.NegativeInfinity and var value) { found(literal, cover, value); }
        }
    }

    private void Missing(int place, bool[] mask, Func<Literal, Cover, double> worth, Action<Literal, Cover, double> found)
    {
        var (literal, positives, negatives) = (new Literal(place, LiteralKind.Missing), 0, 0);
        for (var row = 0; row < mask.Length; row++)
        {
            if (!mask[row] || !_space.Holds(literal, row)) { continue; }
            if (_space.Positive[row]) { positives++; } else { negatives++; }
        }
        var cover = new Cover(positives, negatives);
        if (positives > 0 && worth(literal, cover) is > double.NegativeInfinity and var value) { found(literal, cover, value); }
    }

    private double Entropy(int positives, int negatives) => _weighed[positives + negatives] - _weighed[positives] - _weighed[negatives];
}
