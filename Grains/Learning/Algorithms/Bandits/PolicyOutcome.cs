namespace NexusActors.Learning.Bandits;

/// <summary>A decision that a policy was asked in, and what it cost.</summary>
/// <param name="DecisionId">The decision.</param>
/// <param name="At">When it was made.</param>
/// <param name="ContextJson">The situation, JSON text of an object.</param>
/// <param name="Draw">What the policy said then.</param>
/// <param name="Cost">0 a full success, 1 a failure.</param>
internal sealed record PolicyOutcome(string DecisionId, DateTimeOffset At, string ContextJson, PolicyDraw Draw, double Cost)
{
    /// <summary>What an outcome costs: 1 − the feedback score, or what success alone says where there is none.</summary>
    public static double CostOf(DecisionOutcome outcome) => 1 - (outcome.FeedbackScore ?? (outcome.Success ? 1 : 0));
}
