using CsCheck;

namespace NexusActors.Learning.Decisions;

public sealed class DecisionReportTests
{
    private static readonly ConfidenceCalibration Nothing = new([], [], 0, null);

    /// <summary>Whatever is asked, the report refers to what was sent: each action is ranked or excluded once, under its own place.</summary>
    [Fact]
    public void Of_AnyProblem_EveryActionIsThereOnce() => DecisionSamples.Any.Sample(problem =>
    {
        var question = Question(problem);
        var result = DecisionReport.Of(question, DecisionEngine.Decide(problem), Nothing);
        Assert.Equal(Enumerable.Range(0, problem.Alternatives.Length), result.Ranking.Select(ranked => ranked.Index).Concat(result.Excluded.Select(excluded => excluded.Index)).Order());
        Assert.Equal(result.Ranking[0].Index, result.Selected);
        Assert.All(result.Ranking, ranked => Assert.Equal(question.Names[ranked.Index], ranked.Action));
        Assert.Equal(result.RawConfidence, result.Confidence);
        Assert.Empty(result.Ranking[0].Changes);
    });

    /// <summary>What would have to change is told by doing it: the action then is level with the best.</summary>
    [Fact]
    public void Of_WinningChange_Done_TheActionIsLevelWithTheBest()
    {
        var problem = DecisionSamples.Servers();
        var loser = DecisionReport.Of(Question(problem), DecisionEngine.Decide(problem), Nothing).Ranking[1];
        var way = loser.Changes[0];
        var alternative = problem.Alternatives[loser.Index];

        var after = DecisionEngine.Decide(problem.With(loser.Index, alternative with { Attributes = alternative.Attributes.SetItem(way.Attribute, way.To) }));

        Assert.Equal(after.Ranking[0].Total, after.Ranking[1].Total, 6);
    }

    [Fact]
    public void Of_Calibration_MovesConfidenceAlone()
    {
        var problem = DecisionSamples.Servers();
        var analysis = DecisionEngine.Decide(problem);

        var result = DecisionReport.Of(Question(problem), analysis, new([0.2, 0.95], [0.1, 0.5], 500, 0.4));

        Assert.Equal((analysis.RawConfidence, 500), (result.RawConfidence, result.CalibratedBy));
        Assert.True(result.Confidence < 0.6, $"{result.Confidence}");
    }

    [Fact]
    public void WithPolicy_AnotherAction_ItsOwnExpectationsRiskAndConfidence()
    {
        var problem = DecisionSamples.Servers();
        var (question, analysis) = (Question(problem), DecisionEngine.Decide(problem));
        var ranked = DecisionReport.Of(question, analysis, Nothing);
        var other = analysis.Ranking[1].Id;
        var draw = new PolicyDraw { Policy = "p", Share = 1, Answered = other, Propensity = 0.25, Ranked = analysis.Chosen!, Explored = other, Greedy = other, Options = [new(other, 0.25, 0.1), new(analysis.Chosen!, 0.75, 0.4)], LearnedFrom = 30 };

        var result = DecisionReport.WithPolicy(question, analysis, ranked, draw);

        Assert.Equal(other, result.SelectedName());
        Assert.Equal(problem.Alternatives[result.Selected].Number("estimated_cost"), result.Expected.Single(expected => expected.Attribute == "estimated_cost").Mean);
        Assert.True(result.Risk.ChanceWorse > 0.5 && result.Risk.ChanceBest < ranked.Risk.ChanceBest);
        Assert.Equal(0.9, result.Confidence, 9);
        Assert.StartsWith($"Policy 'p' chose '{other}', with a probability of 25 %; it expects a cost of 0.1 from 30 outcomes", result.Reasons[0], StringComparison.Ordinal);
        Assert.Equal(ranked.Ranking, result.Ranking);
    }

    [Fact]
    public void WithPolicy_ChoiceOfTheRanking_NothingElseChanges()
    {
        var problem = DecisionSamples.Servers();
        var (question, analysis) = (Question(problem), DecisionEngine.Decide(problem));
        var ranked = DecisionReport.Of(question, analysis, Nothing);
        var draw = new PolicyDraw { Policy = "p", Answered = analysis.Chosen!, Propensity = 1, Ranked = analysis.Chosen!, Explored = "x", Greedy = "x" };

        Assert.Equal(ranked with { Policy = draw }, DecisionReport.WithPolicy(question, analysis, ranked, draw));
    }

    [Fact]
    public void Impossible_NearestAndWhatWouldAdmitIt()
    {
        var problem = DecisionSamples.Servers() with { Constraints = [new("max_cost", ["estimated_cost"]) { Max = 90 }, new("allowed_kinds", ["action_type"]) { OneOf = ["restart", "scale"] }] };

        var text = DecisionReport.Impossible(DecisionEngine.Decide(problem));

        Assert.StartsWith("every action breaks a constraint. 'restart' comes nearest: estimated_cost is 100, 10 above the limit of 90; it could be chosen with max_cost at 100. The others: ", text, StringComparison.Ordinal);
        Assert.Contains("'rebuild': estimated_cost is 900, 810 above the limit of 90 and action_type is rebuild", text, StringComparison.Ordinal);
    }

    private static DecisionQuestion Question(DecisionProblem problem) => new(problem, [.. problem.Alternatives.Select(alternative => alternative.Id)], [], []);
}
