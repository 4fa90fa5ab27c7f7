using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Body of POST /agents/{id}/leases; may be left out.</summary>
internal sealed record LeaseBody
{
    /// <summary>How many tasks at most.</summary>
    [Range(1, LeaseInput.LeasesMax), DefaultValue(1)] public int? Max { get; init; }
    /// <summary>How long to wait when there is nothing.</summary>
    [Range(0.0, LeaseInput.WaitSecondsMax), DefaultValue(0.0)] public double? WaitSeconds { get; init; }
}

/// <summary>A task in the hands of an agent.</summary>
internal sealed record LeaseView
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Attempt number, from 1; grows with each lease.</summary>
    public required int Attempt { get; init; }
    /// <summary>Proof of this lease; every report names it.</summary>
    public required string LeaseToken { get; init; }
    /// <summary>The lease ends here unless a heartbeat renews it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
    /// <summary>The task itself.</summary>
    public required TaskResponse Task { get; init; }
    /// <summary>Its parents with their results.</summary>
    public required IReadOnlyList<ParentView> Parents { get; init; }

    /// <summary>Translates.</summary>
    public static LeaseView From(LeasedTask lease) => new()
    {
        TaskId = lease.Task.Spec.Id,
        Attempt = lease.Attempt,
        LeaseToken = lease.Token,
        ExpiresAt = lease.ExpiresAt,
        Task = TaskResponse.From(lease.Task),
        Parents = lease.Parents.IsDefaultOrEmpty ? [] : [.. lease.Parents.Select(parent => new ParentView { TaskId = parent.TaskId, Status = parent.Status, Result = RawJson.From(parent.ResultJson) })],
    };
}

/// <summary>A parent of a leased task.</summary>
internal sealed record ParentView
{
    /// <summary>The parent.</summary>
    public required string TaskId { get; init; }
    /// <summary>Where it ended.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>Its result.</summary>
    public required RawJson? Result { get; init; }
}

