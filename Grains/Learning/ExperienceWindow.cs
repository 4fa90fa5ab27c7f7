using System.Collections.Immutable;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>The newest experiences that a filter lets through, in memory without what is not looked at before an outcome.</summary>
/// <param name="Experiences">Newest arrival first; without outcome, metrics and tags.</param>
/// <param name="Truncated">Whether there were more.</param>
internal sealed record ExperienceWindow(IReadOnlyList<Experience> Experiences, bool Truncated)
{
    /// <summary>Reads them page by page.</summary>
    /// <param name="facts">Where.</param>
    /// <param name="filter">Which; its limit is not looked at.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<ExperienceWindow> ReadAsync(IExperienceFacts facts, ExperienceFilter filter, int max, CancellationToken cancellation)
    {
        var read = new List<Experience>();
        while (true)
        {
            // One more than there is room for tells whether something was left out.
            var wanted = Math.Min(ExperienceLimits.PageMax, max + 1 - read.Count);
            var page = await facts.ListExperiencesAsync(filter with { Limit = wanted }, cancellation);
            foreach (var experience in page)
            {
                if (read.Count == max) { return new(read, Truncated: true); }
                read.Add(experience with { OutcomeJson = "{}", Metrics = experience.Metrics.Clear(), Tags = [] });
            }
            if (page.Length < wanted) { return new(read, Truncated: false); }
            filter = filter with { BeforeSeq = page[^1].Seq };
        }
    }

    /// <summary>The experiences of a stream that arrived after one, newest first, whole; of more than there is room for the oldest are left out.</summary>
    public static async Task<ImmutableArray<Experience>> NewerAsync(IExperienceFacts facts, string stream, long after, int max, CancellationToken cancellation)
    {
        var newer = ImmutableArray.CreateBuilder<Experience>();
        for (var before = 0L; newer.Count < max;)
        {
            var page = await facts.ListExperiencesAsync(new() { Stream = stream, BeforeSeq = before, Limit = Math.Min(ExperienceLimits.PageMax, max - newer.Count) }, cancellation);
            newer.AddRange(page.Where(experience => experience.Seq > after));
            if (page.IsEmpty || page[^1].Seq <= after + 1) { break; }
            before = page[^1].Seq;
        }
        return newer.DrainToImmutable();
    }
}
