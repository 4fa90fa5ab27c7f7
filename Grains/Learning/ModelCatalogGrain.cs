using System.Collections.Immutable;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Reads what streams have learned from the ledger.</summary>
[StatelessWorker, GrainType("model-catalog")]
internal sealed class ModelCatalogGrain(ILedger ledger) : Grain, IModelCatalogGrain
{
    public async Task<ImmutableArray<TrainedStream>> ListAsync(CancellationToken cancellation) =>
        [.. (await ledger.TrainedStreamsAsync(cancellation)).Select(stream => stream.ToTrained()).OrderBy(stream => stream.Stream, StringComparer.Ordinal)];

    public async Task<int> TrainAsync(CancellationToken cancellation)
    {
        var streams = await ledger.ExperienceStreamsAsync(cancellation);
        foreach (var (stream, _) in streams) { await GrainFactory.GetGrain<IStreamLearnerGrain>(stream).TrainAsync(wait: false, cancellation); }
        return streams.Length;
    }
}
