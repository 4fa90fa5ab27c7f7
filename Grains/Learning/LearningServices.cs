using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NexusActors.Coordination;

namespace NexusActors.Learning;

/// <summary>Adds the learning room to a silo.</summary>
public static class LearningServices
{
    /// <summary>Adds options (validated at start) and metrics; the grains are found by Orleans. The host adds the ledger.</summary>
    public static IServiceCollection AddLearning(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<LearningOptions>().BindConfiguration(LearningOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LearningOptions>, LearningOptionsFieldValidator>());
        services.AddOptionsWithValidateOnStart<PatternOptions>().BindConfiguration(PatternOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PatternOptions>, PatternOptionsFieldValidator>());
        services.AddOptionsWithValidateOnStart<RuleOptions>().BindConfiguration(RuleOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RuleOptions>, RuleOptionsFieldValidator>());
        services.AddOptionsWithValidateOnStart<PrivacyOptions>().BindConfiguration(PrivacyOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PrivacyOptions>, PrivacyOptionsValidator>());
        services.Replace(ServiceDescriptor.Singleton(provider => provider.GetRequiredService<IOptions<PrivacyOptions>>().Value.ToPseudonyms()));
        services.AddOptionsWithValidateOnStart<NeighbourOptions>().BindConfiguration(NeighbourOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NeighbourOptions>, NeighbourOptionsFieldValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LearningMetrics>();
        services.TryAddSingleton<LearningCompute>();
        services.TryAddSingleton<IOutcomeEstimates, ModelEstimates>();
        services.TryAddSingleton<DecisionMaker>();
        services.TryAddSingleton<TrainingBudget>();
        services.TryAddSingleton<InductionBudget>();
        services.TryAddSingleton<RuleInducing>();
        services.TryAddSingleton<LearnerTools>();
        services.TryAddSingleton<NeighbourTools>();
        services.AddHostedService<LearningKeeper>();
        services.TryAddSingleton<IMetricReadings, OptimizerReadings>();
        services.AddSingleton<AgentFit>();
        services.Replace(ServiceDescriptor.Singleton<IAgentFit>(provider => provider.GetRequiredService<AgentFit>()));
        services.AddHostedService(provider => provider.GetRequiredService<AgentFit>());
        services.AddSingleton<RuleUsage>();
        services.AddHostedService(provider => provider.GetRequiredService<RuleUsage>());
        services.AddSingleton<RulesAtHand>();
        services.Replace(ServiceDescriptor.Singleton<ITaskRules>(provider => provider.GetRequiredService<RulesAtHand>()));
        services.AddHostedService(provider => provider.GetRequiredService<RulesAtHand>());
        return services;
    }
}
