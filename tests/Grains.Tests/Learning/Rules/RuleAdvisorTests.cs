using System.Collections.Immutable;
using CsCheck;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

public sealed class RuleAdvisorTests
{
    private static readonly Condition Fast = new EqualTo("action.mode", "fast"), Safe = new EqualTo("action.mode", "safe");

    private static readonly string[] Modes = ["fast", "safe", "other"];

    private static readonly RuleRecord FastFails = SampleRules.Rule("fast-fails", false, new(60, 57, 400, 120), SampleRules.Large, Fast);
    private static readonly RuleRecord SafeHolds = SampleRules.Rule("safe-holds", true, new(60, 55, 400, 280), SampleRules.Large, Safe);
    private static readonly RuleRecord LargeFails = SampleRules.Rule("large-fails", false, new(120, 70, 400, 120), SampleRules.Large);

    private static ImmutableArray<AdvisedAction> Rank(RulesInForce rules, double size, params string[] modes) => RuleAdvisor.Rank(rules, [.. modes.Select(mode => SampleRules.Values(size, $$"""{"mode":"{{mode}}"}"""))]);

    /// <summary>Every rule that holds is named and no other; the estimates fall, what is as likely stays in order, and each lies within its interval.</summary>
    [Fact]
    public void Rank_AnyRulesAndActions_IsInOrderAndRestsOnThoseThatHold() =>
        Gen.Select(Gen.Int[0, 7], Gen.Double[0, 100], Gen.Int[0, 2].Select(i => Modes[i]).Array[1, 6], Gen.Int[0, 60]).Sample((which, size, modes, hits) =>
        {
            RuleRecord[] all = [FastFails, SafeHolds with { Life = SafeHolds.Life with { Since = new(60, hits, 400, 280) } }, LargeFails];
            var rules = RulesInForce.Of(all.Where((_, i) => (which >> i & 1) == 1));

            var ranked = Rank(rules, size, modes);

            Assert.Equal(Enumerable.Range(0, modes.Length), ranked.Select(action => action.Index).Order());
            Assert.Equal(ranked.OrderByDescending(action => action.Success).ThenBy(action => action.Index), ranked);
            Assert.All(ranked, action =>
            {
                Assert.InRange(action.Success, action.Low, action.High);
                Assert.Equal(rules.All.Where(rule => rule.Conditions.All(condition => condition is Compared ? size > 50 : ((EqualTo)condition).Word == modes[action.Index])), action.Rules);
                if (action.Rules.IsEmpty) { Assert.Equal(rules.BaseRate, action.Success); }
            });
        });

    [Fact]
    public void Rank_RuleAgainstTheFirst_ComesLastAndChangesTheChoice()
    {
        var rules = RulesInForce.Of([FastFails]);
        var ranked = Rank(rules, 80, "fast", "safe");

        var part = RuleAdvisor.Part(rules, ranked);

        Assert.Equal([1, 0], ranked.Select(action => action.Index));
        Assert.Equal((RuleEffect.Changed, "fast-fails"), (part.Effect, Assert.Single(part.Rules).Id));
        // 3 of 60 turned out well, and ten more as often as all (280 of 400).
        Assert.Equal((3 + 10 * (281.0 / 402)) / 70, ranked[1].Success, 12);
        Assert.StartsWith("Rules changed the order: actions[1] comes first; no rule speaks of it", RuleAdvisor.Said(ranked, part), StringComparison.Ordinal);
    }

    [Fact]
    public void Part_RuleForTheFirst_ConfirmsIt()
    {
        var rules = RulesInForce.Of([FastFails, SafeHolds]);

        var part = RuleAdvisor.Part(rules, Rank(rules, 80, "safe", "fast"));

        Assert.Equal((RuleEffect.Confirmed, "safe-holds"), (part.Effect, Assert.Single(part.Rules).Id));
    }

    [Theory]
    [InlineData(80.0, "safe")]
    [InlineData(20.0, "safe,fast")]
    public void Part_OneActionOrNoRuleHolds_None(double size, string modes)
    {
        var rules = RulesInForce.Of([FastFails, SafeHolds]);

        Assert.Equal(RuleEffect.None, RuleAdvisor.Part(rules, Rank(rules, size, modes.Split(','))).Effect);
    }

    [Fact]
    public void Part_RuleAboutTheSituationAlone_NeitherChangesNorConfirms()
    {
        var rules = RulesInForce.Of([LargeFails]);

        Assert.Equal(RuleEffect.None, RuleAdvisor.Part(rules, Rank(rules, 80, "safe", "fast")).Effect);
    }
}
