using System.Collections.Immutable;
using System.Text.Json;
using NexusActors.Http;

namespace NexusActors.Coordination;

/// <summary>Reads what is said of tasks.</summary>
internal static class TaskInput
{
    /// <summary>Longest description.</summary>
    public const int DescriptionLengthMax = 32_768;
    /// <summary>Most parents.</summary>
    public const int DependenciesMax = 10_000;
    /// <summary>Most retries, and most losses.</summary>
    public const int RetriesMax = 1_000;

    /// <summary>Reads the body of POST /tasks.</summary>
    /// <param name="input">The body.</param>
    /// <param name="now">Now, for delays and for the id where none is given.</param>
    public static TaskSpec Read(JsonInput input, DateTimeOffset now)
    {
        var requirements = input.Object("requirements");
        return new TaskSpec
        {
            Type = input.Choice<TaskType>("task_type", required: true),
            Priority = input.Integer("priority", 1, 5, required: true) ?? 0,
            Description = input.Text("description", DescriptionLengthMax, required: true) ?? "",
            Id = input.Id("id") ?? Ulid.NewUlid(now).ToString(),
            RequirementsJson = requirements?.Source() ?? "{}",
            Resources = requirements?.Numbers("resources", 0, AgentInput.ResourceMax) ?? ImmutableSortedDictionary<string, double>.Empty,
            Capabilities = requirements?.Words("capabilities", AgentInput.WordsMax) ?? [],
            Dependencies = ReadDependencies(input),
            Deadline = input.Time("deadline"),
            EstimatedSeconds = input.Number("estimated_duration", 0, Limits.SecondsMax),
            Queue = input.Id("queue") ?? QueueNames.Default,
            Key = input.Word("key"),
            Units = input.Integer("units", 1, AgentInput.CapacityMax) ?? 1,
            NotBefore = ReadStart(input, now),
            Retry = input.Object("retry") is { } retry ? ReadRetry(retry) : new RetryPolicy(),
            Timeouts = input.Object("timeouts") is { } timeouts ? ReadTimeouts(timeouts) : new TaskTimeouts(),
        };
    }

    /// <summary>Reads the body of PUT /tasks/{id}/status.</summary>
    public static StatusChange ReadStatus(JsonInput input) => new()
    {
        Status = input.Choice<WorkStatus>("status", required: true),
        ResultJson = input.Any("result"),
        ErrorMessage = input.Text("error_message", LeaseInput.MessageLengthMax),
        Token = input.Word("lease_token"),
    };

    /// <summary>Reads the body of POST /tasks/{id}/cancel.</summary>
    public static (string? Reason, bool Children) ReadCancel(JsonInput input) =>
        (input.Text("reason", LeaseInput.MessageLengthMax), input.Flag("children") ?? false);

    private static ImmutableArray<Dependency> ReadDependencies(JsonInput input)
    {
        var parents = input.List("dependencies", DependenciesMax, required: false, ReadDependency, "parents");
        if (parents.Length < 2) { return parents; }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parent in parents)
        {
            if (parent.TaskId.Length > 0 && !seen.Add(parent.TaskId)) { input.Fault("dependencies", $"a list that names each parent once, and '{parent.TaskId}' is named twice"); }
        }
        return parents;
    }

    private static Dependency ReadDependency(JsonElement element, string path, InputFaults faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            if (JsonInput.TryText(element, 1, Ids.LengthMax, out var id) && Ids.IsValid(id)) { return new Dependency(id); }
            faults.Add(path, $"{path} must be the id of a task ({Ids.Expected}) or an object with task_id and on_failure");
            return new Dependency("");
        }
        var parent = JsonInput.Of(element, path, faults);
        var rule = parent.Choice<ParentFailureRule>("on_failure");
        return new Dependency(parent.Id("task_id", required: true) ?? "", rule == ParentFailureRule.None ? ParentFailureRule.Skip : rule);
    }

    private static DateTimeOffset? ReadStart(JsonInput input, DateTimeOffset now)
    {
        var delay = input.Seconds("delay_seconds", 0, Limits.SecondsMax);
        var start = input.Time("not_before");
        if (delay is not null && start is not null) { input.Fault("delay_seconds", "left out where not_before is given: they say the same"); }
        if (start is { Year: > Limits.YearMax }) { input.Fault("not_before", $"before the year {Limits.YearMax + 1}"); }
        return start ?? (delay is { } wait && wait > TimeSpan.Zero ? now + wait : null);
    }

    private static RetryPolicy ReadRetry(JsonInput input)
    {
        var plain = new RetryPolicy();
        var policy = new RetryPolicy
        {
            MaxRetries = input.Integer("max_retries", 0, RetriesMax),
            BackoffBase = input.Seconds("backoff_base_seconds", 0, Limits.SecondsMax) ?? plain.BackoffBase,
            BackoffCap = input.Seconds("backoff_cap_seconds", 0, Limits.SecondsMax) ?? plain.BackoffCap,
            NonRetryableCodes = input.Words("non_retryable_codes", AgentInput.WordsMax),
            MaxLosses = input.Integer("max_losses", 0, RetriesMax),
        };
        if (policy.BackoffCap >= policy.BackoffBase) { return policy; }
        if (input.Has("backoff_cap_seconds")) { input.Fault("backoff_cap_seconds", $"at least backoff_base_seconds ({policy.BackoffBase.TotalSeconds})"); }
        return policy with { BackoffCap = policy.BackoffBase };               // a base above the default cap raises the cap
    }

    private static TaskTimeouts ReadTimeouts(JsonInput input) => new()
    {
        QueueWait = input.Seconds("queue_wait_seconds", Limits.TimeoutSecondsMin, Limits.SecondsMax),
        Run = input.Seconds("run_seconds", Limits.TimeoutSecondsMin, Limits.SecondsMax),
        Heartbeat = input.Seconds("heartbeat_seconds", Limits.TimeoutSecondsMin, Limits.SecondsMax),
        Total = input.Seconds("total_seconds", Limits.TimeoutSecondsMin, Limits.SecondsMax),
    };
}
