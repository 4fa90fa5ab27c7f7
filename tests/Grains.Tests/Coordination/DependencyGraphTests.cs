using CsCheck;

namespace NexusActors.Coordination;

public sealed class DependencyGraphTests
{
    private static readonly Gen<int[][]> Graphs = Gen.Int[1, 25].SelectMany(items => Gen.Int[0, items + 3].Array[0, 3].Array[items]);

    private static string Name(int item) => $"t{item}";

    /// <summary>Numbers beyond the batch are parents that are there already.</summary>
    [Fact]
    public void Sort_AnyGraph_OrdersOrShowsARealCycle() => Graphs.Sample(parents =>
    {
        string[] ids = [.. Enumerable.Range(0, parents.Length).Select(Name)];
        var (order, levels, cycle) = DependencyGraph.Sort(ids, i => parents[i].Select(Name));
        var place = order.Select((item, at) => (item, at)).ToDictionary(pair => pair.item, pair => pair.at);
        foreach (var item in order)
        {
            int[] inside = [.. parents[item].Where(parent => parent < parents.Length)];
            Assert.All(inside, parent => Assert.True(place[parent] < place[item]));
            Assert.Equal(inside.Length == 0 ? 0 : inside.Max(parent => levels[parent]) + 1, levels[item]);
        }
        Assert.Equal(order.OrderBy(item => levels[item]).ThenBy(item => item), order);
        var behind = Behind(parents);
        Assert.Equal(Enumerable.Range(0, parents.Length).Where(item => !behind[item]), order.Order());
        Assert.Equal(behind.Any(is1 => is1), cycle is not null);
        if (cycle is null) { return; }
        Assert.Equal(cycle[0], cycle[^1]);
        Assert.Equal(cycle.Count - 1, cycle.Distinct().Count());
        foreach (var (child, parent) in cycle.Zip(cycle.Skip(1))) { Assert.Contains(parent, parents[Array.IndexOf(ids, child)].Select(Name)); }
    });

    [Fact]
    public void Sort_EdgesForwardOnly_HasNoCycleAndAsManyLevelsAsItIsDeep() => Graphs.Sample(parents =>
    {
        int[][] forward = [.. parents.Select((of, item) => of.Where(parent => parent < item).ToArray())];
        var (order, levels, cycle) = DependencyGraph.Sort([.. Enumerable.Range(0, forward.Length).Select(Name)], i => forward[i].Select(Name));
        Assert.Null(cycle);
        Assert.Equal(Enumerable.Range(0, forward.Length), order.Order());
        Assert.Equal(Enumerable.Range(0, levels.Max() + 1), levels.Distinct().Order());
    });

    [Fact]
    public void Sort_RepeatedId_MeansItsFirstItem()
    {
        string[][] parents = [["b"], [], ["a"], []];
        var (order, _, cycle) = DependencyGraph.Sort(["a", "b", "c", "b"], i => parents[i]);
        Assert.Null(cycle);
        Assert.Equal([1, 3, 0, 2], order);
    }

    [Fact]
    public void Sort_ItemThatNamesItself_IsACycleOfOne()
    {
        var (order, _, cycle) = DependencyGraph.Sort(["a", "b"], i => i == 0 ? ["a"] : []);
        Assert.Equal([1], order);
        Assert.Equal(["a", "a"], cycle);
    }

    /// <summary>100,000 items in one circle: a walk that searched its own path would take minutes.</summary>
    [Fact]
    public void Sort_OneHugeCycle_FindsItWhole()
    {
        const int Items = 100_000;
        var (order, _, cycle) = DependencyGraph.Sort([.. Enumerable.Range(0, Items).Select(Name)], i => [Name((i + 1) % Items)]);
        Assert.Empty(order);
        Assert.Equal(Items + 1, cycle!.Count);
    }

    /// <summary>Items on a cycle or behind one: what is left when items without open parents are taken away again and again.</summary>
    private static bool[] Behind(int[][] parents)
    {
        var left = new bool[parents.Length];
        Array.Fill(left, true);
        for (var round = 0; round < parents.Length; round++)
        {
            for (var item = 0; item < parents.Length; item++) { left[item] &= parents[item].Any(parent => parent < parents.Length && left[parent]); }
        }
        return left;
    }
}
