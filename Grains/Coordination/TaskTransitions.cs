using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>
/// The state machine of a task: pure functions from a state to the next. Time and chance are arguments.
/// <code>
/// pending ──lease──► assigned | in_progress ──complete──► completed
///    ▲                        │ fail, lost, timed out, given back
///    └── retries left ────────┴── none left ──► failed ──redrive──► pending
/// any but final ──cancel──► cancelled
/// </code>
/// </summary>
internal static partial class TaskTransitions
{
    /// <summary>A new task. Its limits are settled now, so that later changes of the defaults do not touch it.</summary>
    public static TaskDecision Submit(TaskSpec spec, CoordinationOptions defaults, DateTimeOffset now)
    {
        spec = spec with
        {
            Retry = spec.Retry with { MaxRetries = spec.Retry.MaxRetries ?? defaults.MaxTaskRetries, MaxLosses = spec.Retry.MaxLosses ?? defaults.MaxWorkerLosses },
            Timeouts = spec.Timeouts with { Run = spec.Timeouts.Run ?? defaults.TaskTimeout, Heartbeat = spec.Timeouts.Heartbeat ?? defaults.LeaseTime },
        };
        var state = new TaskState
        {
            View = new()
            {
                Spec = spec,
                Version = 1,
                Status = WorkStatus.Pending,
                CreatedAt = now,
                MaxRetries = spec.Retry.MaxRetries.Value,
                NextAttemptAt = spec.NotBefore > now ? spec.NotBefore : null,
            },
        };
        var data = new EventData().With("task_type", spec.Type.Wire()).With("priority", spec.Priority);
        if (spec.Dependencies.Length > 0) { data.With("dependencies", spec.Dependencies.Select(dependency => dependency.TaskId)); }
        return new() { State = state, Before = state, Events = [Event(state, now, TaskEvents.Submitted, null, data.Json())] };
    }

    /// <summary>Gives the task to an agent: to a passive one as assigned, to a pulling one as in progress with a lease.</summary>
    /// <param name="state">A pending task.</param>
    /// <param name="agentId">Who gets it.</param>
    /// <param name="mode">How the agent works.</param>
    /// <param name="token">Secret of the lease.</param>
    /// <param name="why">The reasons of the assignment, JSON text.</param>
    /// <param name="now">The time.</param>
    public static TaskDecision Lease(TaskState state, string agentId, AgentMode mode, string token, string? why, DateTimeOffset now)
    {
        if (state.View.Status != WorkStatus.Pending) { return TaskDecision.Refuse(state, NexusError.WrongState, $"The task is {state.View.Status.Wire()}, not pending."); }
        var pulls = mode == AgentMode.Pull;
        var next = state with
        {
            View = state.View with
            {
                Version = state.View.Version + 1,
                Status = pulls ? WorkStatus.InProgress : WorkStatus.Assigned,
                AssignedAgent = agentId,
                AssignedAt = now,
                StartedAt = pulls ? now : null,
                Attempt = state.View.Attempt + 1,
                NextAttemptAt = null,
                ProgressJson = null,
            },
            Token = token,
            HeldBy = mode,
            ExpiresAt = pulls ? now + state.View.Spec.Timeouts.Heartbeat : null,
        };
        var data = new EventData().With("attempt", next.View.Attempt).With("mode", pulls ? "pull" : "passive").Raw("why", why).Json();
        return new()
        {
            State = next,
            Before = state,
            Events = [Event(next, now, TaskEvents.Assigned, agentId, data)],
            Tally = new AgentTally(agentId, state.View.Spec.Units),
        };
    }

