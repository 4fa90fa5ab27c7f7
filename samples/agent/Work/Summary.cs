using System.Text.Json;
using System.Text.Json.Nodes;

namespace NexusActors.Samples.Agent;

/// <summary><c>{"kind":"summary"}</c>: reads what the task's parents brought and says in numbers whether all is well.</summary>
internal sealed class Summary : IWork
{
    public string Kind => "summary";

    public Task<JsonObject> RunAsync(WorkOrder order, CancellationToken cancellation)
    {
        var latencies = new List<double>();
        var findings = new JsonArray();
        var good = 0;
        foreach (var parent in order.Parents)
        {
            var result = parent.Result is { ValueKind: JsonValueKind.Object } given ? given : default;
            var ok = parent.Status == "completed" && result.ValueKind == JsonValueKind.Object && result.TryGetProperty("ok", out var said) && said.ValueKind == JsonValueKind.True;
            good += ok ? 1 : 0;
            if (result.ValueKind == JsonValueKind.Object && result.TryGetProperty("latency_ms", out var latency) && latency.TryGetDouble(out var ms))
            {
                latencies.Add(ms);
            }
            findings.Add(new JsonObject { ["task_id"] = parent.TaskId, ["status"] = parent.Status, ["ok"] = ok });
        }
        var summary = new JsonObject
        {
            ["kind"] = Kind,
            ["ok"] = good == order.Parents.Count,
            ["verdict"] = good == order.Parents.Count ? "ready" : "not ready",
            ["checks"] = order.Parents.Count,
            ["passed"] = good,
            ["findings"] = findings,
        };
        if (latencies.Count > 0)
        {
            summary["latency_ms_max"] = latencies.Max();
        }
        return Task.FromResult(summary);
    }
}
