using NexusActors.Errors;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Reads plans from the ledger.</summary>
[StatelessWorker, GrainType("plans")]
internal sealed class PlanCatalogGrain(ILedger ledger) : Grain, IPlanCatalogGrain
{
    public async Task<PlanPage> ListAsync(long beforeSeq, int limit, CancellationToken cancellation)
    {
        if (limit is < 1 or > PlanLimits.PageMax) { throw new NexusException(NexusError.Invalid, $"limit must be from 1 to {PlanLimits.PageMax}", "limit"); }

        // One more than asked for tells whether there is a next page.
        var found = await ledger.ListDocumentsAsync(new(StoredPlan.Kind, beforeSeq, limit + 1), cancellation);
        return new([.. found.Take(limit).Select(document => StoredPlan.Read(document).ToSummary())], found.Length > limit ? found[limit - 1].Seq : 0);
    }
}
