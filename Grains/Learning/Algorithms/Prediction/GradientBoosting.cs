using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace NexusActors.Learning.Prediction;

/// <summary>How trees are grown.</summary>
internal sealed record BoostingOptions
{
    /// <summary>Most trees.</summary>
    public int TreesMax { get; init; } = 300;
    /// <summary>How much of a tree's answer is added.</summary>
    public double LearningRate { get; init; } = 0.06;
    /// <summary>Leaves of a tree at most.</summary>
    public int Leaves { get; init; } = 31;
    /// <summary>Rows of a leaf at least.</summary>
    public int LeafRowsMin { get; init; } = 20;
    /// <summary>Share of the columns that a tree may use.</summary>
    public double ColumnShare { get; init; } = 0.6;
    /// <summary>Share of the rows that a tree is grown from.</summary>
    public double RowShare { get; init; } = 0.8;
    /// <summary>Square penalty on leaves.</summary>
    public double Penalty { get; init; } = 1;
    /// <summary>Threads. One by default, so that training does not take the machine from those who answer.</summary>
    public int Threads { get; init; } = 1;
}

/// <summary>
/// Gradient-boosted trees by LightGBM (Ke et al. 2017) through ML.NET, taken out as plain trees. Words come as 0/1 columns, so that the wrapper's own handling of categories and of missing values,
/// which it changes in translation, is not used. LightGBM trains one model at a time in a process; a call cannot be cancelled within.
/// </summary>
internal static class GradientBoosting
{
    /// <summary>ML.NET's sigmoid has this slope, so that log-odds are the raw score times it.</summary>
    private const double Slope = 0.5;

    /// <summary>The same rows, options and seed give the same trees.</summary>
    /// <param name="matrix">All rows.</param>
    /// <param name="rows">Which of them are trained on.</param>
    /// <param name="targets">By row of the matrix.</param>
    /// <param name="weights">By row of the matrix; empty: all alike.</param>
    /// <param name="objective">What is learned.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Of everything that is chosen.</param>
    public static TreeEnsemble Train(float[][] matrix, IReadOnlyList<int> rows, double[] targets, double[] weights, ModelObjective objective, BoostingOptions options, int seed)
    {
        // LightGBM stops for good at the first tree that cannot be split, as when all columns of its share are constant; and ML.NET fails at a model that has only such a one.
        var columns = Splittable(matrix, rows, (int)Math.Ceiling(options.LeafRowsMin / options.RowShare));
        if (columns.Length == 0 || rows.All(row => targets[row] == targets[rows[0]])) { return Constant(rows, targets, weights, objective); }
        var context = new MLContext(seed);
        var shape = SchemaDefinition.Create(typeof(Example));
        shape[nameof(Example.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns.Length);
        var examples = new Example[rows.Count];
        for (var i = 0; i < examples.Length; i++)
        {
            var row = rows[i];
            examples[i] = new() { Features = Array.ConvertAll(columns, column => matrix[row][column]), Target = (float)targets[row], Succeeded = targets[row] > 0.5, Weight = weights.Length == 0 ? 1 : (float)weights[row] };
        }

        var data = context.Data.LoadFromEnumerable(examples, shape);
        if (objective == ModelObjective.Number)
        {
            var settings = Configured(new LightGbmRegressionTrainer.Options { LabelColumnName = nameof(Example.Target) }, options, seed);
            return ToTrees(context.Regression.Trainers.LightGbm(settings).Fit(data).Model.TrainedTreeEnsemble, 1, columns);
        }

        var binary = Configured(new LightGbmBinaryTrainer.Options { LabelColumnName = nameof(Example.Succeeded), Sigmoid = Slope }, options, seed);
        return ToTrees(context.BinaryClassification.Trainers.LightGbm(binary).Fit(data).Model.SubModel.TrainedTreeEnsemble, Slope, columns);
    }

    /// <summary>Columns that divide the rows into two parts of enough each.</summary>
    private static int[] Splittable(float[][] matrix, IReadOnlyList<int> rows, int least)
    {
        var values = new float[rows.Count];
        return [.. Enumerable.Range(0, matrix[0].Length).Where(column =>
        {
            if (values.Length < 2 * least) { return false; }
            for (var i = 0; i < values.Length; i++) { values[i] = matrix[rows[i]][column]; }
            Array.Sort(values);
            // Some place at which the value changes lies between.
            return values[least - 1] != values[^least];
        })];
    }

    /// <summary>What is best where nothing tells rows apart: the mean, or its log-odds.</summary>
    private static TreeEnsemble Constant(IReadOnlyList<int> rows, double[] targets, double[] weights, ModelObjective objective)
    {
        double Weight(int row) => weights.Length == 0 ? 1 : weights[row];
        var mean = rows.Sum(row => Weight(row) * targets[row]) / rows.Sum(Weight);
        // Half a row of the outcome that was not seen.
        var least = 0.5 / (rows.Count + 1);
        return new([new() { Columns = [], Thresholds = [], Left = [], Right = [], Gains = [], Leaves = [objective == ModelObjective.Number ? mean : Scores.LogOdds(Math.Clamp(mean, least, 1 - least))] }]);
    }

    private static TOptions Configured<TOptions, TOutput, TTransformer, TModel>(LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel>.OptionsBase settings, BoostingOptions options, int seed)
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
        where TOptions : LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel>.OptionsBase, new()
    {
        settings.FeatureColumnName = nameof(Example.Features);
        settings.ExampleWeightColumnName = nameof(Example.Weight);
        settings.NumberOfIterations = options.TreesMax;
        settings.LearningRate = options.LearningRate;
        settings.NumberOfLeaves = options.Leaves;
        settings.MinimumExampleCountPerLeaf = options.LeafRowsMin;
        settings.NumberOfThreads = options.Threads;
        settings.Seed = seed;
        settings.Deterministic = true;
        settings.ForceColumnWise = true;
        settings.UseCategoricalSplit = false;
        settings.HandleMissingValue = false;
        settings.Booster = new GradientBooster.Options { FeatureFraction = options.ColumnShare, SubsampleFraction = options.RowShare, SubsampleFrequency = options.RowShare < 1 ? 1 : 0, L2Regularization = options.Penalty };
        return (TOptions)settings;
    }

    /// <summary>ML.NET's trees as plain ones, with the columns of the matrix.</summary>
    internal static TreeEnsemble ToTrees(RegressionTreeEnsemble trained, double factor, int[] columns) =>
        new([.. trained.Trees.Select((tree, i) => ToTree(tree, columns).Times(factor * trained.TreeWeights[i]))]);

    private static Tree ToTree(RegressionTree tree, int[] columns) => new()
    {
        Columns = [.. tree.NumericalSplitFeatureIndexes.Select(column => columns[column])],
        Thresholds = [.. tree.NumericalSplitThresholds],
        Left = [.. tree.LeftChild],
        Right = [.. tree.RightChild],
        Gains = [.. tree.SplitGains],
        Leaves = [.. tree.LeafValues],
    };

    private sealed class Example
    {
        public float[] Features { get; set; } = [];
        public float Target { get; set; }
        public bool Succeeded { get; set; }
        public float Weight { get; set; }
    }
}
