using CsCheck;

namespace NexusActors.Optimization;

public sealed class ComponentScaleTests
{
    private static MetricSummary At(double current, double average) => new(current, average, Math.Min(current, average), Math.Max(current, average), 2);

    [Theory]
    [InlineData(79.9, HealthState.Ok)]
    [InlineData(80, HealthState.Warning)]
    [InlineData(94.9, HealthState.Warning)]
    [InlineData(95, HealthState.Critical)]
    public void Judge_Thresholds_BelongToTheWorseState(double used, HealthState state) =>
        Assert.Equal(new ComponentHealth(used, state), ComponentScale.Judge(new Dictionary<string, MetricSummary> { [MetricNames.MemoryUsage] = At(used, 0) }, 80, 95)["memory"]);

    [Fact]
    public void Judge_ShortBurstOfTheProcessor_IsNoFault() =>
        Assert.Equal(HealthState.Ok, ComponentScale.Judge(new Dictionary<string, MetricSummary> { [MetricNames.CpuUsage] = At(100, 30) }, 80, 95)["cpu"].State);

    [Fact]
    public void Judge_NothingMeasured_JudgesNothing() => Assert.Empty(ComponentScale.Judge(new Dictionary<string, MetricSummary>(), 80, 95));

    [Fact]
    public void Judge_MoreUsed_IsNeverBetter() =>
        Gen.Select(Gen.Double[0, 100], Gen.Double[0, 100]).Sample((a, b) =>
        {
            HealthState State(double used) => ComponentScale.Judge(new Dictionary<string, MetricSummary> { [MetricNames.DiskUsage] = At(used, used) }, 80, 95)["storage"].State;
            return State(Math.Min(a, b)) <= State(Math.Max(a, b));
        });
}
