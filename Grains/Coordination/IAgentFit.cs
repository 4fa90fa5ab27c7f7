using NexusActors.Learning.Fit;

namespace NexusActors.Coordination;

/// <summary>What experience expects of agents; at hand, nobody waits for it.</summary>
internal interface IAgentFit
{
    /// <summary>What is expected of an agent at a type of task; null where nothing is known of that type.</summary>
    FitExpectation? Expect(string agent, AgentType kind, TaskType task);
}

/// <summary>Where nothing is learned.</summary>
internal sealed class UnknownFit : IAgentFit
{
    /// <inheritdoc/>
    public FitExpectation? Expect(string agent, AgentType kind, TaskType task) => null;
}
