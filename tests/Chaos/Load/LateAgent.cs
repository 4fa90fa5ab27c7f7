using System.Net;
using System.Text.Json.Nodes;
using NexusActors.Samples.Agent;

namespace NexusActors.Chaos.Load;

/// <summary>
/// An agent that takes a task, falls silent until another has ended it, and then completes it all the same: it must be told 409 and how the task ended.
/// </summary>
internal sealed class LateAgent(Registration registration, Caller caller, Journal journal, Notebook notebook, TimeSpan leaseTime)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), PollPeriod = TimeSpan.FromMilliseconds(500);
    private int _refused;

    /// <summary>Late completions that were refused as they must be.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await caller.PostAsync("agents", new JsonObject
            {
                ["id"] = registration.Id,
                ["agent_type"] = registration.AgentType,
                ["name"] = registration.Name,
                ["capabilities"] = new JsonArray([.. registration.Capabilities.Select(capability => JsonValue.Create(capability))]),
                ["max_capacity"] = registration.MaxCapacity,
                ["mode"] = registration.Mode,
                ["queues"] = new JsonArray([.. registration.Queues.Select(queue => JsonValue.Create(queue))]),
            }.ToJsonString(), stop);
            while (true)
            {
                if (!await TakeOneAsync(stop)) { await Task.Delay(PollPeriod, stop); }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<bool> TakeOneAsync(CancellationToken stop)
    {
        var answer = await caller.PostAsync($"agents/{registration.Id}/leases", """{"max":1,"wait_seconds":1}""", stop);
        if (answer.Status != HttpStatusCode.OK) { return false; }
        var lease = answer.Json.GetProperty("leases")[0];
        var line = new JournalLine { Event = JournalEvents.Leased, Task = lease.GetProperty("task_id").GetString(), Attempt = lease.GetProperty("attempt").GetInt32(), Token = lease.GetProperty("lease_token").GetString(), GoodForNs = (lease.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow).Ticks * TimeSpan.NanosecondsPerTick };
        journal.Write(line);
        await Task.Delay(leaseTime, stop);
        if (await EndOfAsync(line.Task!, stop) is { } end) { await CompleteAsync(line, end, stop); }
        return true;
    }

    /// <summary>How it ended; null when it has not after a long time.</summary>
    private async Task<(string Status, string Result)?> EndOfAsync(string task, CancellationToken stop)
    {
        for (var until = notebook.Time.Now + Patience.TotalSeconds; notebook.Time.Now < until; await Task.Delay(PollPeriod, stop))
        {
            var answer = await caller.GetAsync($"tasks/{task}", stop);
            if (answer.Status != HttpStatusCode.OK) { continue; }
            var json = answer.Json;
            if (json.GetProperty("status").GetString() is ("completed" or "failed" or "cancelled") and var status)
            {
                return (status, json.TryGetProperty("result", out var result) ? result.GetRawText() : "null");
            }
        }
        return null;
    }

    private async Task CompleteAsync(JournalLine lease, (string Status, string Result) end, CancellationToken stop)
    {
        journal.Write(lease with { Event = JournalEvents.Sent, GoodForNs = null, Outcome = "complete" });
        var answer = await caller.PostAsync($"tasks/{lease.Task}/complete", new JsonObject { ["agent_id"] = registration.Id, ["lease_token"] = lease.Token, ["result"] = new JsonObject { ["late"] = true } }.ToJsonString(), stop);
        if (answer.IsSuccess)
        {
            journal.Write(lease with { Event = JournalEvents.Accepted, GoodForNs = null, Outcome = "complete" });
            notebook.Violated(Invariants.LateRefused, lease.Task!, $"{registration.Id} completed attempt {lease.Attempt} after the task had ended as {end.Status}, and was told {(int)answer.Status} {answer.Text}");
            return;
        }
        journal.Write(lease with { Event = JournalEvents.Refused, GoodForNs = null, Outcome = "complete", Detail = ((int)answer.Status).ToString(System.Globalization.CultureInfo.InvariantCulture) });
        var json = answer.Json;
        string? Text(string name) => json.TryGetProperty(name, out var value) ? value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : value.GetRawText() : null;
        if (answer.Status != HttpStatusCode.Conflict || Text("code") != "lease_lost" || Text("task_status") != end.Status || (end.Status == "completed" && Text("task_result") != end.Result))
        {
            notebook.Violated(Invariants.LateRefused, lease.Task!, $"ended as {end.Status} with {end.Result}; a late completion was answered with {(int)answer.Status} {answer.Text}");
        }
        else { Interlocked.Increment(ref _refused); }
    }
}
