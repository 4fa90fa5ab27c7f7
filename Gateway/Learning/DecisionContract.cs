using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Body of POST /decisions.</summary>
internal sealed record DecisionBody
{
    /// <summary>What the decision is about.</summary>
    public required ScenarioType ScenarioType { get; init; }
    /// <summary>The same in words.</summary>
    [MaxLength(DecisionLimits.DescriptionMax)] public required string Description { get; init; }
    /// <summary>The situation: an object of any form.</summary>
    public required RawJson Context { get; init; }
    /// <summary>What is wanted: minimize_X or maximize_X, X an attribute of the actions.</summary>
    [MaxLength(DecisionLimits.ObjectivesMax)] public required IReadOnlyList<string> Objectives { get; init; }
    /// <summary>What can be chosen: objects of any form. Numbers, words and booleans in them are attributes; id, name, action_id or action_type is the name.</summary>
    [MaxLength(DecisionLimits.ActionsMax)] public required IReadOnlyList<RawJson> AvailableActions { get; init; }
    /// <summary>Identity; one is made where none is given.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Id { get; init; }
    /// <summary>What must hold: max_X, min_X, budget, X, allowed_X, forbidden_X.</summary>
    public RawJson? Constraints { get; init; }
    /// <summary>0–1; above 0.5 objectives about time weigh more.</summary>
    [Range(0.0, 1.0), DefaultValue(0.5)] public double? Urgency { get; init; }
    /// <summary>0–1; the more, the less stated numbers are trusted.</summary>
    [Range(0.0, 1.0), DefaultValue(0.5)] public double? Complexity { get; init; }
    /// <summary>0–1; below 0.5 uncertain values count as worse than expected, above as better.</summary>
    [Range(0.0, 1.0), DefaultValue(0.5)] public double? RiskTolerance { get; init; }
    /// <summary>Importance of objectives by name, not negative; 1 where none is given.</summary>
    public IReadOnlyDictionary<string, double>? Weights { get; init; }
    /// <summary>Range of attributes over everything that could be offered: two numbers each, the first below the second. Where none is given it is that of the actions at hand.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>>? Bounds { get; init; }
    /// <summary>How to rank; spotis where nothing is said.</summary>
    public RankingMethod? Method { get; init; }
    /// <summary>What a missing attribute counts as; unknown where nothing is said.</summary>
    public MissingRule? Missing { get; init; }
    /// <summary>The stream of experiences that it learns from and adds to; decision.{scenario_type} where nothing is said.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Stream { get; init; }
    /// <summary>Who chooses; rank where nothing is said.</summary>
    public DecisionMode? Mode { get; init; }
    /// <summary>The policy that is asked in mode explore; named like the scenario_type where nothing is said.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? Policy { get; init; }
}

/// <summary>Body of POST /decisions/{decision_id}/outcome.</summary>
internal sealed record OutcomeBody
{
    /// <summary>Whether it turned out well.</summary>
    public required bool Success { get; init; }
    /// <summary>Numbers measured.</summary>
    public IReadOnlyDictionary<string, double>? PerformanceMetrics { get; init; }
    /// <summary>What came of it: an object of any form.</summary>
    public RawJson? Outcome { get; init; }
    /// <summary>How well, 0–1; what success alone says where nothing is said.</summary>
    [Range(0.0, 1.0)] public double? FeedbackScore { get; init; }
}

