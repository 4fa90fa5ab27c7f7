using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NexusActors.Optimization;

/// <summary>Samples the machine of this silo each period, from the start of the host until it stops, and sends each tick to the machine's target.</summary>
internal sealed class MachineSampler(
    Func<string, ITargetGrain> target, MachineProbe probe, IOptions<OptimizationOptions> options, OptimizationMetrics metrics,
    TimeProvider time, IHostApplicationLifetime host, ILogger<MachineSampler> logger) : BackgroundService
{
    private MachineReading? _before;
    private long _readAt;
    private int _failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        if (!settings.MonitoringEnabled) { return; }
        if (!probe.IsSupported)
        {
            OptimizationLog.SamplingUnsupported(logger, probe.Root);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, host.ApplicationStopping);
        try
        {
            await StartedAsync(ending.Token);
            var key = TargetKeys.Of(TargetKeys.System, settings.InstanceName);
            OptimizationLog.SamplingStarted(logger, key, settings.SamplingPeriod);
            using var timer = new PeriodicTimer(settings.SamplingPeriod, time);
            do
            {
                await TickAsync(target(key), settings.SamplingPeriod, ending.Token);
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            // The host stops, and what was under way breaks off with it.
        }
    }

    /// <summary>Grains answer only once the host has started.</summary>
    private async Task StartedAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = host.ApplicationStarted.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), started);
        await started.Task.WaitAsync(cancellation);
    }

    /// <summary>One tick. Whatever goes wrong, the next one tries again: the loop must outlive a full disk, a missing file and a restarting silo.</summary>
    private async Task TickAsync(ITargetGrain grain, TimeSpan period, CancellationToken cancellation)
    {
        try
        {
            var now = time.GetTimestamp();
            var reading = probe.Read();
            var samples = reading.Samples(_before, time.GetElapsedTime(_readAt, now).TotalSeconds, time.GetUtcNow());
            (_before, _readAt) = (reading, now);
            await grain.RecordAsync(samples, cancellation);
            if (_failures > 0) { OptimizationLog.SamplingRecovered(logger, _failures); }
            _failures = 0;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            metrics.SamplingFailed();
            if (_failures++ == 0) { OptimizationLog.SamplingFailed(logger, exception, period); }
        }
    }
}
