namespace NexusActors.Coordination;

/// <summary>What an agent is. On the wire in snake_case (<c>decision_engine</c>). Appended, never renumbered.</summary>
public enum AgentType
{
    /// <summary>Not stated; never stored.</summary>
    None = 0,
    /// <summary>Chooses between options.</summary>
    DecisionEngine = 1,
    /// <summary>Tests and validates.</summary>
    QaAutomation = 2,
    /// <summary>Transforms code, data or configuration.</summary>
    Transformation = 3,
    /// <summary>Finds and fixes defects.</summary>
    BugFixing = 4,
    /// <summary>Watches systems.</summary>
    Monitoring = 5,
    /// <summary>Runs systems.</summary>
    Operations = 6,
    /// <summary>Checks and hardens.</summary>
    Security = 7,
    /// <summary>Measures and tunes.</summary>
    Performance = 8,
}

/// <summary>What a task asks for; an agent can take it when its capabilities hold this name. On the wire in snake_case. Appended, never renumbered.</summary>
public enum TaskType
{
    /// <summary>Not stated; never stored.</summary>
    None = 0,
    /// <summary><c>analysis</c></summary>
    Analysis = 1,
    /// <summary><c>optimization</c></summary>
    Optimization = 2,
    /// <summary><c>remediation</c></summary>
    Remediation = 3,
    /// <summary><c>monitoring</c></summary>
    Monitoring = 4,
    /// <summary><c>testing</c></summary>
    Testing = 5,
    /// <summary><c>deployment</c></summary>
    Deployment = 6,
    /// <summary><c>security_scan</c></summary>
    SecurityScan = 7,
    /// <summary><c>performance_tune</c></summary>
    PerformanceTune = 8,
}

/// <summary>Where a task stands, as on the wire. Appended, never renumbered; the ledger stores the number.</summary>
public enum WorkStatus
{
    /// <summary>Not stated; never stored.</summary>
    None = 0,
    /// <summary>Waits: for its turn, a parent, its start time, capacity.</summary>
    Pending = 1,
    /// <summary>Given to a passive agent that has not started it yet.</summary>
    Assigned = 2,
    /// <summary>An agent works on it.</summary>
    InProgress = 3,
    /// <summary>Handed on by its agent, who still answers for it.</summary>
    Delegated = 4,
    /// <summary>Done, with its result. Final.</summary>
    Completed = 5,
    /// <summary>Given up with all attempts' errors (the dead letter). Final until redriven.</summary>
    Failed = 6,
    /// <summary>Called off, or skipped because a parent failed. Final.</summary>
    Cancelled = 7,
}

/// <summary>What statuses mean.</summary>
public static class WorkStatuses
{
    /// <summary>Whether a task that stands so has ended (a failed or cancelled one until it is redriven).</summary>
    public static bool IsFinal(this WorkStatus status) => status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;
}

/// <summary>How an agent gets its work.</summary>
public enum AgentMode
{
    /// <summary>Not stated: passive.</summary>
    None = 0,
    /// <summary>Work is assigned to it by coordination, as in the original API; it moves it with PUT …/status.</summary>
    Passive = 1,
    /// <summary>It asks for work and holds leases. The first lease call of a passive agent makes it a pulling one.</summary>
    Pull = 2,
}

/// <summary>What becomes of a task when one of its parents ends without success.</summary>
public enum ParentFailureRule
{
    /// <summary>Not stated: <see cref="Skip"/>.</summary>
    None = 0,
    /// <summary>The child is cancelled with the reason (default).</summary>
    Skip = 1,
    /// <summary>The child fails with the reason.</summary>
    Fail = 2,
    /// <summary>The child runs anyway.</summary>
    Run = 3,
}
