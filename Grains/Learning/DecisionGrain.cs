using Microsoft.Extensions.Logging;
using NexusActors.Errors;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>One decision: made once, told how it turned out once, and never changed otherwise.</summary>
[GrainType("decision")]
internal sealed class DecisionGrain(ILedger ledger, DecisionMaker maker, Pseudonyms pseudonyms, LearningMetrics metrics, TimeProvider time, ILogger<DecisionGrain> log) : Grain, IDecisionGrain
{
    private Decision? _decision;
    private int _version;

    private string Id => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<Decision> DecideAsync(DecisionRequest request, CancellationToken cancellation)
    {
        request = DecisionFacts.WithPseudonyms(request, pseudonyms);
        if (_decision is { } made) { return Repeated(made, request); }
        var started = time.GetTimestamp();
        var result = await maker.MakeAsync(request, cancellation);
        var decision = new Decision { Id = Id, Request = request, Result = result, DecidedAt = time.GetUtcNow(), DecisionSeconds = time.GetElapsedTime(started).TotalSeconds };
        var commit = (await ledger.CommitAsync([DecisionFacts.EntryOfNew(decision)], cancellation))[0];
        if (commit.Outcome == CommitOutcome.Exists)
        {
            await LoadAsync(cancellation);
            return Repeated(_decision!, request);
        }
        Require(commit.Outcome == CommitOutcome.Done, commit.Outcome);
        (_decision, _version) = (decision with { Seq = commit.Seq }, 1);
        metrics.Decided(request.ScenarioType.Wire(), decision.DecisionSeconds);
        return _decision;
    }

    public async Task<Decision> ReportAsync(DecisionOutcome outcome, CancellationToken cancellation)
    {
        outcome = outcome with { OutcomeJson = pseudonyms.Json("outcome", outcome.OutcomeJson) };
        if (_decision is null) { await LoadAsync(cancellation); }
        for (var tries = 0; ; tries++)
        {
            var decision = _decision ?? throw new NexusException(NexusError.NotFound, $"there is no decision '{Id}'", "decision_id");
            if (decision.Outcome is { } known)
            {
                return DecisionFacts.AreSame(known, outcome) ? decision : throw new NexusException(NexusError.WrongState, $"decision '{Id}' was told another outcome at {known.ReportedAt:u}, and an outcome is told once");
            }
            var next = decision with { Outcome = outcome with { ReportedAt = time.GetUtcNow() } };
            var commits = await ledger.CommitAsync(DecisionFacts.EntriesOfOutcome(next, pseudonyms.Of(DecisionFacts.ExperienceOf(next)), _version), cancellation);
            if (commits.All(commit => commit.Outcome == CommitOutcome.Done))
            {
                (_decision, _version) = (next, _version + 1);
                metrics.Reported(next.Request.ScenarioType.Wire(), outcome.Success);
                await TellAsync(next);
                return next;
            }
            // Another activation was told first: its word is in the ledger.
            Require(tries == 0, commits[0].Outcome);
            await LoadAsync(cancellation);
        }
    }

    public async Task<bool> EraseAsync(CancellationToken cancellation)
    {
        if (_decision is null) { await LoadAsync(cancellation); }
        while (_decision is not null)
        {
            var commits = await ledger.CommitAsync(DecisionFacts.EntriesOfEnd(_decision, _version), cancellation);
            (_decision, var isGone) = (null, commits[0].Outcome == CommitOutcome.Done);
            if (isGone) { return true; }
            // Another activation has changed it.
            await LoadAsync(cancellation);
        }
        return false;
    }

    /// <summary>Those who learn from outcomes look for this one. The outcome is on disk whether they can be reached or not, and whoever is told of the next finds this one too.</summary>
    private async Task TellAsync(Decision decision)
    {
        try
        {
            await GrainFactory.GetGrain<IDecisionConfidenceGrain>(0).NoticeAsync(CancellationToken.None);
            if (decision.Result.Policy is { } draw) { await GrainFactory.GetGrain<IDecisionPolicyGrain>(draw.Policy).NoticeAsync(CancellationToken.None); }
        }
        catch (Exception failure) when (failure is TimeoutException or OrleansException or NexusException { Error: NexusError.StorageUnavailable })
        {
            LearningLog.OutcomeUntold(log, failure, Id);
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        if (await ledger.FindDocumentAsync(DecisionFacts.Kind, Id, cancellation) is { } stored) { (_decision, _version) = (DecisionFacts.Read(stored), stored.Version); }
    }

    private Decision Repeated(Decision made, DecisionRequest request) =>
        DecisionFacts.AreSame(made.Request, request) ? made : throw new NexusException(NexusError.AlreadyExists, $"decision '{Id}' exists already, for another request", "id");

    private static void Require(bool holds, CommitOutcome outcome)
    {
        if (!holds) { throw new InvalidOperationException($"the ledger answered {outcome} to a decision"); }
    }
}