/// <summary>Work for an agent.</summary>
internal sealed record LeasesResponse
{
    /// <summary>The tasks that the agent now holds.</summary>
    public required IReadOnlyList<LeaseView> Leases { get; init; }
    /// <summary>How many.</summary>
    public required int Count { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Body of POST /agents/{id}/heartbeat; may be left out.</summary>
internal sealed record HeartbeatBody
{
    /// <summary>The leases that the agent knows. Left out: all are renewed. Given: a lease that is not named is not renewed.</summary>
    [MaxLength(LeaseInput.HeldMax)] public IReadOnlyList<HeldBody>? Leases { get; init; }
}

/// <summary>One lease that the agent knows.</summary>
internal sealed record HeldBody
{
    /// <summary>The task.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string TaskId { get; init; }
    /// <summary>The token of its lease.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string LeaseToken { get; init; }
    /// <summary>How far it is; left out: as before.</summary>
    public RawJson? Progress { get; init; }
}

/// <summary>Answer to a heartbeat.</summary>
internal sealed record HeartbeatResponse
{
    /// <summary>What to do now.</summary>
    public required IReadOnlyList<OrderView> Orders { get; init; }
    /// <summary>Every lease that the agent holds, also those whose grant it never received.</summary>
    public required IReadOnlyList<HeldView> Held { get; init; }
    /// <summary>Of the leases named, those that it does not hold any more.</summary>
    public required IReadOnlyList<string> Lost { get; init; }
    /// <summary>The same with their tokens: an agent may hold a newer lease of a task whose older one it lost.</summary>
    public required IReadOnlyList<LostView> LostLeases { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static HeartbeatResponse From(HeartbeatReply reply, DateTimeOffset now) => new()
    {
        Orders = reply.Orders.IsDefaultOrEmpty ? [] : [.. reply.Orders.Select(order => new OrderView { Order = order.Kind, TaskId = order.TaskId, Reason = order.Reason })],
        Held = reply.Held.IsDefaultOrEmpty ? [] : [.. reply.Held.Select(held => new HeldView { TaskId = held.TaskId, Attempt = held.Attempt, LeaseToken = held.Token, ExpiresAt = held.ExpiresAt })],
        Lost = reply.Lost.IsDefaultOrEmpty ? [] : reply.Lost,
        LostLeases = reply.LostLeases.IsDefaultOrEmpty ? [] : [.. reply.LostLeases.Select(lost => new LostView { TaskId = lost.TaskId, LeaseToken = lost.Token })],
        Timestamp = now,
    };
}

/// <summary>A lease that the agent does not hold any more.</summary>
internal sealed record LostView
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>The token that is not valid any more.</summary>
    public required string LeaseToken { get; init; }
}

/// <summary>One order to an agent.</summary>
internal sealed record OrderView
{
    /// <summary><c>cancel</c>: stop the task and report it; <c>drain</c>: finish what is held, ask for nothing new.</summary>
    public required OrderKind Order { get; init; }
    /// <summary>With which task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? TaskId { get; init; }
    /// <summary>Why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Reason { get; init; }
}

/// <summary>A lease that the agent holds.</summary>
internal sealed record HeldView
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Its attempt number.</summary>
    public required int Attempt { get; init; }
    /// <summary>Its token.</summary>
    public required string LeaseToken { get; init; }
    /// <summary>When it ends unless renewed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>How an attempt ended, in the words of its agent. On the wire in lower case.</summary>
internal enum ReportOutcome
{
    /// <summary>Not stated.</summary>
    None = 0,
    /// <summary>Done.</summary>
    Complete,
    /// <summary>Failed.</summary>
    Fail,
    /// <summary>Given back without counting as a failure.</summary>
    Return,
}

/// <summary>One report of POST /agents/{id}/reports.</summary>
internal sealed record ReportBody
{
    /// <summary>The task.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string TaskId { get; init; }
    /// <summary>The token of its lease.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string LeaseToken { get; init; }
    /// <summary>How it ended.</summary>
    public required ReportOutcome Outcome { get; init; }
    /// <summary>What came of it (complete).</summary>
    public RawJson? Result { get; init; }
    /// <summary>Short code of the error (fail).</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? ErrorCode { get; init; }
    /// <summary>The error for people (fail), or why it is given back (return).</summary>
    [MaxLength(LeaseInput.MessageLengthMax)] public string? ErrorMessage { get; init; }
    /// <summary>Whether another attempt makes sense (fail).</summary>
    [DefaultValue(true)] public bool? Retryable { get; init; }
    /// <summary>Not to be tried again before this many seconds (fail, return).</summary>
    [Range(0.0, Limits.SecondsMax)] public double? DelaySeconds { get; init; }
}

/// <summary>Answer to one report.</summary>
internal sealed record ReportResult
{
    /// <summary>The task.</summary>
    public required string? TaskId { get; init; }
    /// <summary>Where the task stands; absent where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public WorkStatus? Status { get; init; }
    /// <summary>When it is tried again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? RetryAt { get; init; }
    /// <summary>Why the report was refused; absent where it was accepted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>Machine word of the refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Code { get; init; }
    /// <summary>Member at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Field { get; init; }
    /// <summary>The result that won, for a report that came too late.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public RawJson? Result { get; init; }
}

/// <summary>Answers to reports, in their order.</summary>
internal sealed record ReportsResponse
{
    /// <summary>One answer for each report.</summary>
    public required IReadOnlyList<ReportResult> Results { get; init; }
    /// <summary>How many were accepted.</summary>
    public required int Accepted { get; init; }
    /// <summary>How many were refused.</summary>
    public required int Refused { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Body of POST /tasks/{id}/complete.</summary>
internal sealed record CompleteBody
{
    /// <summary>Who reports.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string AgentId { get; init; }
    /// <summary>The token of the lease.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string LeaseToken { get; init; }
    /// <summary>What came of it.</summary>
    public RawJson? Result { get; init; }
}

/// <summary>Body of POST /tasks/{id}/fail.</summary>
internal sealed record FailBody
{
    /// <summary>Who reports.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string AgentId { get; init; }
    /// <summary>The token of the lease.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string LeaseToken { get; init; }
    /// <summary>Short code of the error; codes that the task lists as non-retryable end it.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? ErrorCode { get; init; }
    /// <summary>The error for people.</summary>
    [MaxLength(LeaseInput.MessageLengthMax)] public string? ErrorMessage { get; init; }
    /// <summary>Whether another attempt makes sense.</summary>
    [DefaultValue(true)] public bool? Retryable { get; init; }
    /// <summary>Not to be tried again before this many seconds; left out: the task's own backoff.</summary>
    [Range(0.0, Limits.SecondsMax)] public double? DelaySeconds { get; init; }
}

/// <summary>Body of POST /tasks/{id}/return.</summary>
internal sealed record ReturnBody
{
    /// <summary>Who reports.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string AgentId { get; init; }
    /// <summary>The token of the lease.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public required string LeaseToken { get; init; }
    /// <summary>Why it is given back.</summary>
    [MaxLength(LeaseInput.MessageLengthMax)] public string? ErrorMessage { get; init; }
    /// <summary>Not to be given out again before this many seconds.</summary>
    [Range(0.0, Limits.SecondsMax)] public double? DelaySeconds { get; init; }
}
