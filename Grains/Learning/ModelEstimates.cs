using System.Collections.Immutable;
using NexusActors.Learning.Decisions;

namespace NexusActors.Learning;

/// <summary>Estimates by the models of a stream, where it has any.</summary>
internal sealed class ModelEstimates(IGrainFactory grains) : IOutcomeEstimates
{
    // The tail of a normal distribution beyond which half of what an interval leaves out lies.
    private static double DeviationsOf(double coverage) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + coverage) / 2);

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<OutcomeEstimate?>> EstimateAsync(string stream, string contextJson, ImmutableArray<string> actionsJson, CancellationToken cancellation)
    {
        var replies = await grains.GetGrain<IStreamLearnerGrain>(stream).PredictManyAsync([.. actionsJson.Select(action => new PredictionRequest { ContextJson = contextJson, ActionJson = action })], cancellation);
        return [.. replies.Select(reply => reply.Targets.IsEmpty ? null : Estimate(reply))];
    }

    /// <summary>A number that was measured counts by its name alone: <c>outcome.cost</c> and <c>metrics.cost</c> are cost; what the outcome says comes first.</summary>
    private static OutcomeEstimate Estimate(PredictionReply reply)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, LearnedEstimate>(StringComparer.Ordinal);
        foreach (var target in reply.Targets.Where(target => target.Objective == ModelObjective.Number).OrderBy(target => target.Target.StartsWith("metrics.", StringComparison.Ordinal)))
        {
            var deviation = double.IsFinite(target.High) ? (target.High - target.Low) / 2 / DeviationsOf(target.Coverage) : target.Measured;
            var name = target.Target[(target.Target.IndexOf('.', StringComparison.Ordinal) + 1)..];
            if (double.IsFinite(deviation)) { numbers.TryAdd(name, new(target.Value, deviation)); }
        }
        double? success = reply.Targets.FirstOrDefault(target => target.Objective == ModelObjective.Success) is { } chance ? chance.Value : null;
        return new(success, numbers.ToImmutable());
    }
}
