using System.Text.Json;

namespace NexusActors.Samples.Agent;

public sealed class SummaryTests
{
    [Fact]
    public async Task Run_ParentsGoodAndBad_CountsThem()
    {
        var good = new ParentOutcome { TaskId = "a", Status = "completed", Result = JsonElement.Parse("""{"ok":true,"latency_ms":4.5}""") };
        var odd = new ParentOutcome { TaskId = "b", Status = "completed", Result = JsonElement.Parse("[1]") };
        var failed = new ParentOutcome { TaskId = "c", Status = "failed" };

        var result = await new Summary().RunAsync(Orders.Of("{}", good, odd, failed), CancellationToken.None);

        Assert.Equal((3, 1, "not ready", 4.5), ((int?)result["checks"], (int?)result["passed"], (string?)result["verdict"], (double?)result["latency_ms_max"]));
    }
}
