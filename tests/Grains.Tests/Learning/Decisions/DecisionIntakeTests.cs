using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

public sealed class DecisionIntakeTests
{
    private static readonly DecisionRequest Request = new()
    {
        ScenarioType = ScenarioType.CapacityPlanning,
        Description = "d",
        Objectives = ["minimize_cost", "Maximize Throughput"],
        ActionsJson = ["""{"action_type":"grow","estimated_cost":10,"throughput":5,"Zone Name":"b","spot":true,"tags":["x"],"inner":{"cost":1},"none":null}""", """{"estimated_cost":20,"throughput":9}"""],
    };

    [Fact]
    public void Read_Action_NumbersWordsAndBooleansAreItsAttributes()
    {
        var grow = DecisionIntake.Read(Request).Problem.Alternatives[0];

        Assert.Equal(["action_type=grow", "estimated_cost=10", "spot=1", "throughput=5", "zone_name=b"], grow.Attributes.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Theory]
    [InlineData("""{"id":"a","name":"b","action_type":"c"}""", "a")]
    [InlineData("""{"name":" b ","action_type":"c"}""", "b")]
    [InlineData("""{"action_type":"c"}""", "c")]
    [InlineData("""{"id":7}""", "7")]
    [InlineData("""{"id":"","action_type":{}}""", "action 1")]
    public void Read_Name_TheFirstMemberThatCanBeOne(string action, string name) => Assert.Equal(name, DecisionIntake.Read(Request with { ActionsJson = [action] }).Names[0]);

    [Fact]
    public void Read_SameNameTwice_BothTakePart()
    {
        var question = DecisionIntake.Read(Request with { ActionsJson = ["""{"name":"a","estimated_cost":1}""", """{"name":"a","estimated_cost":2}""", """{"name":"a #2","estimated_cost":3}"""] });

        Assert.Empty(question.Faults);
        Assert.Equal(3, question.Names.Distinct().Count());
        Assert.Equal("a", question.Names[0]);
        Assert.Equal([1, 2, 3], question.Problem.Alternatives.Select(alternative => alternative.Number("estimated_cost")));
    }

    [Fact]
    public void Read_WeightsByNameOrByX_MeanTheirObjective()
    {
        var question = DecisionIntake.Read(Request with { Weights = ImmutableSortedDictionary<string, double>.Empty.Add("cost", 3).Add("maximize_throughput", 2) });

        Assert.Equal([3, 2], question.Problem.Objectives.Select(objective => objective.Weight));
    }

    [Fact]
    public void Read_BoundsByX_MeanTheAttributeOfTheObjective()
    {
        var question = DecisionIntake.Read(Request with { Bounds = ImmutableSortedDictionary<string, NumberRange>.Empty.Add("cost", new(0, 100)).Add("throughput", new(0, 10)) });

        Assert.Equal(["estimated_cost", "throughput"], question.Problem.Bounds.Keys);
        Assert.True(DecisionEngine.Decide(question.Problem).Criteria.All(criterion => criterion.Declared));
    }

    [Fact]
    public void Read_ConstraintsOfOtherShape_AreNamedAndThoseOfAWrongBoundAreFaults()
    {
        var question = DecisionIntake.Read(Request with { ConstraintsJson = """{"max_cost":"low","sla":{"uptime":{"a":1}},"budget":15}""" });

        Assert.Equal(["constraints.max_cost"], question.Faults.Select(fault => fault.Field));
        Assert.Contains("sla", question.NotUnderstood.Select(constraint => constraint.Constraint));
        Assert.Equal(["budget"], question.Problem.Constraints.Select(constraint => constraint.Name));
    }

    [Fact]
    public void Read_SeveralFaults_AllAreNamed()
    {
        var question = DecisionIntake.Read(Request with { Objectives = ["faster", "minimize_cost", ""], Weights = ImmutableSortedDictionary<string, double>.Empty.Add("beauty", 1) });

        Assert.Equal(["objectives[0]", "objectives[2]", "weights.beauty"], question.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public void Read_Unstated_TheDefaultsOfTheEngine() =>
        Assert.Equal((RankingMethod.Spotis, MissingRule.Unknown), DecisionIntake.Read(Request) is { Problem: var problem } ? (problem.Method, problem.Missing) : default);
}
