using System.Collections.Immutable;
using NexusActors.Learning.Decisions;

namespace NexusActors.Learning;

/// <summary>What experience says of actions that are not taken yet.</summary>
internal interface IOutcomeEstimates
{
    /// <summary>Estimates for each action in a situation, in the order of the actions; null for one of which nothing is known.</summary>
    /// <param name="stream">The stream of experiences to go by.</param>
    /// <param name="contextJson">The situation, JSON text of an object.</param>
    /// <param name="actionsJson">The actions, JSON text of an object each.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask<ImmutableArray<OutcomeEstimate?>> EstimateAsync(string stream, string contextJson, ImmutableArray<string> actionsJson, CancellationToken cancellation);
}

/// <summary>What experience says of one action in one situation.</summary>
/// <param name="SuccessProbability">That it turns out well, 0–1; null: not known.</param>
/// <param name="Numbers">Numbers that will be measured, by name.</param>
internal sealed record OutcomeEstimate(double? SuccessProbability, ImmutableSortedDictionary<string, LearnedEstimate> Numbers);
