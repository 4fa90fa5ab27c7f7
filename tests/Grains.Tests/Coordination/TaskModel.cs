using NexusActors.Errors;

namespace NexusActors.Coordination;

/// <summary>
/// A second, independent telling of the rules of a task: a list of leases and a few counters, written from the contract and not from the code.
/// Each method says what the rules demand, and moves on.
/// </summary>
internal sealed class TaskModel(TaskSpec spec, int maxRetries, int maxLosses, DateTimeOffset created)
{
    /// <summary>What the rules demand of one operation.</summary>
    /// <param name="Error">A refusal; nothing may change.</param>
    /// <param name="Event">Type of the one event; null: nothing may change.</param>
    /// <param name="Repeat">The lease whose first answer is given again.</param>
    public sealed record Verdict(NexusError Error = NexusError.None, string? Event = null, Lease? Repeat = null);

    /// <summary>One lease, open or ended.</summary>
    public sealed record Lease(int Number, string Agent, string Token, AgentMode Mode, DateTimeOffset From)
    {
        public ReportVerb EndedBy { get; init; }
        public string? Outcome { get; init; }
        public WorkStatus Answer { get; init; }
    }

    private static readonly Verdict Nothing = new();
    private static readonly Verdict Lost = new(NexusError.LeaseLost);
    private static readonly Verdict Wrong = new(NexusError.WrongState);
    private DateTimeOffset _takenUp = created;

    public List<Lease> Ended { get; } = [];
    public Lease? Open { get; private set; }
    public WorkStatus Status { get; private set; } = WorkStatus.Pending;
    public int Changes { get; private set; } = 1;
    public int Retries { get; private set; }
    public int Losses { get; private set; }
    public string? CancelReason { get; private set; }
    public string? Result { get; private set; }
    public DateTimeOffset? LeaseEnds { get; private set; }
    public DateTimeOffset? Started { get; private set; }
    /// <summary>Earliest and latest moment of the next attempt that the rules allow.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Next { get; private set; } = spec.NotBefore > created ? (spec.NotBefore.Value, spec.NotBefore.Value) : null;

    /// <summary>Code of the error that ended the last attempt or the task, as the rules want it.</summary>
    public string? Code { get; private set; }

    private DateTimeOffset ReadySince => spec.NotBefore > _takenUp ? spec.NotBefore.Value : _takenUp;

    public bool IsFinal => Status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;

    public Verdict Take(string agent, AgentMode mode, string token, DateTimeOffset now)
    {
        if (Status != WorkStatus.Pending) { return Wrong; }
        Open = new(Ended.Count + 1, agent, token, mode, now);
        Started = mode == AgentMode.Pull ? now : null;
        LeaseEnds = mode == AgentMode.Pull ? now + spec.Timeouts.Heartbeat : null;
        Next = null;
        return Change(mode == AgentMode.Pull ? WorkStatus.InProgress : WorkStatus.Assigned, TaskEvents.Assigned);
    }

    public void Renew(DateTimeOffset now) => LeaseEnds = LeaseEnds is null ? null : now + spec.Timeouts.Heartbeat;

    public Verdict Report(string agent, string token, ReportVerb verb, string? code, bool retryable, TimeSpan? delay, string? result, DateTimeOffset now)
    {
        if (Open?.Token == token && Open.Agent == agent)
        {
            return verb switch
            {
                ReportVerb.Complete => Complete(result),
                ReportVerb.Fail => Fail("failed", verb, code, retryable, delay, now),
                _ => GiveBack(verb, delay, now),
            };
        }
        var first = Ended.Find(lease => lease.Token == token);
        return first is not null && first.EndedBy == verb ? new(Repeat: first) : Lost;
    }

    /// <summary>What time does to the task: at most one thing, the gravest first.</summary>
    public Verdict Pass(DateTimeOffset now)
    {
        if (IsFinal) { return Nothing; }
        if (_takenUp + spec.Timeouts.Total <= now) { return TimeOut(TaskErrors.TotalTimeout); }
        if (Open is null) { return Ended.Count == 0 && ReadySince + spec.Timeouts.QueueWait <= now ? TimeOut(TaskErrors.QueueWaitTimeout) : Nothing; }
        if (Started + spec.Timeouts.Run <= now) { return Fail("timed_out", ReportVerb.None, TaskErrors.RunTimeout, true, null, now); }
        return LeaseEnds <= now ? Lose() : Nothing;
    }

    public Verdict Lose()
    {
        Losses++;
        Code = TaskErrors.WorkerLost;
        End("lost", ReportVerb.None, CancelReason is not null ? WorkStatus.Cancelled : Losses > maxLosses ? WorkStatus.Failed : WorkStatus.Pending);
        return Change(Status, Status switch { WorkStatus.Cancelled => TaskEvents.Cancelled, WorkStatus.Failed => TaskEvents.Failed, _ => TaskEvents.LeaseLost });
    }

