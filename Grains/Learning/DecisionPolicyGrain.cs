using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Learning.Bandits;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>
/// A policy: its settings are a fact, its outcomes are those of the ledger, and what it has learned is made of them again. It learns beside its turns, so that nobody waits for it; until it has learned what it knew before, the ranking answers.
/// </summary>
[GrainType("decision-policy")]
internal sealed class DecisionPolicyGrain(ILedger ledger, LearningCompute compute, IOptions<LearningOptions> options, TimeProvider time, ILogger<DecisionPolicyGrain> log) : Grain, IDecisionPolicyGrain, IDisposable
{
    private static readonly PolicySettings Fresh = new(PolicyMode.Shadow, 1);

    private readonly PolicyBook _book = new();
    private readonly CancellationTokenSource _ends = new();
    private Random _random = null!;
    private PolicyModel _model = PolicyModel.None;
    private Task _learning = Task.CompletedTask;
    private Document? _stored;
    private bool _knewBefore;

    private string Name => this.GetPrimaryKeyString();

    /// <summary>Whether there was something to learn again when it was activated, and it has not been yet.</summary>
    private bool HasForgotten => _knewBefore && _model.LearnedFrom == 0;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stored = await ledger.FindDocumentAsync(DecisionFacts.PolicyKind, Name, cancellationToken);
        await ReadOutcomesAsync(cancellationToken);
        _random = options.Value.ExplorationSeed is { } seed ? new(unchecked((seed * 31) + _book.Count)) : new();
        _knewBefore = _book.IsDue;
        Learn();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _ends.CancelAsync();
        await _learning;
    }

    public void Dispose() => _ends.Dispose();

    public async Task<PolicyDraw> ChooseAsync(PolicyQuestion question, CancellationToken cancellation)
    {
        var settings = await SettingsAsync(cancellation);
        var choices = _model.Options(question.ContextJson, time.GetUtcNow(), question.Actions);
        return PolicyDraws.Of(Name, HasForgotten ? settings with { Mode = PolicyMode.Shadow } : settings, choices, question.Ranked, _model.LearnedFrom, _random);
    }

    public async Task NoticeAsync(CancellationToken cancellation)
    {
        await ReadOutcomesAsync(cancellation);
        Learn();
    }

    public Task ForgetAsync(CancellationToken cancellation)
    {
        // The next activation reads the ledger.
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<PolicyView?> GetAsync(CancellationToken cancellation) => Task.FromResult(_stored is { } stored ? ViewOf(stored) : null);

    public async Task<PolicyView> ConfigureAsync(PolicySettings settings, CancellationToken cancellation)
    {
        if (_stored is null || DecisionFacts.ReadPolicy(_stored) != settings) { await StoreAsync(settings, cancellation); }
        return ViewOf(_stored!);
    }

    private async Task<PolicySettings> SettingsAsync(CancellationToken cancellation)
    {
        if (_stored is null) { await StoreAsync(Fresh, cancellation); }
        return DecisionFacts.ReadPolicy(_stored!);
    }

    private async Task StoreAsync(PolicySettings settings, CancellationToken cancellation)
    {
        var entry = DecisionFacts.EntryOf(Name, settings, _stored, time.GetUtcNow());
        var made = _stored is null;
        var commit = (await ledger.CommitAsync([entry], cancellation))[0];
        _stored = await ledger.FindDocumentAsync(DecisionFacts.PolicyKind, Name, cancellation) ?? throw new InvalidOperationException($"policy '{Name}' is gone");
        // Another activation was first: its word stands where the policy was only to be made, and is replaced where it was to be changed.
        if (commit.Outcome != CommitOutcome.Done && !(made && settings == Fresh)) { await StoreAsync(settings, cancellation); }
    }

    private PolicyView ViewOf(Document stored) => PolicyJudgement.Of(
        new() { Name = Name, Settings = DecisionFacts.ReadPolicy(stored), CreatedAt = stored.CreatedAt, UpdatedAt = stored.UpdatedAt, LearnedFrom = _model.LearnedFrom }, _book.All);

    private async Task ReadOutcomesAsync(CancellationToken cancellation)
    {
        foreach (var document in await DecisionFacts.UnknownAsync(ledger, DecisionFacts.PolicyOutcomeKind(Name), PolicyBook.OutcomesMax, _book.Has, cancellation)) { _book.Add(DecisionFacts.ReadPolicyOutcome(document)); }
    }

    private void Learn()
    {
        if (_learning.IsCompleted && _book.IsDue) { _learning = LearnAsync(_ends.Token); }
    }

    /// <summary>Awaited when the grain ends.</summary>
    private async Task LearnAsync(CancellationToken cancellation)
    {
        try
        {
            while (_book.IsDue && !cancellation.IsCancellationRequested)
            {
                var (outcomes, seed) = (_book.TakeForLearning(), _random.Next());
                _model = await compute.RunBehindAsync(_ => PolicyModel.Of(outcomes, new Random(seed)), cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The grain ends; its next activation learns from the same outcomes.
        }
        catch (Exception failure)
        {
            LearningLog.PolicyNotLearned(log, failure, Name, _book.Count);
        }
    }
}
