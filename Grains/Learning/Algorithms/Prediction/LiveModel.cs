using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>A model in service: the trees stay as they were trained, calibration and intervals follow the newest outcomes that it has not learned from. Not for several threads at once.</summary>
/// <param name="fitted">As it was trained.</param>
/// <param name="encoder">Makes its rows.</param>
/// <param name="coverage">Of sets and intervals.</param>
internal sealed class LiveModel(PredictionModel fitted, ExperienceEncoder encoder, double coverage)
{
    private const int Window = 500, Least = 200, Step = 100;
    private readonly Queue<(double Score, double Value)> _newest = new();
    private PredictionModel? _recalibrated;
    private long _seen;

    /// <summary>As it answers.</summary>
    public PredictionModel Model => _recalibrated ?? fitted;

    /// <summary>As it was trained.</summary>
    public PredictionModel Fitted => fitted;

    /// <summary>What is predicted.</summary>
    public string Target => fitted.Card.Target;

    /// <summary>Makes its rows.</summary>
    public ExperienceEncoder Encoder => encoder;

    /// <summary>One outcome that it has not learned from, with the score that it gave before.</summary>
    public void Add(double score, double value)
    {
        if (_newest.Count == Window) { _newest.Dequeue(); }
        _newest.Enqueue((score, value));
        if (++_seen % Step == 0 && _newest.Count >= Least) { _recalibrated = fitted.Recalibrated([.. _newest.Select(one => one.Score)], [.. _newest.Select(one => one.Value)], coverage); }
    }
}
