using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace NexusActors.Optimization;

/// <summary>Answers for the machine of the silo that it runs on.</summary>
[StatelessWorker, GrainType("optimizer")]
internal sealed class OptimizerGrain(IOptionsMonitor<OptimizationOptions> options, TimeProvider time) : Grain, IOptimizerGrain
{
    /// <summary>How many periods without a sample may pass before monitoring counts as stopped.</summary>
    private const int PeriodsMissedMax = 5;

    public async Task<OptimizationStatus> StatusAsync(CancellationToken cancellation)
    {
        var settings = options.CurrentValue;
        var machine = await GrainFactory.GetGrain<ITargetGrain>(TargetKeys.Of(TargetKeys.System, settings.InstanceName)).GetAsync(cancellation);
        return new()
        {
            Machine = machine,
            MonitoringActive = settings.MonitoringEnabled && machine.LastSampleAt > time.GetUtcNow() - (PeriodsMissedMax * settings.SamplingPeriod),
        };
    }
}