/// <summary>Answer of POST /decisions.</summary>
internal sealed record DecisionResponse
{
    /// <summary>What was decided.</summary>
    public required DecisionResultView DecisionResult { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>What was decided, and why. Scores and totals are 0 at the worst bounds and 1 at the best.</summary>
internal sealed record DecisionResultView
{
    /// <summary>The decision.</summary>
    public required string ScenarioId { get; init; }
    /// <summary>The chosen action as it was sent.</summary>
    public required RawJson SelectedAction { get; init; }
    /// <summary>How likely it turns out well, 0–1, calibrated by the outcomes of earlier decisions.</summary>
    public required double Confidence { get; init; }
    /// <summary>Why, in plain words.</summary>
    public required string Reasoning { get; init; }
    /// <summary>Expected value of each attribute that was judged.</summary>
    public required IReadOnlyDictionary<string, double> ExpectedOutcomes { get; init; }
    /// <summary>What can go wrong with it.</summary>
    public required ChoiceRisk RiskAssessment { get; init; }
    /// <summary>The other actions that could have been chosen, from best to worst.</summary>
    public required IReadOnlyList<AlternativeView> AlternativeActions { get; init; }
    /// <summary>Seconds that deciding took.</summary>
    public required double DecisionTime { get; init; }
    /// <summary>When it was decided.</summary>
    public required DateTimeOffset Timestamp { get; init; }
    /// <summary>What it is about.</summary>
    public required ScenarioType ScenarioType { get; init; }
    /// <summary>Name of the chosen action.</summary>
    public required string SelectedName { get; init; }
    /// <summary>Its place in the request, from 0.</summary>
    public required int SelectedIndex { get; init; }
    /// <summary>Confidence before calibration.</summary>
    public required double RawConfidence { get; init; }
    /// <summary>Outcomes that it was calibrated by.</summary>
    public required int CalibratedBy { get; init; }
    /// <summary>How the actions were ranked.</summary>
    public required RankingMethod Method { get; init; }
    /// <summary>The reasoning, one sentence each, the most important first.</summary>
    public required ImmutableArray<string> Reasons { get; init; }
    /// <summary>Objectives as they were judged.</summary>
    public required ImmutableArray<JudgedObjective> Objectives { get; init; }
    /// <summary>Actions that break no constraint, from best to worst.</summary>
    public required ImmutableArray<RankedAction> Ranking { get; init; }
    /// <summary>Those of them that no other is better than in everything.</summary>
    public required ImmutableArray<string> ParetoFront { get; init; }
    /// <summary>The others of them.</summary>
    public required ImmutableArray<DominatedAction> Dominated { get; init; }
    /// <summary>Actions that break a constraint.</summary>
    public required ImmutableArray<ExcludedAction> Excluded { get; init; }
    /// <summary>What the other methods would choose.</summary>
    public required ImmutableArray<MethodChoice> Witnesses { get; init; }
    /// <summary>How far each weight can move before another action is the best.</summary>
    public required ImmutableArray<FlipPoint> WeightFlips { get; init; }
    /// <summary>What to expect of each attribute, with the range that holds nine outcomes of ten.</summary>
    public required ImmutableArray<ExpectedValue> OutcomeRanges { get; init; }
    /// <summary>Attributes that an objective needs and an action lacks.</summary>
    public required ImmutableArray<AbsentAttribute> MissingAttributes { get; init; }
    /// <summary>Actions that are not chosen, but without which another would be.</summary>
    public required ImmutableArray<PivotalAction> PivotalActions { get; init; }
    /// <summary>Objectives that no action states a number for.</summary>
    public required ImmutableArray<string> ObjectivesLeftOut { get; init; }
    /// <summary>Constraints that excluded nobody because they could not be applied.</summary>
    public required ImmutableArray<UnappliedConstraint> ConstraintsNotApplied { get; init; }
    /// <summary>What the policy said, where one was asked.</summary>
    public required PolicyDraw? Policy { get; init; }

    /// <summary>Translates.</summary>
    public static DecisionResultView From(Decision decision)
    {
        var (request, result) = (decision.Request, decision.Result);
        return new()
        {
            ScenarioId = decision.Id,
            SelectedAction = new(request.ActionsJson[result.Selected]),
            Confidence = result.Confidence,
            Reasoning = string.Join(' ', result.Reasons),
            ExpectedOutcomes = result.Expected.ToDictionary(expected => expected.Attribute, expected => expected.Mean),
            RiskAssessment = result.Risk,
            AlternativeActions = [.. result.Ranking.Where(ranked => ranked.Index != result.Selected).Select(ranked => AlternativeView.From(ranked, request.ActionsJson[ranked.Index], result.Front))],
            DecisionTime = decision.DecisionSeconds,
            Timestamp = decision.DecidedAt,
            ScenarioType = request.ScenarioType,
            SelectedName = result.SelectedName(),
            SelectedIndex = result.Selected,
            RawConfidence = result.RawConfidence,
            CalibratedBy = result.CalibratedBy,
            Method = result.Method,
            Reasons = result.Reasons,
            Objectives = result.Objectives,
            Ranking = result.Ranking,
            ParetoFront = result.Front,
            Dominated = result.Dominated,
            Excluded = result.Excluded,
            Witnesses = result.Witnesses,
            WeightFlips = result.WeightFlips,
            OutcomeRanges = result.Expected,
            MissingAttributes = result.Missing,
            PivotalActions = result.Pivotal,
            ObjectivesLeftOut = result.ObjectivesLeftOut,
            ConstraintsNotApplied = result.ConstraintsNotApplied,
            Policy = result.Policy,
        };
    }
}

/// <summary>An action that could have been chosen.</summary>
internal sealed record AlternativeView
{
    /// <summary>As it was sent.</summary>
    public required RawJson Action { get; init; }
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Its total by the method.</summary>
    public required double Score { get; init; }
    /// <summary>Its place in the ranking, from 1.</summary>
    public required int Rank { get; init; }
    /// <summary>Whether no other is better than it in everything.</summary>
    public required bool OnParetoFront { get; init; }
    /// <summary>What would have to change for it to be the best, one attribute each, the smallest step first; empty where no single one suffices.</summary>
    public required ImmutableArray<WinningChange> WinsIf { get; init; }

    /// <summary>Translates.</summary>
    public static AlternativeView From(RankedAction ranked, string action, ImmutableArray<string> front) => new()
    {
        Action = new(action),
        Name = ranked.Action,
        Score = ranked.Total,
        Rank = ranked.Rank,
        OnParetoFront = front.Contains(ranked.Action),
        WinsIf = ranked.Changes,
    };
}
