using System.Text.Json;
using System.Text.Json.Serialization;

namespace NexusActors.Samples.Agent;

/// <summary>What the agent says of itself (POST /agents).</summary>
internal sealed record Registration
{
    public required string Id { get; init; }
    public required string AgentType { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<string> Capabilities { get; init; }
    public int MaxCapacity { get; init; } = 1;
    public string Mode { get; init; } = "pull";
    public IReadOnlyList<string> Queues { get; init; } = ["default"];
}

/// <summary>The agent as the coordinator knows it (GET /agents/{id}); only what the agent compares.</summary>
internal sealed record RegisteredAgent
{
    public IReadOnlyList<string> Capabilities { get; set; } = [];
    public int MaxCapacity { get; init; }
    public IReadOnlyList<string>? Queues { get; init; }
}

/// <summary>Asks for work (POST /agents/{id}/leases).</summary>
internal sealed record LeaseAsk(int Max, double WaitSeconds);

/// <summary>Work given.</summary>
internal sealed record LeaseAnswer
{
    public IReadOnlyList<Lease> Leases { get; set; } = [];
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>One task in the agent's hands. <see cref="LeaseToken"/> proves it and goes with every report.</summary>
internal sealed record Lease
{
    public required string TaskId { get; init; }
    public int Attempt { get; init; }
    public required string LeaseToken { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public LeasedTask Task { get; set; } = new();
    public IReadOnlyList<ParentOutcome> Parents { get; set; } = [];
}

/// <summary>The part of a task that an agent reads.</summary>
internal sealed record LeasedTask
{
    public string TaskType { get; set; } = "";
    public string Description { get; set; } = "";
    public JsonElement Requirements { get; init; }
}

/// <summary>A parent with what came of it.</summary>
internal sealed record ParentOutcome
{
    public required string TaskId { get; init; }
    public string Status { get; set; } = "";
    public JsonElement? Result { get; init; }
}

/// <summary>A sign of life (POST /agents/{id}/heartbeat). Leases that it does not name are not renewed.</summary>
internal sealed record HeartbeatAsk(IReadOnlyList<LeaseState> Leases);

/// <summary>One lease that the agent knows, and how far its work is.</summary>
internal sealed record LeaseState(string TaskId, string LeaseToken, JsonElement? Progress = null);

/// <summary>Orders, and the coordinator's view of what the agent holds.</summary>
internal sealed record HeartbeatAnswer
{
    public IReadOnlyList<Order> Orders { get; set; } = [];
    public IReadOnlyList<HeldLease> Held { get; set; } = [];
    public IReadOnlyList<LostLease> LostLeases { get; set; } = [];
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A lease that the agent does not hold any more; it may hold a newer one of the same task.</summary>
internal sealed record LostLease(string TaskId, string LeaseToken);

/// <summary>What to do: <c>cancel</c> one task or <c>drain</c>.</summary>
internal sealed record Order
{
    [JsonPropertyName("order")] public required string Kind { get; init; }
    public string? TaskId { get; init; }
    public string? Reason { get; init; }
}

/// <summary>A lease that the coordinator says the agent holds.</summary>
internal sealed record HeldLease
{
    public required string TaskId { get; init; }
    public int Attempt { get; init; }
    public required string LeaseToken { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>How an attempt ended; an item of POST /agents/{id}/reports.</summary>
internal sealed record Report
{
    public required string TaskId { get; init; }
    public required string LeaseToken { get; init; }
    /// <summary><c>complete</c>, <c>fail</c> or <c>return</c>.</summary>
    public required string Outcome { get; init; }
    public JsonElement? Result { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public bool Retryable { get; init; } = true;
    public double? DelaySeconds { get; init; }
}

/// <summary>Answer to a batch of reports, in their order.</summary>
internal sealed record ReportsAnswer
{
    public IReadOnlyList<ReportAnswer> Results { get; set; } = [];
}

/// <summary>Where a task stands after the report that won; <see cref="Error"/> is null when this one was accepted.</summary>
internal sealed record ReportAnswer
{
    public required string TaskId { get; init; }
    public string Status { get; set; } = "";
    public string? Error { get; init; }
    public string? Code { get; init; }
}

/// <summary>An error as the coordinator writes it.</summary>
internal sealed record Problem
{
    public string? Error { get; init; }
    public string? Code { get; init; }
}

/// <summary>
/// The wire as JSON: snake_case, nulls left out. What is read and has a default is settable: the generated reader would set a missing init-only member to nothing.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(RegisteredAgent))]
[JsonSerializable(typeof(LeaseAsk))]
[JsonSerializable(typeof(LeaseAnswer))]
[JsonSerializable(typeof(HeartbeatAsk))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Report>))]
[JsonSerializable(typeof(ReportsAnswer))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(JournalLine))]
[JsonSerializable(typeof(AgentLimits))]
internal sealed partial class WireJson : JsonSerializerContext;
