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
        ["RETRAINING_INTERVAL"] = "12",
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
        Assert.Equal((0.25, 0.9, TimeSpan.FromHours(12)), (learning.LearningRate, learning.AdaptationThreshold, learning.RetrainingInterval));
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

    [Fact]
    public void Load_ClusterMode_PutsConnectionStringsTogether()
    {
        var legacy = new LegacyEnvironment(new Dictionary<string, string>
        {
            ["POSTGRES_HOST"] = "db",
            ["POSTGRES_PASSWORD"] = "a;b=\"c'",
            ["REDIS_PORT"] = "6380",
        }.GetValueOrDefault, cluster: true);
        var configuration = new ConfigurationBuilder().Add(legacy).Build();
        var postgres = new Npgsql.NpgsqlConnectionStringBuilder(configuration["Nexus:Postgres:ConnectionString"]);
        Assert.Equal(("db", 5432, "nexus_architect", "nexus_user", "a;b=\"c'"), (postgres.Host, postgres.Port, postgres.Database, postgres.Username, postgres.Password));
        Assert.Equal("localhost:6380", configuration["Nexus:Redis:ConnectionString"]);
        Assert.Empty(legacy.WithoutEffect);
        Assert.Equal("POSTGRES_HOST, POSTGRES_PASSWORD", legacy.VariableOf("Nexus:Postgres:ConnectionString", configuration["Nexus:Postgres:ConnectionString"]!));
    }

    [Fact]
    public void Load_ClusterModeAndNothingSet_LeavesConnectionStringsToBeRequired()
    {
        var legacy = new LegacyEnvironment(_ => null, cluster: true);
        Assert.Null(new ConfigurationBuilder().Add(legacy).Build()["Nexus:Postgres:ConnectionString"]);
    }

    [Theory]
    [InlineData("POSTGRES_PORT", "five")]
    [InlineData("REDIS_PORT", "70000")]
    public void Load_ClusterModeAndNoPort_IsAFaultThatNamesTheVariable(string variable, string value)
    {
        var legacy = new LegacyEnvironment(name => name == variable ? value : null, cluster: true);
        legacy.Load();
        Assert.StartsWith($"{variable} = \"{value}\": must be a port", Assert.Single(legacy.Faults), StringComparison.Ordinal);
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
        Assert.All(LegacyEnvironment.Names.Where(name => name.Setting is not null), name => Assert.Contains(SiloSettings.Catalog.All, setting => setting.Key == name.Setting));

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