    /// <summary>Takes the holder's report. A stale one is refused with <see cref="NexusError.LeaseLost"/>; a repeated one is answered as the first time.</summary>
    public static TaskDecision Report(TaskState state, string agentId, LeaseReport report, DateTimeOffset now, Func<double> chance)
    {
        if (state.Token is null || !string.Equals(state.Token, report.Token, StringComparison.Ordinal) || !string.Equals(state.View.AssignedAgent, agentId, StringComparison.Ordinal))
        {
            var closed = state.Closed.LastOrDefault(lease => string.Equals(lease.Token, report.Token, StringComparison.Ordinal));
            return closed is not null && closed.Verb == report.Verb && report.Verb != ReportVerb.None
                ? TaskDecision.Same(state) with { Repeat = closed }
                : TaskDecision.Refuse(state, NexusError.LeaseLost, $"The lease of task '{state.Id}' is not yours any more; the task is {state.View.Status.Wire()}. Stop working on it.");
        }
        return report.Verb switch
        {
            ReportVerb.Complete => Complete(state, report.ResultJson, now, "agent"),
            ReportVerb.Fail => Fail(state, report, "failed", now, chance),
            ReportVerb.GiveBack => GiveBack(state, report.ErrorMessage, report.Delay, ReportVerb.GiveBack, now),
            _ => TaskDecision.Refuse(state, NexusError.Invalid, "outcome must be one of complete, fail, return."),
        };
    }

    /// <summary>The holder has been silent for too long: a loss, counted apart from failures.</summary>
    public static TaskDecision Lose(TaskState state, string reason, DateTimeOffset now)
    {
        var (ended, agent) = EndAttempt(state, "lost", TaskErrors.WorkerLost, reason, now);
        ended = With(ended, ended.View with { LossCount = state.View.LossCount + 1, ErrorCode = TaskErrors.WorkerLost, ErrorMessage = reason });
        var tally = new AgentTally(agent, -state.View.Spec.Units, Lost: 1);
        if (state.View.CancelRequested) { return Stop(state, ended, ReportVerb.None, agent, tally, now); }
        if (ended.View.LossCount > state.View.Spec.Retry.MaxLosses)
        {
            return End(state, ended, WorkStatus.Failed, ReportVerb.None, agent, tally, now, TaskEvents.Failed, $"{ended.View.LossCount} leases were lost, more than the limit of {state.View.Spec.Retry.MaxLosses}");
        }
        return Reopen(state, ended, ReportVerb.None, null, tally, Event(ended, now, TaskEvents.LeaseLost, agent, new EventData().With("attempt", state.View.Attempt).With("reason", reason).With("losses", ended.View.LossCount).Json()));
    }

    /// <summary>The attempt ran too long: a failure that may be tried again.</summary>
    private static TaskDecision RunTimedOut(TaskState state, DateTimeOffset now, Func<double> chance) =>
        Fail(state, new() { TaskId = state.Id, Token = state.Token ?? "", Verb = ReportVerb.None, ErrorCode = TaskErrors.RunTimeout, ErrorMessage = $"The attempt ran longer than {Seconds(state.View.Spec.Timeouts.Run)}." }, "timed_out", now, chance);

    /// <summary>What has run out of a held task's time, the gravest first: time in all, of the run, of the lease.</summary>
    /// <param name="state">A held task.</param>
    /// <param name="leaseEnds">When its lease ends, renewals counted; null for passive agents.</param>
    /// <param name="now">The time.</param>
    /// <param name="chance">Draws from [0, 1).</param>
    public static TaskDecision Overdue(TaskState state, DateTimeOffset? leaseEnds, DateTimeOffset now, Func<double> chance) =>
        state.TotalEnds <= now ? TimedOut(state, TaskErrors.TotalTimeout, now)
        : state.RunEnds <= now ? RunTimedOut(state, now, chance)
        : leaseEnds <= now ? Lose(state, "no heartbeat within the lease time", now)
        : TaskDecision.Same(state);

    /// <summary>A pending task has waited for as long as it may.</summary>
    public static TaskDecision Expired(TaskState state, DateTimeOffset now) => state.View.Status != WorkStatus.Pending
        ? TaskDecision.Same(state)
        : TimedOut(state, state.TotalEnds <= now ? TaskErrors.TotalTimeout : TaskErrors.QueueWaitTimeout, now);

