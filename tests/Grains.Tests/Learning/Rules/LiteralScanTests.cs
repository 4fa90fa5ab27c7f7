using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Rules;

public sealed class LiteralScanTests
{
    private static readonly string[] Words = ["x", "y", "z"];

    /// <summary>The best of each probe and kind saves as many bits as the best of all that can be tried, bound by bound and word by word.</summary>
    [Fact]
    public void Each_AnyRows_FindsWhatTryingEverythingFinds() =>
        Gen.Int[0, 100_000].Sample(
            seed =>
            {
                var random = new Random(seed);
                var rows = random.Next(5, 60);
                var table = new FeatureTable(
                    [
                        new NumericColumn("a", [.. Enumerable.Range(0, rows).Select(_ => random.Next(8) == 0 ? double.NaN : random.Next(12))]),
                        new NumericColumn("b", [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() - 0.5)]),
                        new CategoryColumn("w", [.. Words], [.. Enumerable.Range(0, rows).Select(_ => random.Next(-1, 3))]),
                    ],
                    rows);
                ImmutableArray<bool> positive = [.. Enumerable.Range(0, rows).Select(_ => random.Next(3) == 0)];
                var space = new RuleSpace(table, positive, new(), CancellationToken.None);
                var scan = new LiteralScan(space);
                bool[] mask = [.. Enumerable.Range(0, rows).Select(_ => random.Next(4) > 0)];
                var all = scan.Count(mask);
                var found = new Dictionary<(int Probe, LiteralKind Kind, int Code), (Cover Cover, double Gain)>();

                scan.Each(mask, (_, cover) => scan.Gain(cover, all), (literal, cover, gain) => found.Add((literal.Probe, literal.Kind, literal.Code), (cover, gain)));

                for (var probe = 0; probe < space.Probes.Length; probe++)
                {
                    foreach (var tried in All(space, probe, mask).GroupBy(literal => (literal.Probe, literal.Kind, literal.Code)))
                    {
                        var best = tried.Max(literal => scan.Gain(Covered(space, literal, mask), all));
                        Assert.True(best <= (found.TryGetValue(tried.Key, out var told) ? told.Gain : 0) + 1e-9, $"{tried.Key}: {best}");
                    }
                }
            },
            iter: 200);

    /// <summary>The entropy of a table before and after, from its definition.</summary>
    [Fact]
    public void Gain_AnyCounts_IsWhatIsSavedInBits() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 20]).Sample((hits, misses, otherHits, otherMisses) =>
        {
            var rows = hits + misses + otherHits + otherMisses;
            var scan = new LiteralScan(new(new([], rows), [.. new bool[rows]], new(), CancellationToken.None));
            var gain = scan.Gain(new(hits, misses), new(hits + otherHits, misses + otherMisses));
            var saved = Bits(hits + otherHits, misses + otherMisses) - Bits(hits, misses) - Bits(otherHits, otherMisses);
            Assert.Equal(hits * (otherHits + otherMisses) > otherHits * (hits + misses) ? saved : 0, gain, 9);
        });

    private static double Bits(int one, int other) => Part(one, one + other) + Part(other, one + other);

    private static double Part(int count, int all) => count == 0 ? 0 : -count * Math.Log2((double)count / all);

    private static IEnumerable<Literal> All(RuleSpace space, int probe, bool[] mask)
    {
        if (space.Probes[probe].Term is null) { return Enumerable.Range(0, Words.Length).Select(code => new Literal(probe, LiteralKind.Word, Code: code)); }
        var values = Enumerable.Range(0, mask.Length).Where(row => mask[row] && !double.IsNaN(space.Probes[probe].Values[row])).Select(row => space.Probes[probe].Values[row]).Distinct().ToArray();
        return values.SelectMany(bound => new[] { new Literal(probe, LiteralKind.Below, bound), new Literal(probe, LiteralKind.Above, bound) });
    }

    private static Cover Covered(RuleSpace space, Literal literal, bool[] mask)
    {
        var rows = Enumerable.Range(0, mask.Length).Where(row => mask[row] && space.Holds(literal, row)).ToArray();
        return new(rows.Count(row => space.Positive[row]), rows.Count(row => !space.Positive[row]));
    }
}
