using CsCheck;

namespace NexusActors.Learning.Rules;

public sealed class SituationRulesTests
{
    private static readonly Gen<double> Rate = Gen.Double[0.01, 0.99];
    private static readonly Gen<RuleCounts> Counts = Gen.Select(Gen.Int[0, 500], Gen.Double[0, 1], Gen.Int[0, 2_000], Gen.Double[0, 1]).Select((support, right, others, otherwise) =>
        new RuleCounts(support, (long)(support * right), support + others, (long)(support * right) + (long)(others * otherwise)));

    private static SituationRules? Holding(double size, params RuleRecord[] rules) => SituationRules.Of(RulesInForce.Of(rules), SampleRules.Values(size));

    /// <summary>What the rule was counted on takes the place of what the agent has done in all: recomputed from the counts, whichever outcome it foretells.</summary>
    [Fact]
    public void Success_RuleAboutTheAgent_IsItsOwnRateDrawnTowardsTheExpectedOne() =>
        Gen.Select(Counts, Gen.Bool, Rate).Sample((counts, success, expected) =>
        {
            var holding = Holding(80, SampleRules.Rule("r", success, counts, SampleRules.Large, SampleRules.By("a")))!;
            var successes = success ? counts.Hits : counts.Support - counts.Hits;

            var rate = holding.Success("a", expected);

            Assert.Equal((successes + 10 * expected) / (counts.Support + 10), rate, 12);
            Assert.InRange(rate, Math.Min(expected, counts.Support == 0 ? expected : (double)successes / counts.Support) - 1e-12, Math.Max(expected, counts.Support == 0 ? expected : (double)successes / counts.Support) + 1e-12);
            Assert.Equal(expected, holding.Success("b", expected));
        });

    /// <summary>It cannot put one agent before another of whom more is expected, and moves all to the same side.</summary>
    [Fact]
    public void Success_RuleAboutTheSituation_MovesAllAlikeAndKeepsTheirOrder() =>
        Gen.Select(Counts, Gen.Bool, Rate, Rate).Sample((counts, success, one, other) =>
        {
            var holding = Holding(80, SampleRules.Rule("r", success, counts, SampleRules.Large))!;
            var (less, more) = (Math.Min(one, other), Math.Max(one, other));
            var (first, second) = (holding.Success("a", less), holding.Success("b", more));

            Assert.True(first <= second + 1e-12);
            Assert.InRange(first, double.Epsilon, 1 - 1e-9);
            Assert.InRange(second, double.Epsilon, 1 - 1e-9);
            if (Math.Abs(first - less) > 1e-9 && Math.Abs(second - more) > 1e-9) { Assert.Equal(first > less, second > more); }
        });

    [Fact]
    public void Success_RuleOfWhichNothingIsBorneOut_ChangesNothing()
    {
        Assert.Equal(0.3, Holding(80, SampleRules.Rule("r", true, default, SampleRules.Large, SampleRules.By("a")))!.Success("a", 0.3));
        Assert.Equal(0.3, Holding(80, SampleRules.Rule("r", true, default, SampleRules.Large))!.Success("a", 0.3), 12);
    }

    [Fact]
    public void Of_RuleThatAsksForTheAgentAlone_IsPassedOver() => Assert.Null(Holding(80, SampleRules.Rule("r", true, new(50, 48, 200, 100), SampleRules.By("a"))));

    [Fact]
    public void Of_ConditionsDoNotHold_IsPassedOver()
    {
        var rule = SampleRules.Rule("r", true, new(50, 48, 200, 100), SampleRules.Large, SampleRules.By("a"));

        Assert.NotNull(Holding(80, rule));
        Assert.Null(Holding(20, rule));
    }

    [Fact]
    public void Of_SeveralHold_TheSurestAboutTheAgentSpeaks()
    {
        var holding = Holding(
            80,
            SampleRules.Rule("surest", false, new(400, 398, 800, 420), SampleRules.Large),
            SampleRules.Rule("sure", true, new(100, 96, 800, 380), SampleRules.Large, SampleRules.By("a")),
            SampleRules.Rule("unsure", false, new(30, 22, 800, 420), SampleRules.Large, SampleRules.By("a")))!;

        Assert.Equal(("sure", "surest"), (holding.Of("a")!.Id, holding.Of("b")!.Id));
    }

    /// <summary>Experiences may know an agent by a pseudonym.</summary>
    [Fact]
    public void Of_AgentHasAnotherNameInExperiences_IsFoundByThat()
    {
        var rules = RulesInForce.Of([SampleRules.Rule("r", true, new(50, 48, 200, 100), SampleRules.Large, SampleRules.By("ps_a"))]);

        var holding = SituationRules.Of(rules, SampleRules.Values(80), agent => "ps_" + agent)!;

        Assert.NotNull(holding.Of("a"));
        Assert.Null(holding.Of("b"));
    }

    [Fact]
    public void InForce_OthersThanActiveOrPinned_AreLeftOut()
    {
        var rule = SampleRules.Rule("r", true, new(50, 48, 200, 100), SampleRules.Large);

        Assert.Single(RulesInForce.Of([rule, rule with { Id = "shadow", Life = rule.Life with { Status = RuleStatus.Shadow } }, rule with { Id = "disabled", Life = rule.Life with { Disabled = true } }]).All);
    }
}