    /// <summary>The task waited too long, or took too long in all: it fails for good. One that was asked to stop is cancelled instead.</summary>
    private static TaskDecision TimedOut(TaskState state, string code, DateTimeOffset now)
    {
        var limit = code == TaskErrors.TotalTimeout ? state.View.Spec.Timeouts.Total : state.View.Spec.Timeouts.QueueWait;
        var message = code == TaskErrors.TotalTimeout ? $"The task took longer than {Seconds(limit)} in all." : $"The task waited longer than {Seconds(limit)}.";
        var ended = state;
        AgentTally? tally = null;
        string? agent = null;
        if (state.IsHeld)
        {
            (ended, agent) = EndAttempt(state, "timed_out", code, message, now);
            tally = new AgentTally(agent, -state.View.Spec.Units, Failed: 1);
        }
        ended = With(ended, ended.View with { ErrorCode = code, ErrorMessage = message });
        return state.View.CancelRequested
            ? Stop(state, ended, ReportVerb.None, agent, tally, now)
            : End(state, ended, WorkStatus.Failed, ReportVerb.None, agent, tally, now, TaskEvents.Failed, message);
    }

    /// <summary>Takes the task back from its holder without fault (the agent left, or now pulls).</summary>
    public static TaskDecision Recall(TaskState state, string reason, DateTimeOffset now) => GiveBack(state, reason, null, ReportVerb.None, now);

    /// <summary>Calls the task off. Where a pulling agent works on it, it is asked to stop; else it ends at once.</summary>
    public static TaskDecision Cancel(TaskState state, string? reason, DateTimeOffset now)
    {
        if (state.IsFinal || (state.View.CancelRequested && state.HeldBy == AgentMode.Pull)) { return TaskDecision.Same(state); }
        reason ??= "cancelled on request";
        if (state.IsHeld && state.HeldBy == AgentMode.Pull)
        {
            var asked = With(state, state.View with { Version = state.View.Version + 1, CancelRequested = true, ErrorMessage = reason });
            return new() { State = asked, Before = state, Events = [Event(asked, now, TaskEvents.CancelRequested, state.View.AssignedAgent, new EventData().With("reason", reason).Json())] };
        }
        var (ended, agent, tally) = (state, (string?)null, (AgentTally?)null);
        if (state.IsHeld)
        {
            (ended, agent) = EndAttempt(state, "cancelled", TaskErrors.Cancelled, reason, now);
            tally = new AgentTally(agent, -state.View.Spec.Units);
        }
        return End(state, With(ended, ended.View with { ErrorCode = TaskErrors.Cancelled, ErrorMessage = reason }), WorkStatus.Cancelled, ReportVerb.None, agent, tally, now, TaskEvents.Cancelled, reason);
    }

    /// <summary>A parent ended without success and the edge says skip or fail.</summary>
    public static TaskDecision ParentFailed(TaskState state, string parentId, WorkStatus parentStatus, ParentFailureRule rule, DateTimeOffset now)
    {
        if (state.View.Status != WorkStatus.Pending) { return TaskDecision.Same(state); }
        var reason = $"Its parent '{parentId}' ended as {parentStatus.Wire()}.";
        var (status, type) = rule == ParentFailureRule.Fail ? (WorkStatus.Failed, TaskEvents.Failed) : (WorkStatus.Cancelled, TaskEvents.Cancelled);
        return End(state, With(state, state.View with { ErrorCode = TaskErrors.ParentFailed, ErrorMessage = reason }), status, ReportVerb.None, null, null, now, type, reason);
    }

    /// <summary>Takes a failed or cancelled task up again, with fresh retries and fresh time. Its past attempts stay on record.</summary>
    public static TaskDecision Redrive(TaskState state, DateTimeOffset now)
    {
        if (state.View.Status is not (WorkStatus.Failed or WorkStatus.Cancelled))
        {
            return TaskDecision.Refuse(state, NexusError.WrongState, $"The task is {state.View.Status.Wire()}; only a failed or cancelled task can be taken up again.");
        }
        var next = With(state, state.View with
        {
            Version = state.View.Version + 1,
            Status = WorkStatus.Pending,
            RetryCount = 0,
            LossCount = 0,
            CancelRequested = false,
            CompletedAt = null,
            AssignedAgent = null,
            AssignedAt = null,
            StartedAt = null,
            ActualSeconds = null,
            NextAttemptAt = state.View.Spec.NotBefore > now ? state.View.Spec.NotBefore : null,
            RedrivenAt = now,
            ErrorCode = null,
            ErrorMessage = null,
        });
        return new() { State = next, Before = state, Events = [Event(next, now, TaskEvents.Redriven, null, new EventData().With("from", state.View.Status.Wire()).Json())] };
    }
}
