using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>
/// Chooses among alternatives and says why: hard constraints, normalisation by fixed bounds, Pareto front, ranking by a named method with the others as witnesses, sensitivity of the choice, its risk, and a confidence to be calibrated.
/// The same problem always gets the same answer, in whatever order its alternatives come.
/// </summary>
internal static class DecisionEngine
{
    /// <summary>Alternatives up to which it is tried whether the choice depends on one that was not chosen.</summary>
    public const int RemovalsMax = 100;

    /// <summary>A margin at which half the confidence that a margin can give is given.</summary>
    private const double HalfMargin = 0.05;

    private const double TailDeviations = 1.6449;

    /// <summary>Decides.</summary>
    /// <exception cref="ArgumentException">The problem has the fault that <see cref="DecisionRules.Fault"/> names.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static DecisionAnalysis Decide(DecisionProblem problem, CancellationToken cancellation = default)
    {
        if (DecisionRules.Fault(problem) is { } fault) { throw new ArgumentException($"{fault.Field} {fault.Message}", nameof(problem)); }
        var ordered = Ordered(problem);
        var (matrix, screen, rows) = Screened(ordered);
        var analysis = new DecisionAnalysis
        {
            Method = problem.Method,
            Criteria = matrix.Criteria,
            ObjectivesLeftOut = [.. problem.Objectives.Where(objective => matrix.Criteria.All(criterion => criterion.Objective != objective)).Select(objective => objective.Name)],
            ConstraintsNotApplied = screen.NotApplied,
            Missing = [.. Missing(ordered, matrix)],
        };
        if (rows.Length == 0)
        {
            analysis = analysis with { Excluded = [.. ordered.Alternatives.Select((alternative, i) => new ExcludedAlternative(alternative.Id, screen.Breaches[i], false))] };
            return analysis with { Reasoning = [.. DecisionReasons.OfNone(ordered, screen, analysis)] };
        }
        var field = Field(ordered, matrix, rows);
        analysis = WithRanking(analysis, matrix, rows, field) with
        {
            Excluded = [.. ordered.Alternatives.Select((alternative, i) => (alternative.Id, Row: i)).Where(each => !screen.Breaches[each.Row].IsEmpty)
                .Select(each => new ExcludedAlternative(each.Id, screen.Breaches[each.Row], Field(ordered, matrix, [.. rows, each.Row]) is var joined && joined.Ids[joined.First] == each.Id))],
            Flips = WeightFlips.Of(field, matrix.Criteria, cancellation),
            Changes = RequiredChanges.Of(matrix, rows, field, cancellation),
            Removals = Removals(ordered, field.Ids[field.First], cancellation),
            Risk = RiskOfChoice.Of(matrix, rows, field.First, field.Second, SuccessIsKnown(ordered)),
            Expected = [.. Expected(matrix, rows[field.First])],
        };
        analysis = analysis with { RawConfidence = Confidence(analysis, field, matrix.Success[rows[field.First]]) };
        return analysis with { Reasoning = [.. DecisionReasons.Of(ordered, analysis)] };
    }

    /// <summary>The same analysis with another choice than that of the ranking: its risk, and what to expect of it. All else stays as it is, the raw confidence too.</summary>
    /// <param name="problem">The one that was analysed.</param>
    /// <param name="analysis">In which something was chosen.</param>
    /// <param name="choice">One of its ranking.</param>
    public static DecisionAnalysis WithChoice(DecisionProblem problem, DecisionAnalysis analysis, string choice)
    {
        if (choice == analysis.Chosen) { return analysis; }
        var ordered = Ordered(problem);
        var (matrix, _, rows) = Screened(ordered);
        var field = Field(ordered, matrix, rows);
        var chosen = Array.FindIndex(rows, row => ordered.Alternatives[row].Id == choice);
        return analysis with { Chosen = choice, Risk = RiskOfChoice.Of(matrix, rows, chosen, field.First, SuccessIsKnown(ordered)), Expected = [.. Expected(matrix, rows[chosen])] };
    }

    /// <summary>Only what is chosen; null: every alternative breaks a constraint.</summary>
    public static string? Choose(DecisionProblem problem) => Rank(problem) is [var first, ..] ? first : null;

    /// <summary>Only the ranking: those that break no constraint, from best to worst. The problem has no fault.</summary>
    public static ImmutableArray<string> Rank(DecisionProblem problem)
    {
        var (matrix, _, rows) = Screened(problem);
        return rows.Length > 0 && !matrix.Criteria.IsEmpty && Field(problem, matrix, rows) is var field ? [.. field.Order.Select(i => field.Ids[i])] : [];
    }

    private static DecisionProblem Ordered(DecisionProblem problem) => problem with { Alternatives = [.. problem.Alternatives.OrderBy(alternative => alternative.Id, StringComparer.Ordinal)] };

    private static bool SuccessIsKnown(DecisionProblem problem) => problem.Alternatives.Any(alternative => alternative.SuccessProbability is not null);

