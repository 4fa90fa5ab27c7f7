using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>The steps that transitions share.</summary>
internal static partial class TaskTransitions
{
    /// <summary>Moves the task as PUT …/status of the original API asks.</summary>
    /// <remarks>A task held by a pulling agent needs its token, except to cancel it: fencing is not to be walked around.</remarks>
    public static TaskDecision SetStatus(TaskState state, StatusChange change, DateTimeOffset now, Func<double> chance)
    {
        var view = state.View;
        if (change.Token is not null && !string.Equals(change.Token, state.Token, StringComparison.Ordinal) && !state.IsFinal)
        {
            return TaskDecision.Refuse(state, NexusError.LeaseLost, $"The lease of task '{state.Id}' is not yours any more; the task is {view.Status.Wire()}.");
        }
        if (change.Token is null && state.HeldBy == AgentMode.Pull && state.IsHeld && change.Status != WorkStatus.Cancelled)
        {
            return TaskDecision.Refuse(state, NexusError.LeaseLost, $"Task '{state.Id}' is leased by agent '{view.AssignedAgent}'; name its lease_token to move it.");
        }
        if (change.Status == view.Status) { return TaskDecision.Same(state); }
        return (change.Status, view.Status) switch
        {
            (WorkStatus.Cancelled, not (WorkStatus.Completed or WorkStatus.Failed)) => Cancel(state, change.ErrorMessage, now),
            (WorkStatus.Pending, _) when state.IsHeld => GiveBack(state, change.ErrorMessage, null, ReportVerb.GiveBack, now),
            (WorkStatus.InProgress, WorkStatus.Assigned) => Move(state, view with { Status = WorkStatus.InProgress, StartedAt = now }, TaskEvents.Started, now),
            (WorkStatus.InProgress, WorkStatus.Delegated) => Move(state, view with { Status = WorkStatus.InProgress }, TaskEvents.Started, now),
            (WorkStatus.Delegated, WorkStatus.Assigned or WorkStatus.InProgress) => Move(state, view with { Status = WorkStatus.Delegated, StartedAt = view.StartedAt ?? now }, TaskEvents.Delegated, now),
            (WorkStatus.Completed, WorkStatus.Pending) => Complete(state, change.ResultJson, now, "status"),
            (WorkStatus.Completed, _) when state.IsHeld => Complete(state, change.ResultJson, now, "status"),
            (WorkStatus.Failed, _) when state.IsHeld => Fail(state, new() { TaskId = state.Id, Token = "", Verb = ReportVerb.Fail, ErrorMessage = change.ErrorMessage ?? "failed" }, "failed", now, chance),
            _ => TaskDecision.Refuse(state, NexusError.WrongState, $"A task that is {view.Status.Wire()} cannot become {change.Status.Wire()}."),
        };
    }

    private static TaskDecision Move(TaskState state, TaskView view, string type, DateTimeOffset now)
    {
        var next = With(state, view with { Version = state.View.Version + 1 });
        return new() { State = next, Before = state, Events = [Event(next, now, type, view.AssignedAgent, new EventData().With("attempt", view.Attempt).Json())] };
    }

    private static TaskDecision Complete(TaskState state, string? resultJson, DateTimeOffset now, string by)
    {
        var (ended, agent, tally) = (state, (string?)null, (AgentTally?)null);
        var seconds = state.View.StartedAt is { } started ? Math.Max(0, (now - started).TotalSeconds) : (double?)null;
        if (state.IsHeld)
        {
            (ended, agent) = EndAttempt(state, "completed", null, null, now);
            tally = new AgentTally(agent, -state.View.Spec.Units, Completed: 1, BusySeconds: seconds ?? 0);
        }
        var next = Close(state, ended, ReportVerb.Complete, null, ended.View with
        {
            Version = state.View.Version + 1,
            Status = WorkStatus.Completed,
            CompletedAt = now,
            ResultJson = resultJson,
            ErrorCode = null,
            ErrorMessage = null,
            ActualSeconds = seconds,
            NextAttemptAt = null,
        });
        var data = new EventData().With("attempt", next.View.Attempt).With("by", by).With("seconds", seconds).Json();
        return new() { State = next, Before = state, Events = [Event(next, now, TaskEvents.Completed, agent, data)], Tally = tally };
    }

