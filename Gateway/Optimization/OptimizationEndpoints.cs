using NexusActors.Http;

namespace NexusActors.Optimization;

/// <summary>The optimizer over HTTP.</summary>
internal static class OptimizationEndpoints
{
    /// <summary>Maps its routes onto its port.</summary>
    public static RouteGroupBuilder MapOptimization(this IEndpointRouteBuilder routes, int port)
    {
        var api = routes.MapGroup("").OnPort(port).WithGroupName(ServedApi.Optimization).WithTags("Optimization");
        api.MapGet("/optimization/status", StatusAsync)
            .Named("GetOptimizationStatus", "Say what runs and how the machine is").Refuses();
        api.MapGet("/performance/metrics", MetricsAsync)
            .Named("GetPerformanceMetrics", "Sum up the last five minutes of the machine", "cpu_usage, memory_usage and disk_usage in per cent; network and disk in bytes per second; load_average over one minute.").Refuses();
        return api;
    }

    private static async Task<JsonReply<OptimizationStatusResponse>> StatusAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        new(OptimizationStatusResponse.From(await Optimizer(grains).StatusAsync(cancellation), time.GetUtcNow()), OptimizationJson.Wire.OptimizationStatusResponse);

    private static async Task<JsonReply<MetricsResponse>> MetricsAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var machine = (await Optimizer(grains).StatusAsync(cancellation)).Machine;
        return new(
            new() { Metrics = MetricResponse.From(machine.Metrics), Service = machine.Service, Instance = machine.Instance, Timestamp = time.GetUtcNow() },
            OptimizationJson.Wire.MetricsResponse);
    }

    private static IOptimizerGrain Optimizer(IGrainFactory grains) => grains.GetGrain<IOptimizerGrain>(0);
}
