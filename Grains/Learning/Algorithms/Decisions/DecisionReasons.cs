namespace NexusActors.Learning.Decisions;

/// <summary>Says in plain words why an analysis is as it is.</summary>
internal static class DecisionReasons
{
    private const double Noticeable = 0.01;

    /// <summary>Sentences on a choice, the most important first.</summary>
    public static IEnumerable<string> Of(DecisionProblem problem, DecisionAnalysis analysis) =>
    [
        .. Ranking(analysis), .. Witnesses(analysis), .. Risk(analysis), .. Sensitivity(analysis), .. Excluded(analysis), .. Dominated(analysis), .. Missing(analysis), .. Attitude(problem, analysis), .. Caveats(problem, analysis),
    ];

    /// <summary>Sentences on a problem of which every alternative breaks a constraint.</summary>
    public static IEnumerable<string> OfNone(DecisionProblem problem, ConstraintScreen screen, DecisionAnalysis analysis)
    {
        var nearest = Enumerable.Range(0, problem.Alternatives.Length).MinBy(screen.Distance);
        yield return $"No alternative keeps all constraints. '{problem.Alternatives[nearest].Id}' comes nearest: {DecisionText.List([.. screen.Breaches[nearest].Select(breach => breach.Message)])}.";
        foreach (var sentence in Excluded(analysis)) { yield return sentence; }
    }

    private static IEnumerable<string> Ranking(DecisionAnalysis analysis)
    {
        var first = analysis.Ranking[0];
        if (analysis.Ranking.Length == 1)
        {
            yield return $"'{first.Id}' is the only alternative that may be chosen; its total by {DecisionText.Of(analysis.Method)} is {DecisionText.Of(first.Total)}.";
            yield break;
        }
        var second = analysis.Ranking[1];
        yield return $"'{first.Id}' ranks first of {analysis.Ranking.Length} by {DecisionText.Of(analysis.Method)}, with a total of {DecisionText.Of(first.Total)} against {DecisionText.Of(second.Total)} of '{second.Id}'.";
        if (Compare(analysis, first, second, 1) is { Length: > 0 } better) { yield return $"Against '{second.Id}' it is better in {DecisionText.List(better)}."; }
        if (Compare(analysis, first, second, -1) is { Length: > 0 } worse) { yield return $"It is worse in {DecisionText.List(worse)}."; }
    }

    private static string[] Compare(DecisionAnalysis analysis, RankedAlternative first, RankedAlternative second, int sign) =>
        [.. analysis.Criteria.Select((criterion, j) => (Criterion: criterion, One: first.Scores[j], Two: second.Scores[j], Lead: sign * criterion.Weight * (first.Scores[j].Counted - second.Scores[j].Counted)))
            .Where(each => each.Lead > 0).OrderByDescending(each => each.Lead)
            .Select(each => $"'{DecisionText.Words(each.Criterion.Objective.Name)}' ({each.Criterion.Attribute} {Value(each.One.Belief)} against {Value(each.Two.Belief)}, weight {DecisionText.Percent(each.Criterion.Weight)})")];

    private static string Value(Belief belief) => belief.Source == BeliefSource.Missing ? "unknown" : DecisionText.Of(belief.Mean);

    private static IEnumerable<string> Witnesses(DecisionAnalysis analysis)
    {
        if (analysis.Ranking.Length == 1) { yield break; }
        string[] agree = [.. analysis.Witnesses.Where(witness => witness.Agrees).Select(witness => DecisionText.Of(witness.Method))];
        string[] differ = [.. analysis.Witnesses.Where(witness => !witness.Agrees).Select(witness => $"{DecisionText.Of(witness.Method)} would choose '{witness.Choice}'")];
        if (agree.Length > 0) { yield return $"{DecisionText.List(agree)} {(agree.Length == 1 ? "agrees" : "agree")}."; }
        if (differ.Length > 0) { yield return $"{DecisionText.List(differ)}."; }
    }

    private static IEnumerable<string> Risk(DecisionAnalysis analysis)
    {
        var risk = analysis.Risk!;
        if (risk.ChanceWorse is { } worse) { yield return $"The chance that it turns out worse than '{analysis.Ranking[1].Id}' is {DecisionText.Percent(worse)}; in the worst 5 % its total is {DecisionText.Of(risk.Downside)} or less."; }
        if (risk.ChanceFailure is { } failure) { yield return $"By experience it fails with a chance of {DecisionText.Percent(failure)}."; }
        if (analysis.Expected.Any(outcome => outcome.Source is BeliefSource.Learned or BeliefSource.Both))
        {
            yield return $"Experience counted in {DecisionText.List([.. analysis.Expected.Where(outcome => outcome.Source is BeliefSource.Learned or BeliefSource.Both).Select(outcome => $"{outcome.Attribute} ({DecisionText.Of(outcome.Mean)} expected)")])}.";
        }
    }

