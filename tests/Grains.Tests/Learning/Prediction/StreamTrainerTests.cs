using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

public sealed class StreamTrainerTests
{
    private static readonly Dictionary<string, PredictionModel> NoChampions = [];
    private static readonly StreamTrainingOptions Quick = new() { Training = new() { Boosting = new() { TreesMax = 60 } } };

    private static double Rate(double disk, string region) => region == "west" ? 0.9 : disk > 0.5 ? 0.8 : 0.1;

    [Fact]
    public void Train_FirstTime_ModelsOfSuccessAndOfNumbersThatVary()
    {
        var trained = StreamTrainer.Train("s", Streams.Make(800, 1, Rate), NoChampions, Quick, default);

        Assert.Equal(["success", "metrics.constant", "outcome.seconds"], trained.Select(target => target.Target));
        Assert.Null(trained[1].Model);
        Assert.Contains("all values are 1", trained[1].Statement, StringComparison.Ordinal);
        var success = trained[0].Model!;
        var encoder = new ExperienceEncoder(success.Schema!);
        Assert.InRange(success.Success(encoder.Encode(Streams.Situation(0.9, "north"))).Probability, 0.6, 0.95);
        Assert.InRange(success.Success(encoder.Encode(Streams.Situation(0.1, "north"))).Probability, 0.02, 0.3);
        Assert.InRange(trained[2].Model!.Number(encoder.Encode(Streams.Situation(0.5, "south"))).Value, 5, 7);
    }

    /// <summary>Columns that nothing can be learned from, as the time where all came at once, must not end a training before it has learned the others.</summary>
    [Theory, InlineData(150), InlineData(300), InlineData(600)]
    public void Train_MostColumnsAreConstant_TheOtherIsLearned(int count)
    {
        var at = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
        var experiences = Streams.Make(count, 5, (disk, _) => disk > 0.5 ? 0.9 : 0.1)
            .Select(experience => experience with { Timestamp = at, ContextJson = $$"""{"disk":{{experience.ContextJson.Split([':', ','])[1]}},"always":7,"word":"same"}""" }).ToArray();

        var model = StreamTrainer.Train("s", experiences, NoChampions, Quick, default)[0].Model!;

        var encoder = new ExperienceEncoder(model.Schema!);
        double Chance(double disk) => model.Success(encoder.Encode(Streams.Situation(disk, "west") with { Timestamp = at })).Probability;
        Assert.InRange(Chance(0.9), 0.75, 1);
        Assert.InRange(Chance(0.1), 0, 0.25);
    }

    [Fact]
    public void Train_TooLittle_SaysSo()
    {
        var trained = StreamTrainer.Train("s", Streams.Make(40, 1, Rate), NoChampions, Quick, default);

        Assert.All(trained, target => Assert.Null(target.Model));
        Assert.Contains("Not trained yet", trained[0].Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_SameWorld_TheChampionStays()
    {
        var all = Streams.Make(2000, 1, Rate);
        var champions = Champions(StreamTrainer.Train("s", all[..1600], NoChampions, Quick, default));

        var again = StreamTrainer.Train("s", all, champions, Quick, default);

        Assert.Null(again[0].Model);
        Assert.Contains("within noise", again[0].Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_TheWorldChanged_TheChallengerTakesItsPlace()
    {
        var old = Streams.Make(800, 1, Rate);
        var changed = Streams.Make(800, 2, (disk, region) => 1 - Rate(disk, region), firstSeq: 801);
        var champions = Champions(StreamTrainer.Train("s", old, NoChampions, Quick, default));

        var again = StreamTrainer.Train("s", changed, champions, Quick, default);

        Assert.NotNull(again[0].Model);
        Assert.Contains("The challenger is better", again[0].Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_FeaturesAreNew_TheSchemaHasTheNextVersion()
    {
        var old = Streams.Make(300, 1, Rate);
        var champions = Champions(StreamTrainer.Train("s", old, NoChampions, Quick, default));
        var wider = Streams.Make(300, 2, Rate, firstSeq: 301).Select(experience => experience with { ActionJson = experience.Seq % 2 == 0 ? """{"do":"restart"}""" : """{"do":"wait"}""" }).ToArray();

        var same = StreamTrainer.Train("s", [.. old, .. Streams.Make(300, 2, Rate, firstSeq: 301)], champions, Quick, default);
        var further = StreamTrainer.Train("s", [.. wider.Select(experience => experience with { Success = !experience.Success })], champions, Quick, default);

        Assert.Equal(1, champions["success"].Schema!.Version);
        Assert.All(same.Select(target => target.Model).OfType<PredictionModel>(), model => Assert.Equal(1, model.Schema!.Version));
        Assert.Equal(2, further[0].Model!.Schema!.Version);
        Assert.Contains("action.do", further[0].Model!.Schema!.Features.Select(feature => feature.Name));
    }

    private static Dictionary<string, PredictionModel> Champions(IReadOnlyList<TargetTraining> trained) =>
        trained.Select(target => target.Model).OfType<PredictionModel>().ToDictionary(model => model.Card.Target, StringComparer.Ordinal);
}
