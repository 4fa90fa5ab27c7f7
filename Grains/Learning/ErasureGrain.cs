using Microsoft.Extensions.Logging;
using NexusActors.Errors;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>One erasure: works beside its turns until it has ended. What fails for a while is tried again; what stops with the silo is gone on with by <see cref="LearningKeeper"/>.</summary>
[GrainType("erasure")]
internal sealed class ErasureGrain(ILedger ledger, ILedgerRetention removal, Pseudonyms pseudonyms, TimeProvider time, ILogger<ErasureGrain> log) : Grain, IErasureGrain, IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Erasure? _erasure;
    private int _version;
    private Task _work = Task.CompletedTask;

    private string Id => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellation) => LoadAsync(cancellation);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _work;
    }

    public void Dispose() => _stopping.Dispose();

    public async Task<Erasure> BeginAsync(ErasureRequest request, TimeSpan wait, CancellationToken cancellation)
    {
        if (_erasure is null)
        {
            var newest = await ledger.ListExperiencesAsync(new() { Limit = 1 }, cancellation);
            await StoreAsync(ToErasure(request) with { ThroughSeq = newest.IsEmpty ? 0 : newest[0].Seq });
        }
        await ResumeAsync(cancellation);
        if (wait > TimeSpan.Zero)
        {
            try { await _work.WaitAsync(wait < WaitMax ? wait : WaitMax, time, cancellation); }
            catch (TimeoutException) { }                                          // it goes on, and the answer says so
        }
        return _erasure!;
    }

    public Task<Erasure?> GetAsync(CancellationToken cancellation) => Task.FromResult(_erasure);

    public Task ResumeAsync(CancellationToken cancellation)
    {
        if (_erasure is { EndedAt: null } && _work.IsCompleted) { _work = WorkAsync(_stopping.Token); }
        return Task.CompletedTask;
    }

    private Erasure ToErasure(ErasureRequest request)
    {
        var isWide = request is not { Subject: null, Tag: null, Stream: null, Before: null };
        if (request.ExperienceId is not null && isWide) { throw new NexusException(NexusError.Invalid, "one experience is named, and others too; give one or the other", "experience_id"); }
        if (request.ExperienceId is null && !isWide) { throw new NexusException(NexusError.Invalid, "nothing is named that is to go; give subject, tag, stream or before", "subject"); }
        if (request is { Subject: not null, Tag: not null }) { throw new NexusException(NexusError.Invalid, "subject and tag cannot be given at once", "tag"); }
        if (request.Subject is not null && pseudonyms.IsNone) { throw new NexusException(NexusError.Invalid, $"no subject can be found, since no field is known to hold one; set {PrivacyOptions.Section}:Fields, or name a tag, a stream or a time", "subject"); }
        return new() { Id = Id, Subject = request.Subject is { } subject ? pseudonyms.Of(subject) : null, Tag = request.Tag, Stream = request.Stream, Before = request.Before, ExperienceId = request.ExperienceId, BegunAt = time.GetUtcNow() };
    }

    // Awaited before the grain goes.
    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            DelayDeactivation(TimeSpan.FromHours(1));
            var done = await new Eraser(ledger, removal, GrainFactory).RunAsync(_erasure!, StoreAsync, stopping);
            await StoreAsync(done with { EndedAt = time.GetUtcNow() });
            LearningLog.Erased(log, Id, done.Experiences, done.Decisions, done.Rules, done.Streams.Length);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Another activation goes on.
        }
        catch (Exception failure)
        {
            // It is gone on with when the keeper looks next.
            LearningLog.ErasureInterrupted(log, failure, Id);
        }
        finally { DelayDeactivation(TimeSpan.Zero); }
    }

    private async Task StoreAsync(Erasure next)
    {
        if (next == _erasure) { return; }
        var isNew = _version == 0;
        var results = await ledger.CommitAsync(ErasureFacts.Entries(next, _version + 1, time.GetUtcNow()), CancellationToken.None);
        if (results[0].Outcome == CommitOutcome.Done)
        {
            (_erasure, _version) = (next, _version + 1);
            return;
        }
        await LoadAsync(CancellationToken.None);
        if (!isNew) { throw new NexusException(NexusError.WrongState, $"erasure '{Id}' is under way in another activation too"); }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        if (await ledger.FindDocumentAsync(ErasureFacts.Kind, Id, cancellation) is { } stored) { (_erasure, _version) = (ErasureFacts.Read(stored), stored.Version); }
    }
}
