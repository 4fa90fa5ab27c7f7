using System.Collections.Immutable;

namespace NexusActors.Learning.Features;

public sealed class FieldRolesTests
{
    private static readonly Experience Any = new()
    {
        Id = "e",
        Stream = "s",
        Timestamp = DateTimeOffset.UnixEpoch,
        Success = true,
        ContextJson = """{"host":"a","closed_by":"x","ticket":{"state":"open","closed_by":"y"}}""",
        ActionJson = """{"do":"restart","note":1}""",
        Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("cpu", 0.5).Add("cpu_bad", double.NaN).Add("ms", 7).Add("os.cpu", 3),
    };

    [Fact]
    public void Seen_KnownBefore_StandsInTheContextAndIsNoMetric()
    {
        var seen = new FieldRoles(new() { KnownBefore = ["cpu*", "os.*"] }).Seen(Any);

        Assert.Equal("""{"host":"a","closed_by":"x","ticket":{"state":"open","closed_by":"y"},"performance_metrics":{"cpu":0.5,"os.cpu":3}}""", seen.ContextJson);
        Assert.Equal(["ms"], seen.Metrics.Keys);
        Assert.Equal(Any.ActionJson, seen.ActionJson);
    }

    [Theory]
    [InlineData("closed_by", """{"host":"a","ticket":{"state":"open"}}""", """{"do":"restart","note":1}""")]
    [InlineData("context.closed_by", """{"host":"a","ticket":{"state":"open","closed_by":"y"}}""", """{"do":"restart","note":1}""")]
    [InlineData("ticket", """{"host":"a","closed_by":"x"}""", """{"do":"restart","note":1}""")]
    [InlineData("action_taken.n*", """{"host":"a","closed_by":"x","ticket":{"state":"open","closed_by":"y"}}""", """{"do":"restart"}""")]
    public void Seen_KnownAfter_IsLeftOut(string name, string context, string action)
    {
        var seen = new FieldRoles(new() { KnownAfter = [name] }).Seen(Any);

        Assert.Equal((context, action), (seen.ContextJson, seen.ActionJson));
        Assert.Equal(Any.Metrics, seen.Metrics);
    }

    [Fact]
    public void Seen_ContextHasMetricsOfItsOwn_TheDeclaredOnesStandForThem()
    {
        var seen = new FieldRoles(new() { KnownBefore = ["cpu"] }).Seen(Any with { ContextJson = """{"performance_metrics":3,"a":{"performance_metrics":4}}""" });

        Assert.Equal("""{"a":{"performance_metrics":4},"performance_metrics":{"cpu":0.5}}""", seen.ContextJson);
    }

    [Fact]
    public void Seen_NothingDeclared_TheSame() => Assert.Same(Any, FieldRoles.None.Seen(Any));
}
