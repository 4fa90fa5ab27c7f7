using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Coordination;

namespace NexusActors.Ledger;

/// <summary>
/// The JSON columns as they are stored. Names are frozen: a member may be added, never renamed. Absent means the default of the contract. Times and spans are ticks.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SpecRow))]
[JsonSerializable(typeof(AttemptRow[]))]
[JsonSerializable(typeof(ClosedRow[]))]
[JsonSerializable(typeof(ProfileRow))]
[JsonSerializable(typeof(SettingsRow))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(SortedDictionary<string, double>))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>Numbers by name, or null for none.</summary>
    public static SortedDictionary<string, double>? Map(ImmutableSortedDictionary<string, double> values) =>
        values.IsEmpty ? null : new(values, StringComparer.Ordinal);

    /// <summary>Numbers by name.</summary>
    public static ImmutableSortedDictionary<string, double> Map(SortedDictionary<string, double>? values) =>
        values is null ? ImmutableSortedDictionary<string, double>.Empty : values.ToImmutableSortedDictionary();

    /// <summary>A list, or null for none.</summary>
    public static T[]? List<T>(ImmutableArray<T> values) => values.IsDefaultOrEmpty ? null : [.. values];

    /// <summary>A list.</summary>
    public static ImmutableArray<T> List<T>(T[]? values) => values is null ? [] : ImmutableCollectionsMarshalOf(values);

    /// <summary>Ticks of a span.</summary>
    public static TimeSpan? Span(long? ticks) => ticks is { } value ? TimeSpan.FromTicks(value) : null;

    /// <summary>A moment in UTC.</summary>
    public static DateTimeOffset? Moment(long? ticks) => ticks is { } value ? new(value, TimeSpan.Zero) : null;

    private static ImmutableArray<T> ImmutableCollectionsMarshalOf<T>(T[] values) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values);
}

/// <summary>What a task's row does not hold in columns of its own.</summary>
internal sealed class SpecRow
{
    [JsonPropertyName("description")] public string Description { get; set; } = "";
    [JsonPropertyName("key")] public string? Key { get; set; }
    [JsonPropertyName("units")] public int? Units { get; set; }
    [JsonPropertyName("capabilities")] public string[]? Capabilities { get; set; }
    [JsonPropertyName("resources")] public SortedDictionary<string, double>? Resources { get; set; }
    [JsonPropertyName("requirements")] public string? Requirements { get; set; }
    [JsonPropertyName("dependencies")] public DependencyRow[]? Dependencies { get; set; }
    [JsonPropertyName("deadline")] public long? Deadline { get; set; }
    [JsonPropertyName("not_before")] public long? NotBefore { get; set; }
    [JsonPropertyName("estimated_seconds")] public double? EstimatedSeconds { get; set; }
    [JsonPropertyName("retry")] public RetryRow? Retry { get; set; }
    [JsonPropertyName("timeouts")] public TimeoutsRow? Timeouts { get; set; }

    private const string NoRequirements = "{}";
    private static readonly RetryPolicy DefaultRetry = new();
    private static readonly TaskTimeouts NoTimeouts = new();

    /// <summary>JSON of a specification.</summary>
    public static byte[] Write(TaskSpec spec) => JsonSerializer.SerializeToUtf8Bytes(
        new()
        {
            Description = spec.Description,
            Key = spec.Key,
            Units = spec.Units == 1 ? null : spec.Units,
            Capabilities = LedgerJson.List(spec.Capabilities),
            Resources = LedgerJson.Map(spec.Resources),
            Requirements = spec.RequirementsJson == NoRequirements ? null : spec.RequirementsJson,
            Dependencies = spec.Dependencies.IsDefaultOrEmpty ? null : [.. spec.Dependencies.Select(parent => new DependencyRow { TaskId = parent.TaskId, OnFailure = (int)parent.OnFailure })],
            Deadline = spec.Deadline?.UtcTicks,
            NotBefore = spec.NotBefore?.UtcTicks,
            EstimatedSeconds = spec.EstimatedSeconds,
            Retry = RetryRow.From(spec.Retry),
            Timeouts = spec.Timeouts == NoTimeouts ? null : new()
            {
                QueueWait = spec.Timeouts.QueueWait?.Ticks,
                Run = spec.Timeouts.Run?.Ticks,
                Heartbeat = spec.Timeouts.Heartbeat?.Ticks,
                Total = spec.Timeouts.Total?.Ticks,
            },
        },
        LedgerJson.Default.SpecRow);

