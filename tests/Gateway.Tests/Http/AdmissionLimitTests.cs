namespace NexusActors.Http;

/// <summary>Fewer are let in when those inside cannot be answered in time, and only then.</summary>
public sealed class AdmissionLimitTests
{
    // After so many windows nothing is left of what was taken for granted at first.
    private const int PerWindow = 400, Many = 10_000, Known = 60, Forgotten = 300;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);
    private readonly AdmissionLimit _limit = new(WaitMax, DateTimeOffset.UnixEpoch);
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Enter_NothingIsKnown_AllComeIn() => Assert.Equal(Many, Enter(Many));

    [Fact]
    public void Enter_AnswersKeepUp_AllComeIn()
    {
        Enter(PerWindow);
        Windows(8);

        Assert.Null(_limit.Limit);
    }

    [Fact]
    public void Enter_MoreInsideThanIsAnsweredInTime_AsManyAsAreAnsweredInASeventhOfIt()
    {
        Windows(Known);
        Enter(4000);
        Windows(1);

        // 1600 a second.
        Assert.Equal(228, _limit.Limit);
        Assert.Equal(0, Enter(Many));
    }

    /// <summary>As when a silo has died: some hang, the others are answered.</summary>
    [Fact]
    public void Enter_SomeHang_AllComeIn()
    {
        Enter(150);
        Windows(8);

        Assert.Null(_limit.Limit);
    }

    /// <summary>As when the database is away: what is let in is bounded by what was answered before.</summary>
    [Fact]
    public void Enter_NothingIsAnsweredAnyMore_TheRateOfBeforeCounts()
    {
        Windows(Known);
        Enter(Many);
        Windows(1, answered: false);

        Assert.InRange(_limit.Limit!.Value, 200, 228);
    }

    [Fact]
    public void Enter_FirstRequestsAreSlow_TrustedAtFirst()
    {
        Enter(256);
        Windows(16, answered: false);

        Assert.True(_limit.TryEnter(_now));
    }

    [Fact]
    public void Enter_NothingIsEverAnswered_TrustIsUsedUp()
    {
        Enter(Many);
        Windows(Forgotten, answered: false);

        Assert.Equal(AdmissionLimit.Least, _limit.Limit);
    }

    [Fact]
    public void Enter_FewAreInside_TheyMayTakeAsLongAsTheyDo()
    {
        Assert.Equal(AdmissionLimit.Least, Enter(AdmissionLimit.Least));
        _now += 20 * AdmissionLimit.Window;

        Assert.True(_limit.TryEnter(_now));
        Assert.Null(_limit.Limit);
    }

    [Fact]
    public void Enter_ShortAgain_AllComeInAfterAWhile()
    {
        Enter(Many);
        _now += AdmissionLimit.Window;
        Assert.False(_limit.TryEnter(_now));
        Assert.NotNull(_limit.Limit);
        for (var i = 0; i < Many; i++) { _limit.Leave(answered: true, _now); }

        Windows(80);

        Assert.Null(_limit.Limit);
    }

    private int Enter(int count) => Enumerable.Range(0, count).Count(_ => _limit.TryEnter(_now));

    // Requests that are answered at once, evenly; where the door is closed, those inside are answered.
    private void Windows(int windows, bool answered = true)
    {
        for (var i = 0; i < windows * PerWindow; i++)
        {
            _now += AdmissionLimit.Window / PerWindow;
            var entered = _limit.TryEnter(_now);
            if (entered || answered) { _limit.Leave(answered, _now); }
        }
    }
}
