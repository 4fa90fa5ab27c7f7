using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NexusActors.Learning.Privacy;

namespace NexusActors.Coordination;

/// <summary>Registration of the coordination room.</summary>
public static class CoordinationServices
{
    /// <summary>Adds what the coordination grains need. The ledger, TimeProvider and meters are the host's to add.</summary>
    public static IServiceCollection AddCoordination(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<CoordinationOptions>().BindConfiguration(CoordinationOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CoordinationOptions>, CoordinationOptionsFieldValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CoordinationOptions>, CoordinationOptionsValidator>());
        services.TryAddSingleton<CoordinationMetrics>();
        services.TryAddSingleton<LeaseTokens>();
        services.TryAddSingleton<IAgentFit, UnknownFit>();
        services.TryAddSingleton(Pseudonyms.None);
        services.TryAddSingleton<ITaskRules, NoTaskRules>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<QueueRoutes>();
        services.TryAddSingleton<QueueTools>();
        services.AddPlacementDirector<SpreadPlacement, SpreadPlacementDirector>();
        services.AddHostedService<CoordinationKeeper>();
        return services;
    }
}
