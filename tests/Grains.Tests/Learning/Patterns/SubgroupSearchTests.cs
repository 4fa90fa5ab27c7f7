using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Patterns;

public sealed class SubgroupSearchTests
{
    private static readonly string[] Regions = ["north", "south", "west"];

    [Fact]
    public void Find_SuccessFallsUnderTwoConditionsTogether_TheyAreFoundFirst()
    {
        var data = Data.Make(4000, seed: 1, (disk, region, _) => disk <= 0.2 && region == "south" ? 0.1 : 0.8);

        var first = SubgroupSearch.Find(data.Table, data.Success, new())[0];

        Assert.Equal(["disk", "region"], first.Conditions.Select(condition => condition.Feature).Order());
        Assert.InRange(first.Rate, 0.02, 0.25);
        Assert.InRange(first.RestRate, 0.7, 0.85);
        Assert.StartsWith("Where ", first.Sentence, StringComparison.Ordinal);
        Assert.All(first.Examples, row => Assert.Equal("south", data.RegionOf(row)));
    }

    [Fact]
    public void Find_ValuesAreMissing_MissingIsAConditionToo()
    {
        var data = Data.Make(3000, seed: 2, (disk, _, _) => double.IsNaN(disk) ? 0.3 : 0.7, missing: 0.2);

        Assert.Contains(SubgroupSearch.Find(data.Table, data.Success, new()), group => group.Conditions is [Missing("disk")] && group.Rate < group.RestRate);
    }

    /// <summary>Nothing differs: of a hundred searches few may tell of anything at all.</summary>
    [Fact]
    public void Find_OutcomeIsChance_HardlyAnythingIsTold()
    {
        var told = Enumerable.Range(0, 100).Select(seed => Data.Make(400, seed, (_, _, _) => 0.5)).Count(data => SubgroupSearch.Find(data.Table, data.Success, new()).Length > 0);

        Assert.InRange(told, 0, 10);
    }

    [Fact]
    public void Find_OneConditionIsAll_NothingIsAddedToIt()
    {
        var data = Data.Make(4000, seed: 3, (disk, _, _) => disk <= 0.5 ? 0.2 : 0.8);

        var told = SubgroupSearch.Find(data.Table, data.Success, new());

        Assert.Single(told[0].Conditions);
        Assert.DoesNotContain(told, group => group.Conditions.Any(condition => condition.Feature == "noise"));
    }

    /// <summary>Counted again, row by row, from the half that the search did not see.</summary>
    [Fact]
    public void Find_OfAnyData_FiguresAreThoseOfTheUnseenHalf() =>
        Gen.Int[0, 10_000].Sample(
            seed =>
            {
                var data = Data.Make(600, seed, (disk, region, _) => region == "west" ? 0.9 : disk > 0.6 ? 0.7 : 0.3, missing: 0.1);
                foreach (var group in SubgroupSearch.Find(data.Table, data.Success, new()))
                {
                    var unseen = Enumerable.Range(0, 600).Where(row => row % 2 == 1).ToArray();
                    var rows = unseen.Where(row => group.Conditions.All(condition => data.Holds(condition, row))).ToArray();
                    var hits = rows.Count(row => data.Success[row]);
                    Assert.Equal((rows.Length, hits), (group.Support, group.Successes));
                    Assert.Equal((double)hits / rows.Length, group.Rate, 12);
                    Assert.Equal((double)(unseen.Count(row => data.Success[row]) - hits) / (unseen.Length - rows.Length), group.RestRate, 12);
                    Assert.InRange(group.Rate, group.RateLow, group.RateHigh);
                }
            },
            iter: 40);

    [Fact]
    public void Find_OutcomesDoNotFitTheTable_Refused() =>
        Assert.Throws<ArgumentException>(() => SubgroupSearch.Find(Data.Make(10, 1, (_, _, _) => 0.5).Table, [true], new()));

    /// <summary>A number, a word and noise.</summary>
    private sealed record Data(FeatureTable Table, ImmutableArray<bool> Success)
    {
        public static Data Make(int rows, int seed, Func<double, string, double, double> rate, double missing = 0)
        {
            var random = new Random(seed);
            double Number() => random.NextDouble() < missing ? double.NaN : random.NextDouble();
            double[] disk = [.. Enumerable.Range(0, rows).Select(_ => Number())], noise = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
            int[] region = [.. Enumerable.Range(0, rows).Select(_ => random.Next(Regions.Length))];
            return new(
                new([new NumericColumn("disk", [.. disk]), new CategoryColumn("region", [.. Regions], [.. region]), new NumericColumn("noise", [.. noise])], rows),
                [.. Enumerable.Range(0, rows).Select(row => random.NextDouble() < rate(disk[row], Regions[region[row]], noise[row]))]);
        }

        public string RegionOf(int row) => Regions[((CategoryColumn)Table.Columns[1]).Codes[row]];

        public bool Holds(Condition condition, int row)
        {
            var number = Table.Columns.OfType<NumericColumn>().FirstOrDefault(column => column.Name == condition.Feature)?.Values[row] ?? double.NaN;
            return condition switch
            {
                AtMost(_, var bound) => number <= bound,
                Above(_, var bound) => number > bound,
                EqualTo(_, var word) => RegionOf(row) == word,
                Missing => double.IsNaN(number),
                _ => throw new InvalidOperationException(condition.Text),
            };
        }
    }
}
