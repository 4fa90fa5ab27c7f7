using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Learning.Features;
using NexusActors.Learning.Prediction;
using NexusActors.Learning.Privacy;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>What every learner in a silo works with.</summary>
internal sealed record LearnerTools(ILedger Ledger, Pseudonyms Pseudonyms, LearningCompute Compute, TrainingBudget Budget, IOptionsMonitor<LearningOptions> Options, LearningMetrics Metrics, TimeProvider Time, ILogger<StreamLearner> Log);

/// <summary>
/// One stream's models: follows the stream, answers, and trains beside the turns of its grain. For one grain's scheduler only; its methods may interleave: what follows and what takes in a training take turns by
/// <see cref="_turn"/>.
/// </summary>
/// <param name="stream">Its name.</param>
/// <param name="tools">What it works with.</param>
internal sealed class StreamLearner(string stream, LearnerTools tools) : IDisposable
{
    private const int RelearnMax = 5_000, LookMax = 500, ChunkSize = 100;

    /// <summary>After a training that failed none begins by itself for so long.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private LearnerMemory _memory = LearnerMemory.Empty;
    private ExperienceTail _tail = new();
    private Task _training = Task.CompletedTask;
    private string? _failure;
    private bool _halfLearned;
    private int _forgotten;
    private FieldRoles _roles = FieldRoles.None;
    private DateTimeOffset _retry = DateTimeOffset.MinValue;

