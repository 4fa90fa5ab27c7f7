using System.Collections.Immutable;
using System.Globalization;
using NexusActors.Coordination;

namespace NexusActors.Learning;

/// <summary>What is learned is a fact: it outlasts the grain that learned it.</summary>
public sealed class StreamLearnerTests(SiloFixture silo) : SiloTests(silo)
{
    private readonly string _stream = silo.NewName("s");

    private IStreamLearnerGrain Learner => Silo.Grains.GetGrain<IStreamLearnerGrain>(_stream);

    [Fact]
    public async Task Predict_AfterAReload_TheSameAnswers()
    {
        await RecordAsync(300, turned: false);
        var trained = await Learner.TrainAsync(wait: true);
        var before = await Learner.PredictAsync(Situation(0.9));

        await Silo.DeactivateAsync(Learner);

        var after = await Learner.PredictAsync(Situation(0.9));
        Assert.Equal(["success", "outcome.seconds"], after.Targets.Select(target => target.Target));
        Assert.Equal(before.Targets.Select(target => target.Value), after.Targets.Select(target => target.Value));
        Assert.Equal(before.TrainedAt, after.TrainedAt);
        Assert.Equal(trained.Cards.Select(card => card.Rows), (await Learner.StateAsync()).Cards.Select(card => card.Rows));
    }

    [Fact]
    public async Task Follow_WorldTurnsRound_TheChangeIsStoredAndANewModelAnswers()
    {
        await RecordAsync(400, turned: false);
        await Learner.TrainAsync(wait: true);
        await RecordAsync(300, turned: true);

        await Learner.FollowAsync();
        var told = await Learner.StateAsync();
        await Learner.TrainAsync(wait: true);
        await Silo.DeactivateAsync(Learner);

        var learned = await Learner.StateAsync();
        Assert.Single(told.Drifts);
        Assert.True(told.Drifts[0].After > told.Drifts[0].Before + 0.2);
        Assert.Single(learned.Drifts);
        Assert.Equal(2, learned.Targets[0].Version);
        Assert.True((await Learner.PredictAsync(Situation(0.9))).Targets[0].Value < 0.5);
    }

    /// <summary>Sets of outcomes go on after a training and after a reload with what was judged before.</summary>
    [Fact]
    public async Task Train_OutcomesWereJudged_SetsGoOnFromThem()
    {
        await RecordAsync(300, turned: false);
        await Learner.TrainAsync(wait: true);
        await RecordAsync(100, turned: true);
        await Learner.FollowAsync();
        var judged = (await Learner.StateAsync()).Coverage!;

        await Learner.TrainAsync(wait: true);
        var trained = await Learner.StateAsync();
        await Silo.DeactivateAsync(Learner);
        var reloaded = await Learner.StateAsync();

        Assert.Equal(100, judged.Failures + judged.Successes);
        Assert.Equal(0.9, trained.CoverageGoal);
        Assert.Equal((judged.Failures, judged.Successes), (trained.Coverage!.Failures, trained.Coverage.Successes));
        Assert.Equal(trained.Coverage, reloaded.Coverage);
        Assert.Equal(100, (await Learner.PredictAsync(Situation(0.9))).Targets[0].CalibrationOutcomes);
    }

    /// <summary>Who follows asks again as long as a training is due, whatever kept it from being made.</summary>
    [Fact]
    public async Task Follow_TrainingIsDue_SaysSoUntilItIsMade()
    {
        await RecordAsync(50, turned: false);
        Assert.True(await Learner.FollowAsync());
        await RecordAsync(100, turned: true);

        Assert.False(await Learner.FollowAsync());
        await Learner.TrainAsync(wait: true);

        Assert.True(await Learner.FollowAsync());
        Assert.NotEmpty((await Learner.StateAsync()).Targets);
    }

    [Fact]
    public async Task Predict_WordsNeverSeen_AnswersAllTheSame()
    {
        await RecordAsync(100, turned: false);
        await Learner.TrainAsync(wait: true);

        var reply = await Learner.PredictAsync(new() { ContextJson = """{"disk":"full","new":[1,{"x":null}]}""", ActionJson = """{"do":"what"}""" });

        Assert.InRange(reply.Targets[0].Value, 0, 1);
    }

    private static PredictionRequest Situation(double disk) => new() { ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"disk":{{disk}}}"""), At = new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero) };

    private async Task RecordAsync(int count, bool turned)
    {
        var random = new Random(turned ? 2 : 1);
        ImmutableArray<Experience> experiences = [.. Enumerable.Range(0, count).Select(i =>
        {
            var disk = random.NextDouble();
            return new Experience
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{_stream}-{turned}-{i}"),
                Stream = _stream,
                Timestamp = new DateTimeOffset(2026, 3, turned ? 5 : 4, 0, 0, 0, TimeSpan.Zero).AddMinutes(i),
                Success = random.NextDouble() < (disk > 0.5 != turned ? 0.9 : 0.1),
                ContextJson = string.Create(CultureInfo.InvariantCulture, $$"""{"disk":{{disk}}}"""),
                OutcomeJson = string.Create(CultureInfo.InvariantCulture, $$"""{"seconds":{{10 * disk + random.NextDouble()}}}"""),
            };
        })];
        Assert.All(await Silo.Grains.GetGrain<IExperienceStreamGrain>(_stream).AppendAsync(experiences), reply => Assert.Null(reply.Message));
    }
}
