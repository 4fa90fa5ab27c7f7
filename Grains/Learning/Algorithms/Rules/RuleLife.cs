using System.Globalization;

namespace NexusActors.Learning.Rules;

/// <summary>What a rule must show to stand where it stands.</summary>
/// <param name="PrecisionMin">Lower bound of precision that a rule in force must have, 0–1.</param>
/// <param name="LiftMin">How many times likelier than otherwise its outcome must be, by the same bound.</param>
/// <param name="SupportMin">Newer experiences that must have met its conditions before it comes into force, or is found wanting.</param>
/// <param name="WatchMost">Newer experiences after which a rule that has not come into force is given up.</param>
internal sealed record RuleBar(double PrecisionMin, double LiftMin, int SupportMin, long WatchMost);

/// <summary>
/// Where a rule stands, moved by evidence alone: counts on experiences that are newer than those it was induced from. Candidate until one of them meets its conditions; shadow until the lower bounds of its precision and lift
/// reach the bar (active), or the upper ones cannot (retired), or it has been watched for too long; active until the upper bounds over the newest experiences fall below the bar. Between the two bounds nothing changes, so that
/// a rule near the bar does not go to and fro. A person's word stands above that: pinned is active and stays so; neither a pinned nor a disabled rule is moved, though both are counted.
/// </summary>
/// <param name="Status">Where.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Since">All that came since.</param>
/// <param name="Recent">The newest of it; older counts fade by halves.</param>
/// <param name="Pinned">Kept in force by a person.</param>
/// <param name="Disabled">Kept out of force by a person.</param>
internal sealed record RuleLife(RuleStatus Status, string Reason, RuleCounts Since, RuleCounts Recent, bool Pinned, bool Disabled)
{
    /// <summary>When so many of the recent have met the conditions, all recent counts are halved.</summary>
    public const int RecentSupportMax = 200;

    /// <summary>Whether it counts now.</summary>
    public bool InForce => !Disabled && (Pinned || Status == RuleStatus.Active);

    /// <summary>Just induced.</summary>
    public static RuleLife New { get; } = new(RuleStatus.Candidate, "induced; nothing newer has met its conditions yet", default, default, Pinned: false, Disabled: false);

    /// <summary>Takes in newer experiences, and moves as far as they take it.</summary>
    public RuleLife With(RuleCounts newer, RuleBar bar)
    {
        var recent = Recent + newer;
        while (recent.Support >= RecentSupportMax) { recent = new(recent.Support / 2, recent.Hits / 2, recent.Rows / 2, recent.Positives / 2); }
        return (this with { Since = Since + newer, Recent = recent }).Moved(bar);
    }

    /// <summary>A person's word. A rule that is let go again goes on from where it stands.</summary>
    public RuleLife Set(bool pinned, bool disabled) => pinned && !Pinned
        ? this with { Pinned = true, Disabled = disabled, Status = RuleStatus.Active, Reason = "pinned" }
        : this with { Pinned = pinned, Disabled = disabled };

    private RuleLife Moved(RuleBar bar)
    {
        if (Pinned || Disabled) { return this; }
        var life = Status == RuleStatus.Candidate && Since.Support > 0 ? this with { Status = RuleStatus.Shadow, Reason = "watched" } : this;
        return life.Status switch
        {
            RuleStatus.Shadow when life.Since.Support >= bar.SupportMin && Holds(life.Since, bar) => life with { Status = RuleStatus.Active, Reason = Said("holds", life.Since) },
            RuleStatus.Shadow when life.Since.Support >= bar.SupportMin && Fails(life.Since, bar) => life with { Status = RuleStatus.Retired, Reason = Said("does not hold", life.Since) },
            RuleStatus.Candidate or RuleStatus.Shadow when life.Since.Rows >= bar.WatchMost => life with { Status = RuleStatus.Retired, Reason = Said("not confirmed", life.Since) },
            RuleStatus.Active when life.Recent.Support >= bar.SupportMin && Fails(life.Recent, bar) => life with { Status = RuleStatus.Retired, Reason = Said("holds no more", life.Recent) },
            _ => life,
        };
    }

    private static bool Holds(RuleCounts counts, RuleBar bar) => counts.Interval.Low >= Needed(counts, bar);

    private static bool Fails(RuleCounts counts, RuleBar bar) => counts.Interval.High < Needed(counts, bar);

    // Nothing is more than sure: where nearly all turn out so anyway, a rule that is always right says enough.
    private static double Needed(RuleCounts counts, RuleBar bar) => Math.Max(bar.PrecisionMin, Math.Min(bar.LiftMin * counts.BaseRate, (1 + counts.BaseRate) / 2));

    private static string Said(string what, RuleCounts counts) => string.Create(CultureInfo.InvariantCulture,
        $"{what}: right {counts.Hits} of {counts.Support} times (95 % interval {counts.Interval.Low:P0} to {counts.Interval.High:P0}), {counts.BaseRate:P0} of all turned out so");
}
