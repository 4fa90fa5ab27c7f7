using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>What the ledger holds of one plan. It remembers what is being planned and which versions there are, and reads the versions themselves when they are asked for. For one grain's scheduler only.</summary>
internal sealed class PlanFacts(ILedger ledger, string id)
{
    private StoredPlan? _stored;
    private bool _isLoaded;

    /// <summary>The plan; null where there is none.</summary>
    public async Task<StoredPlan?> LoadAsync(CancellationToken cancellation)
    {
        if (_isLoaded) { return _stored; }
        var found = await ledger.FindDocumentAsync(StoredPlan.Kind, id, cancellation);
        // Another call may have read or written it meanwhile, and knows better.
        if (!_isLoaded) { (_stored, _isLoaded) = (found is null ? null : StoredPlan.Read(found), true); }
        return _stored;
    }

    /// <summary>False: another activation came first, and what is stored will be read anew.</summary>
    public async Task<bool> CommitAsync(StoredPlan next, ImmutableArray<LedgerEntry> entries, CancellationToken cancellation)
    {
        var results = await ledger.CommitAsync(entries, cancellation);
        _isLoaded = results.All(result => result.Outcome == CommitOutcome.Done);
        _stored = _isLoaded ? next : null;
        return _isLoaded;
    }

    /// <summary>A version of those that there are.</summary>
    public async Task<PlanVersion> ReadVersionAsync(StoredPlan stored, int number, CancellationToken cancellation) =>
        StoredPlan.ReadVersion(await ledger.FindDocumentAsync(StoredPlan.VersionKind, stored.KeyOf(number), cancellation)
            ?? throw new InvalidOperationException($"version {number} of plan '{id}' is not in the ledger, although the plan says so"));

    /// <summary>A version, the newest for 0; null where there is no such plan or version.</summary>
    /// <exception cref="NexusException">The first version is being planned.</exception>
    public async Task<(int Number, PlanVersion Version)?> FindVersionAsync(int version, CancellationToken cancellation)
    {
        if (await LoadAsync(cancellation) is not { } stored || version < 0 || version > stored.Version) { return null; }
        if (stored.Version == 0) { throw new NexusException(NexusError.WrongState, $"plan '{id}' is being planned; ask again when it is ready"); }
        var number = version == 0 ? stored.Version : version;
        return (number, await ReadVersionAsync(stored, number, cancellation));
    }

    /// <summary>The plan with a version, the newest for 0; null where there is no such plan or version.</summary>
    public async Task<PlanView?> ViewAsync(int version, PlanProgress? progress, CancellationToken cancellation)
    {
        if (await LoadAsync(cancellation) is not { } stored || version < 0 || version > stored.Version) { return null; }
        var number = version == 0 ? stored.Version : version;
        var shown = number == 0 ? null : await ReadVersionAsync(stored, number, cancellation);
        var basis = shown?.Basis ?? stored.Head.Pending!;
        return new()
        {
            Id = id,
            Status = stored.Head.Pending is null ? PlanStatus.Ready : PlanStatus.Planning,
            Version = number,
            NewestVersion = stored.Version,
            Spec = basis.Spec,
            From = basis.From,
            Plan = shown?.Plan,
            Progress = stored.Head.Pending is null ? null : progress,
            CreatedAt = stored.Document.CreatedAt,
            MadeAt = shown?.MadeAt,
        };
    }
}