    private static (DecisionMatrix Matrix, ConstraintScreen Screen, int[] Rows) Screened(DecisionProblem problem)
    {
        var matrix = DecisionMatrix.Of(problem);
        var screen = ConstraintScreen.Of(problem, matrix);
        return (matrix, screen, [.. Enumerable.Range(0, problem.Alternatives.Length).Where(i => screen.Breaches[i].IsEmpty)]);
    }

    private static RankedField Field(DecisionProblem problem, DecisionMatrix matrix, int[] rows) =>
        new(problem.Method, [.. rows.Select(row => problem.Alternatives[row].Id)], [.. rows.Select(row => matrix.Counted[row])], matrix.Weights);

    private static DecisionAnalysis WithRanking(DecisionAnalysis analysis, DecisionMatrix matrix, int[] rows, RankedField field)
    {
        var layer = ParetoFront.Layers(field.Scores);
        int[] front = [.. field.Order.Where(i => layer[i] == 0)];
        var witnesses = Rankings.Methods.Where(method => method != field.Method).Select(method => new RankedField(method, field.Ids, field.Scores, field.Weights))
            .Select(other => new Witness(other.Method, other.Ids[other.First], other.First == field.First, [.. other.Order.Select(i => other.Ids[i])])).ToImmutableArray();
        return analysis with
        {
            Chosen = field.Ids[field.First],
            Ranking = [.. field.Order.Select((i, at) => new RankedAlternative(field.Ids[i], at + 1, field.Totals[i], layer[i], matrix.Success[rows[i]],
                [.. matrix.Criteria.Select((criterion, j) => new ObjectiveScore(criterion.Objective.Name, matrix.Beliefs[rows[i]][j], matrix.Neutral[rows[i]][j], field.Scores[i][j]))]))],
            Front = [.. front.Select(i => field.Ids[i])],
            Dominated = [.. field.Order.Where(i => layer[i] > 0).Select(i => new DominatedAlternative(field.Ids[i], field.Ids[front.First(above => ParetoFront.Dominates(field.Scores[above], field.Scores[i]))]))],
            Witnesses = witnesses,
            Agreement = (1 + witnesses.Count(witness => witness.Agrees)) / (double)Rankings.Methods.Length,
        };
    }

    private static IEnumerable<MissingAttribute> Missing(DecisionProblem problem, DecisionMatrix matrix)
    {
        for (var i = 0; i < problem.Alternatives.Length; i++)
        {
            for (var j = 0; j < matrix.Criteria.Length; j++)
            {
                if (matrix.Beliefs[i][j].Source != BeliefSource.Missing) { continue; }
                var criterion = matrix.Criteria[j];
                yield return new(problem.Alternatives[i].Id, criterion.Attribute, problem.Missing switch
                {
                    MissingRule.Exclude => "the alternative is excluded",
                    MissingRule.Worst => $"counts as the worst, {DecisionText.Of(criterion.Value(0))}",
                    _ => $"could be anything from {DecisionText.Of(criterion.Bounds.Low)} to {DecisionText.Of(criterion.Bounds.High)}",
                });
            }
        }
    }

    private static ImmutableArray<Removal> Removals(DecisionProblem problem, string chosen, CancellationToken cancellation)
    {
        if (problem.Alternatives.Length > RemovalsMax) { return []; }
        var removals = ImmutableArray.CreateBuilder<Removal>();
        foreach (var other in problem.Alternatives)
        {
            cancellation.ThrowIfCancellationRequested();
            if (other.Id == chosen) { continue; }
            var without = Choose(problem with { Alternatives = problem.Alternatives.Remove(other) });
            if (without is not null && without != chosen) { removals.Add(new(other.Id, without)); }
        }
        return removals.ToImmutable();
    }

    private static IEnumerable<ExpectedOutcome> Expected(DecisionMatrix matrix, int row) =>
        matrix.Criteria.Select((criterion, j) => (criterion, Belief: matrix.Beliefs[row][j])).DistinctBy(each => each.criterion.Attribute).Select(each => each.Belief.Source == BeliefSource.Missing
            ? new ExpectedOutcome(each.criterion.Attribute, each.Belief.Mean, each.criterion.Bounds.Low, each.criterion.Bounds.High, each.Belief.Source)
            : new(each.criterion.Attribute, each.Belief.Mean, each.Belief.Mean - (TailDeviations * each.Belief.StandardDeviation), each.Belief.Mean + (TailDeviations * each.Belief.StandardDeviation), each.Belief.Source));

    private static double Confidence(DecisionAnalysis analysis, RankedField field, double success)
    {
        var sums = field.Scores.Select(row => Rankings.Sum(row, field.Weights)).ToArray();
        var margin = sums.Where((_, i) => i != field.First).Select(sum => Math.Max(0, sums[field.First] - sum)).DefaultIfEmpty(double.PositiveInfinity).Min();
        var judged = analysis.Criteria.Length / (double)(analysis.Criteria.Length + analysis.ObjectivesLeftOut.Length);
        var trust = (0.5 * analysis.Risk!.ChanceBest) + (0.3 * analysis.Agreement) + (0.2 * (double.IsInfinity(margin) ? 1 : margin / (margin + HalfMargin)));
        return Math.Clamp(trust * success * (0.5 + (0.5 * judged)), 0, 1);
    }
}
