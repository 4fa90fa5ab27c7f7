using System.Collections.Immutable;
using static NexusActors.Learning.Decisions.DecisionSamples;

namespace NexusActors.Learning.Decisions;

public sealed class DecisionEngineTests
{
    /// <summary>Costs 100, 400, 900 of 0–1000 and latencies 80, 20, 90 of 0–100: totals .55, .70, .10 by hand.</summary>
    [Fact]
    public void Decide_PlainTradeOff_GivesTheNumbersOfTheBook()
    {
        var analysis = DecisionEngine.Decide(Servers());
        Assert.Equal("scale_up", analysis.Chosen);
        Assert.Equal(["scale_up", "restart", "rebuild"], analysis.Ranking.Select(each => each.Id));
        Assert.Equal([0.70, 0.55, 0.10], analysis.Ranking.Select(each => Math.Round(each.Total, 10)));
        Assert.Equal([0.6, 0.8], analysis.Ranking[0].Scores.Select(score => Math.Round(score.Score, 10)));
        Assert.Equal(["scale_up", "restart"], analysis.Front.AsEnumerable());
        Assert.Equal(new DominatedAlternative("rebuild", "scale_up"), Assert.Single(analysis.Dominated));
        Assert.Equal(1, analysis.Agreement);
        Assert.Empty(analysis.Missing);
        Assert.Empty(analysis.Removals);
    }

