namespace NexusActors.Chaos;

/// <summary>What must hold beyond the rules of the crash test.</summary>
internal static class Invariants
{
    /// <summary>A submit is accepted, and its repeat under the same key gets the same answer.</summary>
    public const string Idempotent = "idempotent";
    /// <summary>What a reader saw as ended stays so.</summary>
    public const string EndStays = "end_stays";
    /// <summary>A completion after the end is 409 with status and result of the winner.</summary>
    public const string LateRefused = "late_refused";
    /// <summary>What is listed over HTTP is what the ledger holds.</summary>
    public const string ListsAgree = "lists_agree";
    /// <summary>Every task ends once the faults are over.</summary>
    public const string AllEnd = "all_end";
    /// <summary>A task that kills its agents ends as failed once it has cost as many as it may.</summary>
    public const string PoisonEnds = "poison_ends";
    /// <summary>A fault can be injected and ended, and every process is ready again after it.</summary>
    public const string PhaseEnds = "phase_ends";
}