    private static TaskDecision Fail(TaskState state, LeaseReport report, string outcome, DateTimeOffset now, Func<double> chance)
    {
        var (ended, agent) = EndAttempt(state, outcome, report.ErrorCode, report.ErrorMessage, now);
        ended = With(ended, ended.View with { ErrorCode = report.ErrorCode, ErrorMessage = report.ErrorMessage });
        var tally = new AgentTally(agent, -state.View.Spec.Units, Failed: 1);
        var policy = state.View.Spec.Retry;
        if (state.View.CancelRequested) { return Stop(state, ended, report.Verb, agent, tally, now); }
        var refusal = !report.Retryable ? "the agent said that it cannot be retried"
            : report.ErrorCode is { } code && policy.NonRetryableCodes.Contains(code) ? $"error code '{code}' is not retried"
            : state.View.RetryCount >= state.View.MaxRetries ? $"{state.View.MaxRetries} retries are used up"
            : null;
        if (refusal is not null) { return End(state, ended, WorkStatus.Failed, report.Verb, agent, tally, now, TaskEvents.Failed, refusal); }
        var retryAt = now + (report.Delay ?? Backoff.Delay(state.View.RetryCount, policy.BackoffBase, policy.BackoffCap, chance));
        ended = With(ended, ended.View with { RetryCount = state.View.RetryCount + 1 });
        var data = new EventData().With("attempt", state.View.Attempt).With("code", report.ErrorCode).With("error", report.ErrorMessage).With("retry", ended.View.RetryCount).With("retry_at", retryAt).Json();
        return Reopen(state, ended, report.Verb, retryAt, tally, Event(ended, now, TaskEvents.AttemptFailed, agent, data));
    }

    private static TaskDecision GiveBack(TaskState state, string? reason, TimeSpan? delay, ReportVerb verb, DateTimeOffset now)
    {
        var (ended, agent) = EndAttempt(state, "given_back", null, reason, now);
        var tally = new AgentTally(agent, -state.View.Spec.Units);
        if (state.View.CancelRequested) { return Stop(state, ended, verb, agent, tally, now); }
        var data = new EventData().With("attempt", state.View.Attempt).With("reason", reason).Json();
        return Reopen(state, ended, verb, delay is { } wait ? now + wait : null, tally, Event(ended, now, TaskEvents.Returned, agent, data));
    }

    /// <summary>Puts the attempt on record and frees the task from its holder. Version and status are the caller's to set.</summary>
    private static (TaskState Ended, string Agent) EndAttempt(TaskState state, string outcome, string? code, string? message, DateTimeOffset now)
    {
        var agent = state.View.AssignedAgent!;
        var attempt = new AttemptView { Number = state.View.Attempt, AgentId = agent, StartedAt = state.View.AssignedAt ?? now, EndedAt = now, Outcome = outcome, ErrorCode = code, ErrorMessage = message };
        return (state with { View = state.View with { Attempts = Append(state.View.Attempts, attempt) }, Token = null, HeldBy = AgentMode.None, ExpiresAt = null }, agent);
    }

    /// <summary>Back to pending, at once or at a time.</summary>
    private static TaskDecision Reopen(TaskState before, TaskState ended, ReportVerb verb, DateTimeOffset? at, AgentTally tally, LedgerEvent happened) => new()
    {
        State = Close(before, ended, verb, at, ended.View with
        {
            Version = before.View.Version + 1,
            Status = WorkStatus.Pending,
            AssignedAgent = null,
            AssignedAt = null,
            StartedAt = null,
            NextAttemptAt = at,
        }),
        Before = before,
        Events = [happened],
        Tally = tally,
    };

    /// <summary>Ends a task that was asked to stop, however its attempt ended; the attempt keeps its own error.</summary>
    private static TaskDecision Stop(TaskState before, TaskState ended, ReportVerb verb, string? agent, AgentTally? tally, DateTimeOffset now) =>
        End(before, With(ended, ended.View with { ErrorCode = TaskErrors.Cancelled, ErrorMessage = before.View.ErrorMessage }), WorkStatus.Cancelled, verb, agent, tally, now, TaskEvents.Cancelled, before.View.ErrorMessage);

    /// <summary>Ends the task without success.</summary>
    private static TaskDecision End(TaskState before, TaskState ended, WorkStatus status, ReportVerb verb, string? agent, AgentTally? tally, DateTimeOffset now, string type, string? reason)
    {
        var next = Close(before, ended, verb, null, ended.View with
        {
            Version = before.View.Version + 1,
            Status = status,
            CompletedAt = now,
            NextAttemptAt = null,
            ActualSeconds = before.View.StartedAt is { } started ? Math.Max(0, (now - started).TotalSeconds) : null,
        });
        var data = new EventData().With("attempt", before.View.Attempt).With("reason", reason).With("code", next.View.ErrorCode).With("error", next.View.ErrorMessage).Json();
        return new() { State = next, Before = before, Events = [Event(next, now, type, agent, data)], Tally = tally };
    }

    private static TaskState Close(TaskState before, TaskState ended, ReportVerb verb, DateTimeOffset? retryAt, TaskView view) => ended with
    {
        View = view,
        Closed = before.Token is { } token ? Append(before.Closed, new ClosedLease(token, verb, view.Status, retryAt)) : before.Closed,
    };

    private static ImmutableArray<T> Append<T>(ImmutableArray<T> items, T item) => (items.Length < TaskState.ClosedMax ? items : items.RemoveAt(0)).Add(item);

    private static TaskState With(TaskState state, TaskView view) => state with { View = view };

    private static LedgerEvent Event(TaskState state, DateTimeOffset now, string type, string? agent, string data) => new(now, type, state.Id, agent, state.View.Spec.Queue, data);

    private static string Seconds(TimeSpan? limit) => FormattableString.Invariant($"{limit?.TotalSeconds:0.###} s");
}
