using System.Collections.Immutable;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>A body of POST /learning/predict.</summary>
/// <param name="Stream">Of which stream.</param>
/// <param name="Request">The situation.</param>
internal sealed record PredictionAsked(string Stream, PredictionRequest Request);

/// <summary>Reads what is asked to be predicted.</summary>
internal static class PredictionInput
{
    /// <summary>Reads the body of POST /learning/predict.</summary>
    public static PredictionAsked Read(JsonInput input) => new(
        input.Word("stream") ?? LearningInput.DefaultStream,
        Situation(input));

    /// <summary>Reads the body of POST /learning/predict/batch.</summary>
    public static (string Stream, ImmutableArray<PredictionRequest> Situations) ReadBatch(JsonInput input)
    {
        var stream = input.Word("stream") ?? LearningInput.DefaultStream;
        var situations = input.List("situations", PredictionLimits.SituationsMax, required: true, static (element, path, faults) => Situation(JsonInput.Of(element, path, faults)), "situations");
        if (input.Has("situations") && situations.IsEmpty) { input.Fault("situations", $"a list of 1–{PredictionLimits.SituationsMax} situations"); }
        return (stream, situations);
    }

    private static PredictionRequest Situation(JsonInput input) => new()
    {
        ContextJson = input.OpenObject("context", required: true) ?? "{}",
        ActionJson = input.OpenObject("action_taken") ?? "{}",
        At = input.Time("at"),
        Explain = input.Flag("explain") ?? false,
        Metrics = input.Numbers("performance_metrics", double.MinValue, double.MaxValue, ExperienceLimits.MetricsMax),
    };
}
