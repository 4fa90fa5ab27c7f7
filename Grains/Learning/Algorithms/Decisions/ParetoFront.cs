namespace NexusActors.Learning.Decisions;

/// <summary>Which alternatives no other is better than in everything.</summary>
internal static class ParetoFront
{
    /// <summary>Whether a row is nowhere worse than another, and somewhere better.</summary>
    public static bool Dominates(double[] one, double[] other)
    {
        var better = false;
        for (var j = 0; j < one.Length; j++)
        {
            if (one[j] < other[j]) { return false; }
            better |= one[j] > other[j];
        }
        return better;
    }

    /// <summary>Layer of each row: 0 on the front; else one below the lowest that dominates it. Equal rows do not dominate one another.</summary>
    /// <param name="scores">More is better.</param>
    public static int[] Layers(double[][] scores)
    {
        var layers = new int[scores.Length];
        // What dominates comes first in lexicographic order.
        int[] order = [.. Enumerable.Range(0, scores.Length).Order(Comparer<int>.Create((one, other) => -scores[one].AsSpan().SequenceCompareTo(scores[other])))];
        for (var at = 0; at < order.Length; at++)
        {
            foreach (var above in order.AsSpan(0, at))
            {
                if (layers[above] >= layers[order[at]] && Dominates(scores[above], scores[order[at]])) { layers[order[at]] = layers[above] + 1; }
            }
        }
        return layers;
    }
}
