using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Contract;

/// <summary>What only a request can change: how many tasks, agents and experiences there are, and how queues are set.</summary>
internal sealed record Facts(long Tasks, int Agents, long Experiences, string Queues)
{
    public static async Task<Facts> ReadAsync(EmbeddedFixture service)
    {
        var status = (await service.Coordination.GetAsync("/coordination/status")).Ok();
        var learning = (await service.All[1].GetAsync("/learning/status")).Ok();
        var queues = (await service.Coordination.GetAsync("/queues")).Ok().GetProperty("queues").EnumerateObject();
        return new(
            status.GetProperty("total_tasks").GetInt64(),
            status.GetProperty("total_agents").GetInt32(),
            learning.GetProperty("total_experiences").GetInt64(),
            string.Join('\n', queues.Select(queue => $"{queue.Name} {Setting(queue, "max_length")} {Setting(queue, "paused")} {Setting(queue, "default_key")} {Setting(queue, "keys")}").Order(StringComparer.Ordinal)));
    }

    private static string Setting(JsonProperty queue, string name) => queue.Value.GetProperty(name).GetRawText();
}
