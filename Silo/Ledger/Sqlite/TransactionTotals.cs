using System.Runtime.InteropServices;
using NexusActors.Coordination;

namespace NexusActors.Ledger.Sqlite;

/// <summary>What the entries of one transaction add up to; written once, at its end.</summary>
internal sealed class TransactionTotals(Database database, AgentStatements agents)
{
    private readonly Statement _moveTasks = database.Prepare("UPDATE task_counts SET n = n + ?3 WHERE queue = ?1 AND status = ?2");
    private readonly Statement _countTasks = database.Prepare("INSERT INTO task_counts (queue, status, n) VALUES (?1, ?2, ?3)");
    private readonly Statement _countExperiences = database.Prepare(
        "INSERT INTO experience_counts (success, n) VALUES (?1, ?2) ON CONFLICT (success) DO UPDATE SET n = n + excluded.n");
    private readonly Statement _countMinute = database.Prepare(
        "INSERT INTO experience_minutes (minute, n) VALUES (?1, ?2) ON CONFLICT (minute) DO UPDATE SET n = n + excluded.n");

    private readonly Dictionary<(string Queue, WorkStatus Status), long> _tasks = [];
    private readonly Dictionary<string, TallySum> _tallies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _minutes = [];
    private long _successful;
    private long _unsuccessful;

    /// <summary>Whether agents are among what is to be written.</summary>
    public bool HasAgents => _tallies.Count + _seen.Count > 0;

    /// <summary>One task entered or left a status.</summary>
    public void Count(string queue, WorkStatus status, int change) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_tasks, (queue, status), out _) += change;

    /// <summary>An agent's counters move.</summary>
    public void Tally(in AgentTally tally) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_tallies, tally.AgentId, out _).Add(tally);

    /// <summary>An agent gave a sign of life.</summary>
    public void Seen(AgentSeen seen)
    {
        ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, seen.AgentId, out _);
        if (at < seen.At) { at = seen.At; }
    }

    /// <summary>An experience came in (+1), or was removed (−1).</summary>
    public void Count(DateTimeOffset at, bool success, int change)
    {
        if (success) { _successful += change; } else { _unsuccessful += change; }
        CollectionsMarshal.GetValueRefOrAddDefault(_minutes, Minute(at), out _) += change;
    }

    /// <summary>The minute that a moment falls into.</summary>
    public static long Minute(DateTimeOffset moment) => moment.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>Writes what was added up for one agent, before it is inserted or deleted.</summary>
    public void Settle(string agentId)
    {
        if (_tallies.Remove(agentId, out var sum)) { agents.Tally(agentId, sum); }
        if (_seen.Remove(agentId, out var at)) { agents.Seen(agentId, at); }
    }

    /// <summary>Writes all of it and starts anew.</summary>
    public void Flush()
    {
        foreach (var ((queue, status), change) in _tasks)
        {
            if (change != 0 && _moveTasks.Bind(1, queue).Bind(2, (long)status).Bind(3, change).RunCounted() == 0)
            {
                _countTasks.Bind(1, queue).Bind(2, (long)status).Bind(3, change).Run();
            }
        }
        foreach (var (id, sum) in _tallies) { agents.Tally(id, sum); }
        foreach (var (id, at) in _seen) { agents.Seen(id, at); }
        foreach (var (minute, change) in _minutes) { _countMinute.Bind(1, minute).Bind(2, change).Run(); }
        if (_successful != 0) { _countExperiences.Bind(1, 1L).Bind(2, _successful).Run(); }
        if (_unsuccessful != 0) { _countExperiences.Bind(1, 0L).Bind(2, _unsuccessful).Run(); }
        Clear();
    }

    /// <summary>Forgets all of it, after a rollback.</summary>
    public void Clear()
    {
        _tasks.Clear();
        _tallies.Clear();
        _seen.Clear();
        _minutes.Clear();
        _successful = _unsuccessful = 0;
    }
}
