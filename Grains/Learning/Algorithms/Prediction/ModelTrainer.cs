using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>What to learn from. Rows whose outcome is not known are not in it.</summary>
internal sealed record TrainingSet
{
    /// <summary>What is known before the outcome.</summary>
    public required FeatureTable Features { get; init; }
    /// <summary>By row: 1 and 0 for success, else the number.</summary>
    public required double[] Targets { get; init; }
    /// <summary>By row: when it happened, milliseconds since 1970 UTC; empty: no order.</summary>
    public long[] Times { get; init; } = [];
    /// <summary>By row, where <see cref="Times"/> are given: when its outcome became known; empty: at once.</summary>
    public long[] Known { get; init; } = [];
    /// <summary>By row: how much it counts; empty: all alike. See <see cref="OutcomeDelay"/>.</summary>
    public double[] Weights { get; init; } = [];
    /// <summary>By row: rows of one group share an outcome or a cause, and are never divided between learning and judging; empty: each by itself.</summary>
    public int[] Groups { get; init; } = [];
    /// <summary>Name of the target.</summary>
    public string Target { get; init; } = "success";
    /// <summary>What the rows were encoded with.</summary>
    public FeatureSchema? Schema { get; init; }
}

/// <summary>How to train.</summary>
internal sealed record TrainingOptions
{
    /// <summary>What is learned.</summary>
    public ModelObjective Objective { get; init; } = ModelObjective.Success;
    /// <summary>Share held out to measure: the newest where times are known.</summary>
    public double HoldOutShare { get; init; } = 0.2;
    /// <summary>Models that are trained, at least 2, each without one fold; their mean answers. Calibration and conformal scores come from the folds left out.</summary>
    public int Folds { get; init; } = 4;
    /// <summary>After measuring, train again on all rows.</summary>
    public bool Refit { get; init; } = true;
    /// <summary>Of sets and intervals.</summary>
    public double Coverage { get; init; } = 0.9;
    /// <summary>Below that nothing is trained.</summary>
    public int RowsMin { get; init; } = 60;
    /// <summary>Rows of each outcome below which nothing is trained.</summary>
    public int OutcomeRowsMin { get; init; } = 10;
    /// <summary>How trees are grown.</summary>
    public BoostingOptions Boosting { get; init; } = new();
    /// <summary>Of everything that is chosen.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>A model, or why there is none yet.</summary>
/// <param name="Model">Null: not trained.</param>
/// <param name="Reason">Why not, for people; empty where there is a model.</param>
/// <param name="HeldOut">The rows held out, and the loss on them of the model that had not seen them.</param>
internal sealed record TrainingOutcome(PredictionModel? Model, string Reason, ImmutableArray<HeldOutLoss> HeldOut);

/// <summary>How wrong a model was about a row that it had not seen.</summary>
/// <param name="Row">In the training set.</param>
/// <param name="Loss">Log-loss, or squared error.</param>
internal readonly record struct HeldOutLoss(int Row, double Loss);

/// <summary>Trains, calibrates and measures. Pure; seconds of work, to be run where nothing waits for it.</summary>
internal static class ModelTrainer
{
    /// <summary>Trains one model.</summary>
    /// <param name="data">Rows with known outcomes.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Looked at between stages; a stage takes a second or so for each 30,000 rows.</param>
    public static TrainingOutcome Train(TrainingSet data, TrainingOptions options, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Folds, 2);
        var rows = data.Features.Rows;
        if (Missing(data, options) is { } reason) { return new(null, reason, []); }
        var order = Enumerable.Range(0, rows).OrderBy(row => data.Times.Length == 0 ? (long)(Splits.Shuffled(row, options.Seed) >> 1) : data.Times[row]).ThenBy(row => row).ToArray();
        var all = new Examples(data, order);
        if (options.HoldOutShare <= 0) { return new(Fit(data, all, options, cancellation).Model(data, null, "No rows were held out, so nothing was measured."), "", []); }

        var (learn, judge) = Splits.HoldOut(all, options.HoldOutShare);
        if (learn.Fault(options) is { } fault) { return new(null, $"Not trained yet: without the held-out rows, {fault}.", []); }
        var fitted = Fit(data, learn, options, cancellation);
        var (measured, losses) = fitted.Measure(judge);
        if (!options.Refit) { return new(fitted.Model(data, measured, "The figures are of this very model."), "", losses); }
        cancellation.ThrowIfCancellationRequested();
        return new(Fit(data, all, options, cancellation).Model(data, measured, "The figures are of a model trained in the same way without the held-out rows; this one has learned from them too."), "", losses);
    }

    private static string? Missing(TrainingSet data, TrainingOptions options)
    {
        var fault = new Examples(data, [.. Enumerable.Range(0, data.Features.Rows)]).Fault(options);
        return fault is null ? null : $"Not trained yet: {fault}.";
    }

    private static FittedModel Fit(TrainingSet data, Examples examples, TrainingOptions options, CancellationToken cancellation)
    {
        var folds = Splits.Folds(examples, options);
        var (encoder, matrix) = MatrixEncoder.Fit(FeatureRows.Shapes(data.Features), examples.Rows, examples.Targets, folds);
        var ensembles = new TreeEnsemble[options.Folds];
        for (var fold = 0; fold < options.Folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Enumerable.Range(0, matrix.Length).Where(row => folds[row] != fold).ToArray();
            ensembles[fold] = GradientBoosting.Train(matrix, rows, examples.Targets, examples.Weights, options.Objective, options.Boosting, options.Seed + fold);
        }

        cancellation.ThrowIfCancellationRequested();
        var (trees, scores) = StagedScores.Choose(ensembles, matrix, folds, examples.Targets, examples.Weights, options.Objective);
        var background = Splits.Sample(matrix, 2048);
        var merged = TreeEnsemble.Mean([.. ensembles.Select(ensemble => new TreeEnsemble([.. ensemble.Trees.Take(trees)]))]);
        cancellation.ThrowIfCancellationRequested();
        return new(encoder, new([.. merged.Trees.Select(tree => tree.WithCovers(background))]), scores, examples, options);
    }
}
