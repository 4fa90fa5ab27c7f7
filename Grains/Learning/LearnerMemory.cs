using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Errors;
using NexusActors.Learning.Prediction;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>What a training learned from.</summary>
/// <param name="Experiences">How many there were.</param>
/// <param name="ThroughSeq">The newest of them, by <see cref="Experience.Seq"/>.</param>
/// <param name="ChangeSeq">The first after the last change that was known when it began; null: none.</param>
/// <param name="SinceChange">How many of them came after it.</param>
/// <param name="Cause">What it was for.</param>
/// <param name="Seconds">How long it took.</param>
internal readonly record struct TrainingRun(int Experiences, long ThroughSeq, long? ChangeSeq, int SinceChange, string Cause, double Seconds);

/// <summary>What a stream's learner has at hand: the stored record, the models in service, and what it learned since. Not for several threads at once.</summary>
internal sealed class LearnerMemory
{
    /// <summary>An event: a model took the place of another.</summary>
    public const string PromotedEvent = "model.promoted";
    /// <summary>An event: the rate of wrong answers has changed.</summary>
    public const string DriftedEvent = "model.drifted";

    private int _version;
    private ImmutableDictionary<string, int> _modelVersions = ImmutableDictionary<string, int>.Empty;
    private long _known, _sinceChange;

    private LearnerMemory(StreamPredictor predictor) => Predictor = predictor;

    /// <summary>Of a stream of which nothing is known.</summary>
    public static LearnerMemory Empty => new(new([], 0.9));

    /// <summary>As stored; null: never trained.</summary>
    public StreamRecord? Record { get; private set; }

    /// <summary>Answers.</summary>
    public StreamPredictor Predictor { get; }

    /// <summary>Experiences since the last training.</summary>
    public long New { get; private set; }

    /// <summary>Experiences that are there, as far as they are known.</summary>
    public long Experiences => Record is { } record ? record.Experiences + New : _known;

    /// <summary>For the schedule.</summary>
    public TrainingHistory History => new(
        Record?.TrainedAt, Predictor.Models.Any(model => model.Card.Target == StreamTrainer.SuccessTarget), Experiences, Record?.Experiences ?? 0, New, Record?.ChangeSeq is null ? null : _sinceChange, Record?.LearnedSinceChange ?? 0);

