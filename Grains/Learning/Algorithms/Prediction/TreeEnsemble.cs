using System.Collections.Immutable;

namespace NexusActors.Learning.Prediction;

/// <summary>A sum of regression trees: log-odds of success, or the number itself. Immutable, and safe for several threads, which ML.NET's PredictionEngine is not.</summary>
/// <param name="Trees">In the order in which they were learned.</param>
internal sealed record TreeEnsemble(ImmutableArray<Tree> Trees)
{
    /// <summary>The sum for one row of the matrix.</summary>
    public double Score(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (var tree in Trees) { sum += tree.Score(row); }
        return sum;
    }

    /// <summary>The mean of the sums of several ensembles, as one ensemble.</summary>
    public static TreeEnsemble Mean(IReadOnlyCollection<TreeEnsemble> ensembles) =>
        new([.. ensembles.SelectMany(ensemble => ensemble.Trees).Select(tree => tree.Times(1.0 / ensembles.Count))]);
}

/// <summary>One tree. Nodes are numbered from 0, the root; a child below 0 is the leaf with the number <c>~child</c>. A tree without nodes is its first leaf.</summary>
internal sealed record Tree
{
    /// <summary>By node: which column of the matrix is asked.</summary>
    public required ImmutableArray<int> Columns { get; init; }
    /// <summary>By node: at most this goes left.</summary>
    public required ImmutableArray<float> Thresholds { get; init; }
    /// <summary>By node.</summary>
    public required ImmutableArray<int> Left { get; init; }
    /// <summary>By node.</summary>
    public required ImmutableArray<int> Right { get; init; }
    /// <summary>By node: by how much the split lowered the loss in training.</summary>
    public required ImmutableArray<double> Gains { get; init; }
    /// <summary>By leaf: what it adds.</summary>
    public required ImmutableArray<double> Leaves { get; init; }
    /// <summary>By node: rows of the background sample that pass it. Above 0.</summary>
    public ImmutableArray<double> NodeCovers { get; init; } = [];
    /// <summary>By leaf: rows of the background sample that end in it. Above 0.</summary>
    public ImmutableArray<double> LeafCovers { get; init; } = [];

    /// <summary>What the tree adds for a row.</summary>
    public double Score(ReadOnlySpan<float> row) => Leaves[Leaf(row)];

    /// <summary>Where a row ends.</summary>
    public int Leaf(ReadOnlySpan<float> row)
    {
        if (Columns.IsEmpty) { return 0; }
        var node = 0;
        do { node = row[Columns[node]] <= Thresholds[node] ? Left[node] : Right[node]; }
        while (node >= 0);
        return ~node;
    }

    /// <summary>The same tree with leaves that count that much.</summary>
    public Tree Times(double factor) => this with { Leaves = [.. Leaves.Select(leaf => leaf * factor)] };

    /// <summary>The same tree with the covers that a background sample gives. Each leaf has a hundredth of a row beforehand, so that none is 0.</summary>
    public Tree WithCovers(float[][] background)
    {
        var leaves = new double[Leaves.Length];
        Array.Fill(leaves, 0.01);
        foreach (var row in background) { leaves[Leaf(row)]++; }
        var nodes = new double[Columns.Length];
        if (nodes.Length > 0) { Cover(0, nodes, leaves); }
        return this with { NodeCovers = [.. nodes], LeafCovers = [.. leaves] };
    }

    private double Cover(int child, double[] nodes, double[] leaves) =>
        child < 0 ? leaves[~child] : nodes[child] = Cover(Left[child], nodes, leaves) + Cover(Right[child], nodes, leaves);
}
