using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Reads rules from the ledger.</summary>
[StatelessWorker, GrainType("rules")]
internal sealed class RuleCatalogGrain(ILedger ledger) : Grain, IRuleCatalogGrain
{
    public async Task<AdaptationRule?> GetAsync(string id, CancellationToken cancellation) =>
        await ledger.FindDocumentAsync(StoredRule.Kind, id, cancellation) is { } document ? StoredRule.Read(document).View() : null;

    public async Task<RulePage> ListAsync(RuleFilter filter, CancellationToken cancellation)
    {
        AdaptationRule[] rules =
        [
            .. (await RuleShelf.AllAsync(ledger, cancellation))
                .Where(rule => (filter.Stream is null || rule.Stream == filter.Stream) && (filter.Status == RuleStatus.None ? rule.Life.Status != RuleStatus.Retired || rule.Life.Disabled : rule.Life.Status == filter.Status))
                .Select(rule => rule.View())
                .OrderByDescending(rule => rule.InForce).ThenByDescending(rule => rule.Confidence).ThenBy(rule => rule.Id, StringComparer.Ordinal),
        ];
        return new([.. rules.Take(filter.Limit)], rules.Length);
    }
}
