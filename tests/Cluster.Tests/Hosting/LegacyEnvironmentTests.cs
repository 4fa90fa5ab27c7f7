using Microsoft.Extensions.Configuration;
using NexusActors.Coordination;
using NexusActors.Learning;
using NexusActors.Optimization;
using NexusActors.Processes;

namespace NexusActors.Hosting;

/// <summary>Environment variables of the original system.</summary>
public sealed class LegacyEnvironmentTests
{
    private static readonly Dictionary<string, string> Set = new()
    {
        ["COORDINATION_INTERVAL"] = "2.5",
        ["MAX_TASK_RETRIES"] = "7",
        ["TASK_TIMEOUT"] = "7200",
        ["LEARNING_RATE"] = "0.25",
        ["ADAPTATION_THRESHOLD"] = "0.9",
        ["MONITORING_ENABLED"] = "0",
        ["REDIS_HOST"] = "redis",
        ["POSTGRES_PASSWORD"] = "secret",
    };

    [Fact]
    public void Load_NamesThatStandForSettings_ReachTheOptions()
    {
        var legacy = Environment(Set);
        var configuration = new ConfigurationBuilder().Add(legacy).Build();
        var coordination = configuration.GetSection(CoordinationOptions.Section).Get<CoordinationOptions>()!;
        Assert.Equal(TimeSpan.FromSeconds(2.5), coordination.CoordinationInterval);
        Assert.Equal(7, coordination.MaxTaskRetries);
        Assert.Equal(TimeSpan.FromHours(2), coordination.TaskTimeout);
        var learning = configuration.GetSection(LearningOptions.Section).Get<LearningOptions>()!;
        Assert.Equal((0.25, 0.9), (learning.LearningRate, learning.AdaptationThreshold));
        Assert.False(configuration.GetSection(OptimizationOptions.Section).Get<OptimizationOptions>()!.MonitoringEnabled);
        Assert.Empty(legacy.Faults);
    }

    [Fact]
    public void Load_NamesWithoutEffect_AreNamedWithoutTheirValues()
    {
        var legacy = Environment(Set);
        legacy.Load();
        Assert.Equal(["REDIS_HOST", "POSTGRES_PASSWORD"], legacy.WithoutEffect);
    }

    [Theory]
    [InlineData("TASK_TIMEOUT", "an hour")]
    [InlineData("TASK_TIMEOUT", "-1")]
    [InlineData("TASK_TIMEOUT", "1e300")]
    [InlineData("COORDINATION_INTERVAL", "NaN")]
    [InlineData("MAX_TASK_RETRIES", "three")]
    [InlineData("MONITORING_ENABLED", "perhaps")]
    public void Load_ValueThatCannotBeRead_IsAFaultThatNamesTheVariable(string variable, string value)
    {
        var legacy = Environment(new() { [variable] = value });
        legacy.Load();
        Assert.StartsWith($"{variable} = \"{value}\": must be ", Assert.Single(legacy.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ThatStandForSettings_NameSettingsThatExist() =>
        Assert.All(LegacyEnvironment.Names.Where(name => name.Setting is not null), name => Assert.Contains(SettingsCatalog.All, setting => setting.Key == name.Setting));

    [Fact]
    public void Build_AliasAndSetting_TheSettingWins()
    {
        var configuration = new ConfigurationBuilder()
            .Add(Environment(Set))
            .AddInMemoryCollection([new("Nexus:Coordination:MaxTaskRetries", "2")])
            .Build();
        Assert.Equal(2, configuration.GetSection(CoordinationOptions.Section).Get<CoordinationOptions>()!.MaxTaskRetries);
    }

    [Fact]
    public async Task Start_ValueOutOfRangeOrUnreadable_IsRefusedByName()
    {
        using var place = new SiloPlace();
        await using var silo = SiloProcess.Launch(place, environment: new Dictionary<string, string?> { ["TASK_TIMEOUT"] = "soon", ["LEARNING_RATE"] = "2" });
        Assert.Equal(ExitCode.CannotStart, await silo.WaitExitAsync());
        Assert.Contains("TASK_TIMEOUT = \"soon\": must be a number of seconds.", silo.Errors, StringComparison.Ordinal);
        Assert.Contains("Nexus:Learning:LearningRate = \"2\" (from LEARNING_RATE): must be between", silo.Errors, StringComparison.Ordinal);
    }

    private static LegacyEnvironment Environment(Dictionary<string, string> values) => new(values.GetValueOrDefault);
}