    /// <summary>restart leads by .3 in cost and lags by .6 in latency: level at a cost weight of 2/3. To win it needs .15 more: a latency of 50.</summary>
    [Fact]
    public void Decide_PlainTradeOff_TellsFlipsAndChanges()
    {
        var analysis = DecisionEngine.Decide(Servers());
        var cost = analysis.Flips.Single(flip => flip.Objective == "minimize_cost");
        Assert.Equal(2.0 / 3, cost.Above!.Value, 1e-9);
        Assert.Equal("restart", cost.AboveTo);
        Assert.Null(cost.Below);
        var way = Assert.Single(analysis.Changes.Single(change => change.Id == "restart").Ways);      // no cost within the bounds suffices
        Assert.Equal("estimated_latency", way.Attribute);
        Assert.Equal(80, way.From!.Value, 1e-9);
        Assert.Equal(50, way.To, 1e-9);
        Assert.Contains(analysis.Reasoning, sentence => sentence.Contains("'minimize cost' rose from 50 % above 67 %, 'restart' would be chosen", StringComparison.Ordinal));
        Assert.Contains(analysis.Reasoning, sentence => sentence.Contains("'restart' would be chosen if its estimated_latency were 50 or better instead of 80", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_Constraint_ExcludesAndSaysByHowMuch()
    {
        var analysis = DecisionEngine.Decide(Servers() with { Constraints = [new("max_cost", AttributeNames.Candidates("cost")) { Max = 300 }] });
        Assert.Equal("restart", analysis.Chosen);
        var dear = analysis.Excluded.Single(excluded => excluded.Id == "scale_up");
        Assert.Equal(100, Assert.Single(dear.Breaches).Excess);
        Assert.True(dear.WouldWin);
        Assert.False(analysis.Excluded.Single(excluded => excluded.Id == "rebuild").WouldWin);
        Assert.Contains("'scale_up' is excluded: estimated_cost is 400, 100 above the limit of 300. Without that it would be chosen.", analysis.Reasoning);
        Assert.Equal(1, analysis.Risk!.ChanceBest);                                                  // nobody else takes part
    }

    [Fact]
    public void Decide_NobodyKeepsTheConstraints_ChoosesNoneAndNamesTheNearest()
    {
        var analysis = DecisionEngine.Decide(Servers() with { Constraints = [new("max_cost", ["estimated_cost"]) { Max = 50 }] });
        Assert.Null(analysis.Chosen);
        Assert.Equal(3, analysis.Excluded.Length);
        Assert.Equal("No alternative keeps all constraints. 'restart' comes nearest: estimated_cost is 100, 50 above the limit of 50.", analysis.Reasoning[0]);
    }

    [Fact]
    public void Decide_ConstraintOnAnAttributeThatNobodyHas_IsNotAppliedAndSaid()
    {
        var analysis = DecisionEngine.Decide(Servers() with { Constraints = [new("max_carbon", AttributeNames.Candidates("carbon")) { Max = 1 }] });
        Assert.Equal("scale_up", analysis.Chosen);
        Assert.Equal(["max_carbon"], analysis.ConstraintsNotApplied.AsEnumerable());
        Assert.Contains(analysis.Reasoning, sentence => sentence.Contains("max_carbon", StringComparison.Ordinal));
    }

    /// <summary>Unknown cost: anything from 0 to 1000 under the rule of ignorance, 1000 under the worst, no part in it under exclusion.</summary>
    [Theory]
    [InlineData(nameof(MissingRule.Unknown), 0.65, 3)]
    [InlineData(nameof(MissingRule.Worst), 0.40, 3)]
    [InlineData(nameof(MissingRule.Exclude), double.NaN, 2)]
    public void Decide_MissingAttribute_CountsAsTheRuleSays(string name, double total, int ranked)
    {
        var rule = Enum.Parse<MissingRule>(name);
        var problem = Servers();
        var analysis = DecisionEngine.Decide(problem.With(1, Action("scale_up", ("estimated_latency", 20))) with { Missing = rule });
        Assert.Equal(ranked, analysis.Ranking.Length);
        if (rule != MissingRule.Exclude) { Assert.Equal(total, analysis.Ranking.Single(each => each.Id == "scale_up").Total, 1e-9); }
        else { Assert.Equal("estimated_cost is not stated", Assert.Single(analysis.Excluded.Single().Breaches).Message); }
        Assert.Equal("estimated_cost", Assert.Single(analysis.Missing).Attribute);
        Assert.Contains(analysis.Reasoning, sentence => sentence.StartsWith("'scale_up' does not state estimated_cost", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_WordWhereANumberIsNeeded_IsMissing() =>
        Assert.Equal(new MissingAttribute("scale_up", "estimated_cost", "could be anything from 0 to 1,000"), Assert.Single(DecisionEngine.Decide(Servers().With(1, Action("scale_up", ("estimated_cost", "high"), ("estimated_latency", 20)))).Missing));

    [Fact]
    public void Decide_ObjectiveThatNobodyAnswers_IsLeftOutAndCostsConfidence()
    {
        var with = DecisionEngine.Decide(Servers() with { Objectives = [.. Servers().Objectives, Objective("maximize_beauty")] });
        Assert.Equal(["maximize_beauty"], with.ObjectivesLeftOut.AsEnumerable());
        Assert.True(with.RawConfidence < DecisionEngine.Decide(Servers()).RawConfidence);
        Assert.Contains(with.Reasoning, sentence => sentence.Contains("maximize beauty", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_AllAlikeWithoutWeights_IsATieAndNoNaN()
    {
        var analysis = DecisionEngine.Decide(new() { Alternatives = [Action("b", ("cost", 5)), Action("a", ("cost", 5))], Objectives = [Objective("minimize_cost", 0)] });
        Assert.Equal("a", analysis.Chosen);
        Assert.Equal([1.0, 1.0], analysis.Ranking.Select(each => each.Total));
        Assert.Equal(["a", "b"], analysis.Front.AsEnumerable());
        Assert.Equal(0.5, analysis.Risk!.ChanceWorse!.Value, 1e-9);
    }

    /// <summary>Stated 100 with a doubt of 10 % of 1000, learned 300 with the same doubt: 200 and 71.</summary>
    [Fact]
    public void Decide_StatedAndLearned_AreWeightedByPrecision()
    {
        var problem = Servers();
        var learned = problem.Alternatives[0] with { Learned = ImmutableSortedDictionary<string, LearnedEstimate>.Empty.Add("estimated_cost", new(300, 100)) };
        var outcome = DecisionEngine.Decide(problem.With(0, learned)).Ranking.Single(each => each.Id == "restart").Scores[0].Belief;
        Assert.Equal(200, outcome.Mean, 1e-9);
        Assert.Equal(100 / Math.Sqrt(2), outcome.StandardDeviation, 1e-9);
        Assert.Equal(BeliefSource.Both, outcome.Source);
    }

    [Fact]
    public void Decide_LikelyFailure_CountsAndIsToldAsRisk()
    {
        var problem = Servers();
        var analysis = DecisionEngine.Decide(problem.With(1, problem.Alternatives[1] with { SuccessProbability = 0.3 }) with { BaseSuccess = 0.9 });
        Assert.Equal("restart", analysis.Chosen);
        Assert.Equal(0.1, analysis.Risk!.ChanceFailure!.Value, 1e-9);
        Assert.Contains("By experience it fails with a chance of 10 %.", analysis.Reasoning);
    }

    [Fact]
    public void Decide_Urgency_MakesTimeHeavier()
    {
        double Weight(double urgency) => DecisionEngine.Decide(Servers() with { Urgency = urgency }).Criteria.Single(criterion => criterion.Attribute == "estimated_latency").Weight;
        Assert.Equal(0.5, Weight(0.5), 1e-12);
        Assert.Equal(0.6, Weight(1), 1e-12);
        Assert.Equal(1.0 / 3, Weight(0), 1e-12);
    }

    /// <summary>Against the definition of chance: a million draws would give the same to three digits; 200,000 are enough for two.</summary>
    [Fact]
    public void Risk_Chances_AreThoseOfASimulation()
    {
        Prospect[] prospects = [new(0.6, 0.1, 0.9, 0.1), new(0.55, 0.2, 1, 0), new(0.5, 0, 0.7, 0.2)];
        var random = new Random(7);
        const int Draws = 200_000;
        var wins = new double[prospects.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            double[] values = [.. prospects.Select(prospect => random.NextDouble() >= prospect.Success ? prospect.Floor : prospect.Mean + (prospect.Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
            wins[Array.IndexOf(values, values.Max())]++;
        }
        for (var i = 0; i < prospects.Length; i++) { Assert.Equal(wins[i] / Draws, prospects[i].ChanceAbove([.. prospects.Where((_, k) => k != i)]), 0.005); }
        Assert.Equal(0.1, prospects[0].Quantile(0.05), 1e-6);                                        // it fails one time in ten
        Assert.Equal(0.55 - (1.6449 * 0.2), prospects[1].Quantile(0.05), 1e-4);
    }

    [Theory]
    [InlineData("available_actions")]
    [InlineData("objectives")]
    [InlineData("urgency")]
    [InlineData("bounds.estimated_cost")]
    [InlineData("constraints.max_cost")]
    [InlineData("available_actions['restart'].estimated_cost")]
    public void Decide_EachFault_IsNamed(string field)
    {
        var problem = Servers();
        var faulty = field switch
        {
            "available_actions" => problem with { Alternatives = [.. problem.Alternatives, problem.Alternatives[0]] },
            "objectives" => problem with { Objectives = [Objective("maximize_beauty")] },
            "urgency" => problem with { Urgency = double.NaN },
            "bounds.estimated_cost" => problem with { Bounds = Bounds(("estimated_cost", 5, 5)) },
            "constraints.max_cost" => problem with { Constraints = [new("max_cost", ["estimated_cost"]) { Max = double.PositiveInfinity }] },
            _ => problem.With(0, Action("restart", ("estimated_cost", double.NaN))),
        };
        Assert.Equal(field, DecisionRules.Fault(faulty)?.Field);
        Assert.Throws<ArgumentException>(() => DecisionEngine.Decide(faulty));
        Assert.Null(DecisionRules.Fault(problem));
    }

    [Fact]
    public void Decide_Cancelled_Ends() => Assert.Throws<OperationCanceledException>(() => DecisionEngine.Decide(Servers(), new CancellationToken(canceled: true)));
}
