using System.Collections.Immutable;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>All that is known of one rule.</summary>
internal sealed record RuleRecord
{
    private const string ActionPrefix = "action.";

    /// <summary>Identity.</summary>
    public required string Id { get; init; }
    /// <summary>Where it was induced, and holds.</summary>
    public required string Stream { get; init; }
    /// <summary>All of them must hold.</summary>
    public required ImmutableArray<Condition> Conditions { get; init; }
    /// <summary>Whether it foretells success, else failure.</summary>
    public required bool Success { get; init; }
    /// <summary>When it was induced.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>On what it was induced from.</summary>
    public required RuleCounts Induction { get; init; }
    /// <summary>On what was held out then.</summary>
    public required RuleCounts HeldOut { get; init; }
    /// <summary>Where it stands.</summary>
    public required RuleLife Life { get; init; }
    /// <summary>Experiences up to this one, by <see cref="Experience.Seq"/>, are counted, or it was induced from them.</summary>
    public required long ThroughSeq { get; init; }
    /// <summary>When an experience last met its conditions; null: none since.</summary>
    public DateTimeOffset? LastMet { get; init; }
    /// <summary>Choices that it has changed or confirmed.</summary>
    public long Uses { get; init; }
    /// <summary>When it did so last; null: never.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Takes in experiences; those that it has seen are passed over.</summary>
    public RuleRecord With(IReadOnlyCollection<(Experience Experience, ExperienceValues Values)> experiences, RuleBar bar)
    {
        var newer = experiences.Where(one => one.Experience.Seq > ThroughSeq).ToArray();
        if (newer.Length == 0) { return this; }
        var met = newer.Where(one => one.Values.Meets(Conditions)).Select(one => one.Experience).ToArray();
        var counts = new RuleCounts(met.Length, met.Count(experience => experience.Success == Success), newer.Length, newer.Count(one => one.Experience.Success == Success));
        return this with
        {
            Life = Life.With(counts, bar),
            ThroughSeq = newer.Max(one => one.Experience.Seq),
            LastMet = met.Select(experience => (DateTimeOffset?)experience.Timestamp).Append(LastMet).Max(),
        };
    }

    /// <summary>Takes in choices that it had a part in.</summary>
    public RuleRecord With(RuleUse use) => this with { Uses = Uses + use.Count, LastUsed = LastUsed > use.LastAt ? LastUsed : use.LastAt };

    /// <summary>As told to callers.</summary>
    public AdaptationRule View()
    {
        var judged = HeldOut + Life.Since;
        var confidence = judged.Support == 0 ? 0 : judged.Interval.Low;
        return new()
        {
            Id = Id,
            Stream = Stream,
            Condition = string.Join(" and ", Conditions.Select(condition => condition.Text)),
            Success = Success,
            Action = Action(),
            Priority = Math.Clamp((int)Math.Ceiling(confidence * 10), 1, 10),
            Confidence = confidence,
            SuccessRate = judged.Precision,
            UsageCount = Uses,
            CreatedAt = CreatedAt,
            LastUsed = LastUsed,
            LastMet = LastMet,
            Status = Life.Status,
            Reason = Life.Reason,
            Pinned = Life.Pinned,
            Disabled = Life.Disabled,
            Induction = View(Induction),
            HeldOut = View(HeldOut),
            Since = View(Life.Since),
            Recent = View(Life.Recent),
        };
    }

    private string Action()
    {
        var asked = Conditions.Where(condition => condition.Text.Contains(ActionPrefix, StringComparison.Ordinal)).Select(condition => condition.Text.Replace(ActionPrefix, "", StringComparison.Ordinal)).ToArray();
        return asked.Length == 0 ? Success ? "expect success" : "expect failure" : $"{(Success ? "prefer" : "avoid")} {string.Join(" and ", asked)}";
    }

    private static RuleEvidence View(RuleCounts counts) => new()
    {
        Support = counts.Support,
        Hits = counts.Hits,
        Experiences = counts.Rows,
        Positives = counts.Positives,
        Precision = counts.Precision,
        PrecisionLow = counts.Interval.Low,
        PrecisionHigh = counts.Interval.High,
        Lift = counts.Lift,
    };
}