    /// <summary>Reads record and models.</summary>
    public static async Task<LearnerMemory> ReadAsync(ILedger ledger, string stream, double coverage, CancellationToken cancellation)
    {
        if (await ledger.FindDocumentAsync(ModelFacts.StreamKind, stream, cancellation) is not { } stored) { return new(new([], coverage)); }
        var record = ModelFacts.Record(stored);
        var models = new List<PredictionModel>();
        var versions = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var target in record.Targets)
        {
            if (await ledger.FindDocumentAsync(ModelFacts.ModelKind, ModelFacts.ModelId(stream, target.Target), cancellation) is not { } document) { continue; }
            models.Add(ModelFacts.Model(document));
            versions.Add(target.Target, document.Version);
        }
        return new(new(models, coverage, ModelFacts.Judged(record))) { Record = record, _version = stored.Version, _modelVersions = versions.ToImmutable() };
    }

    /// <summary>Takes in one experience, in order of arrival; a change that it shows.</summary>
    public StreamDrift? Learn(Experience experience, DateTimeOffset now)
    {
        var isNew = experience.Seq > (Record?.ThroughSeq ?? 0);
        _known++;
        if (isNew) { New++; }
        if (experience.Seq >= Record?.ChangeSeq) { _sinceChange++; }
        if (Predictor.Learn(experience, isNew) is not { } change || change.FromSeq <= Record!.ChangeSeq) { return null; }
        _sinceChange = change.Rate.Seen - change.Rate.Since;
        var drift = new StreamDrift(now, _sinceChange, change.Rate.Before, change.Rate.After);
        Record = Record with { ChangeSeq = change.FromSeq, LearnedSinceChange = 0, Drifts = [.. Record.Drifts.Add(drift).TakeLast(PredictionLimits.DriftsMax)] };
        return drift;
    }

    /// <summary>The record after a training.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="trained">By target.</param>
    /// <param name="run">What was learned from.</param>
    /// <param name="now">Its end.</param>
    public StreamRecord Next(string stream, IReadOnlyList<TargetTraining> trained, TrainingRun run, DateTimeOffset now)
    {
        var before = (Record?.Targets ?? []).ToDictionary(target => target.Target, StringComparer.Ordinal);
        // What must not stay is not compared with.
        var targets = Record?.VoidCause is null ? new Dictionary<string, TrainedTarget>(before, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var target in trained)
        {
            var old = before.GetValueOrDefault(target.Target);
            if (target.Model is { } model) { targets[target.Target] = new(target.Target, model.Objective, (old?.Version ?? 0) + 1, now, target.Statement); }
            else if (targets.ContainsKey(target.Target)) { targets[target.Target] = old! with { Statement = target.Statement }; }
        }
        return (Record ?? new() { Stream = stream, TrainedAt = now, Cause = run.Cause, Seconds = 0, Experiences = 0, ThroughSeq = 0 }) with
        {
            TrainedAt = now,
            Cause = run.Cause,
            Seconds = run.Seconds,
            Experiences = run.Experiences,
            ThroughSeq = run.ThroughSeq,
            Reason = targets.ContainsKey(StreamTrainer.SuccessTarget) ? null : trained.Count > 0 ? trained[0].Statement : "Not trained yet: too little is left to learn from.",
            VoidCause = null,
            Targets = [.. targets.Values.OrderBy(target => target.Target != StreamTrainer.SuccessTarget).ThenBy(target => target.Target, StringComparer.Ordinal)],
            LearnedSinceChange = Record?.ChangeSeq == run.ChangeSeq ? run.SinceChange : 0,
            // What came later is judged again. Of what had to be forgotten nothing stays.
            Judged = Record?.VoidCause is not null ? null : ModelFacts.Body([.. Predictor.Judged.Where(outcome => outcome.Seq <= run.ThroughSeq)]),
        };
    }

    /// <summary>Stores a training: the record, and the models that were better.</summary>
    /// <exception cref="NexusException">Another activation stored one meanwhile.</exception>
    public async Task StoreAsync(ILedger ledger, StreamRecord record, IReadOnlyList<TargetTraining> trained, DateTimeOffset now, CancellationToken cancellation)
    {
        var promoted = trained.Where(target => target.Model is not null).ToArray();
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        entries.Add(RecordEntry(record, now, [.. promoted.Select(target => new LedgerEvent(now, PromotedEvent, null, null, null, JsonSerializer.Serialize(new ModelEvent(record.Stream, target.Target, target.Statement), ModelEventJson.Default.ModelEvent)))]));
        foreach (var target in promoted)
        {
            var id = ModelFacts.ModelId(record.Stream, target.Target);
            var version = _modelVersions.GetValueOrDefault(target.Target) + 1;
            var document = new Document(ModelFacts.ModelKind, id, version, now, now, ModelFacts.Body(target.Model!));
            entries.Add(new() { Change = version == 1 ? new DocumentInsert(document) : new DocumentUpdate(document) });
        }
        foreach (var (target, version) in _modelVersions.Where(model => record.Targets.All(target => target.Target != model.Key))) { entries.Add(new() { Change = new DocumentDelete(ModelFacts.ModelKind, ModelFacts.ModelId(record.Stream, target), version) }); }
        await CommitAsync(ledger, entries.DrainToImmutable(), cancellation);
    }

    /// <summary>Stores that the models must not stay.</summary>
    /// <exception cref="NexusException">Another activation stored something meanwhile.</exception>
    public Task StoreVoidAsync(ILedger ledger, string cause, DateTimeOffset now, CancellationToken cancellation) => CommitAsync(ledger, [RecordEntry(Record! with { VoidCause = cause }, now, [])], cancellation);

    /// <summary>Stores a change that <see cref="Learn"/> has told.</summary>
    /// <exception cref="NexusException">Another activation stored something meanwhile.</exception>
    public async Task StoreDriftAsync(ILedger ledger, StreamDrift drift, DateTimeOffset now, CancellationToken cancellation)
    {
        var told = $"wrong answers: {drift.Before:P1} before, {drift.After:P1} since, {drift.Experiences} experiences ago";
        await CommitAsync(ledger, [RecordEntry(Record!, now, [new(now, DriftedEvent, null, null, null, JsonSerializer.Serialize(new ModelEvent(Record!.Stream, StreamTrainer.SuccessTarget, told), ModelEventJson.Default.ModelEvent))])], cancellation);
        _version++;
    }

    private LedgerEntry RecordEntry(StreamRecord record, DateTimeOffset now, ImmutableArray<LedgerEvent> events)
    {
        var document = new Document(ModelFacts.StreamKind, record.Stream, _version + 1, now, now, ModelFacts.Body(record));
        return new() { Change = _version == 0 ? new DocumentInsert(document) : new DocumentUpdate(document), Events = events };
    }

    private static async Task CommitAsync(ILedger ledger, ImmutableArray<LedgerEntry> entries, CancellationToken cancellation)
    {
        foreach (var result in await ledger.CommitAsync(entries, cancellation))
        {
            if (result.Outcome != CommitOutcome.Done) { throw new NexusException(NexusError.WrongState, "what this stream has learned was changed by another activation; it is read anew"); }
        }
    }
}

/// <summary>What an event tells of a model.</summary>
internal sealed record ModelEvent(string Stream, string Target, string Statement);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelEvent))]
internal sealed partial class ModelEventJson : JsonSerializerContext;
