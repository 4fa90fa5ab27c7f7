using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Learning.Plans;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>One plan: stores what is asked for, has it planned on a thread of its own, stores what comes of it.</summary>
[GrainType("plan")]
internal sealed class PlanGrain(ILedger ledger, LearningCompute compute, IMetricReadings readings, LearningMetrics metrics, IOptionsMonitor<LearningOptions> options, TimeProvider time, ILogger<PlanGrain> log) : Grain, IPlanGrain, IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _ending = new();
    private PlanFacts _facts = null!;
    private Task? _planning;
    private PlanWork? _work;

    private string Id => this.GetPrimaryKeyString();

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    public override Task OnActivateAsync(CancellationToken cancellation)
    {
        _facts = new(ledger, Id);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        // What is pending stays so, and is planned when the plan is next read.
        await _ending.CancelAsync();
        if (_planning is { } planning) { await planning.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); }
    }

    public void Dispose() => _ending.Dispose();

    public async Task<PlanReply> MakeAsync(PlanSpec spec, CancellationToken cancellation)
    {
        var hash = StoredPlan.HashOf(spec);
        StoredPlan? stored;
        while ((stored = await _facts.LoadAsync(cancellation)) is null)
        {
            var basis = PlanBasis.First(spec, Today);
            if (PlanFaults.Of(basis.ToRequest()) is { IsEmpty: false } faults) { return new(null, faults); }
            var (next, entry) = StoredPlan.New(Id, hash, basis, time.GetUtcNow());
            await _facts.CommitAsync(next, [entry], cancellation);
        }
        if (stored.Head.RequestHash != hash) { throw new NexusException(NexusError.AlreadyExists, $"plan '{Id}' exists already, and was asked for otherwise", "id"); }
        return await ReplyAsync(cancellation);
    }

    public async Task<PlanReply> ReviseAsync(PlanChange change, CancellationToken cancellation)
    {
        var stored = await _facts.LoadAsync(cancellation) ?? throw new NexusException(NexusError.NotFound, $"there is no plan '{Id}'", "plan_id");
        var hash = StoredPlan.HashOf(change);
        if (stored.IsRepeat(change, hash)) { return await ReplyAsync(cancellation); }
        if (stored.Head.Pending is not null) { throw new NexusException(NexusError.WrongState, $"plan '{Id}' is being planned; change it when it is ready"); }
        if (change.IfVersion is { } version && version != stored.Version) { throw new NexusException(NexusError.WrongState, $"the newest version of plan '{Id}' is {stored.Version}, not {version}", "if_version"); }
        if (stored.Version >= PlanLimits.VersionsMax) { throw new NexusException(NexusError.LimitReached, $"plan '{Id}' has {PlanLimits.VersionsMax} versions, and cannot have more; make a new one"); }

        var newest = await _facts.ReadVersionAsync(stored, stored.Version, cancellation);
        var (basis, faults) = PlanRevision.Of(newest.Basis, newest.Plan, change, Today);
        if (!faults.IsEmpty) { return new(null, faults); }
        var (next, entry) = stored.Revise(hash, basis, time.GetUtcNow());
        if (!await _facts.CommitAsync(next, [entry], cancellation)) { throw new NexusException(NexusError.WrongState, $"plan '{Id}' has changed meanwhile; read it again"); }
        return await ReplyAsync(cancellation);
    }

    public async Task<PlanView?> GetAsync(int version, TimeSpan wait, CancellationToken cancellation)
    {
        await PlanPendingAsync(wait < WaitMax ? wait : WaitMax, cancellation);
        return await _facts.ViewAsync(version, _work?.Progress, cancellation);
    }

    public async Task<PlanCriteria?> CriteriaAsync(int version, CancellationToken cancellation)
    {
        if (await _facts.FindVersionAsync(version, cancellation) is not var (number, found)) { return null; }
        var measured = await readings.ReadAsync(cancellation);
        return new(number, [.. found.Basis.Spec.Goals.SelectMany(goal => goal.SuccessCriteria.Select(text => CriterionTracking.Compare(goal.Id, text, measured)))]);
    }

    public async Task<PlanExport?> ExportAsync(int version, PlanFormat format, CancellationToken cancellation)
    {
        if (await _facts.FindVersionAsync(version, cancellation) is not var (number, found)) { return null; }
        return new(
            format switch
            {
                PlanFormat.Csv => PlanCsv.Write(found.Plan),
                PlanFormat.Ics => PlanIcs.Write(found.Plan, Id, number, found.MadeAt),
                PlanFormat.Mermaid => PlanGantt.Write(found.Plan, $"Plan {Id}, version {number}"),
                _ => throw new NexusException(NexusError.Invalid, "format must be one of csv, ics, mermaid", "format"),
            },
            number);
    }

    private async Task<PlanReply> ReplyAsync(CancellationToken cancellation)
    {
        await PlanPendingAsync(TimeSpan.Zero, cancellation);
        return new(await _facts.ViewAsync(0, _work?.Progress, cancellation), []);
    }

    /// <summary>Sees to it that what is pending is planned, and waits for it. A failure is told to whoever waits or reads next; the read after that tries again.</summary>
    private async Task PlanPendingAsync(TimeSpan wait, CancellationToken cancellation)
    {
        if (await _facts.LoadAsync(cancellation) is not { Head.Pending: { } basis } stored) { return; }
        if (_planning is null or { IsCompletedSuccessfully: true } or { IsCanceled: true })
        {
            _planning = PlanAsync(stored, basis);
            _planning.Ignore();
        }
        var planning = _planning;
        try { await planning.WaitAsync(wait, time, cancellation); }
        catch (TimeoutException) when (!planning.IsFaulted) { }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested && !cancellation.IsCancellationRequested) { }
        finally
        {
            if (planning.IsFaulted && _planning == planning) { _planning = null; }
        }
    }

    private async Task PlanAsync(StoredPlan stored, PlanBasis basis)
    {
        _work = new(basis, options.CurrentValue.PlanSearch, time);
        DelayDeactivation(2 * _work.TimeMax);
        try
        {
            var plan = await compute.RunAsync(_work.Run, _ending.Token);
            var (next, entries) = stored.Complete(new() { Basis = basis, Plan = plan, MadeAt = time.GetUtcNow() });
            if (await _facts.CommitAsync(next, entries, _ending.Token)) { metrics.Planned(plan.Breaches.IsEmpty); }
        }
        catch (Exception failure) when (!_ending.IsCancellationRequested)
        {
            LearningLog.PlanFailed(log, failure, Id);
            throw;
        }
    }
}
