using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace NexusActors.Optimization;

/// <summary>Adds the optimization room to a silo.</summary>
public static class OptimizationServices
{
    /// <summary>Adds options (validated at start), metrics and the sampler of this machine; the grains are found by Orleans.</summary>
    public static IServiceCollection AddOptimization(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<OptimizationOptions>().BindConfiguration(OptimizationOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OptimizationOptions>, OptimizationOptionsFieldValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OptimizationOptions>, OptimizationOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OptimizationMetrics>();
        services.TryAddSingleton(provider => new MachineProbe("/proc", provider.GetRequiredService<IOptions<OptimizationOptions>>().Value.DiskPath));
        services.AddHostedService(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return ActivatorUtilities.CreateInstance<MachineSampler>(provider, (Func<string, ITargetGrain>)(key => grains.GetGrain<ITargetGrain>(key)));
        });
        return services;
    }
}
