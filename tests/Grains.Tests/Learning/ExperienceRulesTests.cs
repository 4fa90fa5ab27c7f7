using System.Collections.Immutable;

namespace NexusActors.Learning;

public sealed class ExperienceRulesTests
{
    private static readonly Experience Good = new() { Id = "e1", Stream = "default", Timestamp = DateTimeOffset.UnixEpoch, Success = true };

    [Fact]
    public void Fault_GoodExperience_IsNull() =>
        Assert.Null(ExperienceRules.Fault(Good with { Tags = ["a"], ContextJson = """{"a":[1,{"b":null}]}""", FeedbackScore = 1 }, "default"));

    public static TheoryData<string, Experience> Faulty => new()
    {
        { "id", Good with { Id = "" } },
        { "id", Good with { Id = new string('x', 201) } },
        { "id", Good with { Id = "a\u0000b" } },
        { "id", Good with { Id = "task:t1:1" } },
        { "stream", Good with { Stream = "other" } },
        { "feedback_score", Good with { FeedbackScore = double.NaN } },
        { "feedback_score", Good with { FeedbackScore = 1.01 } },
        { "learning_type", Good with { LearningType = (LearningType)9 } },
        { "tags[1]", Good with { Tags = ["a", ""] } },
        { "tags", Good with { Tags = [.. Enumerable.Repeat("a", 65)] } },
        { "performance_metrics.x", Good with { Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("x", double.PositiveInfinity) } },
        { "context", Good with { ContextJson = "[]" } },
        { "context", Good with { ContextJson = "" } },
        { "action_taken", Good with { ActionJson = "{" } },
        { "outcome", Good with { OutcomeJson = """{"a":NaN}""" } },
        { "outcome", Good with { OutcomeJson = "{} {}" } },
    };

    [Theory, MemberData(nameof(Faulty))]
    public void Fault_BadMember_NamesIt(string field, Experience experience) =>
        Assert.Equal(field, ExperienceRules.Fault(experience, "default")?.Field);
}
