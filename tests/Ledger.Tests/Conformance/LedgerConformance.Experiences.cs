using System.Collections.Immutable;
using NexusActors.Learning;
using static NexusActors.Ledger.Facts;

namespace NexusActors.Ledger;

public abstract partial class LedgerConformance
{
    [Fact]
    public async Task Experience_EveryMember_ComesBackAsItWasStored()
    {
        var experience = new Experience
        {
            Id = "e1",
            Stream = "task.analysis",
            Timestamp = Noon.AddTicks(7),
            Success = false,
            LearningType = LearningType.Transfer,
            FeedbackScore = 0.25,
            Tags = ["b", "a", "Größe"],
            ContextJson = """{"x":[1,{"y":null}]}""",
            ActionJson = """{"do":"\u0000"}""",
            OutcomeJson = """{"r":1e-300}""",
            Metrics = ImmutableSortedDictionary<string, double>.Empty.Add("a", double.NaN).Add("b", -0.1),
        };
        var seq = (await CommitAsync(Insert(experience))).Seq;

        await ReopenAsync();

        Same(experience with { Seq = seq }, await Ledger.FindExperienceAsync("e1"));
        Assert.Null(await Ledger.FindExperienceAsync("none"));
    }

    [Fact]
    public async Task Experience_Streams_EachOnceWithItsNewest()
    {
        Assert.Empty(await Ledger.ExperienceStreamsAsync());
        await DoneAsync(Insert(NewExperience("e1") with { Stream = "b" }), Insert(NewExperience("e2") with { Stream = "a" }), Insert(NewExperience("e3") with { Stream = "b" }));
        var newest = (await CommitAsync(Insert(NewExperience("e4") with { Stream = "Größe\u0000" }))).Seq;

        var streams = await Ledger.ExperienceStreamsAsync();

        Assert.Equal(["Größe\u0000", "a", "b"], streams.Select(stream => stream.Stream).Order(StringComparer.Ordinal));
        Assert.Equal(newest, streams.Single(stream => stream.Stream == "Größe\u0000").NewestSeq);
        Assert.Equal((await Ledger.FindExperienceAsync("e3"))?.Seq, streams.Single(stream => stream.Stream == "b").NewestSeq);
    }

    [Fact]
    public async Task Experience_IdTaken_Exists()
    {
        var first = await CommitAsync(Insert(NewExperience("e1")));
        var second = await CommitAsync(Insert(NewExperience("e1", success: false)));
        var third = await CommitAsync(Insert(NewExperience("e2")));

        Assert.Equal((CommitOutcome.Done, CommitOutcome.Exists), (first.Outcome, second.Outcome));
        Assert.True(third.Seq > first.Seq);
        Assert.True((await Ledger.FindExperienceAsync("e1"))?.Success);
        Same(new ExperienceCounts { Total = 2, Successful = 2, Recent = 2 }, await Ledger.CountExperiencesAsync(Noon));
    }

    [Fact]
    public async Task Experience_OfATaskWhoseIdIsTaken_IsPassedOverAndTheTaskMoves()
    {
        await DoneAsync(Insert(NewExperience("e1")));

        await DoneAsync(Insert(NewTask("t1")) with { Experience = NewExperience("e1", success: false) }, Insert(NewTask("t2")) with { Experience = NewExperience("e2") });

        Assert.NotNull(await Ledger.FindTaskAsync("t1"));
        Assert.True((await Ledger.FindExperienceAsync("e1"))?.Success);
        Assert.NotNull(await Ledger.FindExperienceAsync("e2"));
        Assert.Equal(2, (await Ledger.CountExperiencesAsync(Noon)).Total);
    }

