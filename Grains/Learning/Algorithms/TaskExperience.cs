using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using NexusActors.Coordination;

namespace NexusActors.Learning;

/// <summary>
/// What a finished task teaches. The context holds only what was known when the last attempt began, so that a model trained on it cannot see the answer;
/// everything known later is in the outcome and the metrics. Free text (description, error message) stays in the task.
/// </summary>
internal static class TaskExperience
{
    /// <summary>Ids that begin so belong to tasks; nobody else may store one.</summary>
    public const string IdPrefix = "task:";

    /// <summary>Requirements longer than this (UTF-16 units) are left out of the context, which then says <c>requirements_omitted</c>.</summary>
    public const int RequirementsMax = 8 * 1024;

    /// <summary>How many earlier attempts the context tells of, newest last.</summary>
    public const int EarlierMax = 10;

    /// <summary>
    /// The experience of a task that has ended; null where no agent ever worked on it: a task that was skipped, called off while it waited, or never found an agent says
    /// nothing about an agent. One that was called off at work is kept, tagged <c>cancelled</c>, without success and with a neutral feedback score.
    /// </summary>
    public static Experience? From(TaskView finished)
    {
        if (Run.Of(finished) is not { } run)
        {
            return null;
        }

        var type = finished.Spec.Type.Wire();
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        return new()
        {
            Id = $"{IdPrefix}{finished.Spec.Id}:{finished.Attempt}",
            Stream = StreamOf(finished.Spec.Type),
            Timestamp = run.EndedAt,
            Success = finished.Status == WorkStatus.Completed,
            LearningType = LearningType.Supervised,
            FeedbackScore = Feedback(finished.Status, run.DeadlineMet),
            Tags = Tags(finished, run.DeadlineMet),
            ContextJson = Context(finished, type, run, json, buffer),
            ActionJson = Action(finished, json, buffer),
            OutcomeJson = Outcome(finished, run, json, buffer),
            Metrics = Metrics(finished, run),
        };
    }

    /// <summary>The stream of finished tasks of a type.</summary>
    public static string StreamOf(TaskType type) => "task." + type.Wire();

    /// <summary>Context and action as they will be told of a task that waits, if its next attempt begins now; the agent has no name yet, and nothing is known of the end.</summary>
    public static Experience Situation(TaskView waiting, DateTimeOffset now)
    {
        var begun = waiting with { Attempt = waiting.Attempt + 1, AssignedAgent = "", AssignedAt = now, StartedAt = now, CompletedAt = null, ActualSeconds = null };
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        return new()
        {
            Id = IdPrefix + waiting.Spec.Id,
            Stream = StreamOf(waiting.Spec.Type),
            Timestamp = now,
            Success = false,
            ContextJson = Context(begun, waiting.Spec.Type.Wire(), Run.Of(begun)!.Value, json, buffer),
            ActionJson = Action(begun, json, buffer),
        };
    }

    /// <summary>1 done in time, 0.5 done too late, 0 failed; 0.5 called off: nobody's verdict.</summary>
    private static double Feedback(WorkStatus status, bool? deadlineMet) => status switch
    {
        WorkStatus.Completed => deadlineMet == false ? 0.5 : 1,
        WorkStatus.Failed => 0,
        _ => 0.5,
    };

    /// <summary>What a query cannot tell from the stream (the type) or from success: a queue of its own, lateness, being called off.</summary>
    private static ImmutableArray<string> Tags(TaskView finished, bool? deadlineMet)
    {
        ImmutableArray<string> tags = finished.Spec.Queue == QueueNames.Default ? [] : ["queue:" + finished.Spec.Queue];
        return (finished.Status, deadlineMet) switch
        {
            (WorkStatus.Cancelled, _) => tags.Add("cancelled"),
            (WorkStatus.Completed, false) => tags.Add("late"),
            _ => tags,
        };
    }

    private static string Context(TaskView finished, string type, in Run run, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        var spec = finished.Spec;
        json.WriteStartObject();
        json.WriteString("task_type"u8, type);
        json.WriteNumber("priority"u8, spec.Priority);
        json.WriteString("queue"u8, spec.Queue);
        if (spec.Key is { } key) { json.WriteString("key"u8, key); }
        json.WriteNumber("units"u8, spec.Units);
        WriteRequirements(spec.RequirementsJson, json);
        if (spec.EstimatedSeconds is { } estimate && double.IsFinite(estimate)) { json.WriteNumber("estimated_duration"u8, estimate); }
        json.WriteNumber("dependencies"u8, spec.Dependencies.Length);
        json.WriteNumber("retries"u8, run.EarlierFailures);
        json.WriteNumber("losses"u8, run.EarlierLosses);
        json.WriteNumber("age_seconds"u8, Seconds(finished.CreatedAt, run.StartedAt));
        if (spec.Deadline is { } deadline) { json.WriteNumber("deadline_slack_seconds"u8, (deadline - run.StartedAt).TotalSeconds); }
        var utc = run.StartedAt.UtcDateTime;
        json.WriteNumber("hour_of_day"u8, utc.Hour);
        json.WriteNumber("day_of_week"u8, (int)utc.DayOfWeek);
        WriteEarlier(finished, json);
        json.WriteEndObject();
        return Take(json, buffer);
    }

    private static string Action(TaskView finished, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.WriteStartObject();
        json.WriteString("agent_id"u8, finished.AssignedAgent);
        json.WriteNumber("attempt"u8, finished.Attempt);
        json.WriteEndObject();
        return Take(json, buffer);
    }

