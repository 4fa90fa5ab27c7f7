using NexusActors.Coordination;

namespace NexusActors.Learning.Fit;

/// <summary>One attempt at a task that has ended.</summary>
/// <param name="Agent">Who did it.</param>
/// <param name="AgentType">Of what kind they are.</param>
/// <param name="TaskType">What was to be done.</param>
/// <param name="Success">Whether it was done.</param>
/// <param name="Seconds">How long it took; null where that says nothing, as of what failed.</param>
/// <param name="At">When it ended.</param>
internal readonly record struct FitExample(string Agent, AgentType AgentType, TaskType TaskType, bool Success, double? Seconds, DateTimeOffset At);

/// <summary>The most special group that an estimate has examples of.</summary>
internal enum FitLevel
{
    /// <summary>Nothing is known of this type of task.</summary>
    All,
    /// <summary>This type of task.</summary>
    TaskType,
    /// <summary>This type of agent at this type of task.</summary>
    AgentType,
    /// <summary>This agent at this type of task.</summary>
    Agent,
}

/// <summary>How an agent is likely to do with a type of task.</summary>
/// <param name="Success">Probability of success, 0–1.</param>
/// <param name="SuccessLow">The agent's true rate of success is below this with a probability of 5 %.</param>
/// <param name="SuccessHigh">And above this with a probability of 5 %.</param>
/// <param name="MedianSeconds">Half of the tasks take less; null where no duration is known.</param>
/// <param name="NinthDecileSeconds">Nine of ten tasks take less; null where no duration is known.</param>
/// <param name="Level">What it rests on.</param>
/// <param name="Weight">Examples of that group, those of a half-life ago counted half.</param>
internal sealed record FitEstimate(double Success, double SuccessLow, double SuccessHigh, double? MedianSeconds, double? NinthDecileSeconds, FitLevel Level, double Weight);

/// <summary>What is expected of an agent at a type of task.</summary>
/// <param name="Success">Probability of success, above 0 and below 1.</param>
/// <param name="MedianSeconds">Half of the tasks take less; null where no duration is known.</param>
/// <param name="Level">What it rests on.</param>
/// <param name="Weight">Examples of that group, those of a half-life ago counted half.</param>
internal readonly record struct FitExpectation(double Success, double? MedianSeconds, FitLevel Level, double Weight);
