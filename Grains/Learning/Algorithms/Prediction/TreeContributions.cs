namespace NexusActors.Learning.Prediction;

/// <summary>
/// Exact Shapley values of one score, path-dependent: what a tree would answer without knowing some columns is taken from its covers in the background sample.
/// They and <see cref="Expected"/> add up to the score. Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles" (2018), algorithm 2.
/// </summary>
internal static class TreeContributions
{
    /// <summary>The score of a row of which nothing is known: the mean over the background sample.</summary>
    public static double Expected(TreeEnsemble ensemble)
    {
        double sum = 0;
        foreach (var tree in ensemble.Trees)
        {
            double weighted = 0, covers = 0;
            for (var leaf = 0; leaf < tree.Leaves.Length; leaf++)
            {
                weighted += tree.Leaves[leaf] * tree.LeafCovers[leaf];
                covers += tree.LeafCovers[leaf];
            }

            sum += weighted / covers;
        }

        return sum;
    }

    /// <summary>By column of the matrix, how much it moved the score from <see cref="Expected"/>.</summary>
    public static double[] Of(TreeEnsemble ensemble, ReadOnlySpan<float> row)
    {
        var contributions = new double[row.Length];
        foreach (var tree in ensemble.Trees)
        {
            if (!tree.Columns.IsEmpty) { Descend(tree, row, contributions, 0, 0, [], 1, 1, -1); }
        }

        return contributions;
    }

    /// <summary>One step of a path: a column, the share of the background that takes the branch, whether the row takes it, and the weight of all subsets of that size.</summary>
    private record struct Step(int Column, double Zero, double One, double Weight);

    private static void Descend(Tree tree, ReadOnlySpan<float> row, double[] contributions, int node, int depth, ReadOnlySpan<Step> parent, double zero, double one, int column)
    {
        Span<Step> path = new Step[depth + 1];
        parent[..depth].CopyTo(path);
        Extend(path, depth, zero, one, column);
        if (node < 0)
        {
            for (var i = 1; i <= depth; i++) { contributions[path[i].Column] += UnwoundSum(path, depth, i) * (path[i].One - path[i].Zero) * tree.Leaves[~node]; }
            return;
        }

        var asked = tree.Columns[node];
        var (hot, cold) = row[asked] <= tree.Thresholds[node] ? (tree.Left[node], tree.Right[node]) : (tree.Right[node], tree.Left[node]);
        var (zeroBefore, oneBefore) = (1.0, 1.0);
        for (var i = 1; i <= depth; i++)
        {
            if (path[i].Column != asked) { continue; }
            (zeroBefore, oneBefore) = (path[i].Zero, path[i].One);
            Unwind(path, depth, i);
            depth--;
            break;
        }

        var cover = tree.NodeCovers[node];
        Descend(tree, row, contributions, hot, depth + 1, path, Cover(tree, hot) / cover * zeroBefore, oneBefore, asked);
        Descend(tree, row, contributions, cold, depth + 1, path, Cover(tree, cold) / cover * zeroBefore, 0, asked);
    }

    private static double Cover(Tree tree, int child) => child < 0 ? tree.LeafCovers[~child] : tree.NodeCovers[child];

    private static void Extend(Span<Step> path, int depth, double zero, double one, int column)
    {
        path[depth] = new(column, zero, one, depth == 0 ? 1 : 0);
        for (var i = depth - 1; i >= 0; i--)
        {
            path[i + 1].Weight += one * path[i].Weight * (i + 1) / (depth + 1);
            path[i].Weight = zero * path[i].Weight * (depth - i) / (depth + 1);
        }
    }

    private static void Unwind(Span<Step> path, int depth, int place)
    {
        var (zero, one, next) = (path[place].Zero, path[place].One, path[depth].Weight);
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var before = path[i].Weight;
                path[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = before - path[i].Weight * zero * (depth - i) / (depth + 1);
            }
            else
            {
                path[i].Weight = path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        for (var i = place; i < depth; i++) { path[i] = path[i + 1] with { Weight = path[i].Weight }; }
    }

    private static double UnwoundSum(ReadOnlySpan<Step> path, int depth, int place)
    {
        var (zero, one, next) = (path[place].Zero, path[place].One, path[depth].Weight);
        double total = 0;
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = next * (depth + 1) / ((i + 1) * one);
                total += weight;
                next = path[i].Weight - weight * zero * (depth - i) / (depth + 1);
            }
            else
            {
                total += path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        return total;
    }
}
