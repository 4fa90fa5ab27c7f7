using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

public sealed class RuleMatchTests
{
    private static readonly string[] Words = ["eu", "us"];

    /// <summary>Counted again row by row, from the values alone.</summary>
    [Fact]
    public void Count_AnyTableAndConditions_IsWhatCountingByHandGives() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Double[-1, 3], Gen.Bool, Gen.Enum<TermOperation>()).Sample((seed, bound, below, operation) =>
        {
            var random = new Random(seed);
            double[] a = [.. Enumerable.Range(0, 80).Select(_ => random.Next(9) == 0 ? double.NaN : random.NextDouble())], b = [.. Enumerable.Range(0, 80).Select(_ => random.Next(3) / 2.0)];
            int[] word = [.. Enumerable.Range(0, 80).Select(_ => random.Next(-1, 2))];
            ImmutableArray<bool> positive = [.. Enumerable.Range(0, 80).Select(_ => random.Next(2) == 0)];
            var table = new FeatureTable([new NumericColumn("a", [.. a]), new NumericColumn("b", [.. b]), new CategoryColumn("region", [.. Words], [.. word])], 80);

            var counts = RuleMatch.Count(table, positive, [new Compared(new("a", operation, operation == TermOperation.None ? "" : "b"), below, bound), new EqualTo("region", "eu")]);

            var met = Enumerable.Range(0, 80).Where(row => word[row] == 0 && Value(row) is var value && (below ? value < bound : value > bound)).ToArray();
            Assert.Equal(new RuleCounts(met.Length, met.Count(row => positive[row]), 80, positive.Count(outcome => outcome)), counts);
            if (met.Length > 0)
            {
                Assert.Equal((double)counts.Hits / counts.Support, counts.Precision, 12);
                Assert.Equal(counts.Precision * 80 / counts.Positives, counts.Lift, 9);
                Assert.InRange(counts.Precision, counts.Interval.Low, counts.Interval.High);
            }

            double Value(int row) => operation switch
            {
                TermOperation.Minus => a[row] - b[row],
                TermOperation.Times => a[row] * b[row],
                TermOperation.Over => b[row] == 0 ? double.NaN : a[row] / b[row],
                _ => a[row],
            };
        });

    [Fact]
    public void Rows_ColumnIsNotThere_OnlyMissingHolds()
    {
        var table = new FeatureTable([], 2);

        Assert.Equal([false, false], RuleMatch.Rows(table, [new Compared(new("a"), true, 1)]));
        Assert.Equal([false, false], RuleMatch.Rows(table, [new EqualTo("region", "eu")]));
        Assert.Equal([true, true], RuleMatch.Rows(table, [new Missing("a")]));
    }

    [Fact]
    public void Text_Conditions_ReadAsPeopleWriteThem() =>
        Assert.Equal(
            ["disk_free_gb < 5", "torque * speed > 85900", "region = eu", "load is missing"],
            new Condition[] { new Compared(new("disk_free_gb"), true, 5), new Compared(new("torque", TermOperation.Times, "speed"), false, 85900), new EqualTo("region", "eu"), new Missing("load") }.Select(condition => condition.Text));
}
