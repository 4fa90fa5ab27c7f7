using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>An objective with the attribute that it speaks of.</summary>
/// <param name="Objective">As wanted.</param>
/// <param name="Attribute">The attribute that is meant.</param>
/// <param name="Weight">Share of the whole, after urgency and risk tolerance; all sum to 1.</param>
/// <param name="Bounds">Range within which values are judged.</param>
/// <param name="Declared">Whether the bounds were given; else they are the range of all alternatives.</param>
internal sealed record Criterion(DecisionObjective Objective, string Attribute, double Weight, AttributeBounds Bounds, bool Declared)
{
    /// <summary>High − low; 0: all alternatives are alike, and all score 1.</summary>
    public double Range => Bounds.High - Bounds.Low is >= DecisionRules.RangeMin and var range ? range : 0;

    /// <summary>0 at the worst bound, 1 at the best, beyond them outside.</summary>
    public double Score(double value) => Range == 0 ? 1 : (Objective.Maximize ? value - Bounds.Low : Bounds.High - value) / Range;

    /// <summary>The value with a score.</summary>
    public double Value(double score) => Objective.Maximize ? Bounds.Low + (score * Range) : Bounds.High - (score * Range);
}

/// <summary>Where a belief comes from.</summary>
internal enum BeliefSource
{
    /// <summary>Neither stated nor learned.</summary>
    Missing = 0,
    /// <summary>The alternative says so.</summary>
    Stated = 1,
    /// <summary>Experience says so.</summary>
    Learned = 2,
    /// <summary>Both, each weighted by its precision.</summary>
    Both = 3,
}

/// <summary>What is believed of one attribute of one alternative.</summary>
/// <param name="Mean">Expected value, in the attribute's unit.</param>
/// <param name="StandardDeviation">In the attribute's unit.</param>
/// <param name="Source">Where it comes from.</param>
internal readonly record struct Belief(double Mean, double StandardDeviation, BeliefSource Source);

/// <summary>Alternatives by criteria: beliefs, scores, and the scores that count after risk tolerance and chance of success.</summary>
internal sealed class DecisionMatrix
{
    /// <summary>Standard deviations that a mean is shifted by at a risk tolerance of 0 (down) or 1 (up): the 10 % and 90 % quantiles of a normal distribution.</summary>
    private const double Attitude = 1.2816;

    private const double StatedDoubt = 0.02;
    private const double StatedDoubtOfComplexity = 0.16;

    /// <summary>Standard deviation of a uniform distribution over a range of 1.</summary>
    private static readonly double UniformDeviation = 1 / Math.Sqrt(12);

    private readonly DecisionProblem _problem;

    private DecisionMatrix(DecisionProblem problem, ImmutableArray<Criterion> criteria)
    {
        _problem = problem;
        Criteria = criteria;
        Weights = [.. criteria.Select(criterion => criterion.Weight)];
        Beliefs = [.. problem.Alternatives.Select(alternative => criteria.Select(criterion => BeliefOf(alternative, criterion)).ToArray())];
        Neutral = Scores(belief => belief.Mean, (criterion, mean) => criterion.Score(mean));
        Deviations = Scores(belief => belief.StandardDeviation, (criterion, deviation) => criterion.Range == 0 ? 0 : deviation / criterion.Range);
        var known = problem.Alternatives.Any(alternative => alternative.SuccessProbability is not null);
        Success = [.. problem.Alternatives.Select(alternative => known ? alternative.SuccessProbability ?? problem.BaseSuccess ?? 0.5 : 1)];
        Counted = [.. problem.Alternatives.Select((_, i) => criteria.Select((_, j) => Math.Round(Count(Neutral[i][j], Deviations[i][j], Success[i]), Rankings.Digits)).ToArray())];
    }

    public ImmutableArray<Criterion> Criteria { get; }

    /// <summary>Of the criteria; they sum to 1.</summary>
    public double[] Weights { get; }

    /// <summary>By alternative and criterion.</summary>
    public Belief[][] Beliefs { get; }

    /// <summary>Scores of the expected values.</summary>
    public double[][] Neutral { get; }

    /// <summary>Standard deviations of the scores.</summary>
    public double[][] Deviations { get; }

    /// <summary>What is ranked: scores shifted by risk tolerance and discounted by the chance of failure, with the digits that count.</summary>
    public double[][] Counted { get; }

    /// <summary>Chance of success by alternative; 1 where nothing is known of any.</summary>
    public double[] Success { get; }

