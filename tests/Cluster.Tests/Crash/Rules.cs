namespace NexusActors.Crash;

/// <summary>What must hold after a run, by name.</summary>
internal static class Rules
{
    /// <summary>Every acknowledged task is in the ledger, once, and no other.</summary>
    public const string NoneLost = "none_lost";
    /// <summary>Every task ended as its plan and its parents say.</summary>
    public const string Outcome = "outcome";
    /// <summary>A task ends once; a completed one has one completion; nothing happens after the end.</summary>
    public const string EndsOnce = "ends_once";
    /// <summary>A task has at most one lease at a time; an end names the lease that is open.</summary>
    public const string OneLease = "one_lease";
    /// <summary>Attempts are numbered 1, 2, 3 …</summary>
    public const string AttemptsGrow = "attempts_grow";
    /// <summary>A silent agent's lease lasts its full time.</summary>
    public const string LeaseTime = "lease_time";
    /// <summary>Events are in order and their positions are unique.</summary>
    public const string EventOrder = "event_order";
    /// <summary>A task starts only after its parents ended as it needs.</summary>
    public const string Parents = "parents";
    /// <summary>Failures and losses stay within the limits and are counted right.</summary>
    public const string Limits = "limits";
    /// <summary>Exactly one experience for each task that was worked on and ended.</summary>
    public const string Experiences = "experiences";
    /// <summary>A lease that an agent received is in the ledger, and one token belongs to one attempt of one agent.</summary>
    public const string Grants = "grants";
    /// <summary>A report that was acknowledged is in the ledger with that attempt.</summary>
    public const string Acknowledged = "acknowledged";
    /// <summary>A report that was refused changed nothing.</summary>
    public const string Refused = "refused";
    /// <summary>Of each lease one report is accepted; repeats of it get the same answer.</summary>
    public const string TokenOnce = "token_once";
}