    public Verdict Cancel(string reason)
    {
        if (IsFinal || CancelReason is not null) { return Nothing; }
        CancelReason = reason;
        if (Open is { Mode: AgentMode.Pull }) { return Change(Status, TaskEvents.CancelRequested); }
        if (Open is not null) { End("cancelled", ReportVerb.None, WorkStatus.Cancelled); }
        Next = null;
        return Change(WorkStatus.Cancelled, TaskEvents.Cancelled);
    }

    public Verdict Redrive(DateTimeOffset now)
    {
        if (Status is not (WorkStatus.Failed or WorkStatus.Cancelled)) { return Wrong; }
        (Retries, Losses, CancelReason, Code, _takenUp) = (0, 0, null, null, now);
        Next = spec.NotBefore > now ? (spec.NotBefore.Value, spec.NotBefore.Value) : null;
        return Change(WorkStatus.Pending, TaskEvents.Redriven);
    }

    public Verdict Move(WorkStatus wanted, string? token, string message, string? result, DateTimeOffset now)
    {
        if (token is not null && !IsFinal && Open?.Token != token) { return Lost; }
        if (token is null && Open is { Mode: AgentMode.Pull } && wanted != WorkStatus.Cancelled) { return Lost; }
        if (wanted == Status) { return Nothing; }
        switch (wanted)
        {
            case WorkStatus.Cancelled when !IsFinal:
                return Cancel(message);
            case WorkStatus.Pending when Open is not null:
                return GiveBack(ReportVerb.GiveBack, null, now);
            case WorkStatus.InProgress when Open is not null:
                Started ??= now;
                return Change(WorkStatus.InProgress, TaskEvents.Started);
            case WorkStatus.Delegated when Open is not null:
                Started ??= now;
                return Change(WorkStatus.Delegated, TaskEvents.Delegated);
            case WorkStatus.Completed when !IsFinal:
                return Complete(result);
            case WorkStatus.Failed when Open is not null:
                return Fail("failed", ReportVerb.Fail, null, true, null, now);
            default:
                return Wrong;
        }
    }

    public Verdict Recall(DateTimeOffset now) => GiveBack(ReportVerb.None, null, now);

    private Verdict Complete(string? result)
    {
        (Result, Next, Code) = (result, null, null);
        if (Open is not null) { End("completed", ReportVerb.Complete, WorkStatus.Completed); }
        return Change(WorkStatus.Completed, TaskEvents.Completed);
    }

    private Verdict Fail(string outcome, ReportVerb verb, string? code, bool retryable, TimeSpan? delay, DateTimeOffset now)
    {
        Code = code;
        if (CancelReason is not null)
        {
            End(outcome, verb, WorkStatus.Cancelled);
            return Change(WorkStatus.Cancelled, TaskEvents.Cancelled);
        }
        if (!retryable || Retries == maxRetries || (code is not null && spec.Retry.NonRetryableCodes.Contains(code)))
        {
            End(outcome, verb, WorkStatus.Failed);
            return Change(WorkStatus.Failed, TaskEvents.Failed);
        }
        var longest = spec.Retry.BackoffBase * Math.Pow(2, Retries);
        longest = longest < spec.Retry.BackoffCap ? longest : spec.Retry.BackoffCap;
        Retries++;
        End(outcome, verb, WorkStatus.Pending);
        Next = delay is { } wait ? (now + wait, now + wait) : (now, now + longest);
        return Change(WorkStatus.Pending, TaskEvents.AttemptFailed);
    }

    private Verdict GiveBack(ReportVerb verb, TimeSpan? delay, DateTimeOffset now)
    {
        End("given_back", verb, CancelReason is not null ? WorkStatus.Cancelled : WorkStatus.Pending);
        Next = Status == WorkStatus.Pending && delay is { } wait ? (now + wait, now + wait) : null;
        return Change(Status, Status == WorkStatus.Cancelled ? TaskEvents.Cancelled : TaskEvents.Returned);
    }

    private Verdict TimeOut(string code)
    {
        var status = CancelReason is not null ? WorkStatus.Cancelled : WorkStatus.Failed;
        Next = null;
        Code = code;
        if (Open is not null) { End("timed_out", ReportVerb.None, status); }
        return Change(status, status == WorkStatus.Failed ? TaskEvents.Failed : TaskEvents.Cancelled);
    }

    private void End(string outcome, ReportVerb verb, WorkStatus status)
    {
        Ended.Add(Open! with { EndedBy = verb, Outcome = outcome, Answer = status });
        (Open, LeaseEnds, Started, Status) = (null, null, null, status);
    }

    private Verdict Change(WorkStatus status, string happened)
    {
        Changes++;
        Status = status;
        if (status == WorkStatus.Cancelled) { Code = TaskErrors.Cancelled; }
        return new(Event: happened);
    }
}
