using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NexusActors.Learning;

namespace NexusActors.Optimization;

public sealed class OptimizationOptionsTests
{
    private static TOptions Read<TOptions>(params (string Key, string Value)[] settings) where TOptions : class => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build())
        .AddLearning().AddOptimization().BuildServiceProvider().GetRequiredService<IOptions<TOptions>>().Value;

    [Fact]
    public void Options_NothingSet_AreTheDocumentedDefaults()
    {
        var optimization = Read<OptimizationOptions>();
        Assert.True(optimization.MonitoringEnabled);
        Assert.Equal(TimeSpan.FromSeconds(1), optimization.SamplingPeriod);
        Assert.Equal((0.1, 0.8), (Read<LearningOptions>().LearningRate, Read<LearningOptions>().AdaptationThreshold));
    }

    [Fact]
    public void Options_SeveralFaults_AreReportedTogether()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read<OptimizationOptions>(
            ("Nexus:Optimization:SamplingPeriod", "00:00:00.010"), ("Nexus:Optimization:WarningPercent", "95"), ("Nexus:Optimization:CriticalPercent", "90")));
        Assert.Contains("SamplingPeriod", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WarningPercent: must be below CriticalPercent", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nexus:Learning:LearningRate", "0")]
    [InlineData("Nexus:Learning:LearningRate", "NaN")]
    [InlineData("Nexus:Learning:LearningRate", "1.1")]
    [InlineData("Nexus:Learning:AdaptationThreshold", "-0.1")]
    public void LearningOptions_OutOfBounds_AreRefused(string key, string value) => Assert.Throws<OptionsValidationException>(() => Read<LearningOptions>((key, value)));
}
