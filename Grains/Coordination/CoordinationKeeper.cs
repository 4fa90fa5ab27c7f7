using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// Keeps queues awake and finds silent agents, from facts alone: after a start or a move every queue that was made is loaded and goes on, and an agent's silence is seen though its grain sleeps.
/// Runs in every silo; what two do at once is done once.
/// </summary>
internal sealed class CoordinationKeeper(ILedger ledger, IGrainFactory grains, IOptions<CoordinationOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<CoordinationKeeper> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.HasStartedAsync(stoppingToken)) { return; }
        var started = time.GetUtcNow();
        using var timer = new PeriodicTimer(options.Value.SilenceCheckPeriod, time);
        do
        {
            try
            {
                await KeepQueuesAsync(stoppingToken);
                // Nobody could give a sign of life while the service was down.
                if (time.GetUtcNow() - started >= options.Value.AgentSilenceLimit) { await CheckSilenceAsync(stoppingToken); }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception exception) when (QueueWriter.IsPassing(exception)) { CoordinationLog.KeeperFailed(log, exception); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task KeepQueuesAsync(CancellationToken cancellation)
    {
        if (await ledger.FindQueueAsync(QueueNames.Default, cancellation) is null) { await grains.GetGrain<IQueueGrain>(QueueNames.Default).EnsureAsync(cancellation); }
        foreach (var (name, _) in await ledger.QueuesAsync(cancellation)) { await grains.GetGrain<IQueueGrain>(name).EnsureAsync(cancellation); }
    }

    private async Task CheckSilenceAsync(CancellationToken cancellation)
    {
        foreach (var agent in await ledger.SilentAgentsAsync(time.GetUtcNow() - options.Value.AgentSilenceLimit, cancellation)) { await grains.GetGrain<IAgentGrain>(agent).CheckSilenceAsync(cancellation); }
    }
}
