namespace NexusActors.Optimization;

public sealed class MachineReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly MachineReading Before = new()
    {
        Cpu = new(100, 1000),
        MemoryUsedPercent = 20,
        Network = [new("eth0", 1000, 500), new("gone0", 9, 9), new("reset0", 5000, 5000)],
        Disks = [new("vda", 0, 4096)],
    };

    private static readonly MachineReading After = new()
    {
        Cpu = new(150, 1200),
        MemoryUsedPercent = 21,
        DiskUsedPercent = 15,
        LoadAverage = 0.5,
        Network = [new("eth0", 3000, 1500), new("new0", 70_000, 70_000), new("reset0", 0, 0)],
        Disks = [new("vda", 512, 4096)],
    };

    [Fact]
    public void Samples_SecondReading_GivesSharesLevelsAndRates()
    {
        var samples = After.Samples(Before, seconds: 2, Now);

        Assert.All(samples, sample => Assert.Equal(Now, sample.At));
        Assert.Equal(
            new Dictionary<string, double>
            {
                [MetricNames.CpuUsage] = 25,
                [MetricNames.MemoryUsage] = 21,
                [MetricNames.DiskUsage] = 15,
                [MetricNames.LoadAverage] = 0.5,
                [MetricNames.NetworkReceive] = 1000,
                [MetricNames.NetworkTransmit] = 500,
                [MetricNames.DiskRead] = 256,
                [MetricNames.DiskWritten] = 0,
            },
            samples.ToDictionary(sample => sample.Metric, sample => sample.Value));
    }

    [Fact]
    public void Samples_FirstReading_GivesLevelsAlone() =>
        Assert.Equal([MetricNames.MemoryUsage, MetricNames.DiskUsage, MetricNames.LoadAverage], After.Samples(null, 0, Now).Select(sample => sample.Metric));

    [Fact]
    public void Samples_NothingShown_IsEmpty() => Assert.Empty(new MachineReading().Samples(new MachineReading(), 1, Now));

    [Fact]
    public void Samples_NoTickPassed_GivesNoProcessorShare() =>
        Assert.DoesNotContain(MetricNames.CpuUsage, After.Samples(After, 1, Now).Select(sample => sample.Metric));
}
