namespace NexusActors.Learning;

/// <summary>Where a rule stands in its life. On the wire in lower case. Appended, never renumbered.</summary>
public enum RuleStatus
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>Induced; nothing newer has been seen yet.</summary>
    Candidate = 1,
    /// <summary>Watched: what it would have foretold is compared with what came.</summary>
    Shadow = 2,
    /// <summary>In force.</summary>
    Active = 3,
    /// <summary>It did not hold, or holds no more.</summary>
    Retired = 4,
}

/// <summary>How often what a rule foretells came about where its conditions held.</summary>
[GenerateSerializer, Immutable, Alias("nexus.RuleEvidence")]
public sealed record RuleEvidence
{
    /// <summary>Experiences that met the conditions.</summary>
    [Id(0)] public long Support { get; init; }
    /// <summary>Those of them that turned out as foretold.</summary>
    [Id(1)] public long Hits { get; init; }
    /// <summary>All experiences that were looked at.</summary>
    [Id(2)] public long Experiences { get; init; }
    /// <summary>All that turned out so, whether the conditions held or not.</summary>
    [Id(3)] public long Positives { get; init; }
    /// <summary>Share of hits, 0–1.</summary>
    [Id(4)] public double Precision { get; init; }
    /// <summary>The true share is above this, with 95 % confidence together with <see cref="PrecisionHigh"/> (Wilson).</summary>
    [Id(5)] public double PrecisionLow { get; init; }
    /// <summary>And below this.</summary>
    [Id(6)] public double PrecisionHigh { get; init; }
    /// <summary>Precision over the share of all that turned out so.</summary>
    [Id(7)] public double Lift { get; init; }
}

/// <summary>A rule with its evidence.</summary>
[GenerateSerializer, Immutable, Alias("nexus.AdaptationRule")]
public sealed record AdaptationRule
{
    /// <summary>Identity: the same conditions and outcome in the same stream have the same one.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>The stream that it was induced from and holds for.</summary>
    [Id(1)] public required string Stream { get; init; }
    /// <summary>When it holds, such as <c>disk_free_gb &lt; 5 and region = eu</c>.</summary>
    [Id(2)] public required string Condition { get; init; }
    /// <summary>Whether it foretells success, else failure.</summary>
    [Id(3)] public bool Success { get; init; }
    /// <summary>What to do or expect then, for people.</summary>
    [Id(4)] public required string Action { get; init; }
    /// <summary>1–10; 10 is the surest.</summary>
    [Id(5)] public int Priority { get; init; }
    /// <summary>Lower bound of its precision on experiences that it was not induced from, 0–1.</summary>
    [Id(6)] public double Confidence { get; init; }
    /// <summary>How often it was right on them, 0–1.</summary>
    [Id(7)] public double SuccessRate { get; init; }
    /// <summary>How many choices it has changed or confirmed.</summary>
    [Id(8)] public long UsageCount { get; init; }
    /// <summary>When it was induced.</summary>
    [Id(9)] public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it last changed or confirmed a choice; null: never.</summary>
    [Id(10)] public DateTimeOffset? LastUsed { get; init; }
    /// <summary>Where it stands.</summary>
    [Id(11)] public RuleStatus Status { get; init; }
    /// <summary>Why it stands there, for people.</summary>
    [Id(12)] public required string Reason { get; init; }
    /// <summary>A person keeps it in force, whatever comes.</summary>
    [Id(13)] public bool Pinned { get; init; }
    /// <summary>A person keeps it out of force.</summary>
    [Id(14)] public bool Disabled { get; init; }
    /// <summary>On the experiences that it was induced from.</summary>
    [Id(15)] public required RuleEvidence Induction { get; init; }
    /// <summary>On those that were held out then, older than anything counted since.</summary>
    [Id(16)] public required RuleEvidence HeldOut { get; init; }
    /// <summary>On those that came since.</summary>
    [Id(17)] public required RuleEvidence Since { get; init; }
    /// <summary>On the newest of them, which decide whether it stays in force.</summary>
    [Id(18)] public required RuleEvidence Recent { get; init; }
    /// <summary>When an experience last met its conditions, by the time of that; null: never since.</summary>
    [Id(19)] public DateTimeOffset? LastMet { get; init; }

    /// <summary>Whether it counts now.</summary>
    public bool InForce => !Disabled && (Pinned || Status == RuleStatus.Active);
}
