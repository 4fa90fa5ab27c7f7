using System.Collections.Immutable;
using System.Text.Json;
using static NexusActors.Learning.Decisions.DecisionSamples;

namespace NexusActors.Learning.Decisions;

public sealed class ConstraintGrammarTests
{
    private static readonly DecisionProblem Problem = Servers() with
    {
        Alternatives = [.. Servers().Alternatives.Select(alternative => alternative with { Attributes = alternative.Attributes.SetItem("approved", alternative.Id == "restart" ? 1 : 0).SetItem("reliability_score", alternative.Id == "rebuild" ? 0.99 : 0.9) })],
    };

    /// <summary>Every shape of the grammar, and who is left.</summary>
    [Theory]
    [InlineData("""{}""", "restart scale_up rebuild")]
    [InlineData("""{"max_cost": 400}""", "restart scale_up")]
    [InlineData("""{"Max-Cost": 399.5}""", "restart")]
    [InlineData("""{"cost_limit": 400}""", "restart scale_up")]
    [InlineData("""{"budget": 500}""", "restart scale_up")]
    [InlineData("""{"max_budget": 500}""", "restart scale_up")]
    [InlineData("""{"budget_limit": 500}""", "restart scale_up")]
    [InlineData("""{"budget": {"max": 500, "min": 200}}""", "scale_up")]
    [InlineData("""{"estimated_cost": {"gte": 200, "lte": 950}}""", "scale_up rebuild")]
    [InlineData("""{"min_reliability": 0.95}""", "rebuild")]
    [InlineData("""{"maximum_latency": 85, "minimum_latency": 50}""", "restart")]
    [InlineData("""{"action_type": "SCALE"}""", "scale_up")]
    [InlineData("""{"action_type": ["scale", "rebuild"]}""", "scale_up rebuild")]
    [InlineData("""{"allowed_action_types": ["restart"]}""", "restart")]
    [InlineData("""{"forbidden_action_types": ["restart", "rebuild"]}""", "scale_up")]
    [InlineData("""{"not_action_type": "restart"}""", "scale_up rebuild")]
    [InlineData("""{"action_type": {"none_of": ["restart"], "one_of": ["restart", "scale"]}}""", "scale_up")]
    [InlineData("""{"estimated_cost": 400}""", "scale_up")]
    [InlineData("""{"approved": true}""", "restart")]
    [InlineData("""{"required_approved": true, "max_cost": null}""", "restart")]
    public void Parse_EachShape_MeansWhatItSays(string json, string left)
    {
        var (constraints, notUnderstood) = Parse(json);
        Assert.Empty(notUnderstood);
        var analysis = DecisionEngine.Decide(Problem with { Constraints = constraints });
        Assert.Empty(analysis.ConstraintsNotApplied);
        Assert.Equal(left.Split(' ').Order(StringComparer.Ordinal), analysis.Ranking.Select(each => each.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"max_cost": "cheap"}""", "max_cost")]
    [InlineData("""{"max_cost": [1]}""", "max_cost")]
    [InlineData("""{"action_type": []}""", "action_type")]
    [InlineData("""{"action_type": {}}""", "action_type")]
    [InlineData("""{"action_type": {"like": "s"}}""", "action_type")]
    [InlineData("""{"estimated_cost": {"max": "a lot"}}""", "estimated_cost")]
    public void Parse_NoneOfTheShapes_IsNamedWithItsReason(string json, string member)
    {
        var (constraints, notUnderstood) = Parse(json);
        Assert.Empty(constraints);
        Assert.Equal(member, Assert.Single(notUnderstood).Member);
        Assert.NotEmpty(notUnderstood[0].Reason);
    }

    /// <summary>What must hold cannot be shown to hold of an alternative that does not state it.</summary>
    [Fact]
    public void Check_AttributeThatOneLacks_ExcludesIt()
    {
        var analysis = DecisionEngine.Decide(Servers() with { Alternatives = [.. Servers().Alternatives, Action("wait", ("estimated_latency", 1))], Constraints = Parse("""{"max_cost": 1000}""").Constraints });
        Assert.Equal("wait", Assert.Single(analysis.Excluded).Id);
    }

    [Theory]
    [InlineData("minimize_cost", "estimated_cost", false)]
    [InlineData("maximize_performance", "performance_gain", true)]
    [InlineData("minimize_latency", "estimated_latency", false)]
    [InlineData("maximize_reliability", "reliability_score", true)]
    [InlineData("minimize_risk", "risk_score", false)]
    [InlineData("maximize_efficiency", "efficiency_score", true)]
    [InlineData("minimize_downtime", "estimated_downtime", false)]
    [InlineData("maximize_throughput", "throughput", true)]
    [InlineData("Minimize Blast-Radius", "blast_radius", false)]
    public void Parse_Objective_MeansItsAttribute(string text, string attribute, bool maximize)
    {
        var objective = DecisionObjective.Parse(text)!;
        Assert.Equal(attribute, objective.Candidates[0]);
        Assert.Equal(maximize, objective.Maximize);
    }

    [Fact]
    public void Parse_NoObjective_IsNull()
    {
        Assert.Null(DecisionObjective.Parse("improve_everything"));
        Assert.Null(DecisionObjective.Parse("minimize_"));
    }

    /// <summary>Where the known attribute is not stated, other usual names are tried.</summary>
    [Fact]
    public void Resolve_OtherNames_AreFound()
    {
        var analysis = DecisionEngine.Decide(new()
        {
            Alternatives = [Action("a", ("reliability_improvement", 0.1), ("cost", 3)), Action("b", ("reliability_improvement", 0.2), ("cost", 9))],
            Objectives = [Objective("maximize_reliability"), Objective("minimize_cost")],
        });
        Assert.Equal(["reliability_improvement", "cost"], analysis.Criteria.Select(criterion => criterion.Attribute));
    }

    private static (ImmutableArray<DecisionConstraint> Constraints, ImmutableArray<(string Member, string Reason)> NotUnderstood) Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ConstraintGrammar.Parse(document.RootElement);
    }
}
