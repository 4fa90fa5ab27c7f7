using NexusActors.Learning.Decisions;

namespace NexusActors.Benchmarks;

/// <summary>Run times as they are expected before the job runs: of settings of one context, from contexts of other folds.</summary>
internal delegate LearnedEstimate[] Forecast(ClusterContext context);

/// <summary>Ways to expect run times.</summary>
internal static class ClusterForecast
{
    /// <summary>The product's: a Gaussian process over the logarithms of everything that is known beforehand.</summary>
    public static Forecast Process(IReadOnlyList<ClusterContext> known)
    {
        string[] types = [.. known.SelectMany(context => context.Settings).Select(setting => setting.MachineType).Distinct().Order(StringComparer.Ordinal)];
        var examples = known.SelectMany(context => context.Settings.Select(setting => (Features: Features(context, setting, types), Target: Math.Log(setting.Seconds)))).Take(GaussianProcess.ExamplesMax).ToArray();
        var model = GaussianProcess.Fit([.. examples.Select(example => example.Features)], known[0].Inputs.Length, [.. examples.Select(example => example.Target)]);
        return context =>
        [
            .. context.Settings.Select(setting => model.Predict(Features(context, setting, types)))
                .Select(log => new LearnedEstimate(Math.Exp(log.Mean), Math.Exp(log.Mean) * Math.Sqrt(Math.Exp(log.StandardDeviation * log.StandardDeviation) - 1))),
        ];
    }

    /// <summary>A peer: the run times of the known context whose inputs are nearest, of those with the most settings in common; the mean shape of all fills gaps.</summary>
    public static Forecast Nearest(IReadOnlyList<ClusterContext> known) => context =>
    {
        var nearest = known.MinBy(other => other.Inputs.Zip(context.Inputs).Sum(pair => Math.Pow(Log(pair.First) - Log(pair.Second), 2)))!;
        var shape = Shape(known);
        return [.. context.Settings.Select(setting => new LearnedEstimate(nearest.Settings.FirstOrDefault(same => same.Name == setting.Name)?.Seconds ?? (nearest.BestSeconds * shape.GetValueOrDefault(setting.Name, 1)), 0))];
    };

    /// <summary>A peer: how much slower than the best each setting was on average.</summary>
    public static Forecast Average(IReadOnlyList<ClusterContext> known)
    {
        var shape = Shape(known);
        return context => [.. context.Settings.Select(setting => new LearnedEstimate(shape.TryGetValue(setting.Name, out var slower) ? slower : shape.Values.Average(), 0))];
    }

    /// <summary>A peer: run time = a + b · size / machines + c · log machines + d · machines, with b of the largest input column; Ernest's terms (Venkataraman et al. 2016), least squares over the known contexts.</summary>
    public static Forecast Ernest(IReadOnlyList<ClusterContext> known)
    {
        var scale = known.Max(context => context.Inputs.Max());
        double[] Terms(ClusterContext context, ClusterSetting setting) => [1, context.Inputs.Max() / scale / setting.Machines, Math.Log(setting.Machines), setting.Machines];
        var rows = known.SelectMany(context => context.Settings.Select(setting => (Terms: Terms(context, setting), setting.Seconds))).ToArray();
        var fitted = MathNet.Numerics.LinearRegression.MultipleRegression.QR([.. rows.Select(row => row.Terms)], [.. rows.Select(row => row.Seconds)], intercept: false);
        return context => [.. context.Settings.Select(setting => new LearnedEstimate(Math.Max(1, Terms(context, setting).Zip(fitted, (term, factor) => term * factor).Sum()), 0))];
    }

    /// <summary>Not a peer but the ceiling: what really came.</summary>
    public static Forecast Hindsight(IReadOnlyList<ClusterContext> known) => context => [.. context.Settings.Select(setting => new LearnedEstimate(setting.Seconds, 0))];

    private static Dictionary<string, double> Shape(IReadOnlyList<ClusterContext> known) =>
        known.SelectMany(context => context.Settings.Select(setting => (setting.Name, Slower: setting.Seconds / context.BestSeconds))).GroupBy(each => each.Name).ToDictionary(same => same.Key, same => same.Average(each => each.Slower));

    private static double[] Features(ClusterContext context, ClusterSetting setting, string[] types) =>
        [.. context.Inputs.Select(Log), Math.Log(setting.Slots), 1 / setting.Slots, Math.Log(setting.Memory / setting.Machines), .. types.Select(type => type == setting.MachineType ? 1.0 : 0)];

    /// <summary>Logarithm of an input that may be zero; below 1 it is taken as it is, unless it is tiny.</summary>
    private static double Log(double value) => value >= 1 ? Math.Log(value) : value is > 0 and < 0.1 ? Math.Log(value) + 3.4 : value - 1;
}
