namespace NexusActors.Learning.Decisions;

/// <summary>Tells an analysis to those who asked.</summary>
internal static class DecisionReport
{
    /// <summary>Names of sources on the wire.</summary>
    private static readonly string[] Sources = ["missing", "stated", "learned", "both"];

    /// <summary>The answer to a question.</summary>
    /// <param name="question">That was asked.</param>
    /// <param name="analysis">In which something was chosen.</param>
    /// <param name="calibration">How to state its confidence.</param>
    public static DecisionResult Of(DecisionQuestion question, DecisionAnalysis analysis, ConfidenceCalibration calibration)
    {
        var calibrator = new ConfidenceCalibrator(calibration.Raw, calibration.Calibrated, calibration.Outcomes);
        var changes = analysis.Changes.ToDictionary(change => change.Id, StringComparer.Ordinal);
        return new()
        {
            Selected = question.Names.IndexOf(analysis.Chosen!),
            Names = question.Names,
            Confidence = calibrator.Apply(analysis.RawConfidence),
            RawConfidence = analysis.RawConfidence,
            CalibratedBy = calibration.Outcomes,
            Method = analysis.Method,
            Reasons = [.. analysis.Reasoning, .. question.NotUnderstood.Select(constraint => $"The constraint '{constraint.Constraint}' was not applied: it {constraint.Reason}.")],
            Expected = [.. analysis.Expected.Select(outcome => new ExpectedValue(outcome.Attribute, outcome.Mean, outcome.Low, outcome.High, Sources[(int)outcome.Source]))],
            Risk = RiskOf(analysis.Risk!),
            Objectives = [.. analysis.Criteria.Select(criterion => new JudgedObjective(criterion.Objective.Name, criterion.Attribute, criterion.Weight, criterion.Bounds.Low, criterion.Bounds.High, criterion.Declared))],
            Ranking = [.. analysis.Ranking.Select(ranked => new RankedAction(ranked.Id, question.Names.IndexOf(ranked.Id), ranked.Rank, ranked.Total, ranked.Layer, ranked.Success, [.. ranked.Scores.Select(ScoreOf)],
                changes.TryGetValue(ranked.Id, out var change) ? [.. change.Ways.Select(way => new WinningChange(way.Attribute, way.From, way.To, way.Step))] : []))],
            Front = analysis.Front,
            Dominated = [.. analysis.Dominated.Select(dominated => new DominatedAction(dominated.Id, dominated.By))],
            Excluded = [.. analysis.Excluded.Select(excluded => new ExcludedAction(excluded.Id, question.Names.IndexOf(excluded.Id), [.. excluded.Breaches.Select(BreachOf)], excluded.WouldWin))],
            Witnesses = [.. analysis.Witnesses.Select(witness => new MethodChoice(witness.Method, witness.Choice, witness.Agrees, witness.Order))],
            WeightFlips = [.. analysis.Flips.Select(flip => new FlipPoint(flip.Objective, flip.Weight, flip.Below, flip.BelowTo, flip.Above, flip.AboveTo))],
            Missing = [.. analysis.Missing.Select(missing => new AbsentAttribute(missing.Id, missing.Attribute, missing.Handling))],
            Pivotal = [.. analysis.Removals.Select(removal => new PivotalAction(removal.Id, removal.Chosen))],
            ObjectivesLeftOut = analysis.ObjectivesLeftOut,
            ConstraintsNotApplied = [.. analysis.ConstraintsNotApplied.Select(name => new UnappliedConstraint(name, "no action has such an attribute")), .. question.NotUnderstood],
        };
    }

    /// <summary>Tells what a policy chose instead of the ranking.</summary>
    /// <param name="question">That was asked.</param>
    /// <param name="analysis">Of the ranking.</param>
    /// <param name="result">The ranking's answer.</param>
    /// <param name="draw">What the policy said.</param>
    public static DecisionResult WithPolicy(DecisionQuestion question, DecisionAnalysis analysis, DecisionResult result, PolicyDraw draw)
    {
        if (draw.Answered == analysis.Chosen) { return result with { Policy = draw }; }
        var answered = DecisionEngine.WithChoice(question.Problem, analysis, draw.Answered);
        var cost = draw.Options.First(option => option.Action == draw.Answered).ExpectedCost;
        return result with
        {
            Policy = draw,
            Selected = question.Names.IndexOf(draw.Answered),
            // What the policy has seen of such choices; the confidence of the ranking speaks of its own.
            Confidence = Math.Clamp(1 - cost ?? result.Confidence, 0, 1),
            Risk = RiskOf(answered.Risk!),
            Expected = [.. answered.Expected.Select(outcome => new ExpectedValue(outcome.Attribute, outcome.Mean, outcome.Low, outcome.High, Sources[(int)outcome.Source]))],
            Reasons =
            [
                $"Policy '{draw.Policy}' chose '{draw.Answered}', with a probability of {DecisionText.Percent(draw.Propensity)}"
                    + (cost is { } known ? $"; it expects a cost of {DecisionText.Of(known)} from {draw.LearnedFrom} outcomes, 0 being a success and 1 a failure." : "; it has learned nothing yet.")
                    + $" The ranking would have chosen '{analysis.Chosen}':",
                .. result.Reasons,
            ],
        };
    }

    /// <summary>What to say where every action breaks a constraint: which comes nearest, and what would admit it.</summary>
    public static string Impossible(DecisionAnalysis analysis)
    {
        const int ToldMax = 10;
        var screen = new ConstraintScreen([.. analysis.Excluded.Select(excluded => excluded.Breaches)], []);
        var nearest = analysis.Excluded[Enumerable.Range(0, analysis.Excluded.Length).MinBy(screen.Distance)];
        var relaxed = nearest.Breaches.Select(breach => breach is { Limit: not null, Value.Number: { } value } ? $"{breach.Constraint} at {DecisionText.Of(value)}" : $"no {breach.Constraint}").Distinct();
        string[] others = [.. analysis.Excluded.Where(excluded => excluded.Id != nearest.Id).Take(ToldMax).Select(excluded => $"'{excluded.Id}': {DecisionText.List([.. excluded.Breaches.Select(breach => breach.Message)])}")];
        return $"every action breaks a constraint. '{nearest.Id}' comes nearest: {DecisionText.List([.. nearest.Breaches.Select(breach => breach.Message)])}; it could be chosen with {DecisionText.List([.. relaxed])}"
            + (others.Length == 0 ? "" : $". The others: {string.Join("; ", others)}")
            + (analysis.Excluded.Length > ToldMax + 1 ? $"; and {analysis.Excluded.Length - ToldMax - 1} more" : "");
    }

    private static ActionScore ScoreOf(ObjectiveScore score) => new(score.Objective, score.Belief.Mean, score.Belief.StandardDeviation, Sources[(int)score.Belief.Source], score.Score, score.Counted);

    private static BrokenConstraint BreachOf(ConstraintBreach breach) => new(breach.Constraint, breach.Attribute, breach.Value?.ToString(), breach.Limit, breach.Excess, breach.Message);

    private static ChoiceRisk RiskOf(RiskAssessment risk) =>
        new(risk.Level, risk.ChanceBest, risk.ChanceWorse, risk.ChanceFailure, risk.Expected, risk.Downside, risk.DownsideOfRunnerUp, risk.Worst);
}
