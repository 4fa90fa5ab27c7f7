using CsCheck;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Rules;

public sealed class RuleLifeTests
{
    private static readonly RuleBar Bar = new(PrecisionMin: 0.6, LiftMin: 1.2, SupportMin: 20, WatchMost: 5_000);

    [Fact]
    public void With_NothingMeetsTheConditions_StaysACandidateUntilItIsGivenUp()
    {
        var life = RuleLife.New.With(new(0, 0, 4_999, 1_000), Bar);
        Assert.Equal(RuleStatus.Candidate, life.Status);

        Assert.Equal(RuleStatus.Retired, life.With(new(0, 0, 1, 0), Bar).Status);
    }

    [Fact]
    public void With_EvidenceGrows_ComesIntoForceOnlyWhenTheLowerBoundHolds()
    {
        var life = RuleLife.New.With(new(1, 1, 10, 3), Bar);
        Assert.Equal(RuleStatus.Shadow, life.Status);
        life = life.With(new(18, 18, 90, 30), Bar);
        Assert.Equal((19L, RuleStatus.Shadow), (life.Since.Support, life.Status));

        life = life.With(new(1, 1, 10, 3), Bar);

        Assert.Equal(RuleStatus.Active, life.Status);
        Assert.StartsWith("holds: right 20 of 20 times", life.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void With_RightAsOftenAsChance_DoesNotComeIntoForce() =>
        Assert.Equal(RuleStatus.Retired, RuleLife.New.With(new(100, 70, 1_000, 690), Bar).Status);

    [Fact]
    public void With_TheWorldChanges_IsRetiredThoughItsPastWasGood()
    {
        var life = RuleLife.New.With(new(100_000, 95_000, 1_000_000, 200_000), Bar with { WatchMost = long.MaxValue });
        Assert.Equal(RuleStatus.Active, life.Status);

        var taken = 0;
        for (; life.Status == RuleStatus.Active; taken++) { life = life.With(new(1, 0, 10, 2), Bar); }

        Assert.InRange(taken, 20, RuleLife.RecentSupportMax);
        Assert.StartsWith("holds no more", life.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void With_Retired_StaysSo() => Assert.Equal(RuleStatus.Retired, (RuleLife.New with { Status = RuleStatus.Retired }).With(new(1_000, 1_000, 2_000, 1_000), Bar).Status);

    [Fact]
    public void Set_Pinned_IsInForceAndStaysSo()
    {
        var life = RuleLife.New.Set(pinned: true, disabled: false).With(new(1_000, 0, 5_000, 1_000), Bar);
        Assert.Equal((RuleStatus.Active, 1_000L), (life.Status, life.Since.Support));

        Assert.Equal(RuleStatus.Retired, life.Set(pinned: false, disabled: false).With(default, Bar).Status);
    }

    [Fact]
    public void Set_Disabled_IsCountedButNotMoved()
    {
        var life = RuleLife.New.Set(pinned: false, disabled: true).With(new(100, 100, 500, 150), Bar);
        Assert.Equal((RuleStatus.Candidate, 100L), (life.Status, life.Since.Support));

        Assert.Equal(RuleStatus.Active, life.Set(pinned: false, disabled: false).With(default, Bar).Status);
    }

    /// <summary>Against a model that keeps every experience and counts all of them again at each step.</summary>
    [Fact]
    public void With_AnyHistory_StandsWhereCountingEverythingAgainPutsIt() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Double[0.05, 0.95], Gen.Double[0.05, 0.95]).Sample((seed, precision, rate) =>
        {
            var random = new Random(seed);
            var (life, status, pinned, disabled) = (RuleLife.New, RuleStatus.Candidate, false, false);
            var history = new List<(bool Met, bool Positive)>();
            for (var step = 0; step < 60; step++)
            {
                if (random.Next(12) == 0)
                {
                    (var was, pinned, disabled) = (pinned, random.Next(4) == 0, random.Next(4) == 0);
                    life = life.Set(pinned, disabled);
                    if (pinned && !was) { status = RuleStatus.Active; }
                }
                else
                {
                    var batch = Enumerable.Range(0, random.Next(0, 30)).Select(_ => random.Next(3) == 0).Select(met => (met, random.NextDouble() < (met ? precision : rate))).ToArray();
                    history.AddRange(batch);
                    life = life.With(Counted(batch), Bar);
                    if (!pinned && !disabled) { status = Moved(status, Counted(history), life.Recent); }
                }
                Assert.Equal((status, pinned, disabled, Counted(history)), (life.Status, life.Pinned, life.Disabled, life.Since));
                Assert.InRange(life.Recent.Support, 0, RuleLife.RecentSupportMax - 1);
                Assert.True(life.Recent.Hits <= life.Recent.Support && life.Recent.Positives <= life.Recent.Rows && life.Recent.Support <= life.Since.Support);
            }
        });

    private static RuleCounts Counted(IReadOnlyCollection<(bool Met, bool Positive)> history) =>
        new(history.Count(one => one.Met), history.Count(one => one.Met && one.Positive), history.Count, history.Count(one => one.Positive));

    private static RuleStatus Moved(RuleStatus status, RuleCounts since, RuleCounts recent)
    {
        if (status == RuleStatus.Candidate && since.Support > 0) { status = RuleStatus.Shadow; }
        if (status is RuleStatus.Candidate or RuleStatus.Shadow)
        {
            if (since.Support >= Bar.SupportMin && Low(since) >= Needed(since)) { return RuleStatus.Active; }
            if (since.Support >= Bar.SupportMin && High(since) < Needed(since)) { return RuleStatus.Retired; }
            return since.Rows >= Bar.WatchMost ? RuleStatus.Retired : status;
        }
        return status == RuleStatus.Active && recent.Support >= Bar.SupportMin && High(recent) < Needed(recent) ? RuleStatus.Retired : status;
    }

    private static double Low(RuleCounts counts) => Proportions.Wilson((int)counts.Hits, (int)counts.Support).Low;

    private static double High(RuleCounts counts) => Proportions.Wilson((int)counts.Hits, (int)counts.Support).High;

    private static double Needed(RuleCounts counts)
    {
        var rate = counts.Rows == 0 ? 0 : (double)counts.Positives / counts.Rows;
        return Math.Max(0.6, Math.Min(1.2 * rate, (1 + rate) / 2));
    }
}
