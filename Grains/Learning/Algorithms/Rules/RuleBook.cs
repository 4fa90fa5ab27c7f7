using System.Collections.Immutable;

namespace NexusActors.Learning.Rules;

/// <summary>The rules of one stream together.</summary>
internal static class RuleBook
{
    /// <summary>Rules that live at once, at most.</summary>
    public const int LivingMax = 24;
    /// <summary>Retired rules that are remembered, the newest.</summary>
    public const int RetiredMax = 50;

    private const int ComparedMost = 2_000;
    private const double AlikeMost = 0.8;

    /// <summary>
    /// The rules after an induction. What was found again stays as it is; one that had retired begins anew. What is nearly the same as a rule that lives, or that a person has disabled, is not taken in beside it: a bound that moved a
    /// little is no new rule. Retired rules beyond <see cref="RetiredMax"/> are forgotten.
    /// </summary>
    /// <param name="known">Rules so far.</param>
    /// <param name="found">What was induced, surest first.</param>
    /// <param name="experiences">What it was induced from, newest first.</param>
    /// <param name="stream">Of which stream.</param>
    /// <param name="now">When.</param>
    public static ImmutableArray<RuleRecord> Induced(ImmutableArray<RuleRecord> known, ImmutableArray<InducedRule> found, IReadOnlyList<Experience> experiences, string stream, DateTimeOffset now)
    {
        var book = known.ToList();
        var compared = new Lazy<ExperienceValues[]>(() => [.. experiences.Take(ComparedMost).Select(ExperienceValues.Of)]);
        var through = experiences.Count == 0 ? 0 : experiences.Max(experience => experience.Seq);
        foreach (var rule in found)
        {
            var record = new RuleRecord
            {
                Id = rule.IdIn(stream),
                Stream = stream,
                Conditions = rule.Conditions,
                Success = rule.Success,
                CreatedAt = now,
                Induction = rule.Induction,
                HeldOut = rule.HeldOut,
                Life = RuleLife.New,
                ThroughSeq = through,
            };
            var same = book.FindIndex(other => other.Id == record.Id);
            if (same >= 0)
            {
                if (book[same].Life is { Status: RuleStatus.Retired, Disabled: false }) { book[same] = record with { Uses = book[same].Uses, LastUsed = book[same].LastUsed }; }
            }
            else if (book.Count(Lives) < LivingMax && !book.Any(other => (Lives(other) || other.Life.Disabled) && other.Success == record.Success && Alike(other, record, compared.Value) >= AlikeMost)) { book.Add(record); }
        }
        var forgotten = book.Where(rule => !Lives(rule) && !rule.Life.Disabled).OrderByDescending(rule => rule.ThroughSeq).Skip(RetiredMax).Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        return [.. book.Where(rule => !forgotten.Contains(rule.Id))];
    }

    /// <summary>The rules after experiences; retired ones are not counted any more.</summary>
    public static ImmutableArray<RuleRecord> Counted(ImmutableArray<RuleRecord> known, IReadOnlyCollection<Experience> experiences, RuleBar bar)
    {
        var read = experiences.Select(experience => (Experience: experience, Values: ExperienceValues.Of(experience))).ToArray();
        return [.. known.Select(rule => Lives(rule) ? rule.With(read, bar) : rule)];
    }

    /// <summary>The rules after choices that they had a part in; one that is not there any more is passed over.</summary>
    public static ImmutableArray<RuleRecord> Used(ImmutableArray<RuleRecord> known, IReadOnlyCollection<RuleUse> uses) =>
        [.. known.Select(rule => uses.Where(use => use.RuleId == rule.Id).Aggregate(rule, (used, use) => used.With(use)))];

    /// <summary>Whether a rule is still counted.</summary>
    public static bool Lives(RuleRecord rule) => rule.Life.Status != RuleStatus.Retired;

    /// <summary>Of the experiences that meet either, the share that meet both.</summary>
    private static double Alike(RuleRecord one, RuleRecord other, ExperienceValues[] experiences)
    {
        var (both, either) = (0, 0);
        foreach (var values in experiences)
        {
            var (meetsOne, meetsOther) = (values.Meets(one.Conditions), values.Meets(other.Conditions));
            both += meetsOne && meetsOther ? 1 : 0;
            either += meetsOne || meetsOther ? 1 : 0;
        }
        return either == 0 ? 0 : (double)both / either;
    }
}
