namespace NexusActors.Learning.Prediction;

public sealed class TrainingScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TrainingSchedule Schedule = new(TimeSpan.FromHours(24), rowsMin: 60);
    private static readonly TrainingHistory Trained = new(Noon.AddHours(-1), HasModel: true, Experiences: 1000, LearnedFrom: 900, New: 100, SinceChange: null, LearnedFromSinceChange: 0);

    [Theory, InlineData(59, null), InlineData(60, "first")]
    public void Due_NeverTrained_FromEnoughExperiencesOn(int experiences, string? cause) =>
        Assert.Equal(cause, Schedule.Due(new(null, false, experiences, 0, experiences, null, 0), Noon));

    /// <summary>What could not be learned from 100 experiences is not tried again with 101.</summary>
    [Theory, InlineData(149, null), InlineData(150, "first")]
    public void Due_TrainedWithoutAModel_AgainWhenThereIsHalfAsMuchMore(int experiences, string? cause) =>
        Assert.Equal(cause, Schedule.Due(Trained with { HasModel = false, Experiences = experiences, LearnedFrom = 100 }, Noon));

    [Theory, InlineData(1799, null), InlineData(1800, "growth")]
    public void Due_TwiceAsMany_Growth(int experiences, string? cause) => Assert.Equal(cause, Schedule.Due(Trained with { Experiences = experiences }, Noon));

    [Theory, InlineData(199, 0, null), InlineData(200, 0, "drift"), InlineData(399, 200, null), InlineData(400, 200, "drift")]
    public void Due_AfterAChange_AtTwoHundredAndEachTimeThereAreTwiceAsMany(int since, int learned, string? cause) =>
        Assert.Equal(cause, Schedule.Due(Trained with { SinceChange = since, LearnedFromSinceChange = learned }, Noon));

    [Fact]
    public void Due_IntervalIsOver_OnlyWhereAnythingIsNew()
    {
        Assert.Null(Schedule.Due(Trained, Noon.AddHours(22.9)));
        Assert.Equal("schedule", Schedule.Due(Trained, Noon.AddHours(23)));
        Assert.Null(Schedule.Due(Trained with { New = 0 }, Noon.AddHours(23)));
    }
}
