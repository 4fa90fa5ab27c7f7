using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace NexusActors.Learning;

/// <summary>What experience says of actions, told by a test for a stream of its own.</summary>
internal sealed class ToldEstimates : IOutcomeEstimates
{
    private readonly ConcurrentDictionary<string, Func<string, string, OutcomeEstimate?>> _told = new();

    /// <summary>Tells it for a stream, by context and action.</summary>
    public void Tell(string stream, Func<string, string, OutcomeEstimate?> estimate) => _told[stream] = estimate;

    public ValueTask<ImmutableArray<OutcomeEstimate?>> EstimateAsync(string stream, string contextJson, ImmutableArray<string> actionsJson, CancellationToken cancellation) =>
        ValueTask.FromResult<ImmutableArray<OutcomeEstimate?>>([.. actionsJson.Select(action => _told.TryGetValue(stream, out var estimate) ? estimate(contextJson, action) : null)]);
}
