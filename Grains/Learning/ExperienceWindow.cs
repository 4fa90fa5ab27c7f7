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
    /// <param name="seen">How a learner sees one.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<ExperienceWindow> ReadAsync(IExperienceFacts facts, ExperienceFilter filter, int max, Func<Experience, Experience> seen, CancellationToken cancellation)
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
                read.Add(seen(experience) with { OutcomeJson = "{}", Metrics = experience.Metrics.Clear(), Tags = [] });
            }
            if (page.Length < wanted) { return new(read, Truncated: false); }
            filter = filter with { BeforeSeq = page[^1].Seq };
        }
    }

    /// <summary>The experiences of a stream that arrived after one, newest first, whole; of more than there is room for the oldest are left out.</summary>
    public static async Task<List<Experience>> NewerAsync(IExperienceFacts facts, string stream, long after, int max, CancellationToken cancellation)
    {
        var newer = new List<Experience>();
        for (var before = 0L; newer.Count < max;)
        {
            var wanted = Math.Min(ExperienceLimits.PageMax, max - newer.Count);
            var page = await facts.ListExperiencesAsync(new() { Stream = stream, BeforeSeq = before, Limit = wanted }, cancellation);
            newer.AddRange(page.TakeWhile(experience => experience.Seq > after));
            if (page.Length < wanted || page[^1].Seq <= after + 1) { break; }
            before = page[^1].Seq;
        }
        return newer;
    }

    /// <summary>
    /// What has come to a stream since the last look, newest first, whole. All is read before any of it counts as seen: a read that fails is made again wholly by the next look.
    /// </summary>
    /// <param name="facts">Where.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="tail">What was seen; what is given counts as seen.</param>
    /// <param name="max">About how many at most; of more the older are left out for good.</param>
    /// <param name="begun">When the look began.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<List<Experience>> UnseenAsync(IExperienceFacts facts, string stream, ExperienceTail tail, int max, DateTimeOffset begun, CancellationToken cancellation)
    {
        var unseen = new List<Experience>();
        for (var before = 0L; unseen.Count < max;)
        {
            var page = await facts.ListExperiencesAsync(new() { Stream = stream, BeforeSeq = before, Limit = ExperienceLimits.PageMax }, cancellation);
            unseen.AddRange(page.Where(experience => tail.IsUnseen(experience.Seq)));
            if (page.Length < ExperienceLimits.PageMax || page[^1].Seq <= tail.Floor + 1) { break; }
            before = page[^1].Seq;
        }
        if (unseen.Count >= max) { tail.Skip(unseen[^1].Seq - 1); }
        unseen.RemoveAll(experience => !tail.IsNew(experience.Seq));
        tail.Completed(begun);
        return unseen;
    }
}
