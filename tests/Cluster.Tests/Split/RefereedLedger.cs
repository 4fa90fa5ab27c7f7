using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using NexusActors.Ledger;

namespace NexusActors.Split;

/// <summary>A ledger that counts how often it let its side win and how often another was first.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy makes a subclass of it.")]
internal class RefereedLedger : DispatchProxy
{
    private ILedger _ledger = null!;
    private int _won, _lost;

    /// <summary>Changes that were made.</summary>
    public int Won => _won;

    /// <summary>Changes that were refused because another activation had changed the task before.</summary>
    public int Lost => _lost;

    /// <summary>One in front of a real one.</summary>
    public static (ILedger Ledger, RefereedLedger Referee) Before(ILedger ledger)
    {
        var watched = Create<ILedger, RefereedLedger>();
        var referee = (RefereedLedger)(object)watched;
        referee._ledger = ledger;
        return (watched, referee);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_ledger, BindingFlags.DoNotWrapExceptions, null, args, null);
        return answer is Task<ImmutableArray<CommitResult>> commit ? CountAsync(commit) : answer;
    }

    private async Task<ImmutableArray<CommitResult>> CountAsync(Task<ImmutableArray<CommitResult>> commit)
    {
        var results = await commit.ConfigureAwait(false);
        Interlocked.Add(ref _won, results.Count(result => result.Outcome == CommitOutcome.Done));
        Interlocked.Add(ref _lost, results.Count(result => result.Outcome == CommitOutcome.Conflict));
        return results;
    }
}
