using System.Globalization;
using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class PredictionEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _stream = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Predict_NothingLearned_SaysSoInsideThePredictions()
    {
        var reply = (await service.Learning.PostAsync("/learning/predict", $$"""{"stream":"{{_stream}}","context":{"disk":0.5},"performance_metrics":{"cpu":1} }""")).Ok();

        Assert.Contains("Not trained yet", reply.GetProperty("predictions").GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.True(reply.TryGetProperty("timestamp", out _));
    }

    [Fact]
    public async Task Predict_Trained_ClassNumberIntervalAndReasons()
    {
        await TrainAsync(300);

        var reply = (await service.Learning.PostAsync("/learning/predict", $$"""{"stream":"{{_stream}}","context":{"disk":0.9},"action_taken":{},"explain":true,"performance_metrics":{"cpu":1} }""")).Ok();

        var success = reply.GetProperty("predictions").GetProperty("success");
        Assert.True(success.GetProperty("predicted_class").GetBoolean());
        Assert.InRange(success.GetProperty("probability").GetDouble(), 0.6, 1);
        Assert.Equal(success.GetProperty("probability").GetDouble(), success.GetProperty("success_probability").GetDouble());
        Assert.True(success.GetProperty("model_accuracy").GetDouble() > success.GetProperty("baseline_accuracy").GetDouble());
        Assert.Equal("context.disk", success.GetProperty("contributions")[0].GetProperty("feature").GetString());
        Assert.Equal(0, success.GetProperty("calibration_outcomes").GetInt32());
        Assert.Contains(true, success.GetProperty("possible_classes").EnumerateArray().Select(one => one.GetBoolean()));
        var seconds = reply.GetProperty("predictions").GetProperty("outcome.seconds");
        Assert.InRange(seconds.GetProperty("predicted_value").GetDouble(), seconds.GetProperty("low").GetDouble(), seconds.GetProperty("high").GetDouble());
        Assert.True(seconds.GetProperty("model_rmse").GetDouble() < seconds.GetProperty("baseline_rmse").GetDouble());
        Assert.Equal(["cpu"], reply.GetProperty("metrics_not_used").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task PredictBatch_InTheirOrder_AsOneByOne()
    {
        await TrainAsync(200);
        var reply = (await service.Learning.PostAsync("/learning/predict/batch", $$"""{"stream":"{{_stream}}","situations":[{"context":{"disk":0.1} },{"context":{"disk":0.9} }] }""")).Ok();

        var chances = reply.GetProperty("predictions").EnumerateArray().Select(one => one.GetProperty("success").GetProperty("success_probability").GetDouble()).ToArray();
        Assert.Equal(2, chances.Length);
        Assert.True(chances[0] < 0.5 && chances[1] > 0.5, string.Join(' ', chances));
    }

    [Fact]
    public async Task Models_Trained_CardsTellWhatWasMeasured()
    {
        await TrainAsync(300);

        var listed = (await service.Learning.GetAsync("/learning/models")).Ok().GetProperty("streams").EnumerateArray().Single(stream => stream.GetProperty("stream").GetString() == _stream);
        var learned = (await service.Learning.GetAsync($"/learning/models/{_stream}")).Ok();
        var status = (await service.Learning.GetAsync("/learning/status")).Ok();

        Assert.Equal(["success", "outcome.seconds"], listed.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("target").GetString()));
        var card = learned.GetProperty("models")[0];
        Assert.Equal(300, card.GetProperty("experiences").GetInt32());
        Assert.Equal(60, card.GetProperty("hold_out").GetProperty("experiences").GetInt32());
        Assert.True(card.GetProperty("hold_out").GetProperty("log_loss").GetDouble() < card.GetProperty("hold_out").GetProperty("baseline_log_loss").GetDouble());
        Assert.Equal(60, card.GetProperty("hold_out").GetProperty("calibration").EnumerateArray().Sum(bin => bin.GetProperty("count").GetInt32()));
        Assert.True(status.GetProperty("models_trained").GetProperty("classification_models").GetInt32() >= 1);
        Assert.True(status.GetProperty("models_trained").GetProperty("regression_models").GetInt32() >= 1);
        Assert.NotEqual(JsonValueKind.Null, status.GetProperty("last_training").ValueKind);
    }

    /// <summary>Nobody asks for it: the stream is found, followed and trained by the service itself.</summary>
    [Fact]
    public async Task Experiences_Enough_AreLearnedFromUnasked()
    {
        var fresh = new EmbeddedFixture { Settings = ["--Nexus:Learning:FollowPeriod=00:00:00.2"] };
        await fresh.InitializeAsync();
        try
        {
            await RecordAsync(fresh, "unasked", 100);

            await Until.TrueAsync(async () => (await fresh.Learning.GetAsync("/learning/models/unasked")).Ok().GetProperty("models").GetArrayLength() > 0, "a model was trained");
            Assert.Equal("first", (await fresh.Learning.GetAsync("/learning/models/unasked")).Ok().GetProperty("cause").GetString());
        }
        finally { await fresh.DisposeAsync(); }
    }

    [Fact]
    public async Task Retrain_Legacy_AnswersWithAMessage()
    {
        var reply = (await service.Learning.PostAsync("/learning/retrain", "{}")).Ok();

        Assert.Contains("has begun", reply.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/learning/predict", "{}", "context")]
    [InlineData("/learning/predict", """{"context":[]}""", "context")]
    [InlineData("/learning/predict", """{"context":{},"at":"soon"}""", "at")]
    [InlineData("/learning/predict/batch", "{}", "situations")]
    [InlineData("/learning/predict/batch", """{"situations":[{}]}""", "situations[0].context")]
    [InlineData("/learning/retrain?wait=true", "{}", "wait")]
    public async Task BadInput_NamesTheField(string route, string body, string field) =>
        await (await service.Learning.PostAsync(route, body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    private async Task TrainAsync(int count)
    {
        await RecordAsync(count);
        (await service.Learning.PostAsync($"/learning/retrain?stream={_stream}&wait=true", "{}")).Ok();
    }

    private async Task RecordAsync(int count) => await RecordAsync(service, _stream, count);

    private static async Task RecordAsync(EmbeddedFixture service, string stream, int count)
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, count).Select(_ =>
        {
            var disk = random.NextDouble();
            var success = random.NextDouble() < (disk > 0.5 ? 0.9 : 0.1);
            return string.Create(CultureInfo.InvariantCulture, $$"""{"stream":"{{stream}}","context":{"disk":{{disk}}},"action_taken":{},"outcome":{"seconds":{{10 * disk + random.NextDouble()}}},"success":{{(success ? "true" : "false")}}}""");
        });
        var reply = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok();
        Assert.Equal(count, reply.GetProperty("accepted").GetInt32());
    }
}
