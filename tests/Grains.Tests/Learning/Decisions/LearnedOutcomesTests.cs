using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

public sealed class LearnedOutcomesTests
{
    /// <summary>Restarting is cheap on paper; experience says that it mostly fails.</summary>
    [Fact]
    public void Join_ChanceOfSuccess_TurnsTheChoice()
    {
        var problem = DecisionSamples.Servers();

        var joined = LearnedOutcomes.Join(problem, [new(0.05, Numbers()), new(0.95, Numbers()), null]);

        Assert.Equal("restart", DecisionEngine.Choose(problem with { Objectives = [DecisionSamples.Objective("minimize_cost")] }));
        Assert.Equal("scale_up", DecisionEngine.Choose(joined with { Objectives = [DecisionSamples.Objective("minimize_cost")] }));
        Assert.Equal([0.05, 0.95, null], joined.Alternatives.Select(alternative => alternative.SuccessProbability));
    }

    [Fact]
    public void Join_NumberThatWasMeasured_IsBelievedOfTheEstimate()
    {
        var joined = LearnedOutcomes.Join(DecisionSamples.Servers(), [new(null, Numbers(("Latency", 70), ("other", 1))), null, null]);

        Assert.Equal(["estimated_latency", "other"], joined.Alternatives[0].Learned.Keys);
        var latency = DecisionEngine.Decide(joined).Ranking.Single(ranked => ranked.Id == "restart").Scores.Single(score => score.Objective == "minimize_latency").Belief;
        Assert.Equal(BeliefSource.Both, latency.Source);
        Assert.InRange(latency.Mean, 70, 80);
    }

    [Fact]
    public void Join_NothingLearned_TheProblemStays()
    {
        var problem = DecisionSamples.Servers();
        Assert.Same(problem, LearnedOutcomes.Join(problem, [null, null, null]));
    }

    private static ImmutableSortedDictionary<string, LearnedEstimate> Numbers(params (string Name, double Mean)[] numbers) =>
        numbers.ToImmutableSortedDictionary(number => number.Name, number => new LearnedEstimate(number.Mean, 1), StringComparer.Ordinal);
}
