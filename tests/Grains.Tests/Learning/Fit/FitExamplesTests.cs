using System.Collections.Immutable;
using NexusActors.Coordination;

namespace NexusActors.Learning.Fit;

public sealed class FitExamplesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static Experience Finished(string status, bool success, string context = "{}", string stream = "task.testing") => new()
    {
        Id = "task:t:1",
        Stream = stream,
        Timestamp = Noon,
        Success = success,
        ContextJson = context,
        ActionJson = """{"agent_id":"a","attempt":1}""",
        OutcomeJson = $$"""{"status":"{{status}}"}""",
        Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("duration_seconds", 7),
    };

    private static FitExample[] Of(Experience experience) => [.. FitExamples.Of(experience, agent => agent == "stranger" ? null : AgentType.Operations)];

    [Fact]
    public void Of_Completed_SuccessWithItsSeconds() => Assert.Equal([new("a", AgentType.Operations, TaskType.Testing, true, 7, Noon)], Of(Finished("completed", true)));

    [Fact]
    public void Of_Failed_TheSecondsSayNothing() => Assert.Equal([new("a", AgentType.Operations, TaskType.Testing, false, null, Noon)], Of(Finished("failed", false)));

    [Fact]
    public void Of_EarlierAttempts_ThoseThatTheAgentSpoiled()
    {
        var told = Of(Finished("completed", true, """{"earlier_attempts":[{"agent_id":"b","outcome":"failed"},{"agent_id":"c","outcome":"given_back"},{"agent_id":"d","outcome":"lost"},{"agent_id":"stranger","outcome":"failed"},7]}"""));

        Assert.Equal([("b", false), ("d", false), ("a", true)], told.Select(example => (example.Agent, example.Success)));
    }

    [Theory, InlineData("cancelled", "task.testing"), InlineData("completed", "task.unheard_of"), InlineData("completed", "default")]
    public void Of_CalledOffOrNoTask_Nothing(string status, string stream) => Assert.Empty(Of(Finished(status, false, stream: stream)));
}