    private static IEnumerable<string> Sensitivity(DecisionAnalysis analysis)
    {
        if (analysis.Ranking.Length == 1) { yield break; }
        var flips = analysis.Flips.SelectMany(flip => new[] { (Flip: flip, At: flip.Above, To: flip.AboveTo, Moves: "rose", Side: "above"), (Flip: flip, At: flip.Below, To: flip.BelowTo, Moves: "fell", Side: "below") })
            .Where(each => each is { At: not null, To: not null }).OrderBy(each => Math.Abs(each.At!.Value - each.Flip.Weight)).ToArray();
        if (flips is [var (flip, at, to, moves, side), ..])
        {
            yield return $"If the weight of '{DecisionText.Words(flip.Objective)}' {moves} from {DecisionText.Percent(flip.Weight)} {side} {DecisionText.Percent(at!.Value)}, '{to}' would be chosen; no other weight flips the choice sooner.";
        }
        else { yield return "No weight of a single objective would change the choice."; }
        if (analysis.Changes is [{ Ways: [var way, ..] } change, ..])
        {
            yield return $"'{change.Id}' would be chosen if its {way.Attribute} were {DecisionText.Of(way.To)} or better{(way.From is { } from ? $" instead of {DecisionText.Of(from)}" : ", which is not known")}.";
        }
    }

    private static IEnumerable<string> Excluded(DecisionAnalysis analysis) =>
        analysis.Excluded.Select(excluded => $"'{excluded.Id}' is excluded: {DecisionText.List([.. excluded.Breaches.Select(breach => breach.Message)])}.{(excluded.WouldWin ? " Without that it would be chosen." : "")}");

    private static IEnumerable<string> Dominated(DecisionAnalysis analysis) =>
        analysis.Dominated.GroupBy(dominated => dominated.By).Select(group => $"{DecisionText.List([.. group.Select(dominated => $"'{dominated.Id}'")])} {(group.Count() == 1 ? "is" : "are")} nowhere better than '{group.Key}' and somewhere worse.");

    private static IEnumerable<string> Missing(DecisionAnalysis analysis) =>
        analysis.Missing.Select(missing => $"'{missing.Id}' does not state {missing.Attribute}: it {missing.Handling}.");

    private static IEnumerable<string> Attitude(DecisionProblem problem, DecisionAnalysis analysis)
    {
        if (Math.Abs(problem.Urgency - 0.5) >= Noticeable && analysis.Criteria.Any(criterion => !criterion.Objective.Maximize && AttributeNames.IsTime(criterion.Attribute)))
        {
            yield return $"Urgency {DecisionText.Of(problem.Urgency)} makes objectives about time {DecisionText.Of(0.5 + problem.Urgency)} times as heavy.";
        }
        if (Math.Abs(problem.RiskTolerance - 0.5) >= Noticeable)
        {
            var cautious = problem.RiskTolerance < 0.5;
            yield return $"Risk tolerance {DecisionText.Of(problem.RiskTolerance)}: uncertain values count as {(cautious ? "worse" : "better")} than expected"
                + $"{(analysis.Criteria.Any(criterion => AttributeNames.IsRisk(criterion.Attribute, criterion.Objective.Maximize)) ? $", and objectives about risk are {DecisionText.Of(1.5 - problem.RiskTolerance)} times as heavy" : "")}.";
        }
    }

    private static IEnumerable<string> Caveats(DecisionProblem problem, DecisionAnalysis analysis)
    {
        if (analysis.ObjectivesLeftOut.Length > 0) { yield return $"No alternative states a number for {DecisionText.List([.. analysis.ObjectivesLeftOut.Select(name => $"'{DecisionText.Words(name)}'")])}, so it was not judged."; }
        foreach (var constraint in analysis.ConstraintsNotApplied) { yield return $"The constraint '{constraint}' was not applied: no alternative has such an attribute."; }
        foreach (var removal in analysis.Removals) { yield return $"If '{removal.Id}' were not offered, '{removal.Chosen}' would be chosen."; }
        foreach (var criterion in analysis.Criteria.Where(criterion => criterion.Declared))
        {
            string[] outside = [.. problem.Alternatives.Where(alternative => alternative.Number(criterion.Attribute) is { } value && (value < criterion.Bounds.Low || value > criterion.Bounds.High)).Select(alternative => $"'{alternative.Id}'")];
            if (outside.Length > 0) { yield return $"{DecisionText.List(outside)} {(outside.Length == 1 ? "lies" : "lie")} outside the declared bounds of {criterion.Attribute}, {DecisionText.Of(criterion.Bounds.Low)} to {DecisionText.Of(criterion.Bounds.High)}."; }
        }
        string[] derived = [.. analysis.Criteria.Where(criterion => !criterion.Declared).Select(criterion => criterion.Attribute).Distinct()];
        if (derived.Length > 0 && analysis.Ranking.Length > 1) { yield return $"Bounds of {DecisionText.List(derived)} are the range of the alternatives at hand; declared bounds would make the ranking independent of which are offered."; }
    }
}