    [Fact]
    public async Task CountExperiences_Recent_CountsFromTheExactMoment()
    {
        var moments = new[] { -61.0, -1, -0.0001, 0, 0.0001, 30, 59.9999, 60, 3600 };
        await DoneAsync([.. moments.Select((seconds, i) => Insert(NewExperience($"e{i}", success: i % 2 == 0, at: Noon.AddSeconds(seconds))))]);

        foreach (var since in moments)
        {
            Same(
                new ExperienceCounts { Total = moments.Length, Successful = 5, Recent = moments.Count(at => at >= since) },
                await Ledger.CountExperiencesAsync(Noon.AddSeconds(since)));
        }
        Assert.Equal(0, (await Ledger.CountExperiencesAsync(Noon.AddDays(1))).Recent);
        Assert.Equal(moments.Length, (await Ledger.CountExperiencesAsync(DateTimeOffset.MinValue)).Recent);
    }

    [Fact]
    public async Task ListExperiences_AnyFilter_GivesExactlyTheMatchesNewestArrivalFirst()
    {
        var random = new Random(20260305);
        var stored = new List<Experience>();
        for (var i = 0; i < 500; i++)
        {
            var experience = NewExperience($"e{i}", "s" + random.Next(3), random.Next(4) != 0, Noon.AddSeconds(random.Next(100)), [.. Enumerable.Range(0, 4).Where(_ => random.Next(3) == 0).Select(tag => $"tag{tag}")])
                with
            { LearningType = (LearningType)random.Next(6) };
            stored.Add(experience with { Seq = (await CommitAsync(Insert(experience))).Seq });
        }
        stored.Reverse();

        for (var round = 0; round < 500; round++)
        {
            bool Rarely() => random.Next(3) == 0;
            var filter = new ExperienceFilter
            {
                From = Rarely() ? Noon.AddSeconds(random.Next(100)) : null,
                Before = Rarely() ? Noon.AddSeconds(random.Next(100)) : null,
                Tag = Rarely() ? $"tag{random.Next(5)}" : null,
                Stream = Rarely() ? "s" + random.Next(4) : null,
                LearningType = Rarely() ? (LearningType)random.Next(6) : LearningType.None,
                Success = Rarely() ? random.Next(2) == 0 : null,
                BeforeSeq = Rarely() ? stored[random.Next(stored.Count)].Seq : 0,
                Limit = random.Next(1, 60),
            };
            var expected = stored.Where(experience => Matches(experience, filter)).Take(filter.Limit);

            Assert.Equal(expected.Select(experience => experience.Id), (await Ledger.ListExperiencesAsync(filter)).Select(experience => experience.Id));
        }
    }

    [Fact]
    public async Task ListExperiences_ManyInRangeAndTag_GivesExactlyTheMatches()
    {
        const int Count = 12_000;
        await DoneAsync([.. Enumerable.Range(0, Count).Select(i => Insert(NewExperience($"e{i}", at: Noon.AddSeconds(i), tags: i % 100 == 0 ? ["rare", "all"] : ["all"])))]);

        var rare = await Ledger.ListExperiencesAsync(new() { Tag = "rare", From = Noon.AddSeconds(1000), Before = Noon.AddSeconds(9000), Limit = 1000 });
        var all = await Ledger.ListExperiencesAsync(new() { Tag = "all", Before = Noon.AddSeconds(9000), Limit = 3 });

        Assert.Equal(Enumerable.Range(0, Count).Where(i => i % 100 == 0 && i is >= 1000 and < 9000).Reverse().Select(i => $"e{i}"), rare.Select(experience => experience.Id));
        Assert.Equal(["e8999", "e8998", "e8997"], all.Select(experience => experience.Id));
    }

    private static bool Matches(Experience experience, ExperienceFilter filter) =>
        (filter.From is null || experience.Timestamp >= filter.From)
        && (filter.Before is null || experience.Timestamp < filter.Before)
        && (filter.Tag is null || experience.Tags.Contains(filter.Tag))
        && (filter.Stream is null || experience.Stream == filter.Stream)
        && (filter.LearningType == LearningType.None || Meant(experience.LearningType) == filter.LearningType)
        && (filter.Success is null || experience.Success == filter.Success)
        && (filter.BeforeSeq == 0 || experience.Seq < filter.BeforeSeq);

    /// <summary>One that states no learning type is a supervised one.</summary>
    private static LearningType Meant(LearningType type) => type == LearningType.None ? LearningType.Supervised : type;
}
