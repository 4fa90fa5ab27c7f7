using NexusActors.Coordination;

namespace NexusActors.Http;

public sealed class WireNameTests
{
    [Theory, InlineData("in_progress"), InlineData("IN_PROGRESS"), InlineData("In_Progress")]
    public void TryParse_AnyCase_FindsTheMember(string text)
    {
        Assert.True(WireName<WorkStatus>.TryParse(text, out var status));
        Assert.Equal(WorkStatus.InProgress, status);
    }

    [Theory, InlineData("none"), InlineData(""), InlineData("3"), InlineData("in progress"), InlineData("InProgress")]
    public void TryParse_NotAName_Refuses(string text) => Assert.False(WireName<WorkStatus>.TryParse(text, out _));

    [Fact]
    public void Known_EachContractEnum_HasTheSpellingOfTheOriginal()
    {
        Assert.Equal("decision_engine qa_automation transformation bug_fixing monitoring operations security performance".Split(' '), WireName<AgentType>.Known);
        Assert.Equal("analysis optimization remediation monitoring testing deployment security_scan performance_tune".Split(' '), WireName<TaskType>.Known);
        Assert.Equal("pending assigned in_progress delegated completed failed cancelled".Split(' ').Order(), WireName<WorkStatus>.Known.Order());
    }

    [Fact]
    public void Of_None_HasNoName() => Assert.Null(WireName<TaskType>.Of(TaskType.None));

    [Fact]
    public void Of_TaskTypesAndStatuses_IsWhatTheGrainsWrite()
    {
        Assert.All(Enum.GetValues<TaskType>().Where(type => type != TaskType.None), type => Assert.Equal(type.Wire(), WireName<TaskType>.Of(type)));
        Assert.All(Enum.GetValues<WorkStatus>().Where(status => status != WorkStatus.None), status => Assert.Equal(status.Wire(), WireName<WorkStatus>.Of(status)));
    }
}
