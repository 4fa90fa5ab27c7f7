using CsCheck;
using NexusActors.Learning.Fit;
using NexusActors.Learning.Rules;

namespace NexusActors.Coordination;

public sealed class RuledChoiceTests
{
    private static readonly TaskNeeds Needs = new(["analysis"], 1, []);

    /// <summary>Agents by load, rate of success and seconds, and for each whether a rule holds for it, with its support and the share of it that turned out well.</summary>
    private static readonly Gen<(int Load, double Success, double Seconds, bool IsRuled, int Support, double Share)[]> Agents =
        Gen.Select(Gen.Int[0, 12], Gen.Double[0.05, 0.95], Gen.Double[1, 100], Gen.Bool, Gen.Int[0, 300], Gen.Double[0, 1]).Array[0, 8];

    private static AgentSeat Seat(string id, int load = 0) => new(new() { Profile = Sample.Profile(id, AgentMode.Passive, 10), Active = true, Draining = false, Load = load });

    private static SituationRules? Rules(IEnumerable<(string Agent, int Support, double Share)> ruled) =>
        SituationRules.Of(RulesInForce.Of(ruled.Select(one => SampleRules.Rule($"of-{one.Agent}", true, new(one.Support, (long)(one.Support * one.Share), 5_000, 2_500), SampleRules.Large, SampleRules.By(one.Agent)))), SampleRules.Values(80));

    /// <summary>It is the choice of fit with the rates as rules see them; it is said to be changed exactly when it is another, and only rules that hold are said to have had a part.</summary>
    [Fact]
    public void Best_AnySeatsAndRules_IsTheChoiceOfFitWithRuledRates() => Agents.Sample(agents =>
    {
        AgentSeat[] seats = [.. agents.Select((agent, i) => Seat($"a{i}", agent.Load))];
        FitExpectation? Expect(AgentSeat seat) => agents[Array.IndexOf(seats, seat)] is var agent ? new(agent.Success, agent.Seconds, FitLevel.Agent, 10) : null;
        var rules = Rules(agents.Select((agent, i) => (Agent: $"a{i}", agent.Support, agent.Share, agent.IsRuled)).Where(one => one.IsRuled).Select(one => (one.Agent, one.Support, one.Share)));

        var best = RuledChoice.Best(seats, Needs, Expect, rules);

        Assert.Equal(FitChoice.Best(seats, Needs, Expect)?.Seat, best?.ByFit);
        if (best is null) { return; }
        Assert.True(best.Seat.CanBeOffered(Needs));
        Assert.Equal(FitChoice.Best(seats, Needs, seat => Expect(seat) is { } fit ? fit with { Success = rules?.Success(seat.AgentId, fit.Success) ?? fit.Success } : null)!.Value, (best.Seat, best.Expected));
        Assert.Equal(best.Seat != best.ByFit, best.Part.Effect == RuleEffect.Changed);
        Assert.All(best.Part.Rules, rule => Assert.True(agents[Array.FindIndex(seats, seat => seat.AgentId == rule.Agent)].IsRuled));
        Assert.Equal(best.Part.Effect == RuleEffect.None, best.Part.Rules.IsEmpty);
        if (best.Part.Effect == RuleEffect.Confirmed) { Assert.True(best.Expected.Success > best.Fit.Success); }
    });

    /// <summary>A rule that speaks for whom fit prefers takes nothing from it.</summary>
    [Fact]
    public void Best_RuleForWhomFitPrefers_StaysTheChoice() => Agents.Sample(agents =>
    {
        AgentSeat[] seats = [.. agents.Select((agent, i) => Seat($"a{i}", agent.Load))];
        FitExpectation? Expect(AgentSeat seat) => agents[Array.IndexOf(seats, seat)] is var agent ? new(agent.Success, agent.Seconds, FitLevel.Agent, 10) : null;
        if (FitChoice.Best(seats, Needs, Expect) is not { } byFit) { return; }

        var best = RuledChoice.Best(seats, Needs, Expect, Rules([(byFit.Seat.AgentId, 1_000, 1)]))!;

        Assert.Equal(byFit.Seat, best.Seat);
        Assert.Equal(seats.Count(seat => seat.CanBeOffered(Needs)) > 1 ? RuleEffect.Confirmed : RuleEffect.None, best.Part.Effect);
    });

    [Fact]
    public void Best_RuleAgainstWhomFitPrefers_TheOtherIsChosen()
    {
        var best = RuledChoice.Best([Seat("good"), Seat("bad")], Needs, seat => new(seat.AgentId == "good" ? 0.9 : 0.5, 10, FitLevel.Agent, 100), Rules([("good", 100, 0.05)]))!;

        Assert.Equal(("bad", "good", RuleEffect.Changed, "of-good"), (best.Seat.AgentId, best.ByFit.AgentId, best.Part.Effect, Assert.Single(best.Part.Rules).Id));
    }

    [Fact]
    public void Best_NothingIsKnownOfTheType_NoOpinionWhateverRulesSay() => Assert.Null(RuledChoice.Best([Seat("a"), Seat("b")], Needs, _ => null, Rules([("a", 100, 1)])));
}
