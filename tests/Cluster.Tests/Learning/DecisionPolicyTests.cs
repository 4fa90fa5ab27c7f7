using NexusActors.Coordination;

namespace NexusActors.Learning;

/// <summary>Policies learn from the outcomes of decisions, and know them again after a reload.</summary>
public sealed class DecisionPolicyTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _policy = silo.NewName("p");

    private IDecisionPolicyGrain Policy => Silo.Grains.GetGrain<IDecisionPolicyGrain>(_policy);

    /// <summary>The ranking takes what is cheap on paper and never helps; live, the policy finds what helps.</summary>
    [Fact]
    public async Task Live_OutcomesAreTold_ThePolicyFindsWhatHelpsAndItShows()
    {
        await Policy.ConfigureAsync(new(PolicyMode.Live, 1));

        await RunAsync(0, 80);

        var view = (await Policy.GetAsync())!;
        Assert.Equal((80, 80), (view.Outcomes, view.Explored));
        var last = await DecideAsync("last");
        Assert.True(last.Result.Policy!.Options.Single(option => option.Action == "scale").Probability > 0.7, string.Join(' ', last.Result.Policy.Options));
        Assert.Equal("scale", last.Result.Policy.Greedy);
        var (greedy, ranking) = (view.Evaluations.Single(judged => judged.Judged == "greedy").DoublyRobust, view.Evaluations.Single(judged => judged.Judged == "ranking").DoublyRobust);
        Assert.True(greedy.Mean < 0.4 && ranking.Mean > 0.6, $"{greedy} {ranking}");
    }

    [Fact]
    public async Task Deactivate_WithOutcomes_ItLearnsThemAgain()
    {
        await Policy.ConfigureAsync(new(PolicyMode.Live, 0.5));
        await RunAsync(0, 40);
        var before = (await Policy.GetAsync())!;

        await Silo.DeactivateAsync(Policy);

        await UntilAsync(async () => (await Policy.GetAsync())!.LearnedFrom == 40, "the policy has learned from all that it knew");
        var after = (await Policy.GetAsync())!;
        Assert.Equal((before.Settings, before.Outcomes, before.Explored, before.Logged), (after.Settings, after.Outcomes, after.Explored, after.Logged));
        Assert.Equivalent(before.Evaluations, after.Evaluations);
    }

    [Fact]
    public async Task Shadow_AsItIsMade_TheRankingAnswersAndThePolicyLearnsFromThat()
    {
        await RunAsync(0, 12);

        var view = (await Policy.GetAsync())!;
        Assert.Equal((new PolicySettings(PolicyMode.Shadow, 1), 12, 0), (view.Settings, view.Outcomes, view.Explored));
        Assert.Equal(12, (view.ShadowAgreed?.Decisions ?? 0) + (view.ShadowDiffered?.Decisions ?? 0));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Silo.Grains.GetGrain<IDecisionCatalogGrain>(0).GetAsync($"{_policy}-{i}"))), decision => Assert.Equal(("wait", 1.0), (decision!.Result.SelectedName(), decision.Result.Policy!.Propensity)));
    }

    [Fact]
    public async Task Configure_SameAgain_ChangesNothing()
    {
        await Policy.ConfigureAsync(new(PolicyMode.Live, 0.25));
        var version = (await Silo.Ledger.FindDocumentAsync(DecisionFacts.PolicyKind, _policy))!.Version;

        await Policy.ConfigureAsync(new(PolicyMode.Live, 0.25));
        Assert.Equal(version, (await Silo.Ledger.FindDocumentAsync(DecisionFacts.PolicyKind, _policy))!.Version);

        await Policy.ConfigureAsync(new(PolicyMode.Shadow, 1));
        Assert.Equal(version + 1, (await Silo.Ledger.FindDocumentAsync(DecisionFacts.PolicyKind, _policy))!.Version);
    }

    [Fact]
    public async Task Configure_AnotherActivationWroteMeanwhile_BothAreKeptInOrder()
    {
        await Policy.ConfigureAsync(new(PolicyMode.Live, 0.25));
        var stored = (await Silo.Ledger.FindDocumentAsync(DecisionFacts.PolicyKind, _policy))!;
        await Silo.Ledger.CommitAsync([DecisionFacts.EntryOf(_policy, new(PolicyMode.Live, 0.5), stored, Silo.Clock.GetUtcNow())]);

        Assert.Equal(new PolicySettings(PolicyMode.Live, 0.75), (await Policy.ConfigureAsync(new(PolicyMode.Live, 0.75))).Settings);
        Assert.Equal(3, (await Silo.Ledger.FindDocumentAsync(DecisionFacts.PolicyKind, _policy))!.Version);
    }

    [Fact]
    public async Task Get_NeverAsked_ThereIsNone() => Assert.Null(await Policy.GetAsync());

    /// <summary>Only scaling helps; each decision is told before the next, and the policy has learned what is due by then.</summary>
    private async Task RunAsync(int from, int decisions)
    {
        for (var i = from; i < from + decisions; i++)
        {
            var decision = await DecideAsync(i.ToString("D", System.Globalization.CultureInfo.InvariantCulture));
            var scaled = decision.Result.SelectedName() == "scale";
            await Silo.Grains.GetGrain<IDecisionGrain>(decision.Id).ReportAsync(new() { Success = scaled ? i % 10 != 0 : i % 10 == 0 });
        }
    }

    private Task<Decision> DecideAsync(string number) => Silo.Grains.GetGrain<IDecisionGrain>($"{_policy}-{number}").DecideAsync(new()
    {
        ScenarioType = ScenarioType.PerformanceOptimization,
        Description = "slow",
        ContextJson = """{"load":0.8,"zone":"b"}""",
        Objectives = ["minimize_cost"],
        ActionsJson = ["""{"name":"wait","estimated_cost":1}""", """{"name":"restart","estimated_cost":5}""", """{"name":"scale","estimated_cost":9}"""],
        Mode = DecisionMode.Explore,
        Policy = _policy,
    });
}
