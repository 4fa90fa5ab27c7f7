namespace NexusActors.Learning.Plans;

/// <summary>Criteria beside measured values.</summary>
public sealed class CriterionTrackingTests
{
    private static readonly Dictionary<string, MeasuredMetric> Measured = new()
    {
        ["cpu_usage"] = new(80, 60, 300),
        ["load_average"] = new(1.5, 2.5, 300),
        ["network_receive_bytes_per_second"] = new(2_000_000, 500_000, 300),
        ["response_time"] = new(0.5, 0.5, 300),
    };

    [Theory]
    [InlineData("cpu_usage < 80%", 0.8, "1", false, true)]
    [InlineData("CPU usage at most 80 %", 0.8, "1", true, true)]
    [InlineData("cpu below 90", 90, "%", true, true)]
    [InlineData("cpu_usage < 70", 70, "%", false, true)]
    [InlineData("load_average <= 2", 2, "1", true, false)]
    [InlineData("network-receive-bytes-per-second < 1 MB/s", 1e6, "By/s", false, true)]
    public void Compare_MetricThatIsMeasured_TellsWhetherItHolds(string text, double target, string unit, bool holds, bool onAverage)
    {
        var view = CriterionTracking.Compare("g", text, Measured);
        Assert.Equal((target, unit, holds, onAverage, null), (view.Target!.Value, view.Unit, view.Holds!.Value, view.HoldsOnAverage!.Value, view.Reason));
        Assert.Equal(300, view.Samples);
    }

    [Theory]
    [InlineData("customers are happy", "people must judge")]
    [InlineData("availability >= 99.9%", "no metric 'availability' is measured")]
    [InlineData("cpu_usage < 1s", "'s' is no unit of 'cpu_usage'")]
    [InlineData("response_time < 1s", "the unit of 'response_time' is not known")]
    public void Compare_WhatCannotBeTold_SaysWhy(string text, string reason)
    {
        var view = CriterionTracking.Compare("g", text, Measured);
        Assert.Contains(reason, view.Reason, StringComparison.Ordinal);
        Assert.Equal((null, null, null), (view.Holds, view.HoldsOnAverage, view.Latest));
    }

    [Fact]
    public void Compare_UnknownUnitButPlainNumber_ComparesAsItIs() => Assert.True(CriterionTracking.Compare("g", "response_time < 1", Measured).Holds);
}
