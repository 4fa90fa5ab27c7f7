using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Predictions and models over HTTP.</summary>
internal static class PredictionEndpoints
{
    /// <summary>Maps the routes of predictions and models.</summary>
    public static void MapPredictions(this RouteGroupBuilder api)
    {
        api.MapPost("/learning/predict", PredictAsync).Takes<PredictRequest>()
            .Named("Predict", "Predict what will come of a situation", "From the models of a stream. Before anything was learned the answer says so in predictions.error.").Refuses(400, 413, 415);
        api.MapPost("/learning/predict/batch", PredictManyAsync).Takes<PredictBatchRequest>()
            .Named("PredictMany", "Predict what will come of many situations of one stream").Refuses(400, 413, 415);
        api.MapPost("/learning/retrain", RetrainAsync)
            .Named("Retrain", "Train now", "All streams, or one. A model takes the place of another only when it is better on experiences that neither has learned from.")
            .WithMetadata(new QueryContract("stream", "Only this stream", typeof(string)))
            .WithMetadata(new QueryContract("wait", "With stream: answer when the training has ended", typeof(bool)))
            .Refuses(400);
        api.MapGet("/learning/models", ListAsync)
            .Named("ListModels", "List what can be predicted, by stream").Refuses();
        api.MapGet("/learning/models/{stream}", GetAsync)
            .Named("GetModels", "Read all that was learned from one stream", "Each model with its card; the race with the model that learns between trainings; changes that were found.").Refuses(400, 404);
    }

    private static async Task<Results<JsonReply<UntrainedResponse>, JsonReply<PredictResponse>>> PredictAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var asked = await JsonBody.ReadAsync(http, PredictionInput.Read);
        var reply = await Learner(grains, asked.Stream).PredictAsync(asked.Request, cancellation);
        var now = time.GetUtcNow();
        if (reply.Reason is { } reason) { return new JsonReply<UntrainedResponse>(new() { Predictions = new(reason), Stream = asked.Stream, Timestamp = now }, PredictionJson.Wire.UntrainedResponse); }
        return new JsonReply<PredictResponse>(new()
        {
            Predictions = ByTarget(reply, asked.Request.Explain),
            Stream = asked.Stream,
            TrainedAt = reply.TrainedAt,
            MetricsNotUsed = reply.MetricsNotUsed.IsDefaultOrEmpty ? null : reply.MetricsNotUsed,
            Timestamp = now,
        }, PredictionJson.Wire.PredictResponse);
    }

    private static async Task<JsonReply<PredictBatchResponse>> PredictManyAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var (stream, situations) = await JsonBody.ReadAsync(http, PredictionInput.ReadBatch);
        var replies = await Learner(grains, stream).PredictManyAsync(situations, cancellation);
        return new(new()
        {
            Predictions = [.. replies.Zip(situations, (reply, situation) => ByTarget(reply, situation.Explain))],
            Error = replies.FirstOrDefault()?.Reason,
            Stream = stream,
            Timestamp = time.GetUtcNow(),
        }, PredictionJson.Wire.PredictBatchResponse);
    }

    private static async Task<JsonReply<RetrainResponse>> RetrainAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var query = new QueryInput(http.Request, "stream", "wait");
        var (stream, wait) = (query.Word("stream"), query.Flag("wait") ?? false);
        if (wait && stream is null) { query.Bad("wait", "given with 'stream'"); }
        query.Faults.ThrowIfAny();
        var streams = 1;
        if (stream is null) { streams = await grains.GetGrain<IModelCatalogGrain>(0).TrainAsync(cancellation); }
        else { await Learner(grains, stream).TrainAsync(wait, cancellation); }
        var message = wait ? $"Training of stream '{stream}' has ended" : stream is null ? $"Training of {streams} streams has begun" : $"Training of stream '{stream}' has begun";
        return new(new() { Message = message, Streams = streams, Timestamp = time.GetUtcNow() }, PredictionJson.Wire.RetrainResponse);
    }

    private static async Task<JsonReply<ModelsResponse>> ListAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var streams = await grains.GetGrain<IModelCatalogGrain>(0).ListAsync(cancellation);
        return new(new() { Streams = [.. streams.Select(TrainedStreamEntry.From)], Count = streams.Length, Timestamp = time.GetUtcNow() }, PredictionJson.Wire.ModelsResponse);
    }

    private static async Task<JsonReply<StreamModelsResponse>> GetAsync(HttpContext http, [FromRoute] string stream, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        Ids.FromPath(http, "stream", stream);
        var learned = await Learner(grains, stream).StateAsync(cancellation);
        if (learned.TrainedAt is null && learned.NewExperiences == 0) { throw new NexusException(NexusError.NotFound, $"there is no stream '{stream}' with experiences", "stream"); }
        return new(StreamModelsResponse.From(learned, time.GetUtcNow()), PredictionJson.Wire.StreamModelsResponse);
    }

    private static Dictionary<string, PredictionEntry> ByTarget(PredictionReply reply, bool explain) =>
        reply.Targets.ToDictionary(target => target.Target, target => PredictionEntry.From(target, explain), StringComparer.Ordinal);

    private static IStreamLearnerGrain Learner(IGrainFactory grains, string stream) => grains.GetGrain<IStreamLearnerGrain>(stream);
}
