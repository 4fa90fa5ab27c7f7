using System.Collections.Immutable;
using NexusActors.CrashAgent;
using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>A run in memory that breaks no rule: what the checker must accept, and what forgeries start from.</summary>
internal sealed class HonestRun(Random chance)
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(2);
    private static readonly string[] Agents = ["a1", "a2", "a3"];

    private readonly List<TaskEvent> _events = [];
    private readonly List<LedgerTask> _tasks = [];
    private readonly List<string> _experiences = [];
    private readonly Dictionary<string, List<JournalLine>> _journals = Agents.ToDictionary(agent => agent, _ => new List<JournalLine>());
    private readonly Dictionary<string, string> _ends = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public static CrashRecord Of(ImmutableArray<SubmittedTask> tasks, Random chance)
    {
        var run = new HonestRun(chance);
        foreach (var task in tasks)
        {
            run.Happens(EventTypes.Submitted, task.Id);
        }
        foreach (var task in tasks)
        {
            run.Live(task);
        }
        return new CrashRecord
        {
            Submitted = tasks,
            Tasks = [.. run._tasks],
            Events = [.. run._events],
            Experiences = [.. run._experiences],
            Journals = [.. run._journals.Select(journal => new AgentRecord(journal.Key, [.. journal.Value]))],
            LeaseTime = LeaseTime,
        };
    }

    private void Live(SubmittedTask task)
    {
        var (attempt, retries, losses) = (0, 0, 0);
        var broken = task.Parents.FirstOrDefault(edge => edge.OnFailure != "run" && _ends[edge.Parent] != EventTypes.Completed);
        if (broken is not null)
        {
            Happens(broken.OnFailure == "fail" ? EventTypes.Failed : EventTypes.Cancelled, task.Id, null, 0);
        }
        else
        {
            var plan = TaskPlan.Of(task.Id);
            while (!_ends.ContainsKey(task.Id))
            {
                var agent = Agents[chance.Next(Agents.Length)];
                var token = $"{task.Id}:{++attempt}";
                Happens(EventTypes.Assigned, task.Id, agent, attempt);
                Note(agent, JournalEvents.Leased, task.Id, attempt, token);
                var draw = chance.Next(10);
                if (draw == 0 && losses < 3)
                {
                    losses++;
                    _now += LeaseTime;
                    Happens(EventTypes.LeaseLost, task.Id, agent, attempt);
                    Note(agent, JournalEvents.Refused, task.Id, attempt, token, "complete", "lease_lost");
                    continue;
                }
                var (outcome, type) = draw == 1 ? ("return", EventTypes.Returned)
                    : plan.Poison ? ("fail", EventTypes.Failed)
                    : attempt <= plan.Failures ? ("fail", EventTypes.AttemptFailed)
                    : ("complete", EventTypes.Completed);
                retries += type == EventTypes.AttemptFailed ? 1 : 0;
                Happens(type, task.Id, agent, attempt);
                Note(agent, JournalEvents.Accepted, task.Id, attempt, token, outcome);
            }
            _experiences.Add($"task:{task.Id}:{attempt}");
        }
        _tasks.Add(new LedgerTask { Id = task.Id, Status = _ends[task.Id]["task.".Length..], Attempt = attempt, RetryCount = retries, LossCount = losses });
    }

    private void Happens(string type, string task, string? agent = null, int? attempt = null)
    {
        _now += TimeSpan.FromMilliseconds(1);
        _events.Add(new TaskEvent(_events.Count + 1, _now, type, task, agent, attempt));
        if (EventTypes.IsEnd(type))
        {
            _ends[task] = type;
        }
    }

    private void Note(string agent, string happened, string task, int attempt, string token, string? outcome = null, string? detail = null) =>
        _journals[agent].Add(new JournalLine { Event = happened, Task = task, Attempt = attempt, Token = token, Outcome = outcome, Detail = detail });
}