    /// <summary>Objectives about which no alternative states anything are left out.</summary>
    public static DecisionMatrix Of(DecisionProblem problem)
    {
        var meant = problem.Objectives.Select(objective => (Objective: objective, Attribute: Resolve(objective.Candidates, problem.Alternatives))).Where(each => each.Attribute is not null).ToArray();
        var allZero = meant.All(each => each.Objective.Weight == 0);
        double[] weights = [.. meant.Select(each => (allZero ? 1 : each.Objective.Weight) * Tilt(problem, each.Attribute!, each.Objective.Maximize))];
        // By the largest first, so that the sum of huge weights stays finite.
        var largest = weights.DefaultIfEmpty(1).Max();
        var sum = weights.Sum(weight => weight / largest);
        return new(problem, [.. meant.Select((each, j) => new Criterion(each.Objective, each.Attribute!, weights[j] / largest / sum, BoundsOf(problem, each.Attribute!), problem.Bounds.ContainsKey(each.Attribute!)))]);
    }

    /// <summary>The first candidate that any alternative has as a number, stated or learned.</summary>
    public static string? Resolve(IEnumerable<string> candidates, ImmutableArray<DecisionAlternative> alternatives) =>
        candidates.FirstOrDefault(candidate => alternatives.Any(alternative => alternative.Number(candidate) is not null || alternative.Learned.ContainsKey(candidate)));

    /// <summary>What is believed of any attribute, whether it is a criterion or not.</summary>
    public Belief BeliefOf(DecisionAlternative alternative, string attribute) =>
        BeliefOf(alternative, new Criterion(new("", [attribute], true), attribute, 0, BoundsOf(_problem, attribute), false));

    /// <summary>What a neutral score counts as, for a value as certain as a stated one or as the one that it replaces.</summary>
    public double CountedFor(double neutral, int alternative, int criterion) => Count(neutral, DoubtOf(alternative, criterion), Success[alternative]);

    /// <summary>The neutral score that counts as <paramref name="counted"/>; the inverse of <see cref="CountedFor"/>. Not a number: none does.</summary>
    public double NeutralFor(double counted, int alternative, int criterion)
    {
        var discount = Discount(Success[alternative]);
        return (counted < 0 ? counted : discount == 0 ? double.NaN : counted / discount) - Shift(DoubtOf(alternative, criterion));
    }

    private double StatedDeviation => StatedDoubt + (StatedDoubtOfComplexity * _problem.Complexity);

    private double DoubtOf(int alternative, int criterion) => Beliefs[alternative][criterion].Source == BeliefSource.Missing ? StatedDeviation : Deviations[alternative][criterion];

    /// <summary>How many times heavier urgency and risk tolerance make an objective.</summary>
    private static double Tilt(DecisionProblem problem, string attribute, bool maximize) =>
        (!maximize && AttributeNames.IsTime(attribute) ? 0.5 + problem.Urgency : 1) * (AttributeNames.IsRisk(attribute, maximize) ? 1.5 - problem.RiskTolerance : 1);

    private static AttributeBounds BoundsOf(DecisionProblem problem, string attribute)
    {
        if (problem.Bounds.TryGetValue(attribute, out var declared)) { return declared; }
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var alternative in problem.Alternatives)
        {
            if (alternative.Number(attribute) is { } stated) { (low, high) = (Math.Min(low, stated), Math.Max(high, stated)); }
            if (alternative.Learned.TryGetValue(attribute, out var learned)) { (low, high) = (Math.Min(low, learned.Mean), Math.Max(high, learned.Mean)); }
        }
        return low <= high ? new(low, high) : new(0, 0);
    }

    private Belief BeliefOf(DecisionAlternative alternative, Criterion criterion)
    {
        var stated = alternative.Number(criterion.Attribute);
        var doubt = StatedDeviation * criterion.Range;
        if (!alternative.Learned.TryGetValue(criterion.Attribute, out var learned))
        {
            return stated is { } only ? new(only, doubt, BeliefSource.Stated)
                : _problem.Missing == MissingRule.Worst ? new(criterion.Value(0), 0, BeliefSource.Missing)
                : new(criterion.Value(0.5), UniformDeviation * criterion.Range, BeliefSource.Missing);
        }
        var spread = Math.Sqrt((doubt * doubt) + (learned.StandardDeviation * learned.StandardDeviation));
        if (stated is not { } value || spread == 0) { return new(learned.Mean, learned.StandardDeviation, stated is null ? BeliefSource.Learned : BeliefSource.Both); }
        var share = doubt / spread * (doubt / spread);
        return new((share * learned.Mean) + ((1 - share) * value), doubt / spread * learned.StandardDeviation, BeliefSource.Both);
    }

    private double[][] Scores(Func<Belief, double> part, Func<Criterion, double, double> score) =>
        [.. Beliefs.Select(row => row.Select((belief, j) => score(Criteria[j], part(belief))).ToArray())];

    private double Count(double neutral, double deviation, double success)
    {
        var shifted = neutral + Shift(deviation);
        return shifted > 0 ? shifted * Discount(success) : shifted;
    }

    private double Shift(double deviation) => Attitude * ((2 * _problem.RiskTolerance) - 1) * deviation;

    private double Discount(double success) => Math.Pow(success, 2 * (1 - _problem.RiskTolerance));
}
