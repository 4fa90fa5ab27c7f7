using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Reads decisions from the ledger.</summary>
[StatelessWorker, GrainType("decisions")]
internal sealed class DecisionCatalogGrain(ILedger ledger) : Grain, IDecisionCatalogGrain
{
    private const int ReadAtOnce = 100, PoliciesMax = 1_000;

    /// <summary>Decisions that one page looks at; a rare scenario takes more pages.</summary>
    private const int LookedAtMax = 1_000;

    public async Task<Decision?> GetAsync(string id, CancellationToken cancellation) =>
        await ledger.FindDocumentAsync(DecisionFacts.Kind, id, cancellation) is { } stored ? DecisionFacts.Read(stored) : null;

    public async Task<DecisionPage> ListAsync(DecisionFilter filter, CancellationToken cancellation)
    {
        if (filter.Limit is < 1 or > DecisionLimits.PageMax) { throw new NexusException(NexusError.Invalid, $"limit must be from 1 to {DecisionLimits.PageMax}", "limit"); }
        var found = ImmutableArray.CreateBuilder<DecisionSummary>();
        var before = filter.BeforeSeq;
        for (var looked = 0; looked < LookedAtMax;)
        {
            var page = await ledger.ListDocumentsAsync(new(DecisionFacts.Kind, before, ReadAtOnce), cancellation);
            foreach (var decision in page.Select(DecisionFacts.Read).Where(decision => Matches(decision, filter)))
            {
                // One more than asked for tells whether there is a next page.
                if (found.Count == filter.Limit) { return new(found.ToImmutable(), found[^1].Seq); }
                found.Add(SummaryOf(decision));
            }
            if (page.Length < ReadAtOnce) { return new(found.ToImmutable(), 0); }
            looked += page.Length;
            before = page[^1].Seq;
        }
        return new(found.ToImmutable(), before);
    }

    public async Task<ImmutableArray<PolicySummary>> PoliciesAsync(CancellationToken cancellation) =>
        [.. (await ledger.ListDocumentsAsync(new(DecisionFacts.PolicyKind, Limit: PoliciesMax), cancellation)).OrderBy(stored => stored.Id, StringComparer.Ordinal)
            .Select(stored => new PolicySummary(stored.Id, DecisionFacts.ReadPolicy(stored), stored.CreatedAt, stored.UpdatedAt))];

    private static bool Matches(Decision decision, DecisionFilter filter) =>
        (filter.ScenarioType == ScenarioType.None || filter.ScenarioType == decision.Request.ScenarioType) && (filter.OutcomeKnown is not { } known || known == decision.Outcome is not null);

    private static DecisionSummary SummaryOf(Decision decision) => new(
        decision.Id, decision.Seq, decision.Request.ScenarioType, decision.Request.Description, decision.Result.SelectedName(), decision.Request.ActionsJson[decision.Result.Selected],
        decision.Result.Confidence, decision.Result.Policy?.Policy, decision.DecidedAt, decision.Outcome?.Success, decision.Outcome?.ReportedAt);
}
