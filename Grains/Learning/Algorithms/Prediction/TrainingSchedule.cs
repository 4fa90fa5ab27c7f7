namespace NexusActors.Learning.Prediction;

/// <summary>When a stream is trained: as soon as there is enough, whenever there is twice as much, when the world has changed, and at least so often.</summary>
/// <param name="interval">Trained again after so long, where anything is new.</param>
/// <param name="rowsMin">Below that many experiences nothing can be learned.</param>
internal sealed class TrainingSchedule(TimeSpan interval, int rowsMin)
{
    /// <summary>Experiences since a change from which on they alone are learned from.</summary>
    public const int SinceChangeMin = 200;

    private const double RetryGrowth = 1.5, Growth = 2;

    /// <summary>Why it is to be trained now; null: there is no reason.</summary>
    public string? Due(in TrainingHistory history, DateTimeOffset now)
    {
        if (history.TrainedAt is not { } trainedAt) { return history.Experiences >= rowsMin ? "first" : null; }
        if (history.New == 0) { return null; }
        if (!history.HasModel) { return history.Experiences >= rowsMin && history.Experiences >= RetryGrowth * history.LearnedFrom ? "first" : null; }
        if (history.SinceChange is { } since && since >= SinceChangeMin && since >= Growth * history.LearnedFromSinceChange) { return "drift"; }
        if (history.Experiences >= Growth * history.LearnedFrom) { return "growth"; }
        return now - trainedAt >= interval ? "schedule" : null;
    }
}

/// <summary>What the schedule looks at.</summary>
/// <param name="TrainedAt">When a training ended last, with whatever success; null: never.</param>
/// <param name="HasModel">There is a model of success.</param>
/// <param name="Experiences">That are there, as far as they are known.</param>
/// <param name="LearnedFrom">That were there at the last training.</param>
/// <param name="New">That came since.</param>
/// <param name="SinceChange">That came since the last change that was found; null: none was found.</param>
/// <param name="LearnedFromSinceChange">How many of them were there at the last training.</param>
internal readonly record struct TrainingHistory(DateTimeOffset? TrainedAt, bool HasModel, long Experiences, long LearnedFrom, long New, long? SinceChange, long LearnedFromSinceChange);
