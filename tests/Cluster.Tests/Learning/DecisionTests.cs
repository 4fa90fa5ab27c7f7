using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Coordination;
using NexusActors.Errors;
using NexusActors.Learning.Decisions;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Decisions are facts: what learns from them is made of them again.</summary>
public sealed class DecisionTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _id = silo.NewName("d");

    private IDecisionGrain Grain => GrainOf(_id);

    private IDecisionConfidenceGrain Confidence => Silo.Grains.GetGrain<IDecisionConfidenceGrain>(0);

    [Fact]
    public async Task Decide_AfterAReload_TheSameAnswerAndNoSecondDecision()
    {
        var first = await Grain.DecideAsync(Request());

        await Silo.DeactivateAsync(Grain);
        var again = await Grain.DecideAsync(Request());

        Assert.Equal((first.Seq, first.DecidedAt, first.Result.Confidence, first.Result.Selected), (again.Seq, again.DecidedAt, again.Result.Confidence, again.Result.Selected));
        Assert.Equal(first.Result.Reasons.AsEnumerable(), again.Result.Reasons);
        Assert.Equal("id", (await RefusedAsync(NexusError.AlreadyExists, () => Grain.DecideAsync(Request() with { Urgency = 0.9 }))).Field);
        Assert.Equal(["decision.made"], await EventsAsync());
    }

    [Fact]
    public async Task Decide_AnotherActivationWasFirst_ItsAnswerStands()
    {
        var copied = (await GrainOf(_id + "-other").DecideAsync(Request())) with { Id = _id };
        await RefusedAsync(NexusError.NotFound, () => Grain.ReportAsync(new() { Success = true }));      // the grain is active now, and knows of no decision
        await Silo.Ledger.CommitAsync([DecisionFacts.EntryOfNew(copied with { DecisionSeconds = 7 })]);

        Assert.Equal(7, (await Grain.DecideAsync(Request())).DecisionSeconds);
    }

    [Fact]
    public async Task Report_AnotherActivationWasFirst_ItsWordStands()
    {
        var decision = await Grain.DecideAsync(Request());
        var elsewhere = decision with { Outcome = new() { Success = true, ReportedAt = Silo.Clock.GetUtcNow() } };
        Assert.All(await Silo.Ledger.CommitAsync(DecisionFacts.EntriesOfOutcome(elsewhere, DecisionFacts.ExperienceOf(elsewhere), 1)), commit => Assert.Equal(CommitOutcome.Done, commit.Outcome));

        await RefusedAsync(NexusError.WrongState, () => Grain.ReportAsync(new() { Success = false }));

        Assert.True((await Grain.ReportAsync(new() { Success = true })).Outcome!.Success);
        Assert.Equal(["decision.made", "decision.outcome_reported"], await EventsAsync());
    }

    [Fact]
    public async Task Report_ManyAtOnce_OneExperienceAndOneOutcome()
    {
        await Grain.DecideAsync(Request());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Grain.ReportAsync(new() { Success = true, FeedbackScore = 0.9 })));

        var stream = "decision.strategic_planning";
        var experiences = (await Silo.Grains.GetGrain<IExperienceCatalogGrain>(0).ListAsync(new() { Stream = stream })).Experiences.Where(experience => experience.Id == "decision:" + _id).ToArray();
        Assert.Equal((true, 0.9), (Assert.Single(experiences).Success, experiences[0].FeedbackScore));
        Assert.Equal(Request().ActionsJson[0], experiences[0].ActionJson);
        Assert.Equal(["decision.made", "decision.outcome_reported"], await EventsAsync());
    }

    /// <summary>Nobody else can take the id of a decision's experience, so that it is never missing.</summary>
    [Fact]
    public async Task Append_ExperienceOfADecision_IsRefused()
    {
        var reply = (await Silo.Grains.GetGrain<IExperienceStreamGrain>("s").AppendAsync([new() { Id = "decision:" + _id, Stream = "s", Timestamp = Silo.Clock.GetUtcNow(), Success = true }]))[0];

        Assert.Equal((NexusError.Invalid, "id"), (reply.Error, reply.Field));
    }

    [Fact]
    public async Task Decide_ExperienceSaysThatTheFirstFails_TheOtherIsChosen()
    {
        var stream = Silo.NewName("s");
        Silo.Estimates.Tell(stream, (context, action) => context.Contains("night", StringComparison.Ordinal) ? new(action.Contains("restart", StringComparison.Ordinal) ? 0.1 : 0.9, ImmutableSortedDictionary<string, LearnedEstimate>.Empty) : null);
        var request = Request() with { Stream = stream };

        var day = await Grain.DecideAsync(request);
        var night = await GrainOf(_id + "-night").DecideAsync(request with { ContextJson = """{"shift":"night"}""" });

        Assert.Equal(("restart", null), (day.Result.SelectedName(), day.Result.Risk.ChanceFailure));
        Assert.Equal("scale", night.Result.SelectedName());
        Assert.Equal(0.1, night.Result.Risk.ChanceFailure!.Value, 9);
    }

    /// <summary>No action states its latency; experience knows it.</summary>
    [Fact]
    public async Task Decide_ObjectiveThatOnlyExperienceKnowsOf_IsJudgedByIt()
    {
        var stream = Silo.NewName("s");
        var request = Request() with { Objectives = ["minimize_latency"], Stream = stream };
        Assert.Equal("objectives", (await RefusedAsync(NexusError.Invalid, () => Grain.DecideAsync(request))).Field);
        Silo.Estimates.Tell(stream, (_, action) => new(null, ImmutableSortedDictionary<string, LearnedEstimate>.Empty.Add("latency", new(action.Contains("rebuild", StringComparison.Ordinal) ? 5 : 20, 1))));

        var decision = await Grain.DecideAsync(request);

        Assert.Equal(("rebuild", 5.0, "learned"), (decision.Result.SelectedName(), decision.Result.Expected.Single().Mean, decision.Result.Expected.Single().Source));
    }

    /// <summary>Most decisions of the scenario turn out badly: what is stated next is less, and stays so when everything is made of the ledger again.</summary>
    [Fact]
    public async Task Confidence_OutcomesAreTold_NextIsCalibratedAlsoAfterAReload()
    {
        var before = await Grain.DecideAsync(Request(ScenarioType.TaskPrioritization));
        for (var i = 0; i < 40; i++)
        {
            await GrainOf($"{_id}-{i}").DecideAsync(Request(ScenarioType.TaskPrioritization));
            await GrainOf($"{_id}-{i}").ReportAsync(new() { Success = i % 5 == 0 });
        }

        var after = await GrainOf(_id + "-after").DecideAsync(Request(ScenarioType.TaskPrioritization));
        var told = (await Confidence.ReportAsync()).Scenarios.Single(scenario => scenario.ScenarioType == ScenarioType.TaskPrioritization);
        await Silo.DeactivateAsync(Confidence);
        var reloaded = await GrainOf(_id + "-reloaded").DecideAsync(Request(ScenarioType.TaskPrioritization));

        Assert.Equal(before.Result.RawConfidence, after.Result.RawConfidence);
        Assert.Equal((before.Result.RawConfidence, 0), (before.Result.Confidence, before.Result.CalibratedBy));
        Assert.True(after.Result.Confidence < 0.7 * before.Result.Confidence, $"{before.Result.Confidence} {after.Result.Confidence}");
        Assert.Equal((after.Result.Confidence, 40), (reloaded.Result.Confidence, reloaded.Result.CalibratedBy));
        Assert.Equal((40, 0.2), (told.Outcomes, told.BaseRate));
        Assert.True(told.Stated.Brier < told.Raw.Brier);
        Assert.Equivalent(told, (await Confidence.ReportAsync()).Scenarios.Single(scenario => scenario.ScenarioType == ScenarioType.TaskPrioritization));
    }

    [Fact]
    public async Task Decide_ManyActions_IsAnsweredBesideTheTurns()
    {
        var request = Request() with { ActionsJson = [.. Enumerable.Range(0, 500).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"name":"a{{i}}","estimated_cost":{{(i * 37) % 501}},"performance_gain":{{i % 11}},"risk_score":{{i % 7}}}"""))], Objectives = ["minimize_cost", "maximize_performance", "minimize_risk"], Method = RankingMethod.Vikor };

        var decision = await Grain.DecideAsync(request);

        Assert.Equal(500, decision.Result.Ranking.Length);
        Assert.Contains(decision.Result.SelectedName(), decision.Result.Front);
    }

    private static DecisionRequest Request(ScenarioType scenario = ScenarioType.StrategicPlanning) => new()
    {
        ScenarioType = scenario,
        Description = "slow",
        Objectives = ["minimize_cost"],
        ActionsJson = ["""{"action_type":"restart","estimated_cost":100}""", """{"action_type":"scale","estimated_cost":140}""", """{"action_type":"rebuild","estimated_cost":900}"""],
    };

    private IDecisionGrain GrainOf(string id) => Silo.Grains.GetGrain<IDecisionGrain>(id);

    /// <summary>Types of what happened to this decision, in order.</summary>
    private async Task<string[]> EventsAsync()
    {
        var types = new List<string>();
        for (var (after, last) = (0L, await Silo.Ledger.LastEventAsync()); after < last;)
        {
            var page = await Silo.Ledger.ReadEventsAsync(after, new() { Types = ["decision.*"] }, 1_000);
            types.AddRange(page.Events.Where(happened => happened.DataJson.Contains($"\"{_id}\"", StringComparison.Ordinal)).Select(happened => happened.Type));
            after = page.NextAfter;
        }
        return [.. types];
    }
}
