using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Learning;
using NexusActors.Learning.Decisions;

namespace NexusActors.Benchmarks;

/// <summary>The product's decision on how to run a job.</summary>
/// <param name="Job">Name of the file.</param>
/// <param name="Forecast">Where run times come from.</param>
/// <param name="Context">The job's input.</param>
/// <param name="TimeWeight">Weight of run time; cost has the rest.</param>
/// <param name="Chosen">What was chosen.</param>
/// <param name="Confidence">Raw.</param>
internal sealed record ClusterChoice(string Job, string Forecast, ClusterContext Context, double TimeWeight, ClusterSetting Chosen, double Confidence)
{
    public double Regret => Context.Regret(Chosen, TimeWeight);

    /// <summary>Within 2 % of the best.</summary>
    public bool IsGood => Regret <= 0.02 * (Context.Burden(Chosen, TimeWeight) - Regret);

    public string Csv => string.Create(CultureInfo.InvariantCulture, $"{Job},{Context.Index},{Context.Fold},{Forecast.Replace("*", "", StringComparison.Ordinal)},{TimeWeight},{Chosen.Name},{Regret:F6},{Confidence:F4}");

    public static ClusterChoice Of(string job, string forecast, ClusterContext context, LearnedEstimate[] expected, double timeWeight, RankingMethod method)
    {
        var analysis = DecisionEngine.Decide(Problem(context, expected, timeWeight, method));
        return new(job, forecast, context, timeWeight, context.Settings.Single(setting => setting.Name == analysis.Chosen), analysis.RawConfidence);
    }

    /// <summary>
    /// Run time and cost as learned estimates. Bounds are declared once for the context, from everything that could be offered: from the best expected to twice the best, so that a score is 2 − the value relative to the best.
    /// </summary>
    public static DecisionProblem Problem(ClusterContext context, LearnedEstimate[] expected, double timeWeight, RankingMethod method)
    {
        var costs = context.Settings.Select((setting, i) => new LearnedEstimate(setting.Cost(expected[i].Mean), setting.Cost(expected[i].StandardDeviation))).ToArray();
        var (time, cost) = (expected.Min(each => each.Mean), costs.Min(each => each.Mean));
        return new()
        {
            Alternatives = [.. context.Settings.Select((setting, i) => new DecisionAlternative(setting.Name) { Learned = ImmutableSortedDictionary<string, LearnedEstimate>.Empty.Add("run_seconds", expected[i]).Add("dollars", costs[i]) })],
            Objectives = [new("minimize_run_seconds", ["run_seconds"], false, timeWeight), new("minimize_dollars", ["dollars"], false, 1 - timeWeight)],
            Bounds = ImmutableSortedDictionary<string, AttributeBounds>.Empty.Add("run_seconds", new(time, 2 * time)).Add("dollars", new(cost, 2 * cost)),
            Method = method,
        };
    }
}

/// <summary>The front as expected, judged by what really came.</summary>
/// <param name="Job">Name of the file.</param>
/// <param name="Forecast">Where run times come from.</param>
/// <param name="Context">The job's input.</param>
/// <param name="Estimates">Expected run times.</param>
/// <param name="Expected">Settings on the expected front.</param>
/// <param name="True">Settings on the true front.</param>
internal sealed record ClusterFront(string Job, string Forecast, ClusterContext Context, LearnedEstimate[] Estimates, IReadOnlySet<string> Expected, IReadOnlySet<string> True)
{
    /// <summary>The reference point lies so far beyond the worst of the context.</summary>
    private const double Beyond = 1.1;

    public double HypervolumeRatio => Hypervolume(Expected) / Hypervolume(True);

    public IEnumerable<string> Csv => Context.Settings.Select((setting, i) => string.Create(CultureInfo.InvariantCulture,
        $"{Job},{Context.Index},{Context.Fold},{Forecast.Replace("*", "", StringComparison.Ordinal)},{setting.Name},{Estimates[i].Mean:F3},{Estimates[i].StandardDeviation:F3},{setting.Seconds:F3},{setting.Cost(Estimates[i].Mean):F6},{setting.Dollars:F6},{(Expected.Contains(setting.Name) ? 1 : 0)},{(True.Contains(setting.Name) ? 1 : 0)}"));

    public static ClusterFront Of(string job, string forecast, ClusterContext context, LearnedEstimate[] expected) =>
        new(job, forecast, context, expected, Front(context, expected), Front(context, [.. context.Settings.Select(setting => new LearnedEstimate(setting.Seconds, 0))]));

    private static ImmutableHashSet<string> Front(ClusterContext context, LearnedEstimate[] expected) => [.. DecisionEngine.Decide(ClusterChoice.Problem(context, expected, 0.5, RankingMethod.Spotis)).Front];

    /// <summary>Area between the points and the reference, in multiples of the best of the context.</summary>
    private double Hypervolume(IReadOnlySet<string> front)
    {
        var (time, cost) = (Beyond * Context.Settings.Max(setting => setting.Seconds) / Context.BestSeconds, Beyond * Context.Settings.Max(setting => setting.Dollars) / Context.BestDollars);
        var (area, ceiling) = (0.0, cost);
        foreach (var point in Context.Settings.Where(setting => front.Contains(setting.Name)).Select(setting => (Time: setting.Seconds / Context.BestSeconds, Cost: setting.Dollars / Context.BestDollars)).OrderBy(point => point.Time).ThenBy(point => point.Cost))
        {
            if (point.Cost >= ceiling) { continue; }
            area += (time - point.Time) * (ceiling - point.Cost);
            ceiling = point.Cost;
        }
        return area;
    }
}

/// <summary>How often dropping an alternative changed something that it should not.</summary>
internal sealed record ReversalCount(string Bounds, string Method, int Trials, int Choices, int Orders);

/// <summary>Drops alternatives.</summary>
internal static class ClusterReversals
{
    private const int Trials = 10_000;

    /// <summary>The same trials for every method, with the bounds declared for the context and with those of the alternatives at hand.</summary>
    public static IReadOnlyList<ReversalCount> Count(IReadOnlyList<ClusterFront> fronts, Settings settings)
    {
        var random = new Random(settings.Seed);
        var open = fronts.Where(front => front.Context.Settings.Count > 2).ToArray();
        var trials = Enumerable.Range(0, open.Length == 0 ? 0 : Trials).Select(_ => (Front: open[random.Next(open.Length)], Weight: random.NextDouble(), Which: random.NextDouble())).ToArray();
        bool[] both = [true, false];
        return [.. both.SelectMany(declared => Rankings.Methods.Select(method =>
        {
            Report.Progress($"L5 reversals: {method}, bounds {(declared ? "declared" : "at hand")}");
            var (choices, orders) = (0, 0);
            foreach (var (front, weight, which) in trials)
            {
                var problem = ClusterChoice.Problem(front.Context, front.Estimates, weight, method);
                if (!declared) { problem = problem with { Bounds = problem.Bounds.Clear() }; }
                var before = DecisionEngine.Rank(problem);
                var dropped = before[1 + (int)(which * (before.Length - 1))];
                var after = DecisionEngine.Rank(problem with { Alternatives = [.. problem.Alternatives.Where(alternative => alternative.Id != dropped)] });
                if (after[0] != before[0]) { choices++; }
                if (!after.SequenceEqual(before.Where(id => id != dropped))) { orders++; }
            }
            return new ReversalCount(declared ? "declared" : "at hand", DecisionText.Of(method), trials.Length, choices, orders);
        }))];
    }
}
