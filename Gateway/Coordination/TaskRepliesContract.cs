using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>A page of tasks, newest first.</summary>
internal sealed record TasksResponse
{
    /// <summary>The tasks by id.</summary>
    public required IReadOnlyDictionary<string, TaskResponse> Tasks { get; init; }
    /// <summary>Without a query: how many tasks exist. With one: how many are in this page.</summary>
    public required long Count { get; init; }
    /// <summary>Send it as <c>cursor</c>, with the same filters, for the next page; null: this was the last.</summary>
    public required string? NextCursor { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A task was taken.</summary>
internal sealed record TaskSubmitted
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Something was done with a task.</summary>
internal sealed record TaskChanged
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>With which task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Where it stands now.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>When it is tried again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? RetryAt { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Answer to one item of a batch.</summary>
internal sealed record BatchResult
{
    /// <summary>Position of the item, from 0.</summary>
    public required int Index { get; init; }
    /// <summary>The task, where it was taken (or taken before under the same key).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? TaskId { get; init; }
    /// <summary>Why it was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>Machine word of the refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Code { get; init; }
    /// <summary>Member at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Field { get; init; }
}

/// <summary>Answers to a batch, in the order of its items.</summary>
internal sealed record BatchResponse
{
    /// <summary>One answer for each item.</summary>
    public required IReadOnlyList<BatchResult> Results { get; init; }
    /// <summary>How many were taken.</summary>
    public required int Accepted { get; init; }
    /// <summary>How many were refused.</summary>
    public required int Refused { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Body of PUT /tasks/{id}/status.</summary>
internal sealed record StatusBody
{
    /// <summary>The status wanted.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>What came of it.</summary>
    public RawJson? Result { get; init; }
    /// <summary>Error text.</summary>
    [MaxLength(LeaseInput.MessageLengthMax)] public string? ErrorMessage { get; init; }
    /// <summary>Token of the lease; needed for a task that a pulling agent holds, except to cancel it.</summary>
    [MinLength(1), MaxLength(Ids.LengthMax)] public string? LeaseToken { get; init; }
}

/// <summary>Body of POST /tasks/{id}/cancel; may be left out.</summary>
internal sealed record CancelBody
{
    /// <summary>Why, for the history.</summary>
    [MaxLength(LeaseInput.MessageLengthMax)] public string? Reason { get; init; }
    /// <summary>Whether all that depend on it, directly or not, are called off too.</summary>
    [DefaultValue(false)] public bool? Children { get; init; }
}

/// <summary>Tasks were called off.</summary>
internal sealed record CancelResponse
{
    /// <summary>What was done.</summary>
    public required string Message { get; init; }
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Where it stands now.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>Whether its agent was asked to stop and still holds it.</summary>
    public required bool CancelRequested { get; init; }
    /// <summary>Every task that was called off or asked to stop, this one included.</summary>
    public required IReadOnlyList<CancelledTask> Cancelled { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>A task that was called off or asked to stop.</summary>
internal sealed record CancelledTask
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Where it stands now.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>Whether its agent was asked to stop.</summary>
    public required bool CancelRequested { get; init; }
}

/// <summary>Everything that happened to a task.</summary>
internal sealed record HistoryResponse
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>What happened, in order.</summary>
    public required IReadOnlyList<EventResponse> Events { get; init; }
    /// <summary>How many.</summary>
    public required int Count { get; init; }
    /// <summary>Whether the beginning was removed because the task had ended long ago; its attempts with their errors are still in the task itself.</summary>
    public required bool Trimmed { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Data of <c>events.trimmed</c>: between these positions events are missing that were removed because they are old.</summary>
internal sealed record TrimmedResponse
{
    /// <summary>First position that may be missing.</summary>
    public required long From { get; init; }
    /// <summary>Last position that may be missing.</summary>
    public required long To { get; init; }
}

/// <summary>Something that happened.</summary>
internal sealed record EventResponse
{
    /// <summary>Position in commit order.</summary>
    public required long Seq { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>What: <c>task.submitted</c>, <c>agent.registered</c>, …</summary>
    public required string Type { get; init; }
    /// <summary>Which task.</summary>
    public required string? TaskId { get; init; }
    /// <summary>Which agent.</summary>
    public required string? AgentId { get; init; }
    /// <summary>Which queue.</summary>
    public required string? Queue { get; init; }
    /// <summary>Details.</summary>
    public required RawJson Data { get; init; }

    /// <summary>Translates.</summary>
    public static EventResponse From(EventView view) => new()
    {
        Seq = view.Seq,
        At = view.At,
        Type = view.Type,
        TaskId = view.TaskId,
        AgentId = view.AgentId,
        Queue = view.Queue,
        Data = new RawJson(view.DataJson),
    };
}

/// <summary>Why a task runs where it runs, or why it waits.</summary>
internal sealed record ExplainResponse
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }
    /// <summary>Where it stands.</summary>
    public required WorkStatus Status { get; init; }
    /// <summary>Dominant reason of a wait: no_capable_agent, no_capacity, dependency, delay, paused, limit, turn; null when it does not wait.</summary>
    public required string? WaitReason { get; init; }
    /// <summary>The same in a sentence.</summary>
    public required string Summary { get; init; }
    /// <summary>Until when it waits at least.</summary>
    public required DateTimeOffset? Until { get; init; }
    /// <summary>Parents that it waits for.</summary>
    public required IReadOnlyList<string> WaitsFor { get; init; }
    /// <summary>Each agent that serves the queue and what speaks against it.</summary>
    public required IReadOnlyList<CandidateResponse> Candidates { get; init; }
    /// <summary>Priority with ageing, 1–5.</summary>
    public required int EffectivePriority { get; init; }
    /// <summary>The assignment as it was decided.</summary>
    public required RawJson? Assignment { get; init; }
    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Translates.</summary>
    public static ExplainResponse From(string taskId, TaskExplanation view, DateTimeOffset now) => new()
    {
        TaskId = taskId,
        Status = view.Status,
        WaitReason = view.WaitReason,
        Summary = view.Summary,
        Until = view.Until,
        WaitsFor = view.WaitsFor.IsDefaultOrEmpty ? [] : view.WaitsFor,
        Candidates = view.Candidates.IsDefaultOrEmpty ? [] : [.. view.Candidates.Select(CandidateResponse.From)],
        EffectivePriority = view.EffectivePriority,
        Assignment = RawJson.From(view.AssignmentJson),
        Timestamp = now,
    };
}

/// <summary>One agent seen as a candidate for a task.</summary>
internal sealed record CandidateResponse
{
    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }
    /// <summary>Null: it could take the task. Else why not: inactive, draining, capability, resources, capacity.</summary>
    public required string? Removed { get; init; }
    /// <summary>Units held.</summary>
    public required int Load { get; init; }
    /// <summary>Units it can hold.</summary>
    public required int MaxCapacity { get; init; }

    /// <summary>Translates.</summary>
    public static CandidateResponse From(CandidateView view) =>
        new() { AgentId = view.AgentId, Removed = view.Removed, Load = view.Load, MaxCapacity = view.MaxCapacity };
}
