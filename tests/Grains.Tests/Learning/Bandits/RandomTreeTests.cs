namespace NexusActors.Learning.Bandits;

public sealed class RandomTreeTests
{
    [Fact]
    public void Predict_TargetIsAStep_ForestFindsIt()
    {
        var random = new Random(1);
        double[][] features = [.. Enumerable.Range(0, 500).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        double[] targets = [.. features.Select(row => row[0] < 0.5 ? 1.0 : 3.0)];

        var trees = Enumerable.Range(0, 50).Select(_ => RandomTree.Grow(features, targets, [.. Enumerable.Range(0, 500)], new(5, 2, 0, 0), random)).ToArray();

        Assert.InRange(trees.Average(tree => tree.Predict([0.2, 0.5])), 0.95, 1.05);
        Assert.InRange(trees.Average(tree => tree.Predict([0.8, 0.5])), 2.95, 3.05);
    }

    [Fact]
    public void Predict_MissingMeansSomething_ItIsLearned()
    {
        var random = new Random(2);
        double[][] features = [.. Enumerable.Range(0, 400).Select(i => new[] { i % 2 == 0 ? double.NaN : random.NextDouble() })];
        double[] targets = [.. features.Select(row => double.IsNaN(row[0]) ? 5.0 : 1.0)];

        var trees = Enumerable.Range(0, 100).Select(_ => RandomTree.Grow(features, targets, [.. Enumerable.Range(0, 400)], new(5, 1, 0, 0), random)).ToArray();

        Assert.True(trees.Average(tree => tree.Predict([double.NaN])) > trees.Average(tree => tree.Predict([0.9])) + 1.5);
    }

    [Fact]
    public void Predict_NoExamples_ThePrior() => Assert.Equal(7, RandomTree.Grow([], [], [], new(3, 0, 7, 2), new(3)).Predict([1]));

    [Fact]
    public void Predict_FewExamples_DrawnTowardsThePrior() => Assert.Equal(2, RandomTree.Grow([[1], [1]], [4.0, 4.0], [0, 1], new(3, 0, 0, 2), new(4)).Predict([1]));
}
