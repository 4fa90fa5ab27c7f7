namespace NexusActors.Ledger;

/// <summary>
/// Movements of an agent's counters added up. The load is a clamped sum: applying movements one by one with a floor at 0 each time equals
/// <c>max(load + Load, LoadFloor)</c>.
/// </summary>
internal struct TallySum
{
    /// <summary>Units to add.</summary>
    public long Load;
    /// <summary>The load cannot be below this afterwards.</summary>
    public long LoadFloor;
    /// <summary>Tasks completed.</summary>
    public long Completed;
    /// <summary>Attempts failed.</summary>
    public long Failed;
    /// <summary>Leases lost.</summary>
    public long Lost;
    /// <summary>Seconds of completed work.</summary>
    public double BusySeconds;

    /// <summary>Adds one movement after those before.</summary>
    public void Add(in AgentTally tally)
    {
        Load += tally.Load;
        LoadFloor = Math.Max(LoadFloor + tally.Load, 0);
        Completed += tally.Completed;
        Failed += tally.Failed;
        Lost += tally.Lost;
        BusySeconds += tally.BusySeconds;
    }
}
