using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Decisions;

/// <summary>Laws that hold for every problem.</summary>
public sealed class DecisionPropertyTests
{
    private static readonly double[] Steps = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5];

    [Fact]
    public void Decide_AnyProblem_GivesFiniteNumbersAndAWholeAnswer() => Gen.Select(DecisionSamples.Any, DecisionSamples.Methods).Sample((problem, method) =>
    {
        var analysis = DecisionEngine.Decide(problem with { Method = method });
        Assert.Equal(problem.Alternatives.Select(alternative => alternative.Id).Order(), analysis.Ranking.Select(each => each.Id).Order());
        Assert.Equal(analysis.Ranking[0].Id, analysis.Chosen);
        Assert.Equal(1, analysis.Criteria.Sum(criterion => criterion.Weight), 1e-9);
        Assert.All(analysis.Ranking.SelectMany(each => each.Scores).SelectMany(score => new[] { score.Score, score.Counted, score.Belief.Mean, score.Belief.StandardDeviation }), number => Assert.True(double.IsFinite(number)));
        Assert.All(analysis.Ranking, each => Assert.True(double.IsFinite(each.Total)));
        Assert.InRange(analysis.RawConfidence, 0, 1);
        Assert.InRange(analysis.Risk!.ChanceBest, 0, 1);
        Assert.True(double.IsFinite(analysis.Risk.Downside) && double.IsFinite(analysis.Risk.Expected));
        Assert.All(analysis.Changes.SelectMany(change => change.Ways), way => Assert.True(double.IsFinite(way.To)));
        Assert.All(analysis.Reasoning, sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal));
        Assert.DoesNotContain(analysis.Reasoning, sentence => sentence.Contains("NaN", StringComparison.Ordinal) || sentence.Contains('∞', StringComparison.Ordinal));
    });

    /// <summary>Against the definition: nobody on the front is dominated; everybody else is, by the one that is named.</summary>
    [Fact]
    public void Front_AnyProblem_IsWhatNothingDominates() => DecisionSamples.Any.Sample(problem =>
    {
        var analysis = DecisionEngine.Decide(problem);
        var rows = analysis.Ranking.ToDictionary(each => each.Id, each => each.Scores.Select(score => score.Counted).ToArray());
        Assert.Contains(analysis.Chosen!, analysis.Front);
        Assert.Equal(rows.Count, analysis.Front.Length + analysis.Dominated.Length);
        Assert.All(analysis.Front, id => Assert.DoesNotContain(rows, other => Better(other.Value, rows[id])));
        Assert.All(analysis.Dominated, each => Assert.True(Better(rows[each.By], rows[each.Id]) && analysis.Front.Contains(each.By)));

        static bool Better(double[] one, double[] other) => one.Zip(other).All(pair => pair.First >= pair.Second) && one.Zip(other).Any(pair => pair.First > pair.Second);
    });

    /// <summary>Other units and other origins, weights in other amounts, other order: the same ranking.</summary>
    [Fact]
    public void Decide_OtherUnits_RanksTheSame() =>
        Gen.Select(DecisionSamples.Any, DecisionSamples.Methods, Gen.Int[-3, 3].Select(power => Math.Pow(2, power)).Array[4], Gen.Int[-64, 64].Array[4]).Sample((problem, method, factors, offsets) =>
        {
            var before = DecisionEngine.Decide(problem with { Method = method });
            double Scaled(string attribute, double value) => (value * factors[attribute[1] - '0']) + offsets[attribute[1] - '0'];
            var after = DecisionEngine.Decide(problem with
            {
                Method = method,
                Alternatives = [.. problem.Alternatives.Reverse().Select(alternative => alternative with
                {
                    Attributes = alternative.Attributes.ToImmutableSortedDictionary(pair => pair.Key, pair => (AttributeValue)Scaled(pair.Key, pair.Value.Number!.Value), StringComparer.Ordinal),
                    Learned = alternative.Learned.ToImmutableSortedDictionary(pair => pair.Key, pair => new LearnedEstimate(Scaled(pair.Key, pair.Value.Mean), pair.Value.StandardDeviation * factors[pair.Key[1] - '0']), StringComparer.Ordinal),
                })],
                Objectives = [.. problem.Objectives.Select(objective => objective with { Weight = 8 * objective.Weight })],
                Bounds = problem.Bounds.ToImmutableSortedDictionary(pair => pair.Key, pair => new AttributeBounds(Scaled(pair.Key, pair.Value.Low), Scaled(pair.Key, pair.Value.High)), StringComparer.Ordinal),
            });
            Assert.Equal(before.Ranking.Select(each => each.Id), after.Ranking.Select(each => each.Id));
            Assert.Equal(before.RawConfidence, after.RawConfidence, 1e-6);
        });

    /// <summary>Whatever method: who improves in one attribute does not fall.</summary>
    [Fact]
    public void Decide_AnImprovedAlternative_NeverFalls() =>
        Gen.Select(DecisionSamples.Any, DecisionSamples.Methods, Changes).Sample((problem, method, change) => NeverFalls(problem with { Method = method, Bounds = DecisionSamples.AllDeclared }, change), iter: 3000);

    /// <summary>Methods that judge each alternative alone keep the law where the bounds move with the alternatives.</summary>
    [Fact]
    public void Decide_AnImprovedAlternativeThatMovesTheBounds_NeverFalls() =>
        Gen.Select(DecisionSamples.Stated, Gen.OneOf<RankingMethod>(RankingMethod.Spotis, RankingMethod.Topsis), Changes).Sample((problem, method, change) => NeverFalls(problem with { Method = method }, change), iter: 3000);

    private static readonly Gen<(int Who, int What, double Step)> Changes = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 3], Gen.OneOf(Gen.Double[0, 50].Select(step => Math.Round(step, 3)), Gen.Int[0, 12].Select(tens => tens * 10.0)));

    private static void NeverFalls(DecisionProblem problem, (int Who, int What, double Step) change)
    {
        var (at, what) = (change.Who % problem.Alternatives.Length, change.What % problem.Objectives.Length);
        var (alternative, attribute) = (problem.Alternatives[at], DecisionSamples.Attribute(what));
        if (alternative.Number(attribute) is not { } value) { return; }
        var better = value + (problem.Objectives[what].Maximize ? change.Step : -change.Step);
        var improved = problem.With(at, alternative with { Attributes = alternative.Attributes.SetItem(attribute, better) });
        Assert.True(DecisionEngine.Rank(improved).IndexOf(alternative.Id) <= DecisionEngine.Rank(problem).IndexOf(alternative.Id));
    }

    /// <summary>What SPOTIS is for: with declared bounds the others keep their order, whoever leaves. TOPSIS between the bounds has the same law.</summary>
    [Fact]
    public void Decide_OneIsDropped_TheOthersKeepTheirOrder() =>
        Gen.Select(DecisionSamples.Complete, Gen.OneOf<RankingMethod>(RankingMethod.Spotis, RankingMethod.Topsis), Gen.Int[0, 7]).Sample((problem, method, who) =>
        {
            if (problem.Alternatives.Length == 1) { return; }
            var before = DecisionEngine.Decide(problem with { Method = method });
            var dropped = problem.Alternatives[who % problem.Alternatives.Length];
            var after = DecisionEngine.Decide(problem with { Method = method, Alternatives = problem.Alternatives.Remove(dropped) });
            Assert.Equal(before.Ranking.Select(each => each.Id).Where(id => id != dropped.Id), after.Ranking.Select(each => each.Id));
            Assert.Empty(before.Removals);
        }, iter: 2000);

    /// <summary>The law above is not empty: the other two methods, and bounds from the alternatives at hand, do reverse ranks, and the analysis says so.</summary>
    [Theory]
    [InlineData(nameof(RankingMethod.Promethee), true)]
    [InlineData(nameof(RankingMethod.Vikor), true)]
    [InlineData(nameof(RankingMethod.Spotis), false)]
    public void Removals_MethodsThatReverse_AreFoundAndTrue(string name, bool declared)
    {
        var method = Enum.Parse<RankingMethod>(name);
        var found = 0;
        DecisionSamples.Complete.Sample(problem =>
        {
            var asked = problem with { Method = method, Bounds = declared ? problem.Bounds : problem.Bounds.Clear() };
            var analysis = DecisionEngine.Decide(asked);
            foreach (var removal in analysis.Removals)
            {
                Interlocked.Increment(ref found);
                Assert.NotEqual(analysis.Chosen, removal.Chosen);
                Assert.Equal(removal.Chosen, DecisionEngine.Decide(asked with { Alternatives = [.. asked.Alternatives.Where(alternative => alternative.Id != removal.Id)] }).Chosen);
            }
        }, iter: 1000);
        Assert.NotEqual(0, found);
    }

    /// <summary>Inside the weights that are told the choice stays, beyond them it is another.</summary>
    [Fact]
    public void Flips_AnyProblem_ReallyFlip() => Gen.Select(DecisionSamples.Any, DecisionSamples.Methods).Sample((problem, method) =>
    {
        var neutral = problem with { Method = method, Urgency = 0.5 };
        var analysis = DecisionEngine.Decide(neutral);
        for (var j = 0; j < analysis.Flips.Length; j++)
        {
            var flip = analysis.Flips[j];
            if (flip.Above is { } above)
            {
                Assert.True(above >= flip.Weight - 1e-9);
                if (Rankings.IsAdditive(method)) { Assert.Equal(analysis.Chosen, ChosenWith(j, flip.Weight + (0.99 * (above - flip.Weight)))); }
                Assert.Contains(Beyond(above, 1), weight => ChosenWith(j, weight) != analysis.Chosen);
                Assert.NotNull(flip.AboveTo);
            }
            if (flip.Below is { } below)
            {
                Assert.True(below <= flip.Weight + 1e-9);
                if (Rankings.IsAdditive(method)) { Assert.Equal(analysis.Chosen, ChosenWith(j, flip.Weight + (0.99 * (below - flip.Weight)))); }
                Assert.Contains(Beyond(below, 0), weight => ChosenWith(j, weight) != analysis.Chosen);
                Assert.NotNull(flip.BelowTo);
            }
            if (Rankings.IsAdditive(method) && analysis.Flips.Length > 1 && flip.Above is null) { Assert.Equal(analysis.Chosen, ChosenWith(j, flip.Weight + (0.99 * (1 - flip.Weight)))); }
        }

        string? ChosenWith(int criterion, double weight)
        {
            var others = analysis.Criteria.Where((_, j) => j != criterion).Sum(each => each.Weight);
            return DecisionEngine.Choose(neutral with { Objectives = [.. analysis.Criteria.Select((each, j) => each.Objective with { Weight = j == criterion ? weight : others > 0 ? each.Weight / others * (1 - weight) : (1 - weight) / (analysis.Criteria.Length - 1) })] });
        }

        // Straight lines that have crossed stay crossed; of the others only the neighbourhood is known, and rounding hides the nearest of it.
        double[] Beyond(double flip, double end) =>
            Rankings.IsAdditive(method) ? [flip + (0.5 * (end - flip))] : [.. Steps.Select(step => Math.Clamp(flip + (Math.Sign(end - flip) * step), 0, 1))];
    });

    /// <summary>An objective that counts for nothing can only count for more.</summary>
    [Fact]
    public void Flips_WeightIsNothing_NoneIsBelow() => Gen.Select(DecisionSamples.Any, DecisionSamples.Methods).Sample((problem, method) =>
    {
        var analysis = DecisionEngine.Decide(problem with { Method = method, Objectives = [problem.Objectives[0] with { Weight = 1 }, .. problem.Objectives.Skip(1).Select(objective => objective with { Weight = 0 })] });

        Assert.All(analysis.Flips.Where(flip => flip.Weight == 0), flip => Assert.Null(flip.Below));
    }, iter: 300);

    /// <summary>An alternative whose attribute is changed to a little more than is told wins; a little less, and it does not.</summary>
    [Fact]
    public void Changes_AnyProblem_SufficeAndAreNeeded() => Gen.Select(DecisionSamples.Complete, DecisionSamples.Methods).Sample((problem, method) =>
    {
        var asked = problem with { Method = method };
        var analysis = DecisionEngine.Decide(asked);
        foreach (var change in analysis.Changes)
        {
            foreach (var way in change.Ways)
            {
                var better = asked.Objectives.Single(objective => objective.Candidates.Contains(way.Attribute)).Maximize ? 1 : -1;
                Assert.Equal(change.Id, ChosenWith(change.Id, way.Attribute, way.To + (better * 1e-4)));
                if (way.Step > 1e-4) { Assert.NotEqual(change.Id, ChosenWith(change.Id, way.Attribute, way.To - (better * way.Step))); }
            }
        }

        string? ChosenWith(string id, string attribute, double value) => DecisionEngine.Choose(asked with
        {
            Alternatives = [.. asked.Alternatives.Select(each => each.Id == id ? each with { Attributes = each.Attributes.SetItem(attribute, value) } : each)],
        });
    });

    /// <summary>With nothing but stated numbers, more complexity means no more confidence and no less chance of being wrong.</summary>
    [Fact]
    public void Complexity_Rises_ConfidenceDoesNot() => Gen.Select(DecisionSamples.Complete, Gen.Double[0, 1], Gen.Double[0, 1]).Sample((problem, one, other) =>
    {
        var simple = DecisionEngine.Decide(problem with { Complexity = Math.Min(one, other), RiskTolerance = 0.5 });
        var complex = DecisionEngine.Decide(problem with { Complexity = Math.Max(one, other), RiskTolerance = 0.5 });
        Assert.Equal(simple.Chosen, complex.Chosen);
        Assert.True(complex.RawConfidence <= simple.RawConfidence + 1e-9);
    });

    /// <summary>The more risk is tolerated, the better an uncertain alternative stands against one that is as good and less uncertain.</summary>
    [Fact]
    public void RiskTolerance_Rises_UncertainOnesGain() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 100], Gen.Double[1, 30], Gen.Double[0, 1]).Sample((one, other, mean, deviation, chance) =>
    {
        Assert.True(Lead(Math.Min(one, other)) <= Lead(Math.Max(one, other)) + 1e-12);

        double Lead(double tolerance)
        {
            var estimates = new[] { new LearnedEstimate(mean, deviation), new LearnedEstimate(mean, 0) };
            var totals = DecisionEngine.Decide(new()
            {
                Alternatives = [.. estimates.Select((estimate, i) => new DecisionAlternative($"a{i}") { Learned = ImmutableSortedDictionary<string, LearnedEstimate>.Empty.Add("x0", estimate), SuccessProbability = i == 0 ? chance : 1 })],
                Objectives = [DecisionSamples.Objective("maximize_x0")],
                Bounds = DecisionSamples.Bounds(("x0", -1000, 1000)),
                RiskTolerance = tolerance,
            }).Ranking.ToDictionary(each => each.Id, each => each.Total);
            return totals["a0"] - totals["a1"];
        }
    });
}