    /// <summary>A specification from its JSON and its columns.</summary>
    public static TaskSpec Read(ReadOnlySpan<byte> json, string id, string queue, TaskType type, int priority)
    {
        var row = JsonSerializer.Deserialize(json, LedgerJson.Default.SpecRow) ?? throw new JsonException("A task's specification is null.");
        return new()
        {
            Id = id,
            Queue = queue,
            Type = type,
            Priority = priority,
            Description = row.Description,
            Key = row.Key,
            Units = row.Units ?? 1,
            Capabilities = LedgerJson.List(row.Capabilities),
            Resources = LedgerJson.Map(row.Resources),
            RequirementsJson = row.Requirements ?? NoRequirements,
            Dependencies = row.Dependencies is { } parents ? [.. parents.Select(parent => new Dependency(parent.TaskId, (ParentFailureRule)parent.OnFailure))] : [],
            Deadline = LedgerJson.Moment(row.Deadline),
            NotBefore = LedgerJson.Moment(row.NotBefore),
            EstimatedSeconds = row.EstimatedSeconds,
            Retry = row.Retry?.ToPolicy() ?? DefaultRetry,
            Timeouts = row.Timeouts is { } limits
                ? new() { QueueWait = LedgerJson.Span(limits.QueueWait), Run = LedgerJson.Span(limits.Run), Heartbeat = LedgerJson.Span(limits.Heartbeat), Total = LedgerJson.Span(limits.Total) }
                : NoTimeouts,
        };
    }
}

/// <summary>A parent.</summary>
internal sealed class DependencyRow
{
    [JsonPropertyName("task")] public string TaskId { get; set; } = "";
    [JsonPropertyName("on_failure")] public int OnFailure { get; set; }
}

/// <summary>How failures are tried again.</summary>
internal sealed class RetryRow
{
    [JsonPropertyName("max_retries")] public int? MaxRetries { get; set; }
    [JsonPropertyName("backoff_base")] public long? BackoffBase { get; set; }
    [JsonPropertyName("backoff_cap")] public long? BackoffCap { get; set; }
    [JsonPropertyName("non_retryable")] public string[]? NonRetryable { get; set; }
    [JsonPropertyName("max_losses")] public int? MaxLosses { get; set; }

    private static readonly RetryPolicy Unset = new();

    /// <summary>The row of a policy; null for the default one.</summary>
    public static RetryRow? From(RetryPolicy policy) =>
        policy.NonRetryableCodes.IsDefaultOrEmpty && policy with { NonRetryableCodes = Unset.NonRetryableCodes } == Unset
            ? null
            : new()
            {
                MaxRetries = policy.MaxRetries,
                BackoffBase = policy.BackoffBase.Ticks,
                BackoffCap = policy.BackoffCap.Ticks,
                NonRetryable = LedgerJson.List(policy.NonRetryableCodes),
                MaxLosses = policy.MaxLosses,
            };

    /// <summary>The policy.</summary>
    public RetryPolicy ToPolicy() => new()
    {
        MaxRetries = MaxRetries,
        BackoffBase = LedgerJson.Span(BackoffBase) ?? Unset.BackoffBase,
        BackoffCap = LedgerJson.Span(BackoffCap) ?? Unset.BackoffCap,
        NonRetryableCodes = LedgerJson.List(NonRetryable),
        MaxLosses = MaxLosses,
    };
}

