using System.Globalization;
using NexusActors.Learning;
using NexusActors.Learning.Decisions;
using static NexusActors.Benchmarks.Report;

namespace NexusActors.Benchmarks;

/// <summary>L5: how to run a job whose run times are expected, not known: the choice, the front, whether dropping an alternative changes the choice, and whether confidence is right.</summary>
internal static class ParetoRow
{
    public const string Goal = "Goals: regret ≤ .010, hypervolume ratio ≥ .996; 0 reversals of 10,000. Peer bar (read): .000–.038, .992–.995.";

    /// <summary>Share of the weight that run time gets; cost gets the rest.</summary>
    private static readonly double[] TimeWeights = [0.2, 0.5, 0.8];

    private const string All = "all";

    private static readonly (string Name, Func<IReadOnlyList<ClusterContext>, Forecast> Learn)[] Forecasts =
    [
        ("**ours**: Gaussian process", ClusterForecast.Process),
        ("nearest context", ClusterForecast.Nearest),
        ("Ernest's terms", ClusterForecast.Ernest),
        ("average slowdown", ClusterForecast.Average),
        ("hindsight (ceiling)", ClusterForecast.Hindsight),
    ];

    public static void Run(Settings settings, Report report)
    {
        var jobs = ClusterRuns.Read(settings);
        report.Line(Goal);
        report.Line("");
        var choices = new List<ClusterChoice>();
        var fronts = new List<ClusterFront>();
        foreach (var (job, contexts) in jobs)
        {
            foreach (var (name, learn) in Forecasts)
            {
                Progress($"L5 {job}: {name}");
                foreach (var fold in Enumerable.Range(0, ClusterContext.Folds))
                {
                    ClusterContext[] known = [.. contexts.Where(context => context.Fold != fold)];
                    if (known.Length == 0) { continue; }
                    var forecast = learn(known);
                    foreach (var context in contexts.Where(context => context.Fold == fold))
                    {
                        var expected = forecast(context);
                        fronts.Add(ClusterFront.Of(job, name, context, expected));
                        choices.AddRange(TimeWeights.Select(weight => ClusterChoice.Of(job, name, context, expected, weight, RankingMethod.Spotis)));
                    }
                }
            }
        }
        Print(report, choices, fronts);
        var confident = Calibrated(fronts);
        PrintCalibration(report, confident);
        var reversals = ClusterReversals.Count(fronts.Where(front => front.Forecast == Forecasts[0].Name).ToArray(), settings);
        report.Table("L5 ranks reversed when one alternative that was not chosen is dropped",
            ["bounds", "method", "trials", "choice changed", "order of the others changed"],
            reversals.Select<ReversalCount, string[]>(count => [count.Bounds, count.Method, $"{count.Trials:N0}", $"{count.Choices:N0}", $"{count.Orders:N0}"]));
        if (settings.Out is { } folder) { Write(folder, choices, fronts, confident, reversals); }
    }

    private static void Print(Report report, List<ClusterChoice> choices, List<ClusterFront> fronts) =>
        report.Table("L5 choices on unseen contexts (run time and cost relative to the best of the context; folds by context index % 5)",
            ["job", "contexts", "run times from", .. TimeWeights.Select(weight => $"regret, time weight {weight.ToString(CultureInfo.InvariantCulture)}"), "mean regret", "hypervolume ratio", "front size: expected / true"],
            choices.GroupBy(choice => (choice.Job, choice.Forecast)).Concat(choices.GroupBy(choice => (Job: All, choice.Forecast))).Select<IGrouping<(string Job, string Forecast), ClusterChoice>, string[]>(group =>
            {
                var own = fronts.Where(front => (front.Job == group.Key.Job || group.Key.Job == All) && front.Forecast == group.Key.Forecast).ToArray();
                return
                [
                    group.Key.Job, $"{own.Length}", group.Key.Forecast, .. TimeWeights.Select(weight => F(group.Where(choice => choice.TimeWeight == weight).Average(choice => choice.Regret))), F(group.Average(choice => choice.Regret)),
                    F(own.Average(front => front.HypervolumeRatio)), $"{N(own.Average(front => front.Expected.Count))} / {N(own.Average(front => front.True.Count))}",
                ];
            }));

    /// <summary>Confidence of many decisions on unseen contexts, raw and as calibrated by the outcomes of the other folds. Good: the choice is within 2 % of the best.</summary>
    private static List<ConfidentChoice> Calibrated(List<ClusterFront> fronts)
    {
        var all = fronts.Where(front => front.Forecast == Forecasts[0].Name)
            .SelectMany(front => Enumerable.Range(1, 19).Select(step => ClusterChoice.Of(front.Job, front.Forecast, front.Context, front.Estimates, step / 20.0, RankingMethod.Spotis))).ToArray();
        return [.. Enumerable.Range(0, ClusterContext.Folds).SelectMany(fold =>
        {
            var calibrator = ConfidenceCalibrator.Fit([.. all.Where(choice => choice.Context.Fold != fold).Select(choice => (choice.Confidence, choice.IsGood))]);
            return all.Where(choice => choice.Context.Fold == fold).Select(choice => new ConfidentChoice(choice, calibrator.Apply(choice.Confidence)));
        })];
    }

    private static void PrintCalibration(Report report, List<ConfidentChoice> confident)
    {
        double[] good = [.. confident.Select(each => each.Choice.IsGood ? 1.0 : 0)];
        foreach (var (name, stated) in new[] { ("raw", confident.Select(each => each.Choice.Confidence)), ("calibrated by the other folds", confident.Select(each => each.Calibrated)) })
        {
            SuccessFigures.Reliability(report, $"L5 reliability of the confidence, {name}, on unseen contexts: 19 time weights each, good = within 2 % of the best", [.. stated], good);
        }
    }

    private static void Write(string folder, List<ClusterChoice> choices, List<ClusterFront> fronts, List<ConfidentChoice> confident, IReadOnlyList<ReversalCount> reversals)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "L5-choices.csv"), ["job,context,fold,forecast,time_weight,chosen,regret,confidence", .. choices.Select(choice => choice.Csv)]);
        File.WriteAllLines(Path.Combine(folder, "L5-fronts.csv"), ["job,context,fold,forecast,setting,expected_seconds,deviation_seconds,seconds,expected_dollars,dollars,on_expected_front,on_true_front", .. fronts.SelectMany(front => front.Csv)]);
        File.WriteAllLines(Path.Combine(folder, "L5-confidence.csv"), ["job,context,fold,forecast,time_weight,chosen,regret,confidence,calibrated,good", .. confident.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Choice.Csv},{each.Calibrated:F4},{(each.Choice.IsGood ? 1 : 0)}"))]);
        File.WriteAllLines(Path.Combine(folder, "L5-reversals.csv"), ["bounds,method,trials,choice_changed,order_changed", .. reversals.Select(count => $"{count.Bounds},{count.Method},{count.Trials},{count.Choices},{count.Orders}")]);
    }

    private static string F(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);
}

/// <summary>A choice with its confidence after calibration.</summary>
internal sealed record ConfidentChoice(ClusterChoice Choice, double Calibrated);
