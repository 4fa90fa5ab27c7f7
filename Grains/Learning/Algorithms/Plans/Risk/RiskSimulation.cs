using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace NexusActors.Learning.Plans;

/// <summary>A limit whose chance is asked for.</summary>
/// <param name="Name">The constraint.</param>
/// <param name="Activity">Whose end; null: the last end of all.</param>
/// <param name="EndMax">Slots; null: no limit on time.</param>
/// <param name="CostMax">Cost; null: no limit on cost.</param>
internal sealed record RiskLimit(string Name, int? Activity, double? EndMax, double? CostMax);

/// <summary>A plan whose durations and costs are uncertain.</summary>
internal sealed record RiskQuestion
{
    public required Project Project { get; init; }

    /// <summary>The order that is kept whatever happens.</summary>
    public required ResourceFlow Flow { get; init; }

    /// <summary>By activity, in slots.</summary>
    public required ImmutableArray<ThreePoint> Durations { get; init; }

    /// <summary>By activity: what it costs however long it takes.</summary>
    public required ImmutableArray<ThreePoint> Costs { get; init; }

    /// <summary>By activity: what each slot of it costs.</summary>
    public required ImmutableArray<double> CostPerSlot { get; init; }

    public ImmutableArray<RiskLimit> Limits { get; init; } = [];

    /// <summary>Samples, 1 to <see cref="RiskSimulation.SamplesMax"/>.</summary>
    public int Samples { get; init; } = 10_000;

    public ulong Seed { get; init; } = 1;
}

/// <summary>How an activity's uncertainty reaches the whole.</summary>
/// <param name="Activity">Index.</param>
/// <param name="Criticality">Share of the samples in which the chain that ends last goes through it (criticality index; Van Slyke 1963).</param>
/// <param name="EndCorrelation">Spearman rank correlation of its duration with the end of the project (cruciality; Williams 1992).</param>
/// <param name="CostCorrelation">Spearman rank correlation of its cost with the cost of the project.</param>
/// <param name="EndShare">Its part of the sum of squared end correlations: about its part of the variance.</param>
internal sealed record RiskDriver(int Activity, double Criticality, double EndCorrelation, double CostCorrelation, double EndShare);

/// <param name="End">Of the project, in slots.</param>
/// <param name="Cost">Of the project.</param>
/// <param name="ActivityEnds">By activity, in slots.</param>
/// <param name="Chances">In the order of the limits, then <c>all</c>: every limit kept at once.</param>
/// <param name="Drivers">Every uncertain activity, the strongest first: by criticality times end correlation.</param>
/// <param name="Samples">How many.</param>
internal sealed record RiskProfile(RiskQuantiles End, RiskQuantiles Cost, ImmutableArray<RiskQuantiles> ActivityEnds, ImmutableArray<RiskChance> Chances, ImmutableArray<RiskDriver> Drivers, int Samples);

/// <summary>
/// Monte-Carlo simulation of a plan (Van Slyke 1963): durations and costs are drawn independently from beta-PERT distributions, and everything begins as soon as the order of <see cref="ResourceFlow"/> allows.
/// What it does not know: causes that several activities share (they make the true spread wider), and that people would plan anew.
/// </summary>
internal static class RiskSimulation
{
    public const int SamplesMax = 1_000_000;

    /// <summary>Samples that correlations and ends of single activities are computed from, at most.</summary>
    public const int DetailMax = 10_000;

    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RiskProfile Run(RiskQuestion question, CancellationToken cancellation = default)
    {
        if (question.Samples is < 1 or > SamplesMax) { throw new ArgumentException($"samples are 1 to {SamplesMax}", nameof(question)); }
        var run = new Samples(question);
        for (var sample = 0; sample < question.Samples; sample++)
        {
            if (sample % 1024 == 0) { cancellation.ThrowIfCancellationRequested(); }
            run.Draw(sample);
        }
        return new(
            Quantiles(run.Ends),
            Quantiles(run.Costs),
            [.. run.ActivityEnds.Select(ends => Quantiles([.. ends.Select(end => (double)end)]))],
            [.. question.Limits.Select(limit => limit.Name).Append("all").Select((name, i) => Chance(name, run.Kept[i], question.Samples))],
            Drivers(question, run),
            question.Samples);
    }

    private static RiskChance Chance(string name, int kept, int samples)
    {
        var share = (double)kept / samples;
        return new(name, share, Math.Sqrt(share * (1 - share) / samples));
    }

