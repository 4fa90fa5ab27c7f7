using CsCheck;

namespace NexusActors.Learning.Prediction;

public sealed class TreeContributionsTests
{
    private const int Width = 4;

    private static readonly Gen<(TreeEnsemble Trees, float[] Row)> Cases = Gen.Int.Select(seed =>
    {
        var random = new Random(seed);
        var background = Enumerable.Range(0, 30).Select(_ => Row(random)).ToArray();
        var trees = Enumerable.Range(0, 3).Select(_ => Grown(random, random.Next(0, 8)).WithCovers(background));
        return (new TreeEnsemble([.. trees]), Row(random));
    });

    [Fact]
    public void Of_AnyTreesAndRow_AddsUpToTheScore() => Cases.Sample((trees, row) =>
        Assert.Equal(trees.Score(row), TreeContributions.Expected(trees) + TreeContributions.Of(trees, row).Sum(), 1e-9));

    /// <summary>Shapley values by all subsets; a column that is not known takes both branches by cover.</summary>
    [Fact]
    public void Of_AnyTreesAndRow_AreShapleyValues() => Cases.Sample((trees, row) =>
    {
        var values = new double[1 << Width];
        for (var known = 0; known < values.Length; known++) { values[known] = trees.Trees.Sum(tree => Value(tree, tree.Columns.IsEmpty ? ~0 : 0, row, known)); }
        var expected = new double[Width];
        for (var column = 0; column < Width; column++)
        {
            for (var known = 0; known < values.Length; known++)
            {
                if ((known >> column & 1) == 1) { continue; }
                var size = int.PopCount(known);
                expected[column] += Factorial(size) * Factorial(Width - size - 1) / Factorial(Width) * (values[known | 1 << column] - values[known]);
            }
        }

        var actual = TreeContributions.Of(trees, row);
        for (var column = 0; column < Width; column++) { Assert.Equal(expected[column], actual[column], 1e-9); }
    }, iter: 300);

    private static double Value(Tree tree, int node, float[] row, int known)
    {
        if (node < 0) { return tree.Leaves[~node]; }
        if ((known >> tree.Columns[node] & 1) == 1) { return Value(tree, row[tree.Columns[node]] <= tree.Thresholds[node] ? tree.Left[node] : tree.Right[node], row, known); }
        var (left, right) = (Cover(tree, tree.Left[node]), Cover(tree, tree.Right[node]));
        return (left * Value(tree, tree.Left[node], row, known) + right * Value(tree, tree.Right[node], row, known)) / (left + right);
    }

    private static double Cover(Tree tree, int child) => child < 0 ? tree.LeafCovers[~child] : tree.NodeCovers[child];

    private static double Factorial(int n) => Enumerable.Range(1, n).Aggregate(1.0, (product, i) => product * i);

    private static float[] Row(Random random) => [.. Enumerable.Range(0, Width).Select(_ => random.NextSingle())];

    /// <summary>Splits a leaf chosen by chance, again and again.</summary>
    private static Tree Grown(Random random, int splits)
    {
        var (columns, thresholds, left, right) = (new List<int>(), new List<float>(), new List<int>(), new List<int>());
        for (var node = 0; node < splits; node++)
        {
            var leaf = random.Next(node + 1);
            for (var i = 0; i < node; i++)
            {
                if (left[i] == ~leaf) { left[i] = node; }
                else if (right[i] == ~leaf) { right[i] = node; }
            }

            columns.Add(random.Next(Width));
            thresholds.Add(random.NextSingle());
            left.Add(~leaf);
            right.Add(~(node + 1));
        }

        return new()
        {
            Columns = [.. columns],
            Thresholds = [.. thresholds],
            Left = [.. left],
            Right = [.. right],
            Gains = [.. columns.Select(_ => 1.0)],
            Leaves = [.. Enumerable.Range(0, splits + 1).Select(_ => random.NextDouble() * 2 - 1)],
        };
    }
}
