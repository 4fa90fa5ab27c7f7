using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>Rows of a training set in their order of time.</summary>
internal sealed class Examples
{
    public Examples(TrainingSet data, int[] order)
    {
        Order = order;
        var columns = data.Features.Columns;
        Rows = Array.ConvertAll(order, row =>
        {
            var values = new double[columns.Length];
            for (var i = 0; i < values.Length; i++) { values[i] = FeatureRows.Value(columns[i], row); }
            return values;
        });
        Targets = Array.ConvertAll(order, row => data.Targets[row]);
        Weights = data.Weights.Length == 0 ? [] : Array.ConvertAll(order, row => data.Weights[row]);
        Groups = data.Groups.Length == 0 ? [] : Array.ConvertAll(order, row => data.Groups[row]);
        Times = data.Times.Length == 0 ? [] : Array.ConvertAll(order, row => data.Times[row]);
        Known = data.Known.Length == 0 ? Times : Array.ConvertAll(order, row => data.Known[row]);
        Data = data;
    }

    public TrainingSet Data { get; }

    public int[] Order { get; }

    public double[][] Rows { get; }

    public double[] Targets { get; }

    public double[] Weights { get; }

    public int[] Groups { get; }

    public long[] Times { get; }

    public long[] Known { get; }

    /// <summary>Why these rows cannot be learned from; null where they can.</summary>
    public string? Fault(TrainingOptions options)
    {
        if (Rows.Length < options.RowsMin) { return $"there are {Rows.Length} experiences with a known outcome, at least {options.RowsMin} are needed"; }
        if (options.Objective == ModelObjective.Number) { return Targets.All(target => target == Targets[0]) ? $"all values are {Targets[0]}" : null; }
        var succeeded = Targets.Count(target => target > 0.5);
        var fewest = Math.Min(succeeded, Targets.Length - succeeded);
        return fewest < options.OutcomeRowsMin ? $"{succeeded} of {Targets.Length} experiences succeeded, at least {options.OutcomeRowsMin} of each outcome are needed" : null;
    }
}

/// <summary>How rows are divided.</summary>
internal static class Splits
{
    /// <summary>The oldest to learn from, the newest to judge by. Rows to learn from whose group is in both are left out.</summary>
    public static (Examples Learn, Examples Judge) HoldOut(Examples all, double share)
    {
        var cut = (int)Math.Round(all.Rows.Length * (1 - share));
        var judged = all.Groups.Length == 0 ? [] : all.Groups[cut..].ToHashSet();
        return (new(all.Data, [.. all.Order.Where((_, i) => i < cut && (judged.Count == 0 || !judged.Contains(all.Groups[i])))]), new(all.Data, all.Order[cut..]));
    }

    /// <summary>By row the fold: a group is in one; rows that have times and no groups are in as many spans of time; else by chance.</summary>
    public static int[] Folds(Examples examples, TrainingOptions options)
    {
        var folds = options.Folds;
        return [.. Enumerable.Range(0, examples.Rows.Length).Select(i => examples.Groups.Length > 0
            ? (int)(Shuffled(examples.Groups[i], options.Seed) % (ulong)folds)
            : examples.Times.Length > 0 ? (int)((long)i * folds / examples.Rows.Length) : (int)(Shuffled(examples.Order[i], options.Seed) % (ulong)folds))];
    }

    /// <summary>Rows at equal distances.</summary>
    public static float[][] Sample(float[][] matrix, int max) => matrix.Length <= max ? matrix : [.. Enumerable.Range(0, max).Select(i => matrix[(long)i * matrix.Length / max])];

    /// <summary>A fixed number for each item and seed that looks like chance (SplitMix64).</summary>
    public static ulong Shuffled(int item, int seed)
    {
        var x = (ulong)(uint)item + ((ulong)(uint)seed << 32) + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
