using NexusActors.Learning.Decisions;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Keeps the newest outcomes of decisions, as the ledger has them.</summary>
[GrainType("decision-confidence")]
internal sealed class DecisionConfidenceGrain(ILedger ledger) : Grain, IDecisionConfidenceGrain
{
    private readonly ConfidenceBook _book = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken) => NoticeAsync(cancellationToken);

    public Task<ConfidenceCalibration> CalibrationAsync(ScenarioType scenario, CancellationToken cancellation) => Task.FromResult(_book.CalibrationOf(scenario));

    public Task<ConfidenceOverview> ReportAsync(CancellationToken cancellation) => Task.FromResult(_book.Report());

    public async Task NoticeAsync(CancellationToken cancellation)
    {
        foreach (var document in await DecisionFacts.UnknownAsync(ledger, DecisionFacts.ConfidenceKind, ConfidenceBook.OutcomesMax, _book.Has, cancellation)) { _book.Add(DecisionFacts.ReadConfidence(document)); }
    }
}
