using CsCheck;

namespace NexusActors.Clustering;

public sealed class DatabaseFenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static DatabaseFence After(int failures) => Enumerable.Range(0, failures).Aggregate(new DatabaseFence(0, Start), (fence, _) => fence.Missed());

    [Fact]
    public void Judge_TwoFailures_IsFineAndTheThirdIsNotReady()
    {
        Assert.Equal(FenceVerdict.Fine, After(2).Judge(Start.AddSeconds(3), Witness.None));
        Assert.Equal(FenceVerdict.NotReady, After(3).Judge(Start.AddSeconds(4), Witness.None));
        Assert.False(After(3).IsReady);
    }

    [Fact]
    public void Judge_APeerHasIt_LeavesAfterEightSecondsAndNotBefore()
    {
        Assert.False(After(7).MustAsk(Start.AddSeconds(7.9)));
        Assert.True(After(8).MustAsk(Start.AddSeconds(8)));
        Assert.Equal(FenceVerdict.NotReady, After(7).Judge(Start.AddSeconds(7.9), Witness.HasIt));
        Assert.Equal(FenceVerdict.Leave, After(8).Judge(Start.AddSeconds(8), Witness.HasIt));
    }

    [Fact]
    public void Judge_NobodyAnswers_FallsAfterTwentySeconds()
    {
        Assert.Equal(FenceVerdict.NotReady, After(15).Judge(Start.AddSeconds(19.9), Witness.Silent));
        Assert.Equal(FenceVerdict.Fall, After(15).Judge(Start.AddSeconds(20), Witness.Silent));
    }

    [Theory, InlineData("LostToo"), InlineData("Alone")]
    public void Judge_AllHaveLostItOrThereIsNobodyElse_StaysHoweverLong(string peers) =>
        Assert.Equal(FenceVerdict.NotReady, After(5000).Judge(Start.AddDays(1), Enum.Parse<Witness>(peers)));

    [Fact]
    public void Saw_AfterFailures_IsReadyAgainAndToldSo()
    {
        var back = After(30).Saw(Start.AddSeconds(31), evicted: false);
        Assert.True(back.IsReady && back.HasDatabase(Start.AddSeconds(32)));
        Assert.False(back.HasDatabase(Start.AddSeconds(35)));
        Assert.Equal(FenceVerdict.Fine, back.Judge(Start.AddSeconds(32), Witness.None));
    }

    [Fact]
    public void Judge_Evicted_FallsAtOnce() => Assert.Equal(FenceVerdict.Fall, After(0).Saw(Start, evicted: true).Judge(Start, Witness.None));

    [Fact]
    public void Judge_Anything_EndsOnlyAfterEightSecondsWithoutDatabase() =>
        Gen.Select(Gen.Int[0, 100], Gen.Double[0, 60], Gen.Enum<Witness>()).Sample((failures, seconds, peers) =>
            After(failures).Judge(Start.AddSeconds(seconds), peers) is not (FenceVerdict.Leave or FenceVerdict.Fall) || (failures >= DatabaseFence.FailuresMax && seconds >= 8));
}
