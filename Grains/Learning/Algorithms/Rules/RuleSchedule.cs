namespace NexusActors.Learning.Rules;

/// <summary>When the rules of a stream are induced.</summary>
/// <param name="Interval">At most so often, unless there is twice as much to learn from.</param>
/// <param name="Fewest">Experiences that are needed, and that must have come since the last time.</param>
internal sealed record RuleSchedule(TimeSpan Interval, int Fewest)
{
    /// <summary>Whether it is time.</summary>
    /// <param name="inducedAt">When it was done last; null: never.</param>
    /// <param name="learnedFrom">Experiences that it learned from then; the greatest number where it cannot learn from more.</param>
    /// <param name="since">Experiences that came since; all of them where it was never done.</param>
    /// <param name="now">Now.</param>
    public bool IsDue(DateTimeOffset? inducedAt, long learnedFrom, long since, DateTimeOffset now) =>
        since >= Fewest && (inducedAt is not { } last || since >= learnedFrom || now - last >= Interval);
}
