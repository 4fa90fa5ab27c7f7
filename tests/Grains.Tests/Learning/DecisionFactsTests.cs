using System.Collections.Immutable;
using NexusActors.Learning.Decisions;
using NexusActors.Ledger;

namespace NexusActors.Learning;

public sealed class DecisionFactsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Read_WhatWasStored_TheSameDecision()
    {
        var decision = Sample() with { Outcome = new() { Success = true, FeedbackScore = 0.4, OutcomeJson = """{"ü":[1]}""", Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("ms", 1.5), ReportedAt = Noon.AddHours(1) } };

        var stored = ((DocumentInsert)DecisionFacts.EntryOfNew(decision).Change!).Document;
        var read = DecisionFacts.Read(stored with { Seq = 7 });

        Assert.Equal(7, read.Seq);
        Assert.True(DecisionFacts.AreSame(decision.Request, read.Request));
        Assert.True(DecisionFacts.AreSame(decision.Outcome, read.Outcome!));
        Assert.Equal(stored.Body, ((DocumentInsert)DecisionFacts.EntryOfNew(read with { Seq = 0 }).Change!).Document.Body);
    }

    [Fact]
    public void AreSame_OneMemberDiffers_TheyAreNot()
    {
        var request = Sample().Request;

        Assert.True(DecisionFacts.AreSame(request, request with { ActionsJson = [.. request.ActionsJson] }));
        DecisionRequest[] others = [request with { Urgency = 0.6 }, request with { ContextJson = """{"a":2}""" }, request with { Weights = request.Weights.Add("cost", 2) }, request with { Mode = DecisionMode.Explore }, request with { Bounds = request.Bounds.SetItem("cost", new(0, 2000)) }];
        Assert.All(others, other => Assert.False(DecisionFacts.AreSame(request, other)));
    }

    [Fact]
    public void EntriesOfOutcome_RankingsChoice_CalibratesConfidenceAndIsAnExperience()
    {
        var decision = Sample() with { Outcome = new() { Success = false, ReportedAt = Noon } };

        var entries = DecisionFacts.EntriesOfOutcome(decision, DecisionFacts.ExperienceOf(decision), 1);

        Assert.Equal([DecisionFacts.Kind, DecisionFacts.ConfidenceKind], entries.Select(KindOf));
        Assert.Equal(2, ((DocumentUpdate)entries[0].Change!).Document.Version);
        Assert.Equal(["decision.outcome_reported", "experience.recorded"], entries[0].Events.Select(happened => happened.Type));
        Assert.Equal(("decision:d1", "decision.capacity_planning", false, 0.0), (entries[0].Experience!.Id, entries[0].Experience!.Stream, entries[0].Experience!.Success, entries[0].Experience!.FeedbackScore));
        Assert.Equal(new ConfidenceEvidence("d1", ScenarioType.CapacityPlanning, decision.Result.RawConfidence, decision.Result.Confidence, false), DecisionFacts.ReadConfidence(((DocumentInsert)entries[1].Change!).Document));
    }

    /// <summary>What the policy chose against the ranking says nothing about the ranking's confidence.</summary>
    [Fact]
    public void EntriesOfOutcome_PolicysChoice_TeachesThePolicyAlone()
    {
        var sample = Sample();
        var draw = new PolicyDraw { Policy = "p", Share = 1, Answered = "b", Propensity = 0.5, Ranked = "a", Explored = "b", Greedy = "a", Options = [new("a", 0.5, 0.2), new("b", 0.5, null)] };
        var decision = sample with { Result = sample.Result with { Policy = draw }, Outcome = new() { Success = true, FeedbackScore = 0.75, ReportedAt = Noon } };

        var entries = DecisionFacts.EntriesOfOutcome(decision, DecisionFacts.ExperienceOf(decision), 1);

        Assert.Equal([DecisionFacts.Kind, DecisionFacts.PolicyOutcomeKind("p")], entries.Select(KindOf));
        var learned = DecisionFacts.ReadPolicyOutcome(((DocumentInsert)entries[1].Change!).Document);
        Assert.Equal((0.25, """{"a":1}""", 0.5, 2), (learned.Cost, learned.ContextJson, learned.Draw.Propensity, learned.Draw.Options.Length));
    }

    private static string KindOf(LedgerEntry entry) => entry.Change switch { DocumentInsert(var made) => made.Kind, DocumentUpdate(var changed) => changed.Kind, _ => "" };

    private static Decision Sample()
    {
        var request = new DecisionRequest
        {
            ScenarioType = ScenarioType.CapacityPlanning,
            Description = "d",
            ContextJson = """{"a":1}""",
            Objectives = ["minimize_cost"],
            ActionsJson = ["""{"name":"a","estimated_cost":100}""", """{"name":"b","estimated_cost":200}""", """{"name":"c","estimated_cost":2000}"""],
            ConstraintsJson = """{"max_cost":500}""",
            Bounds = ImmutableSortedDictionary<string, NumberRange>.Empty.Add("cost", new(0, 1000)),
        };
        var question = DecisionIntake.Read(request);
        return new() { Id = "d1", Request = request, Result = DecisionReport.Of(question, DecisionEngine.Decide(question.Problem), new([], [], 0, null)), DecidedAt = Noon, DecisionSeconds = 0.01 };
    }
}
