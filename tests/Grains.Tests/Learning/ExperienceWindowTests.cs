using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning;

public sealed class ExperienceWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Any pages of any looks fail; what was read in vain comes with the next look, each experience once, none left out.</summary>
    [Fact]
    public async Task UnseenAsync_ReadsThatFail_EachOnceAndNoneLeftOut() =>
        await Gen.Select(Gen.Int[0, 2_500].Array[1, 6], Gen.Int[1, 8].Array[0, 6]).SampleAsync(async (arrivals, failures) =>
        {
            var facts = new FailingFacts([.. failures]);
            var (tail, seen, now) = (new ExperienceTail(), new List<long>(), Noon);
            foreach (var arrived in arrivals.Append(0).Append(0))
            {
                facts.Newest += arrived;
                now = now.AddSeconds(5);
                try { seen.AddRange((await ExperienceWindow.UnseenAsync(facts, "s", tail, int.MaxValue, now, CancellationToken.None)).Select(experience => experience.Seq)); }
                catch (TimeoutException) { now = now.AddSeconds(5); }
            }
            facts.Fails.Clear();
            seen.AddRange((await ExperienceWindow.UnseenAsync(facts, "s", tail, int.MaxValue, now, CancellationToken.None)).Select(experience => experience.Seq));

            Assert.Equal(Enumerable.Range(1, (int)facts.Newest).Select(seq => (long)seq), seen.Order());
        }, iter: 200);

    [Fact]
    public async Task UnseenAsync_MoreThanThereIsRoomFor_TheNewestAndTheOthersNeverAgain()
    {
        var facts = new FailingFacts([]) { Newest = 5_000 };
        var tail = new ExperienceTail();

        var first = await ExperienceWindow.UnseenAsync(facts, "s", tail, 1_500, Noon, CancellationToken.None);
        var second = await ExperienceWindow.UnseenAsync(facts, "s", tail, 1_500, Noon.AddSeconds(5), CancellationToken.None);

        Assert.Equal((2_000, 5_000, 3_001), (first.Count, first[0].Seq, first[^1].Seq));
        Assert.Empty(second);
    }

    [Theory]
    [InlineData(0, 10_000, 2_500)]
    [InlineData(2_100, 10_000, 400)]
    [InlineData(0, 1_200, 1_200)]
    [InlineData(2_500, 10, 0)]
    public async Task NewerAsync_AfterAPosition_NewestFirstAndNoMoreThanThereIsRoomFor(long after, int max, int expected)
    {
        var newer = await ExperienceWindow.NewerAsync(new FailingFacts([]) { Newest = 2_500 }, "s", after, max, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, expected).Select(i => 2_500L - i), newer.Select(experience => experience.Seq));
    }

    /// <summary>A stream with positions 1 to <see cref="Newest"/>, of which the reads with the numbers given fail.</summary>
    private sealed class FailingFacts(HashSet<int> fails) : Ledger.IExperienceFacts
    {
        private int _read;

        public long Newest { get; set; }

        public HashSet<int> Fails => fails;

        public Task<ImmutableArray<Experience>> ListExperiencesAsync(ExperienceFilter filter, CancellationToken cancellation = default)
        {
            if (fails.Remove(++_read)) { throw new TimeoutException(); }
            var from = filter.BeforeSeq == 0 ? Newest : Math.Min(Newest, filter.BeforeSeq - 1);
            return Task.FromResult(Enumerable.Range(0, (int)Math.Min(from, filter.Limit)).Select(i => new Experience { Id = $"e{from - i}", Seq = from - i, Stream = "s", Timestamp = Noon, Success = true }).ToImmutableArray());
        }

        public Task<Experience?> FindExperienceAsync(string id, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<ImmutableArray<(string Stream, long NewestSeq)>> ExperienceStreamsAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<ExperienceCounts> CountExperiencesAsync(DateTimeOffset recentSince, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
