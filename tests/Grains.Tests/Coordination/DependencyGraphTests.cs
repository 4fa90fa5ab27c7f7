using CsCheck;

namespace NexusActors.Coordination;

public sealed class DependencyGraphTests
{
    private static readonly Gen<int[][]> AcyclicGraphs = Gen.Select(Gen.Int[1, 30], Gen.Int, (count, seed) =>
    {
        var chance = new Random(seed);
        var places = Enumerable.Range(0, count).ToArray();
        chance.Shuffle(places);   // so that parents do not come first by chance
        var parents = new int[count][];
        for (var item = 0; item < count; item++)
        {
            parents[places[item]] = [.. Enumerable.Range(0, item == 0 ? 0 : chance.Next(4)).Select(_ => places[chance.Next(item)]).Distinct()];
        }
        return parents;
    });

    [Fact]
    public void Sort_AnyGraphWithoutCycle_PutsParentsFirstAndNeverMoreWavesThanItIsDeep() =>
        AcyclicGraphs.Sample(parents =>
        {
            var (order, levels, cycle) = Sort(parents);
            Assert.Null(cycle);
            Assert.Equal(Enumerable.Range(0, parents.Length), order.Order());
            Assert.All(Enumerable.Range(0, parents.Length), item => Assert.Equal(parents[item].Length == 0 ? 0 : parents[item].Max(parent => levels[parent]) + 1, levels[item]));
            Assert.Equal(order.OrderBy(item => levels[item]).ThenBy(item => item), order);
        });

    [Fact]
    public void Sort_Cycle_IsToldAsAPathAndEverythingElseIsOrdered()
    {
        var (order, _, cycle) = Sort([[], [0, 3], [1], [2], [3]]);

        Assert.Equal([0], order);
        Assert.Equal(4, cycle!.Count);
        Assert.Equal(cycle[0], cycle[^1]);
        Assert.Equal(["1", "2", "3"], cycle.Skip(1).Order(StringComparer.Ordinal));
    }

    private static (List<int> Order, int[] Levels, IReadOnlyList<string>? Cycle) Sort(int[][] parents) =>
        DependencyGraph.Sort([.. Enumerable.Range(0, parents.Length).Select(item => $"{item}")], item => parents[item].Select(parent => $"{parent}"));
}
