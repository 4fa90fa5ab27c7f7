using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Optimization;

public sealed class MachineEndpointTests
{
    private static readonly string[] Measured =
    [
        "cpu_usage", "memory_usage", "disk_usage", "load_average", "network_receive_bytes_per_second", "network_transmit_bytes_per_second", "disk_read_bytes_per_second", "disk_written_bytes_per_second",
    ];

    [Fact]
    public async Task Metrics_EmbeddedFixture_TellsWhatWasMeasuredAndNothingElse()
    {
        var service = new EmbeddedFixture { Settings = ["--Nexus:Optimization:SamplingPeriod=00:00:00.100"] };
        await service.InitializeAsync();
        try
        {
            var metrics = await UntilAsync(service, metrics => metrics.TryGetProperty("cpu_usage", out var cpu) && cpu.GetProperty("count").GetInt32() >= 3);
            Assert.Empty(metrics.EnumerateObject().Select(metric => metric.Name).Except(Measured));
            foreach (var metric in metrics.EnumerateObject())
            {
                Assert.Equal(["current", "average", "min", "max", "count"], metric.Value.EnumerateObject().Select(member => member.Name));
                var (average, min, max) = (metric.Value.GetProperty("average").GetDouble(), metric.Value.GetProperty("min").GetDouble(), metric.Value.GetProperty("max").GetDouble());
                Assert.True(min <= average && average <= max && min >= 0, metric.ToString());
                if (metric.Name.EndsWith("_usage", StringComparison.Ordinal)) { Assert.True(max <= 100, metric.ToString()); }
            }

            var status = (await service.Optimization.GetAsync("/optimization/status")).Ok();
            Assert.Equal(
                ["optimization_running", "performance_metrics", "system_health", "optimization_history_count", "active_enhancements", "last_optimization", "monitoring_active", "timestamp"],
                status.EnumerateObject().Select(member => member.Name));
            Assert.False(status.GetProperty("optimization_running").GetBoolean());
            Assert.True(status.GetProperty("monitoring_active").GetBoolean());
            Assert.Equal(["cpu", "memory", "storage"], status.GetProperty("system_health").EnumerateObject().Select(part => part.Name).Order());
            Assert.All(status.GetProperty("system_health").EnumerateObject(), part => Assert.Matches("^(ok|warning|critical)$", part.Value.GetProperty("state").GetString()));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task Status_MonitoringSwitchedOff_SaysSoAndInventsNothing()
    {
        var service = new EmbeddedFixture { Settings = ["--Nexus:Optimization:MonitoringEnabled=false"] };
        await service.InitializeAsync();
        try
        {
            var status = (await service.Optimization.GetAsync("/optimization/status")).Ok();
            Assert.False(status.GetProperty("monitoring_active").GetBoolean());
            Assert.Equal("{}", status.GetProperty("performance_metrics").GetRawText());
            Assert.Equal("{}", status.GetProperty("system_health").GetRawText());
            await (await service.Optimization.PostAsync("/optimization/start", "")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    private static async Task<JsonElement> UntilAsync(EmbeddedFixture service, Func<JsonElement, bool> seen)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            var metrics = (await service.Optimization.GetAsync("/performance/metrics")).Ok().GetProperty("metrics");
            if (seen(metrics)) { return metrics; }
            Assert.True(DateTime.UtcNow < deadline, $"after 30 s there was only {metrics}");
            await Task.Delay(20);
        }
    }
}
