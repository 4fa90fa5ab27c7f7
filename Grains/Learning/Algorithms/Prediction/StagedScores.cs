namespace NexusActors.Learning.Prediction;

/// <summary>Chooses how many trees: those with the least loss over the rows of all folds, each judged by the model that was trained without it.</summary>
internal static class StagedScores
{
    private const int Step = 5;

    /// <summary>The number of trees of each model, and by row the score with that many.</summary>
    public static (int Trees, double[] Scores) Choose(TreeEnsemble[] ensembles, float[][] matrix, int[] folds, double[] targets, double[] weights, ModelObjective objective)
    {
        var stages = Math.Max(1, (ensembles.Max(ensemble => ensemble.Trees.Length) + Step - 1) / Step);
        var losses = new double[stages];
        var staged = new double[stages][];
        for (var stage = 0; stage < stages; stage++) { staged[stage] = new double[matrix.Length]; }
        for (var row = 0; row < matrix.Length; row++)
        {
            var trees = ensembles[folds[row]].Trees;
            double score = 0;
            for (var stage = 0; stage < stages; stage++)
            {
                for (var tree = stage * Step; tree < Math.Min(trees.Length, (stage + 1) * Step); tree++) { score += trees[tree].Score(matrix[row]); }
                staged[stage][row] = score;
                losses[stage] += (weights.Length == 0 ? 1 : weights[row]) * PredictionModel.Loss(objective, objective == ModelObjective.Number ? score : Scores.Sigmoid(score), targets[row]);
            }
        }

        var best = Enumerable.Range(0, stages).MinBy(stage => losses[stage]);
        return ((best + 1) * Step, staged[best]);
    }
}
