using CsCheck;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Coordination;

/// <summary>Random lives of one task, told twice: by the code and by <see cref="TaskModel"/>.</summary>
public sealed class TaskStateMachineTests
{
    /// <summary>One step of a life; what the numbers mean depends on the step.</summary>
    private sealed record Step(Act Act, int Agent, int Token, int Pick, int Seconds, double Chance)
    {
        public override string ToString() => $"{Act}(agent {Agent}, token {Token}, pick {Pick}, {Seconds} s, chance {Chance:0.00})";
    }

    private enum Act { Lease, Renew, Complete, Fail, GiveBack, Cancel, Redrive, Status, Recall, Lose, Pass }

    private static readonly string[] Agents = ["ann", "bob", "cid"];
    private static readonly string?[] Codes = [null, "flaky", "fatal", "fatal too"];

    private static readonly Gen<Step> Steps =
        from act in Gen.Frequency((5, Gen.Const(Act.Lease)), (2, Gen.Const(Act.Renew)), (2, Gen.Const(Act.Complete)), (4, Gen.Const(Act.Fail)), (2, Gen.Const(Act.GiveBack)), (1, Gen.Const(Act.Cancel)),
            (2, Gen.Const(Act.Redrive)), (4, Gen.Const(Act.Status)), (1, Gen.Const(Act.Recall)), (2, Gen.Const(Act.Lose)), (4, Gen.Const(Act.Pass)))
        from agent in Gen.Int[0, 2]
        from token in Gen.Frequency((4, Gen.Const(0)), (3, Gen.Int[1, 6]))
        from pick in Gen.Int[0, 7]
        from seconds in Gen.Int[0, 40]
        from chance in Gen.Double[0, 0.999]
        select new Step(act, agent, token, pick, seconds, chance);

    private static readonly Gen<TimeSpan?> Limit = Gen.Select(Gen.Bool, Gen.Int[10, 200], (given, seconds) => given ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null);

    private static readonly Gen<TaskSpec> Specs =
        from retries in Gen.Int[0, 3]
        from losses in Gen.Int[0, 2]
        from first in Gen.Int[1, 4]
        from cap in Gen.Int[3, 12]
        from units in Gen.Int[1, 5]
        from heartbeat in Gen.Int[5, 30]
        from run in Limit
        from total in Limit
        from wait in Limit
        from delayed in Gen.Bool
        select Sample.Spec("t", spec => spec with
        {
            Units = units,
            Retry = new() { MaxRetries = retries, MaxLosses = losses, BackoffBase = TimeSpan.FromSeconds(first), BackoffCap = TimeSpan.FromSeconds(cap), NonRetryableCodes = ["fatal", "fatal too"] },
            Timeouts = new() { Heartbeat = TimeSpan.FromSeconds(heartbeat), Run = run ?? TimeSpan.FromHours(1), Total = total is { } t ? t * 3 : null, QueueWait = wait },
            NotBefore = delayed ? Sample.Start.AddSeconds(15) : null,
        });

    [Fact]
    public void Transitions_AnyLife_AgreeWithTheRules() => Gen.Select(Specs, Steps.Array[1, 60]).Sample((spec, steps) => new Life(spec).Go(steps), iter: 10_000);

    /// <summary>One life. Keeps what the ledger and the readers of events would have seen.</summary>
    private sealed class Life
    {
        private readonly TaskSpec _spec;
        private readonly TaskModel _model;
        private readonly List<string> _tokens = [];
        private readonly Dictionary<string, int> _loads = new(StringComparer.Ordinal);
        private readonly List<(string Token, ReportVerb Verb)> _accepted = [];
        private TaskState _state;
        private WorkStatus _told = WorkStatus.Pending;
        private DateTimeOffset _now = Sample.Start;

        public Life(TaskSpec spec)
        {
            _spec = spec;
            _model = new(spec, spec.Retry.MaxRetries!.Value, spec.Retry.MaxLosses!.Value, _now);
            var submitted = TaskTransitions.Submit(spec, Sample.Options, _now);
            _state = submitted.State;
            Assert.Equal(TaskEvents.Submitted, Assert.Single(submitted.Events).Type);
            CompareStates();
        }

        public void Go(Step[] steps)
        {
            foreach (var step in steps) { Take(step); }
        }

