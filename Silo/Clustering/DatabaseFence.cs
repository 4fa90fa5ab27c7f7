namespace NexusActors.Clustering;

/// <summary>What the peers of a silo say about the database.</summary>
internal enum Witness
{
    /// <summary>Nobody was asked.</summary>
    None,
    /// <summary>The cluster has no other silo.</summary>
    Alone,
    /// <summary>None of them answers.</summary>
    Silent,
    /// <summary>Those who answer have lost it too.</summary>
    LostToo,
    /// <summary>At least one of them has it.</summary>
    HasIt,
}

/// <summary>What a silo does about its database.</summary>
internal enum FenceVerdict
{
    /// <summary>Go on.</summary>
    Fine,
    /// <summary>Stay, but say that it is not ready.</summary>
    NotReady,
    /// <summary>The fault is this silo's own: end, so that others take over its grains.</summary>
    Leave,
    /// <summary>Neither database nor peers can be reached, or the cluster counts this silo as dead: end at once, without a clean stop.</summary>
    Fall,
}

/// <summary>
/// Judges a silo by its database. Orleans never evicts a silo that reaches its peers but not the database, and its grains would stay broken for as long as that lasts. Pure: time is what it is told.
/// </summary>
/// <param name="Failures">Looks in a row that failed.</param>
/// <param name="Since">When the last good look was; a start counts as one.</param>
/// <param name="Evicted">Whether the cluster counts this silo as dead.</param>
internal sealed record DatabaseFence(int Failures, DateTimeOffset Since, bool Evicted = false)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Failed looks in a row after which it is not ready.</summary>
    public const int FailuresMax = 3;

    /// <summary>Time without the database after which it asks its peers whether they have it.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(8);

    /// <summary>Time without the database and without any peer's answer after which it ends at once.</summary>
    public static readonly TimeSpan FallAfter = TimeSpan.FromSeconds(20);

    /// <summary>A look that succeeded.</summary>
    /// <param name="now">When.</param>
    /// <param name="evicted">Whether the cluster's list has this silo as dead, or, after it was on it, not any more.</param>
    public DatabaseFence Saw(DateTimeOffset now, bool evicted) => this with { Failures = 0, Since = now, Evicted = evicted };

    /// <summary>A look that failed.</summary>
    public DatabaseFence Missed() => this with { Failures = Failures + 1 };

    /// <summary>Whether the database answered a moment ago: what a silo says to a peer that asks.</summary>
    public bool HasDatabase(DateTimeOffset now) => Failures == 0 && !Evicted && now - Since < 3 * Period;

    /// <summary>Whether the silo may take work.</summary>
    public bool IsReady => Failures < FailuresMax && !Evicted;

    /// <summary>Whether it is time to ask the peers.</summary>
    public bool MustAsk(DateTimeOffset now) => Failures >= FailuresMax && now - Since >= AskAfter;

    /// <summary>What to do.</summary>
    /// <param name="now">When.</param>
    /// <param name="peers">What they say, where they were asked.</param>
    public FenceVerdict Judge(DateTimeOffset now, Witness peers) => this switch
    {
        { Evicted: true } => FenceVerdict.Fall,
        { IsReady: true } => FenceVerdict.Fine,
        _ when MustAsk(now) && peers == Witness.HasIt => FenceVerdict.Leave,
        _ when now - Since >= FallAfter && peers == Witness.Silent => FenceVerdict.Fall,
        // A cluster that lost it as a whole stays, and answers 503 until it is back: a restart would mend nothing.
        _ => FenceVerdict.NotReady,
    };
}
