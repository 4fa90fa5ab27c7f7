namespace NexusActors.Learning.Bandits;

/// <summary>How a tree is grown.</summary>
/// <param name="Fewest">Examples that a leaf must have.</param>
/// <param name="Tries">Features that are tried at each split, each with one bound by chance; 0: the square root of all.</param>
/// <param name="Prior">What a leaf says without examples.</param>
/// <param name="PriorWeight">As many examples as that counts for.</param>
internal readonly record struct TreeSettings(int Fewest, int Tries, double Prior, double PriorWeight);

/// <summary>
/// A regression tree whose splits are drawn by chance and the best of a few drawn is taken (Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 63, 2006): fast to grow, and many of them together
/// are smooth. A missing number goes to the side that a coin chose for the split.
/// </summary>
internal sealed class RandomTree
{
    private readonly List<Node> _nodes = [];

    /// <summary>A split, or a leaf where the feature is below 0.</summary>
    private readonly record struct Node(int Feature, double Bound, bool MissingIsLow, int Low, int High, double Value);

    private RandomTree() { }

    /// <summary>Grows one.</summary>
    /// <param name="features">By row; <see cref="double.NaN"/>: missing.</param>
    /// <param name="targets">By row.</param>
    /// <param name="rows">Rows to learn from; one may be there several times. Is reordered.</param>
    /// <param name="settings">How.</param>
    /// <param name="random">Chance.</param>
    public static RandomTree Grow(IReadOnlyList<double[]> features, IReadOnlyList<double> targets, Span<int> rows, TreeSettings settings, Random random)
    {
        var tree = new RandomTree();
        tree.Grow(new(features, targets, settings, random), rows);
        return tree;
    }

    /// <summary>What it says of an example.</summary>
    public double Predict(ReadOnlySpan<double> features)
    {
        var node = _nodes[0];
        while (node.Feature >= 0) { node = _nodes[IsLow(features[node.Feature], node.Bound, node.MissingIsLow) ? node.Low : node.High]; }
        return node.Value;
    }

    private readonly record struct Ground(IReadOnlyList<double[]> Features, IReadOnlyList<double> Targets, TreeSettings Settings, Random Random);

    private int Grow(in Ground ground, Span<int> rows)
    {
        var place = _nodes.Count;
        var sum = 0.0;
        foreach (var row in rows) { sum += ground.Targets[row]; }
        var settings = ground.Settings;
        _nodes.Add(new(-1, 0, false, 0, 0, rows.Length + settings.PriorWeight is > 0 and var weight ? (sum + settings.PriorWeight * settings.Prior) / weight : settings.Prior));
        if (rows.Length < 2 * settings.Fewest || Split(ground, rows, sum) is not { } split) { return place; }
        var low = Part(ground, rows, split);
        var left = Grow(ground, rows[..low]);
        var right = Grow(ground, rows[low..]);
        _nodes[place] = split with { Low = left, High = right };
        return place;
    }

    // The split that takes most of the variance, of those drawn; none where the targets, or all features drawn, are constant.
    private static Node? Split(in Ground ground, ReadOnlySpan<int> rows, double sum)
    {
        var all = ground.Features[rows[0]].Length;
        var tries = ground.Settings.Tries > 0 ? ground.Settings.Tries : Math.Max(1, (int)Math.Sqrt(all));
        var (best, gain) = ((Node?)null, 1e-12);
        for (var i = 0; i < tries; i++)
        {
            var feature = ground.Random.Next(all);
            var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
            foreach (var row in rows)
            {
                var value = ground.Features[row][feature];
                if (value < least) { least = value; }
                if (value > most) { most = value; }
            }
            var bound = least + (most - least) * ground.Random.NextDouble();
            var missingIsLow = ground.Random.Next(2) == 0;
            if (double.IsInfinity(least)) { continue; }
            var (count, low) = (0, 0.0);
            foreach (var row in rows)
            {
                if (!IsLow(ground.Features[row][feature], bound, missingIsLow)) { continue; }
                count++;
                low += ground.Targets[row];
            }
            var rest = rows.Length - count;
            if (count < ground.Settings.Fewest || rest < ground.Settings.Fewest) { continue; }
            var gained = low * low / count + (sum - low) * (sum - low) / rest - sum * sum / rows.Length;
            if (gained > gain) { (best, gain) = (new(feature, bound, missingIsLow, 0, 0, 0), gained); }
        }
        return best;
    }

    private static int Part(in Ground ground, Span<int> rows, in Node split)
    {
        var low = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (!IsLow(ground.Features[rows[i]][split.Feature], split.Bound, split.MissingIsLow)) { continue; }
            (rows[low], rows[i]) = (rows[i], rows[low]);
            low++;
        }
        return low;
    }

    private static bool IsLow(double value, double bound, bool missingIsLow) => double.IsNaN(value) ? missingIsLow : value <= bound;
}
