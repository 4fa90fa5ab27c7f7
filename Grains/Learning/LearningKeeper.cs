using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>Tells the learner of a stream that there are new experiences, or that it is time, from facts alone. Runs in every silo; what two do at once is done once.</summary>
internal sealed class LearningKeeper(ILedger ledger, IGrainFactory grains, IOptionsMonitor<LearningOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<LearningKeeper> log) : BackgroundService
{
    private readonly Dictionary<string, (long Newest, DateTimeOffset At)> _told = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStartedAsync(stoppingToken)) { return; }
        using var timer = new PeriodicTimer(options.CurrentValue.FollowPeriod, time);
        do
        {
            try { await LookAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception exception) when (QueueWriter.IsPassing(exception)) { LearningLog.KeeperFailed(log, exception); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var open in ledger.AllDocumentsAsync(ErasureFacts.OpenKind, cancellation)) { await grains.GetGrain<IErasureGrain>(open.Id).ResumeAsync(cancellation); }
        // After a start, streams that nothing came to since their training need not be woken.
        if (_told.Count == 0) { foreach (var trained in (await ledger.TrainedStreamsAsync(cancellation)).Where(trained => trained.VoidCause is null)) { _told.Add(trained.Stream, (trained.ThroughSeq, trained.TrainedAt)); } }
        foreach (var (stream, newest) in await ledger.ExperienceStreamsAsync(cancellation))
        {
            var isTime = !_told.TryGetValue(stream, out var told) || told.Newest != newest || now - told.At >= options.CurrentValue.RetrainingInterval;
            if (!isTime) { continue; }
            if (await FollowAsync(stream, cancellation)) { _told[stream] = (newest, now); }
        }
    }

    /// <summary>Tells both of a stream; false where one could not be told, or has something left to do. What is wrong with one stream is no reason to pass over the others.</summary>
    private async Task<bool> FollowAsync(string stream, CancellationToken cancellation)
    {
        try
        {
            var settled = await grains.GetGrain<IStreamLearnerGrain>(stream).FollowAsync(cancellation);
            await grains.GetGrain<IStreamRulesGrain>(stream).FollowAsync(cancellation);
            return settled;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LearningLog.StreamNotFollowed(log, exception, stream);
            return false;
        }
    }
}
