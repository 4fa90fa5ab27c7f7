using System.Collections.Immutable;

namespace NexusActors.Coordination;

/// <summary>
/// A task as the ledger keeps it: what readers see, and what only the holder of the lease may know.
/// Immutable; <see cref="TaskTransitions"/> makes the next one.
/// </summary>
internal sealed record TaskState
{
    /// <summary>What readers see.</summary>
    public required TaskView View { get; init; }

    /// <summary>Secret of the open lease; null when nobody holds the task.</summary>
    public string? Token { get; init; }

    /// <summary>How its holder works; <see cref="AgentMode.None"/> when nobody holds it.</summary>
    public AgentMode HeldBy { get; init; }

    /// <summary>The open lease ends here unless renewed. Renewals are not written: after a restart a lease gets one full period of grace.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Leases that ended, newest last, so that a repeated report gets its first answer. The newest <see cref="ClosedMax"/> are kept.</summary>
    public ImmutableArray<ClosedLease> Closed { get; init; } = [];

    /// <summary>How many ended leases and attempts are kept.</summary>
    public const int ClosedMax = 50;

    /// <summary>Identity.</summary>
    public string Id => View.Spec.Id;

    /// <summary>Position in submit order.</summary>
    public long Seq => View.Seq;

    /// <summary>Submitted or last taken up again at: where its limits in time begin.</summary>
    public DateTimeOffset TakenUpAt => View.RedrivenAt ?? View.CreatedAt;

    /// <summary>Since when it could start, parents aside, or when it will be able to.</summary>
    public DateTimeOffset ReadySince => View.NextAttemptAt ?? (View.Spec.NotBefore > TakenUpAt ? View.Spec.NotBefore.Value : TakenUpAt);

    /// <summary>End of the attempt's run time; null while nothing runs.</summary>
    public DateTimeOffset? RunEnds => View.StartedAt + View.Spec.Timeouts.Run;

    /// <summary>End of the task's time in all; null: no limit.</summary>
    public DateTimeOffset? TotalEnds => TakenUpAt + View.Spec.Timeouts.Total;

    /// <summary>Whether somebody holds it.</summary>
    public bool IsHeld => View.Status is WorkStatus.Assigned or WorkStatus.InProgress or WorkStatus.Delegated;

    /// <summary>Whether it has ended.</summary>
    public bool IsFinal => View.Status.IsFinal();
}

/// <summary>A lease that ended, with the answer its report was given.</summary>
/// <param name="Token">Its secret.</param>
/// <param name="Verb">The report that ended it; <see cref="ReportVerb.None"/> when it was taken away (lost, timed out, recalled).</param>
/// <param name="Status">Where the task stood afterwards.</param>
/// <param name="RetryAt">When it was to be tried again.</param>
internal sealed record ClosedLease(string Token, ReportVerb Verb, WorkStatus Status, DateTimeOffset? RetryAt);