    private static string Outcome(TaskView finished, in Run run, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, finished.Status.Wire());
        if (run.AttemptOutcome is { } how) { json.WriteString("attempt"u8, how); }
        if (finished.Status != WorkStatus.Completed && finished.ErrorCode is { } code) { json.WriteString("error_code"u8, code); }
        json.WriteNumber("duration_seconds"u8, run.DurationSeconds);
        json.WriteNumber("wait_seconds"u8, run.WaitSeconds);
        json.WriteNumber("total_seconds"u8, run.TotalSeconds);
        if (run.DeadlineMet is { } met) { json.WriteBoolean("deadline_met"u8, met); }
        json.WriteEndObject();
        return Take(json, buffer);
    }

    private static ImmutableSortedDictionary<string, double> Metrics(TaskView finished, in Run run)
    {
        var metrics = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        metrics.Add("duration_seconds", run.DurationSeconds);
        metrics.Add("wait_seconds", run.WaitSeconds);
        metrics.Add("total_seconds", run.TotalSeconds);
        if (finished.Spec.Deadline is { } deadline) { metrics.Add("lateness_seconds", (run.EndedAt - deadline).TotalSeconds); }
        if (finished.Spec.EstimatedSeconds is > 0 and var estimate && double.IsFinite(run.DurationSeconds / estimate))
        {
            metrics.Add("duration_to_estimate", run.DurationSeconds / estimate);
        }

        return metrics.ToImmutable();
    }

    /// <summary>Writes the requirements as the object that they are; text that is no JSON is kept as a string rather than spoiling the record.</summary>
    private static void WriteRequirements(string requirements, Utf8JsonWriter json)
    {
        if (requirements.Length > RequirementsMax)
        {
            json.WriteBoolean("requirements_omitted"u8, true);
            return;
        }

        json.WritePropertyName("requirements"u8);
        try
        {
            json.WriteRawValue(requirements);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            json.WriteStringValue(requirements);
        }
    }

    private static void WriteEarlier(TaskView finished, Utf8JsonWriter json)
    {
        var attempts = finished.Attempts;
        var end = attempts.Length;
        while (end > 0 && attempts[end - 1].Number >= finished.Attempt) { end--; }
        if (end == 0) { return; }
        json.WriteStartArray("earlier_attempts"u8);
        for (var i = Math.Max(0, end - EarlierMax); i < end; i++)
        {
            json.WriteStartObject();
            json.WriteString("agent_id"u8, attempts[i].AgentId);
            json.WriteString("outcome"u8, attempts[i].Outcome);
            if (attempts[i].ErrorCode is { } code) { json.WriteString("error_code"u8, code); }
            json.WriteNumber("duration_seconds"u8, Seconds(attempts[i].StartedAt, attempts[i].EndedAt));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Take(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.Flush();
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
        json.Reset();
        return text;
    }

    /// <summary>Seconds between two moments; 0 where a clock went backwards.</summary>
    private static double Seconds(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);

    /// <summary>The attempt that ended the task, and what came before it.</summary>
    private readonly record struct Run
    {
        public required DateTimeOffset StartedAt { get; init; }
        public required DateTimeOffset EndedAt { get; init; }
        public required double DurationSeconds { get; init; }
        /// <summary>From when the task was allowed to start until somebody started it first.</summary>
        public required double WaitSeconds { get; init; }
        public required double TotalSeconds { get; init; }
        public bool? DeadlineMet { get; init; }
        public string? AttemptOutcome { get; init; }
        public int EarlierFailures { get; init; }
        public int EarlierLosses { get; init; }

        public static Run? Of(TaskView finished)
        {
            if (finished.Attempt == 0 || finished.AssignedAgent is null)
            {
                return null;
            }

            AttemptView? last = null, first = null;
            var (failures, losses) = (0, 0);
            foreach (var attempt in finished.Attempts)
            {
                first ??= attempt;
                if (attempt.Number == finished.Attempt) { last = attempt; }
                else if (attempt.Outcome is "failed" or "timed_out") { failures++; }
                else if (attempt.Outcome is "lost") { losses++; }
            }

            // A passive agent that was given the task and let it lie has not worked on it, unless it says how it ended.
            var verdict = finished.Status == WorkStatus.Cancelled ? null : finished.AssignedAt;
            if ((finished.StartedAt ?? verdict) is not { } started)
            {
                return null;
            }

            var ended = finished.CompletedAt ?? last?.EndedAt ?? started;
            var ready = finished.Spec.NotBefore is { } notBefore && notBefore > finished.CreatedAt ? notBefore : finished.CreatedAt;
            return new Run
            {
                StartedAt = started,
                EndedAt = ended,
                DurationSeconds = finished.ActualSeconds is { } seconds && double.IsFinite(seconds) ? Math.Max(0, seconds) : Seconds(started, last?.EndedAt ?? ended),
                WaitSeconds = Seconds(ready, first is { } && first.StartedAt < started ? first.StartedAt : started),
                TotalSeconds = Seconds(finished.CreatedAt, ended),
                DeadlineMet = finished.Spec.Deadline is { } deadline && finished.Status != WorkStatus.Cancelled ? finished.Status == WorkStatus.Completed && ended <= deadline : null,
                AttemptOutcome = last?.Outcome,
                EarlierFailures = failures,
                EarlierLosses = losses,
            };
        }
    }
}
