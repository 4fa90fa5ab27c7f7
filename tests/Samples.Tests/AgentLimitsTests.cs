using System.Text.Json;

namespace NexusActors.Samples.Agent;

public sealed class AgentLimitsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_WhatIsLeftOut_HasItsDefault()
    {
        var limits = AgentLimits.Read(_folder.File("limits.json", """{"checksum_root":"below","commands":{"x":{"file":"echo"}}}"""));

        Assert.Equal(Path.Combine(_folder.Path, "below"), limits.ChecksumRoot);
        Assert.Equal(new AgentLimits().HttpHosts, limits.HttpHosts);
        Assert.Equal((60, 16_384, false), (limits.Commands["x"].TimeoutSeconds, limits.Commands["x"].OutputBytesMax, limits.Commands["x"].MoreArguments));
        Assert.Empty(limits.Commands["x"].Arguments);
    }

    [Fact]
    public void Answers_WhatIsLeftOut_IsEmptyAndNotNull()
    {
        Assert.Empty(JsonSerializer.Deserialize("{}", WireJson.Default.LeaseAnswer)!.Leases);
        Assert.Empty(JsonSerializer.Deserialize("{}", WireJson.Default.HeartbeatAnswer)!.Held);
        Assert.Empty(JsonSerializer.Deserialize("{}", WireJson.Default.HeartbeatAnswer)!.Orders);
        Assert.Empty(JsonSerializer.Deserialize("{}", WireJson.Default.HeartbeatAnswer)!.LostLeases);
        Assert.Empty(JsonSerializer.Deserialize("""{"task_id":"t","lease_token":"k"}""", WireJson.Default.Lease)!.Parents);
    }
}