    /// <summary>Reads what was learned, and learns again from the newest experiences.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try { await ReadAsync(cancellation); }
        finally { _turn.Release(); }
    }

    /// <summary>Ends the training that is under way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _training;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _turn.Dispose();
    }

    /// <summary>Predicts for many.</summary>
    public async Task<ImmutableArray<PredictionReply>> PredictManyAsync(ImmutableArray<PredictionRequest> requests)
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

    /// <summary>Takes in what came since, and begins a training where one is due and there is time for it; false where one is due.</summary>
    public async Task<bool> FollowAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_halfLearned) { await ReadAsync(cancellation); }
            // Of more than can be taken in between two looks only the newest are taught; a training reads them all.
            var unseen = await ExperienceWindow.UnseenAsync(tools.Ledger, stream, _tail, LookMax, tools.Time.GetUtcNow(), cancellation);
            unseen.Reverse();
            _halfLearned = true;
            await LearnAsync(_memory, unseen.ConvertAll(_roles.Seen), cancellation);
            _halfLearned = false;
        }
        catch (NexusException conflict) when (conflict.Error == NexusError.WrongState)
        {
            await ReadAsync(cancellation);
        }
        finally { _turn.Release(); }
        if (Due() is not { } cause) { return true; }
        if (tools.Budget.MayBegin()) { Begin(cause); }
        return false;
    }

    /// <summary>Begins a training, or joins the one that is under way.</summary>
    public async Task<StreamLearning> TrainAsync(bool wait, CancellationToken cancellation)
    {
        Begin("request");
        if (wait) { await _training.WaitAsync(cancellation); }
        return State();
    }

    /// <summary>Forgets what was learned.</summary>
    public async Task ForgetAsync(string cause, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            _forgotten++;
            await ReadAsync(cancellation);
            if (_memory.Record is null) { return; }
            await _memory.StoreVoidAsync(tools.Ledger, cause, tools.Time.GetUtcNow(), cancellation);
            await ReadAsync(cancellation);
            var needed = new TrainingOptions().RowsMin;
            if ((await NewestAsync(needed, cancellation)).Count < needed)
            {
                var now = tools.Time.GetUtcNow();
                await _memory.StoreAsync(tools.Ledger, _memory.Next(stream, [], new(0, _memory.Record!.ThroughSeq, null, 0, cause, 0), now), [], now, cancellation);
                await ReadAsync(cancellation);
                return;
            }
        }
        finally { _turn.Release(); }
        Begin(cause);
    }

    /// <summary>Predicts what will come of a situation.</summary>
    public PredictionReply Predict(PredictionRequest request)
    {
        var situation = new Experience { Id = "", Stream = stream, Timestamp = request.At ?? tools.Time.GetUtcNow(), Success = false, ContextJson = request.ContextJson, ActionJson = request.ActionJson, Metrics = request.Metrics };
        try
        {
            var targets = _memory.Predictor.Predict(_roles.Seen(tools.Pseudonyms.Of(situation)), request.Explain);
            return new(targets, targets.IsEmpty ? Missing() : null, targets.IsEmpty ? null : _memory.Record!.TrainedAt) { MetricsNotUsed = [.. request.Metrics.Keys.Where(metric => !_roles.IsKnownBefore(metric))] };
        }
        catch (JsonException fault)
        {
            throw new NexusException(NexusError.Invalid, $"context or action_taken is not valid JSON: {fault.Message}", "context");
        }
    }

    private string Missing() => _failure ?? _memory.Record?.Reason
        ?? (_training.IsCompleted ? $"Not trained yet: stream '{stream}' has {_memory.Experiences} experiences that are known; at least {new TrainingOptions().RowsMin} are needed, with both outcomes among them." : "Not trained yet: the first training is under way.");

    private string? Due() => tools.Time.GetUtcNow() < _retry ? null : _memory.Record?.VoidCause is { } cause ? cause : new TrainingSchedule(tools.Options.CurrentValue.RetrainingInterval, new TrainingOptions().RowsMin).Due(_memory.History, tools.Time.GetUtcNow());

    // Whoever begins a training does not wait for it; the grain does, before it goes.
    private void Begin(string cause)
    {
        if (_training.IsCompleted) { _training = TrainAsync(cause, _stopping.Token); }
    }

    private async Task TrainAsync(string cause, CancellationToken stopping)
    {
        for (int forgotten; ; cause = _memory.Record?.VoidCause ?? cause)
        {
            forgotten = _forgotten;
            await TrainOnceAsync(cause, () => forgotten == _forgotten, stopping);
            if (forgotten == _forgotten || stopping.IsCancellationRequested) { return; }
        }
    }

    // What is forgotten meanwhile makes what was learned void.
    private async Task TrainOnceAsync(string cause, Func<bool> isValid, CancellationToken stopping)
    {
        var started = tools.Time.GetTimestamp();
        try
        {
            var settings = tools.Options.CurrentValue;
            var training = new StreamTrainingOptions { Training = new() { Coverage = settings.PredictionCoverage } };
            var (run, trained) = await tools.Compute.RunBehindAsync(TakeAsync, (read, cancel) => (read.Run, Trained: read.Learned.Count == 0 ? [] : StreamTrainer.Train(stream, read.Learned, read.Champions, training, cancel)), stopping);
            if (run.Experiences == 0) { return; }
            await _turn.WaitAsync(stopping);
            try
            {
                if (!isValid()) { return; }
                var now = tools.Time.GetUtcNow();
                var record = _memory.Next(stream, trained, run with { Seconds = tools.Time.GetElapsedTime(started).TotalSeconds }, now);
                await _memory.StoreAsync(tools.Ledger, record, trained, now, stopping);
            }
            finally
            {
                // What is stored is what counts, whoever stored it.
                try { await ReadAsync(stopping); }
                finally { _turn.Release(); }
            }
            _failure = null;
            tools.Metrics.Trained(cause, tools.Time.GetElapsedTime(started));
            LearningLog.Trained(tools.Log, stream, cause, run.Experiences, trained.Count(target => target.Model is not null), tools.Time.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next activation begins anew.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            (_failure, _retry) = ($"The last training failed: {failure.Message}", tools.Time.GetUtcNow() + RetryPause);
            LearningLog.TrainingFailed(tools.Log, failure, stream, cause);
        }
        finally { tools.Budget.Spent(tools.Time.GetElapsedTime(started)); }

        // When it is this stream's turn: what is then there.
        async Task<(TrainingRun Run, IReadOnlyList<Experience> Learned, Dictionary<string, PredictionModel> Champions)> TakeAsync(CancellationToken cancel)
        {
            started = tools.Time.GetTimestamp();
            var experiences = await NewestAsync(LearningCompute.RowsThatFit(tools.Options.CurrentValue.TrainingExperiencesMax), cancel);
            var change = _memory.Record?.ChangeSeq;
            var since = change is null ? 0 : experiences.Count(experience => experience.Seq >= change);
            var champions = (_memory.Record?.VoidCause is null ? _memory.Predictor.Models : []).ToDictionary(model => model.Card.Target, StringComparer.Ordinal);
            var run = new TrainingRun(experiences.Count, experiences.Count == 0 ? 0 : experiences[^1].Seq, change, since, cause, 0);
            return (run, since >= TrainingSchedule.SinceChangeMin ? experiences[^since..] : experiences, champions);
        }
    }

    // Everything anew, from facts alone: models, and what the newest experiences teach.
    private async Task ReadAsync(CancellationToken cancellation)
    {
        var begun = tools.Time.GetUtcNow();
        _roles = await RoleFacts.ReadAsync(tools.Ledger, stream, cancellation);
        var memory = await LearnerMemory.ReadAsync(tools.Ledger, stream, tools.Options.CurrentValue.PredictionCoverage, cancellation);
        var tail = new ExperienceTail();
        await tools.Compute.ReadMuchAsync(RelearnAsync, cancellation);
        tail.Completed(begun);
        (_memory, _tail, _halfLearned) = (memory, tail, false);

        async Task RelearnAsync(CancellationToken cancel)
        {
            var relearned = LearningCompute.RowsThatFit(RelearnMax);
            var newest = await NewestAsync(relearned, cancel);
            if (newest.Count == relearned) { tail.Skip(newest[0].Seq - 1); }
            await LearnAsync(memory, newest.FindAll(experience => tail.IsNew(experience.Seq)), cancel);
        }
    }

    private async Task LearnAsync(LearnerMemory memory, List<Experience> experiences, CancellationToken cancellation)
    {
        for (var i = 0; i < experiences.Count; i++)
        {
            if (memory.Learn(experiences[i], tools.Time.GetUtcNow()) is { } drift)
            {
                LearningLog.Drifted(tools.Log, stream, drift.Before, drift.After, drift.Experiences);
                await memory.StoreDriftAsync(tools.Ledger, drift, tools.Time.GetUtcNow(), cancellation);
            }
            // Others have their turns in between.
            if (i % ChunkSize == ChunkSize - 1) { await Task.Yield(); }
        }
    }

    // In order of arrival.
    private async Task<List<Experience>> NewestAsync(int max, CancellationToken cancellation)
    {
        var newest = await ExperienceWindow.NewerAsync(tools.Ledger, stream, after: 0, max, cancellation);
        newest.Reverse();
        return newest.ConvertAll(_roles.Seen);
    }

    /// <summary>What is known now.</summary>
    public StreamLearning State()
    {
        var (record, predictor) = (_memory.Record, _memory.Predictor);
        return new()
        {
            Stream = stream,
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
            Coverage = predictor.Coverage,
            CoverageGoal = tools.Options.CurrentValue.PredictionCoverage,
        };
    }
}
