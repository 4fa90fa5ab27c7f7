using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Ledger;
using NexusActors.Learning.Prediction;

namespace NexusActors.Learning;

/// <summary>One stream's models: follows the stream, answers, and trains beside its turns. All of its methods interleave; what follows and what takes in a training take turns by <see cref="_turn"/>.</summary>
[GrainType("stream-learner")]
internal sealed class StreamLearnerGrain(ILedger ledger, LearningCompute compute, TrainingBudget budget, IOptionsMonitor<LearningOptions> options, LearningMetrics metrics, TimeProvider time, ILogger<StreamLearnerGrain> log) : Grain, IStreamLearnerGrain, IDisposable
{
    private const int PageSize = 1_000, RelearnMax = 5_000, LookMax = 1_000, ChunkSize = 100;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private LearnerMemory _memory = LearnerMemory.Empty;
    private ExperienceTail _tail = new();
    private Task _training = Task.CompletedTask;
    private string? _failure;

    private string Stream => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellation) => await LoadAsync(cancellation);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _training;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _turn.Dispose();
    }

    public Task<PredictionReply> PredictAsync(PredictionRequest request, CancellationToken cancellation) => Task.FromResult(Predict(request));

    public async Task<ImmutableArray<PredictionReply>> PredictManyAsync(ImmutableArray<PredictionRequest> requests, CancellationToken cancellation)
    {
        if (requests.Length > PredictionLimits.SituationsMax) { throw new NexusException(NexusError.Invalid, $"{requests.Length} situations in one call; at most {PredictionLimits.SituationsMax} are allowed", "situations"); }
        var replies = ImmutableArray.CreateBuilder<PredictionReply>(requests.Length);
        foreach (var request in requests)
        {
            replies.Add(Predict(request));
            if (replies.Count % ChunkSize == 0) { await Task.Yield(); }
        }
        return replies.MoveToImmutable();
    }

    public async Task FollowAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var begun = time.GetUtcNow();
            await LearnAsync(_memory, await UnseenAsync(cancellation), cancellation);
            _tail.Completed(begun);
        }
        catch (NexusException conflict) when (conflict.Error == NexusError.WrongState)
        {
            await ReadAsync(cancellation);
        }
        finally { _turn.Release(); }
        if (Due() is { } cause && budget.MayBegin()) { Begin(cause); }
    }

    public async Task<StreamLearning> TrainAsync(bool wait, CancellationToken cancellation)
    {
        Begin("request");
        if (wait) { await _training.WaitAsync(cancellation); }
        return State();
    }

    public Task<StreamLearning> StateAsync(CancellationToken cancellation) => Task.FromResult(State());

    private PredictionReply Predict(PredictionRequest request)
    {
        var situation = new Experience { Id = "", Stream = Stream, Timestamp = request.At ?? time.GetUtcNow(), Success = false, ContextJson = request.ContextJson, ActionJson = request.ActionJson };
        try
        {
            var targets = _memory.Predictor.Predict(situation, request.Explain);
            return new(targets, targets.IsEmpty ? Missing() : null, targets.IsEmpty ? null : _memory.Record!.TrainedAt);
        }
        catch (JsonException fault)
        {
            throw new NexusException(NexusError.Invalid, $"context or action_taken is not valid JSON: {fault.Message}", "context");
        }
    }

    private string Missing() => _failure ?? _memory.Record?.Reason
        ?? (_training.IsCompleted ? $"Not trained yet: stream '{Stream}' has {_memory.Experiences} experiences that are known; at least {new TrainingOptions().RowsMin} are needed, with both outcomes among them." : "Not trained yet: the first training is under way.");

    private string? Due() => new TrainingSchedule(options.CurrentValue.RetrainingInterval, new TrainingOptions().RowsMin).Due(_memory.History, time.GetUtcNow());

    // Whoever begins a training does not wait for it; the grain does, before it goes.
    private void Begin(string cause)
    {
        if (_training.IsCompleted) { _training = TrainAsync(cause, _stopping.Token); }
    }

    private async Task TrainAsync(string cause, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        try
        {
            var settings = options.CurrentValue;
            var experiences = await NewestAsync(settings.TrainingExperiencesMax, stopping);
            if (experiences.Count == 0) { return; }
            var change = _memory.Record?.ChangeSeq;
            var since = change is null ? 0 : experiences.Count(experience => experience.Seq >= change);
            var learned = since >= TrainingSchedule.SinceChangeMin ? experiences[^since..] : experiences;
            var champions = _memory.Predictor.Models.ToDictionary(model => model.Card.Target, StringComparer.Ordinal);
            var training = new StreamTrainingOptions { Training = new() { Coverage = settings.PredictionCoverage } };
            var trained = await compute.RunAsync(cancel => StreamTrainer.Train(Stream, learned, champions, training, cancel), stopping);
            await _turn.WaitAsync(stopping);
            try
            {
                var now = time.GetUtcNow();
                var record = _memory.Next(Stream, trained, new(experiences.Count, experiences[^1].Seq, change, since, cause, time.GetElapsedTime(started).TotalSeconds), now);
                await _memory.StoreAsync(ledger, record, trained, now, stopping);
            }
            finally
            {
                // What is stored is what counts, whoever stored it.
                await ReadAsync(stopping);
                _turn.Release();
            }
            _failure = null;
            metrics.Trained(cause, time.GetElapsedTime(started));
            LearningLog.Trained(log, Stream, cause, experiences.Count, trained.Count(target => target.Model is not null), time.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next activation begins anew.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _failure = $"The last training failed: {failure.Message}";
            LearningLog.TrainingFailed(log, failure, Stream, cause);
        }
        finally { budget.Spent(time.GetElapsedTime(started)); }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try { await ReadAsync(cancellation); }
        finally { _turn.Release(); }
    }

    // Everything anew, from facts alone: models, and what the newest experiences teach.
    private async Task ReadAsync(CancellationToken cancellation)
    {
        var begun = time.GetUtcNow();
        var memory = await LearnerMemory.ReadAsync(ledger, Stream, options.CurrentValue.PredictionCoverage, cancellation);
        var newest = await NewestAsync(RelearnMax, cancellation);
        var tail = new ExperienceTail();
        if (newest.Count == RelearnMax) { tail.Skip(newest[0].Seq - 1); }
        await LearnAsync(memory, newest.FindAll(experience => tail.IsNew(experience.Seq)), cancellation);
        tail.Completed(begun);
        (_memory, _tail) = (memory, tail);
    }

    private async Task LearnAsync(LearnerMemory memory, List<Experience> experiences, CancellationToken cancellation)
    {
        for (var i = 0; i < experiences.Count; i++)
        {
            if (memory.Learn(experiences[i], time.GetUtcNow()) is { } drift)
            {
                LearningLog.Drifted(log, Stream, drift.Before, drift.After, drift.Experiences);
                await memory.StoreDriftAsync(ledger, drift, time.GetUtcNow(), cancellation);
            }
            // Others have their turns in between.
            if (i % ChunkSize == ChunkSize - 1) { await Task.Yield(); }
        }
    }

    // In order of arrival. Of more than can be taken in between two looks only the newest are taught; a training reads them all.
    private async Task<List<Experience>> UnseenAsync(CancellationToken cancellation)
    {
        var unseen = new List<Experience>();
        var before = 0L;
        while (true)
        {
            var page = await ledger.ListExperiencesAsync(new() { Stream = Stream, BeforeSeq = before, Limit = PageSize }, cancellation);
            unseen.AddRange(page.Where(experience => _tail.IsNew(experience.Seq)));
            if (unseen.Count >= LookMax) { _tail.Skip(unseen[^1].Seq - 1); }
            if (page.Length < PageSize || page[^1].Seq <= _tail.Floor + 1) { break; }
            before = page[^1].Seq;
        }
        unseen.Sort((one, other) => one.Seq.CompareTo(other.Seq));
        return unseen;
    }

    // In order of arrival.
    private async Task<List<Experience>> NewestAsync(int max, CancellationToken cancellation)
    {
        var newest = new List<Experience>();
        var before = 0L;
        while (newest.Count < max)
        {
            var page = await ledger.ListExperiencesAsync(new() { Stream = Stream, BeforeSeq = before, Limit = Math.Min(PageSize, max - newest.Count) }, cancellation);
            newest.AddRange(page);
            if (page.Length < PageSize) { break; }
            before = page[^1].Seq;
        }
        newest.Reverse();
        return newest;
    }

    private StreamLearning State()
    {
        var (record, predictor) = (_memory.Record, _memory.Predictor);
        return new()
        {
            Stream = Stream,
            Targets = record?.Targets ?? [],
            Cards = [.. predictor.Models.Select(model => model.Card)],
            TrainedAt = record?.TrainedAt,
            Cause = record?.Cause,
            TrainingSeconds = record?.Seconds ?? 0,
            Reason = predictor.Models.Any(model => model.Card.Target == StreamTrainer.SuccessTarget) ? _failure : Missing(),
            Training = !_training.IsCompleted,
            SchemaVersion = predictor.SchemaVersion,
            NewExperiences = _memory.New,
            Compared = predictor.Race.Compared,
            TreesLogLoss = predictor.Race.TreesLoss,
            OnlineLogLoss = predictor.Race.OnlineLoss,
            OnlineLeads = predictor.Race.OnlineLeads,
            Drifts = record?.Drifts ?? [],
        };
    }
}