/// <summary>Limits in time.</summary>
internal sealed class TimeoutsRow
{
    [JsonPropertyName("queue_wait")] public long? QueueWait { get; set; }
    [JsonPropertyName("run")] public long? Run { get; set; }
    [JsonPropertyName("heartbeat")] public long? Heartbeat { get; set; }
    [JsonPropertyName("total")] public long? Total { get; set; }
}

/// <summary>An attempt that ended.</summary>
internal sealed class AttemptRow
{
    [JsonPropertyName("n")] public int Number { get; set; }
    [JsonPropertyName("agent")] public string AgentId { get; set; } = "";
    [JsonPropertyName("started")] public long StartedAt { get; set; }
    [JsonPropertyName("ended")] public long EndedAt { get; set; }
    [JsonPropertyName("outcome")] public string Outcome { get; set; } = "";
    [JsonPropertyName("code")] public string? ErrorCode { get; set; }
    [JsonPropertyName("message")] public string? ErrorMessage { get; set; }

    /// <summary>JSON of attempts; null for none.</summary>
    public static byte[]? Write(ImmutableArray<AttemptView> attempts) => attempts.IsDefaultOrEmpty ? null : JsonSerializer.SerializeToUtf8Bytes(
        attempts.Select(attempt => new AttemptRow
        {
            Number = attempt.Number,
            AgentId = attempt.AgentId,
            StartedAt = attempt.StartedAt.UtcTicks,
            EndedAt = attempt.EndedAt.UtcTicks,
            Outcome = attempt.Outcome,
            ErrorCode = attempt.ErrorCode,
            ErrorMessage = attempt.ErrorMessage,
        }).ToArray(),
        LedgerJson.Default.AttemptRowArray);

    /// <summary>Attempts from their JSON; empty for none.</summary>
    public static ImmutableArray<AttemptView> Read(ReadOnlySpan<byte> json) => json.IsEmpty ? [] :
    [
        .. (JsonSerializer.Deserialize(json, LedgerJson.Default.AttemptRowArray) ?? []).Select(row => new AttemptView
        {
            Number = row.Number,
            AgentId = row.AgentId,
            StartedAt = new(row.StartedAt, TimeSpan.Zero),
            EndedAt = new(row.EndedAt, TimeSpan.Zero),
            Outcome = row.Outcome,
            ErrorCode = row.ErrorCode,
            ErrorMessage = row.ErrorMessage,
        }),
    ];
}

/// <summary>A lease that ended.</summary>
internal sealed class ClosedRow
{
    [JsonPropertyName("token")] public string Token { get; set; } = "";
    [JsonPropertyName("verb")] public int Verb { get; set; }
    [JsonPropertyName("status")] public int Status { get; set; }
    [JsonPropertyName("retry_at")] public long? RetryAt { get; set; }

    /// <summary>JSON of closed leases; null for none.</summary>
    public static byte[]? Write(ImmutableArray<ClosedLease> leases) => leases.IsDefaultOrEmpty ? null : JsonSerializer.SerializeToUtf8Bytes(
        leases.Select(lease => new ClosedRow { Token = lease.Token, Verb = (int)lease.Verb, Status = (int)lease.Status, RetryAt = lease.RetryAt?.UtcTicks }).ToArray(),
        LedgerJson.Default.ClosedRowArray);

    /// <summary>Closed leases from their JSON; empty for none.</summary>
    public static ImmutableArray<ClosedLease> Read(ReadOnlySpan<byte> json) => json.IsEmpty ? [] :
    [
        .. (JsonSerializer.Deserialize(json, LedgerJson.Default.ClosedRowArray) ?? [])
            .Select(row => new ClosedLease(row.Token, (ReportVerb)row.Verb, (WorkStatus)row.Status, LedgerJson.Moment(row.RetryAt))),
    ];
}
