using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>Compares what the agents wrote down with the histories.</summary>
internal static class JournalRules
{
    private sealed record Grant(string TaskId, int Attempt, string AgentId);

    public static IEnumerable<Violation> Check(CrashRecord record, ILookup<string, TaskEvent> history)
    {
        var violations = new List<Violation>();
        var grants = Grants(record, history, violations);
        var accepted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (agent, line) in record.Journals.SelectMany(journal => journal.Lines.Select(line => (journal.AgentId, line))))
        {
            if (line.Event is not (JournalEvents.Accepted or JournalEvents.Refused))
            {
                continue;
            }
            var task = line.Task ?? "";
            if (line.Token is null || !grants.TryGetValue(line.Token, out var grant) || grant.TaskId != task || grant.AgentId != agent)
            {
                violations.Add(new(Rules.Grants, task, $"{agent} got an answer for a lease that it never noted"));
                continue;
            }
            var fact = history[task].FirstOrDefault(happened => happened.Attempt == grant.Attempt && Matches(line.Outcome, happened.Type));
            if (line.Event == JournalEvents.Accepted)
            {
                if (fact is null || fact.AgentId != agent)
                {
                    violations.Add(new(Rules.Acknowledged, task, $"{agent} was told that its {line.Outcome} of attempt {grant.Attempt} is accepted; the history has none"));
                }
                if (!accepted.TryAdd(line.Token, line.Outcome ?? "") && accepted[line.Token] != line.Outcome)
                {
                    violations.Add(new(Rules.TokenOnce, task, $"{accepted[line.Token]} and {line.Outcome} of one lease were both accepted"));
                }
            }
            else if (fact is not null)
            {
                violations.Add(new(Rules.Refused, task, $"{agent} was refused its {line.Outcome} of attempt {grant.Attempt} ({line.Detail}); the history has it"));
            }
        }
        foreach (var doubled in accepted.Where(pair => pair.Value == "complete").CountBy(pair => grants[pair.Key].TaskId).Where(count => count.Value > 1))
        {
            violations.Add(new(Rules.EndsOnce, doubled.Key, $"{doubled.Value} completions were accepted"));
        }
        return violations;
    }

    /// <summary>Token → attempt, from all journals; each must be in the history, and none may stand for two.</summary>
    private static Dictionary<string, Grant> Grants(CrashRecord record, ILookup<string, TaskEvent> history, List<Violation> violations)
    {
        var byToken = new Dictionary<string, Grant>(StringComparer.Ordinal);
        var byAttempt = new Dictionary<(string, int), string>();
        foreach (var journal in record.Journals)
        {
            foreach (var line in journal.Lines.Where(line => line.Event == JournalEvents.Leased))
            {
                var grant = new Grant(line.Task ?? "", line.Attempt ?? 0, journal.AgentId);
                var token = line.Token ?? "";
                if (!byToken.TryAdd(token, grant))
                {
                    if (byToken[token] != grant)
                    {
                        violations.Add(new(Rules.Grants, grant.TaskId, $"one token stands for {byToken[token]} and {grant}"));
                    }
                    continue;   // noted again after a restart
                }
                if (!byAttempt.TryAdd((grant.TaskId, grant.Attempt), token))
                {
                    violations.Add(new(Rules.OneLease, grant.TaskId, $"attempt {grant.Attempt} was given out with two tokens"));
                }
                if (!history[grant.TaskId].Any(happened => happened.Type == EventTypes.Assigned && happened.Attempt == grant.Attempt && happened.AgentId == journal.AgentId))
                {
                    violations.Add(new(Rules.Grants, grant.TaskId, $"{journal.AgentId} received attempt {grant.Attempt}; the history has no such lease"));
                }
            }
        }
        return byToken;
    }

    private static bool Matches(string? outcome, string type) => outcome switch
    {
        "complete" => type == EventTypes.Completed,
        "fail" => type is EventTypes.AttemptFailed or EventTypes.Failed,
        "return" => type is EventTypes.Returned,
        _ => false,
    };
}
