using NexusActors.Learning;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    [Fact]
    public async Task Erase_SomeExperiences_AreGoneWithTagsAndCounts()
    {
        await DoneAsync(
            Insert(NewExperience("e1", tags: ["a", "Größe\u0000"])), Insert(NewExperience("e2", success: false, tags: "a")), Insert(NewExperience("e3", at: Noon.AddDays(1), tags: "b")), Insert(NewExperience("e4", stream: "other")));
        var seqs = await SeqsAsync("e1", "e2", "e4");

        Assert.Equal(3, await Store.Retention.EraseAsync([.. seqs, 1_000_000]));
        Assert.Equal(0, await Store.Retention.EraseAsync([.. seqs]));

        await ReopenAsync();
        Assert.Null(await Ledger.FindExperienceAsync("e1"));
        Assert.Equal(["e3"], (await Ledger.ListExperiencesAsync(new())).Select(experience => experience.Id));
        Assert.Empty(await Ledger.ListExperiencesAsync(new() { Tag = "a" }));
        Assert.Equal(["default"], (await Ledger.ExperienceStreamsAsync()).Select(stream => stream.Stream));
        Same(new ExperienceCounts { Total = 1, Successful = 1, Recent = 1 }, await Ledger.CountExperiencesAsync(Noon));
    }

    /// <summary>Whoever remembers how far it has read must not pass over what comes later.</summary>
    [Fact]
    public async Task Erase_TheNewest_ItsPositionIsNotGivenAgain()
    {
        var first = (await CommitAsync(Insert(NewExperience("e1")))).Seq;
        var last = (await CommitAsync(Insert(NewExperience("e2")))).Seq;

        await Store.Retention.EraseAsync([first, last]);
        await ReopenAsync();

        Assert.True((await CommitAsync(Insert(NewExperience("e1")))).Seq > last);
    }

    [Fact]
    public async Task Trim_Experiences_TheOldGoPortionByPortion()
    {
        await DoneAsync([.. Enumerable.Range(0, 25).Select(i => Insert(NewExperience($"old{i}", at: Cut.AddSeconds(-i - 1), tags: "t"))), Insert(NewExperience("at the cut", at: Cut)), Insert(NewExperience("young", at: Young, tags: "t"))]);
        var (removed, portions) = (0, 0);
        for (var portion = new TrimPortion(DateTimeOffset.MinValue, DateTimeOffset.MinValue, 0, 10) { ExperiencesBefore = Cut }; ; portions++)
        {
            var trimmed = await Store.Retention.TrimAsync(portion);
            removed += trimmed.Experiences;
            Assert.InRange(trimmed.Experiences, 0, 10);
            if (trimmed.Done) { break; }
            portion = portion with { After = trimmed.Position };
        }

        Assert.Equal((25, 2), (removed, portions));
        Assert.Equal(["young", "at the cut"], (await Ledger.ListExperiencesAsync(new())).Select(experience => experience.Id));
        Assert.Equal(["young"], (await Ledger.ListExperiencesAsync(new() { Tag = "t" })).Select(experience => experience.Id));
        Assert.Equal(0, (await Store.Retention.TrimAsync(new(DateTimeOffset.MinValue, DateTimeOffset.MinValue, 0, 10))).Experiences);
        Same(new ExperienceCounts { Total = 2, Successful = 2, Recent = 2 }, await Ledger.CountExperiencesAsync(Noon));
    }

    private async Task<long[]> SeqsAsync(params string[] ids)
    {
        var seqs = new List<long>();
        foreach (var id in ids) { seqs.Add((await Ledger.FindExperienceAsync(id))!.Seq); }
        return [.. seqs];
    }
}