        private void Take(Step step)
        {
            var agent = Agents[step.Agent];
            var chance = () => step.Chance;
            var (token, delay) = (Token(step.Token), step.Pick >= 6 ? TimeSpan.FromSeconds(step.Pick) : (TimeSpan?)null);
            switch (step.Act)
            {
                case Act.Lease when _model.Next?.From > _now:
                    return;                                                                    // the backlog's rule: not before its time
                case Act.Lease:
                    var mode = step.Pick % 2 == 0 ? AgentMode.Pull : AgentMode.Passive;
                    var fresh = $"token {_tokens.Count}";
                    Compare(TaskTransitions.Lease(_state, agent, mode, fresh, """{"policy":"test"}""", _now), _model.Take(agent, mode, fresh, _now));
                    if (_state.Token == fresh) { _tokens.Add(fresh); }
                    return;
                case Act.Renew:
                    if (_state.IsHeld) { _model.Renew(_now); }
                    return;
                case Act.Complete or Act.Fail or Act.GiveBack:
                    var verb = step.Act switch { Act.Complete => ReportVerb.Complete, Act.Fail => ReportVerb.Fail, _ => ReportVerb.GiveBack };
                    var code = Codes[step.Pick % 4];
                    var (retryable, result) = (step.Pick != 5, verb == ReportVerb.Complete ? "1" : null);
                    var reporter = step.Token == 0 ? _state.View.AssignedAgent ?? agent : agent;
                    var report = new LeaseReport { TaskId = "t", Token = token, Verb = verb, ErrorCode = code, ErrorMessage = "so", Retryable = retryable, Delay = delay, ResultJson = result };
                    var decision = TaskTransitions.Report(_state, reporter, report, _now, chance);
                    if (decision.Changes) { _accepted.Add((token, verb)); }
                    Compare(decision, _model.Report(reporter, token, verb, verb == ReportVerb.Fail ? code : null, retryable, verb == ReportVerb.Complete ? null : delay, result, _now));
                    return;
                case Act.Cancel:
                    Compare(TaskTransitions.Cancel(_state, $"reason {step.Pick}", _now), _model.Cancel($"reason {step.Pick}"));
                    return;
                case Act.Redrive:
                    Compare(TaskTransitions.Redrive(_state, _now), _model.Redrive(_now));
                    return;
                case Act.Status:
                    var wanted = (WorkStatus)(1 + (step.Seconds % 7));
                    var named = step.Pick < 4 ? null : token;
                    Compare(TaskTransitions.SetStatus(_state, new() { Status = wanted, Token = named, ErrorMessage = "by hand", ResultJson = "2" }, _now, chance), _model.Move(wanted, named, "by hand", "2", _now));
                    return;
                case Act.Recall when _state.IsHeld:
                    Compare(TaskTransitions.Recall(_state, "recalled", _now), _model.Recall(_now));
                    return;
                case Act.Lose when _state.IsHeld && step.Pick == 0:
                    Compare(TaskTransitions.Lose(_state, "silent", _now), _model.Lose());
                    return;
                case Act.Pass:
                    _now = _now.AddSeconds(step.Seconds);
                    Compare(Overdue(chance), _model.Pass(_now));
                    return;
            }
        }

        /// <summary>0 is the open lease's token, as far as there is one; others are tokens of any lease so far, or of none.</summary>
        private string Token(int choice) => choice == 0 ? _state.Token ?? "none" : choice <= _tokens.Count ? _tokens[^choice] : "never given";

        /// <summary>What a queue does when time has passed, with the deadlines that the code computes and the renewals that the model remembers.</summary>
        private TaskDecision Overdue(Func<double> chance)
        {
            if (_state.IsFinal) { return TaskDecision.Same(_state); }
            if (!_state.IsHeld)
            {
                var memory = new QueueMemory(Sample.Options, _ => new());
                memory.Place(_state, _now);
                return memory.Backlog.TakeExpired(_now.UtcTicks).Count == 0 ? TaskDecision.Same(_state) : TaskTransitions.Expired(_state, _now);
            }
            var held = new HeldTask(_state) { LeaseEnds = _model.LeaseEnds };
            return held.Due > _now ? TaskDecision.Same(_state) : TaskTransitions.Overdue(_state, held.LeaseEnds, _now, chance);
        }

