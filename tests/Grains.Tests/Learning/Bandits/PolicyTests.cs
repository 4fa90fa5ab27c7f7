using System.Collections.Immutable;
using System.Globalization;
using CsCheck;

namespace NexusActors.Learning.Bandits;

public sealed class PolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<string> Actions = ["restart", "scale", "wait"];

    /// <summary>Which action helps depends on a word and a number of the situation; the ranking always says wait, which never helps.</summary>
    [Fact]
    public void Live_BestActionDependsOnTheSituation_FarCheaperThanTheRanking()
    {
        var outcomes = Run(600, new(PolicyMode.Live, 1), seed: 1);

        Assert.True(outcomes[^200..].Average(outcome => outcome.Cost) < 0.3, $"{outcomes[^200..].Average(outcome => outcome.Cost)}");
        var view = Judge(outcomes);
        var (greedy, ranking) = (view.Evaluations.Single(judged => judged.Judged == "greedy").DoublyRobust, view.Evaluations.Single(judged => judged.Judged == "ranking").DoublyRobust);
        Assert.True(greedy.High < ranking.Low, $"{greedy} {ranking}");
    }

    /// <summary>With a share of the decisions, what the others would have cost is known before the policy gets more.</summary>
    [Fact]
    public void Judgement_SmallShare_HoldsTheTruthOfPoliciesThatWereNotLive()
    {
        const int Runs = 12;
        var held = 0;
        for (var seed = 0; seed < Runs; seed++)
        {
            var ranking = Judge(Run(200, new(PolicyMode.Live, 0.3), seed)).Evaluations.Single(judged => judged.Judged == "ranking");
            // Waiting costs 0.9 on average.
            if (ranking.DoublyRobust.Low <= 0.9 && 0.9 <= ranking.DoublyRobust.High) { held++; }
        }

        Assert.InRange(held, 10, Runs);
    }

    [Fact]
    public void Shadow_TheRankingAnswersForSure_NothingElseIsJudged()
    {
        var view = Judge(Run(100, new(PolicyMode.Shadow, 1), seed: 3));

        Assert.Equal((100, 0, 0), (view.Outcomes, view.Explored, view.Evaluations.Length));
        Assert.Null(view.Logged);
        Assert.Equal(100, (view.ShadowAgreed?.Decisions ?? 0) + (view.ShadowDiffered?.Decisions ?? 0));
    }

    [Fact]
    public void Draw_ManyTimes_PropensityIsTheFrequency()
    {
        const int Times = 20_000;
        var (random, times) = (new Random(4), new Dictionary<string, int>());
        var propensities = new Dictionary<string, double>();
        ImmutableArray<PolicyOption> options = [new("restart", 0.6, 0.2), new("scale", 0.3, 0.4), new("wait", 0.1, 0.9)];
        for (var i = 0; i < Times; i++)
        {
            var draw = PolicyDraws.Of("p", new(PolicyMode.Live, 0.4), options, "wait", 20, random);
            times[draw.Answered] = times.GetValueOrDefault(draw.Answered) + 1;
            propensities[draw.Answered] = draw.Propensity;
            Assert.Equal("restart", draw.Greedy);
        }

        Assert.All(propensities, pair => Assert.InRange(times[pair.Key] / (double)Times - pair.Value, -0.012, 0.012));
        Assert.Equal(1, propensities.Values.Sum(), 9);
    }

    /// <summary>Whatever it has learned and whatever is offered, probabilities sum to 1 and every action has one.</summary>
    [Fact]
    public void Options_AnyActionsOffered_ProbabilitiesOfAll()
    {
        var model = PolicyModel.Of(Run(60, new(PolicyMode.Live, 1), seed: 5), new(6));

        Gen.Select(Gen.OneOf("restart", "scale", "wait", "new", "newer").Array[1, 5], Gen.Double[0, 1], Gen.Bool).Sample((names, load, known) =>
        {
            ImmutableArray<string> offered = [.. names.Distinct()];
            var options = (known ? model : PolicyModel.None).Options(Situation(load, "db"), Noon, offered);
            Assert.Equal(offered, options.Select(option => option.Action));
            Assert.Equal(1, options.Sum(option => option.Probability), 9);
            Assert.All(options, option => Assert.True(option.Probability > 0.0005));
            Assert.All(options.Where(option => !known || option.Action.StartsWith("new", StringComparison.Ordinal)), option => Assert.Null(option.ExpectedCost));
        });
    }

    [Fact]
    public void Model_SameOutcomesAndSeed_SameChoices()
    {
        var outcomes = Run(80, new(PolicyMode.Live, 1), seed: 7);
        var situation = Situation(0.3, "web");

        Assert.Equal(PolicyModel.Of(outcomes, new(8)).Options(situation, Noon, Actions).AsEnumerable(), PolicyModel.Of(outcomes, new(8)).Options(situation, Noon, Actions));
    }

    [Fact]
    public void Book_IsDue_WhenATenthIsNew()
    {
        var book = new PolicyBook();
        var outcomes = Run(120, new(PolicyMode.Shadow, 1), seed: 9);
        foreach (var outcome in outcomes[..7]) { book.Add(outcome); }
        Assert.False(book.IsDue);
        foreach (var outcome in outcomes[..100]) { book.Add(outcome); }
        Assert.True(book.IsDue);
        Assert.Equal(100, book.TakeForLearning().Length);
        foreach (var outcome in outcomes[..109]) { book.Add(outcome); }
        Assert.False(book.IsDue);
        book.Add(outcomes[110]);
        Assert.True(book.IsDue);
    }

    [Theory]
    [InlineData(true, null, 0)]
    [InlineData(false, null, 1)]
    [InlineData(true, 0.7, 0.3)]
    [InlineData(false, 0.4, 0.6)]
    public void CostOf_FeedbackCountsBeforeSuccess(bool success, double? feedback, double cost) => Assert.Equal(cost, PolicyOutcome.CostOf(new() { Success = success, FeedbackScore = feedback }), 9);

    private static PolicyView Judge(IReadOnlyCollection<PolicyOutcome> outcomes) => PolicyJudgement.Of(new() { Name = "p", Settings = new(PolicyMode.Live, 1) }, outcomes);

    private static PolicyOutcome[] Run(int decisions, PolicySettings settings, int seed)
    {
        var (random, book, model) = (new Random(seed), new PolicyBook(), PolicyModel.None);
        for (var i = 0; i < decisions; i++)
        {
            var (load, kind) = (random.NextDouble(), random.Next(2) == 0 ? "db" : "web");
            var best = kind == "db" ? "restart" : load > 0.5 ? "scale" : "restart";
            var (context, at) = (Situation(load, kind), Noon.AddMinutes(i));
            var draw = PolicyDraws.Of("p", settings, model.Options(context, at, Actions), "wait", model.LearnedFrom, random);
            var cost = random.NextDouble() < (draw.Answered == best ? 0.1 : draw.Answered == "wait" ? 0.9 : 0.7) ? 1 : 0;
            book.Add(new($"d{i}", at, context, draw, cost));
            if (book.IsDue) { model = PolicyModel.Of(book.TakeForLearning(), new(random.Next())); }
        }
        return [.. book.All];
    }

    private static string Situation(double load, string kind) => string.Create(CultureInfo.InvariantCulture, $$$"""{"load":{{{load:0.###}}},"service":{"kind":"{{{kind}}}"}}""");
}