    private static RiskQuantiles Quantiles(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return new(values.Average(), At(0.5), At(0.8), At(0.95));

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    private static ImmutableArray<RiskDriver> Drivers(RiskQuestion question, Samples run)
    {
        var (ends, costs) = (Ranks(run.Ends[..run.Detail]), Ranks(run.Costs[..run.Detail]));
        int[] uncertain = [.. Enumerable.Range(0, question.Project.Count).Where(i => !question.Durations[i].IsExact || !question.Costs[i].IsExact)];
        (int Activity, double End, double Cost)[] correlated =
        [
            .. uncertain.Select(i => (i, question.Durations[i].IsExact ? 0 : RankCorrelation(run.Durations[i], ends), RankCorrelation(run.ActivityCosts[i], costs))),
        ];
        var sum = correlated.Sum(one => one.End * one.End);
        return
        [
            .. correlated.Select(one => new RiskDriver(one.Activity, (double)run.Critical[one.Activity] / question.Samples, one.End, one.Cost, sum > 0 ? one.End * one.End / sum : 0))
                .OrderByDescending(driver => driver.Criticality * driver.EndCorrelation).ThenByDescending(driver => driver.CostCorrelation).ThenBy(driver => driver.Activity),
        ];
    }

    /// <summary>Spearman's (1904), in [−1, 1]; 0 where one of both does not vary.</summary>
    private static double RankCorrelation(float[] values, double[] ranks) => Correlation.Pearson(Ranks([.. values.Select(value => (double)value)]), ranks) is var found && double.IsFinite(found) ? Math.Clamp(found, -1, 1) : 0;

    /// <summary>Equal values share the mean of their ranks. Sorts what it is given.</summary>
    private static double[] Ranks(double[] values) => ArrayStatistics.RanksInplace(values, RankDefinition.Average);

    /// <summary>The state of a run.</summary>
    private sealed class Samples
    {
        private readonly RiskQuestion _question;
        private readonly Xoshiro256 _random;
        private readonly BetaPert[] _durations;
        private readonly BetaPert[] _costs;
        private readonly double[] _end;
        private readonly int[] _waitedFor;
        private readonly int[][] _incoming;

        public Samples(RiskQuestion question)
        {
            var count = question.Project.Count;
            (_question, _random) = (question, new(question.Seed));
            _durations = [.. question.Durations.Select(point => new BetaPert(point))];
            _costs = [.. question.Costs.Select(point => new BetaPert(point))];
            (_end, _waitedFor) = (new double[count], new int[count]);
            _incoming = [.. question.Flow.Incoming.Select(links => links.Select(link => link.Before).Distinct().ToArray())];
            Detail = Math.Min(question.Samples, DetailMax);
            (Ends, Costs) = (new double[question.Samples], new double[question.Samples]);
            (Kept, Critical) = (new int[question.Limits.Length + 1], new int[count]);
            (ActivityEnds, Durations, ActivityCosts) = (Table(), Table(), Table());

            float[][] Table() => [.. Enumerable.Range(0, count).Select(_ => new float[Detail])];
        }

        public int Detail { get; }

        public double[] Ends { get; }

        public double[] Costs { get; }

        /// <summary>How many samples kept each limit, and last all of them.</summary>
        public int[] Kept { get; }

        public int[] Critical { get; }

        public float[][] ActivityEnds { get; }

        public float[][] Durations { get; }

        public float[][] ActivityCosts { get; }

        public void Draw(int sample)
        {
            var (last, finish, total) = (-1, 0.0, 0.0);
            foreach (var i in _question.Flow.Order)
            {
                var (start, waitedFor) = ((double)_question.Project.Activities[i].Head, -1);
                foreach (var before in _incoming[i])
                {
                    if (_end[before] >= start) { (start, waitedFor) = (_end[before], before); }
                }
                var duration = _durations[i].Quantile(_random.NextUnit());
                var cost = _costs[i].Quantile(_random.NextUnit()) + (duration * _question.CostPerSlot[i]);
                (_end[i], _waitedFor[i]) = (start + duration, waitedFor);
                total += cost;
                if (last < 0 || _end[i] > finish) { (last, finish) = (i, _end[i]); }
                if (sample < Detail) { (ActivityEnds[i][sample], Durations[i][sample], ActivityCosts[i][sample]) = ((float)_end[i], (float)duration, (float)cost); }
            }
            for (var i = last; i >= 0; i = _waitedFor[i]) { Critical[i]++; }
            (Ends[sample], Costs[sample]) = (finish, total);
            Count(finish, total);
        }

        private void Count(double finish, double total)
        {
            var all = true;
            for (var k = 0; k < _question.Limits.Length; k++)
            {
                var limit = _question.Limits[k];
                var kept = !((limit.Activity is { } i ? _end[i] : finish) > limit.EndMax) && !(total > limit.CostMax);
                if (kept) { Kept[k]++; }
                all &= kept;
            }
            if (all) { Kept[^1]++; }
        }
    }
}