        private void Compare(TaskDecision decision, TaskModel.Verdict verdict)
        {
            Assert.Equal(verdict.Error, decision.Error);
            Assert.Equal(verdict.Event is not null, decision.Changes);
            Assert.Same(_state, decision.Before);
            Assert.Equal(verdict.Repeat?.Token, decision.Repeat?.Token);
            if (verdict.Repeat is { } first) { Assert.Equal((first.EndedBy, first.Answer), (decision.Repeat!.Verb, decision.Repeat.Status)); }
            Assert.Equal(decision.Error != NexusError.None, decision.Message is not null);
            if (!decision.Changes)
            {
                Assert.True(decision is { Events.Length: 0, Tally: null });
                CompareStates();
                return;
            }
            Tell(Assert.Single(decision.Events), verdict.Event!);
            if (decision.Tally is { } tally) { _loads[tally.AgentId] = _loads.GetValueOrDefault(tally.AgentId) + tally.Load; }
            Assert.Equal(_state.View.Version + 1, decision.State.View.Version);
            Assert.Equal(_state.IsHeld && !decision.State.IsHeld, decision.Releases);
            Assert.Equal((_state.View.Spec, _state.View.Seq, _state.View.CreatedAt), (decision.State.View.Spec, decision.State.View.Seq, decision.State.View.CreatedAt));
            _state = decision.State;
            CompareStates();
        }

        /// <summary>Follows the task by its events alone, as a reader of the stream does.</summary>
        private void Tell(LedgerEvent happened, string type)
        {
            Assert.Equal((type, "t", _spec.Queue, _now), (happened.Type, happened.TaskId, happened.Queue, happened.At));
            _told = happened.Type switch
            {
                TaskEvents.Assigned => happened.DataJson.Contains("\"mode\":\"pull\"", StringComparison.Ordinal) ? WorkStatus.InProgress : WorkStatus.Assigned,
                TaskEvents.Started => WorkStatus.InProgress,
                TaskEvents.Delegated => WorkStatus.Delegated,
                TaskEvents.Completed => WorkStatus.Completed,
                TaskEvents.Failed => WorkStatus.Failed,
                TaskEvents.Cancelled => WorkStatus.Cancelled,
                TaskEvents.CancelRequested => _told,
                _ => WorkStatus.Pending,
            };
        }

        private void CompareStates()
        {
            var view = _state.View;
            Assert.Equal((_model.Status, _model.Status, _model.Changes), (view.Status, _told, view.Version));
            Assert.Equal((_model.Retries, _model.Losses), (view.RetryCount, view.LossCount));
            Assert.InRange(view.RetryCount, 0, _spec.Retry.MaxRetries!.Value);
            Assert.InRange(view.LossCount, 0, _spec.Retry.MaxLosses!.Value + 1);
            Assert.Equal((_model.Open?.Token, _model.Open?.Mode ?? AgentMode.None), (_state.Token, _state.HeldBy));
            Assert.Equal(_state.IsHeld, _state.Token is not null);
            if (_model.Open is { } open) { Assert.Equal((open.Agent, open.Number, open.From), (view.AssignedAgent, view.Attempt, view.AssignedAt)); }
            Assert.Equal(_model.Open is { Mode: AgentMode.Pull }, _state.ExpiresAt is not null);
            Assert.Equal(_model.Ended.Select(lease => (lease.Number, lease.Agent, lease.Outcome)), view.Attempts.Select(attempt => (attempt.Number, attempt.AgentId, (string?)attempt.Outcome)));
            Assert.Equal(Enumerable.Range(1, view.Attempts.Length), view.Attempts.Select(attempt => attempt.Number));
            Assert.Equal(_model.Ended.Select(lease => lease.Token), _state.Closed.Select(lease => lease.Token));
            Assert.Equal(_accepted.Count, _accepted.DistinctBy(report => report.Token).Count());
            Assert.Equal(_model.CancelReason is not null && !_model.IsFinal, view.CancelRequested && !_state.IsFinal);
            Assert.Equal(_model.IsFinal, view.CompletedAt is not null);
            Assert.Equal(_model.Code, view.ErrorCode);
            if (_model.Status == WorkStatus.Cancelled) { Assert.Equal(_model.CancelReason, view.ErrorMessage); }
            Assert.Equal(_model.Status == WorkStatus.Completed ? _model.Result : null, _state.IsFinal ? view.ResultJson : null);
            if (_model.Next is { } next) { Assert.InRange(view.NextAttemptAt!.Value, next.From, next.To); }
            foreach (var agent in Agents) { Assert.Equal(_state.IsHeld && view.AssignedAgent == agent ? _spec.Units : 0, _loads.GetValueOrDefault(agent)); }
        }
    }
}
