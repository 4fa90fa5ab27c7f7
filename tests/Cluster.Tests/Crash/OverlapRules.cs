using NexusActors.Samples.Agent;

namespace NexusActors.Crash;

/// <summary>
/// Compares, in the time of the machine, what the agents were told: nobody receives a task while somebody else holds it and has a promise for it that is not over. The history plays no part in it.
/// </summary>
internal static class OverlapRules
{
    /// <summary>The promise is told in the time of day, the journals are kept in that since the start of the machine; both are read one after the other.</summary>
    private const long ToleranceNs = 50_000_000;

    private sealed class Holding(string agent, int attempt, long from)
    {
        public string Agent => agent;
        public int Attempt => attempt;
        public long From => from;
        /// <summary>Promises in order: when it was heard, and until when it is good.</summary>
        public List<(long At, long Until)> Promises { get; } = [];
        /// <summary>When its holder first sent something that may end it.</summary>
        public long LetGo { get; set; } = long.MaxValue;
    }

    public static IEnumerable<Violation> Check(CrashRecord record)
    {
        foreach (var (task, holdings) in Holdings(record))
        {
            var ordered = holdings.Values.OrderBy(holding => holding.Attempt).ToArray();
            foreach (var (earlier, later) in ordered.Zip(ordered.Skip(1)))
            {
                var until = Math.Min(earlier.LetGo, earlier.Promises.Where(promise => promise.At < later.From).Select(promise => promise.Until).DefaultIfEmpty(0).Max());
                if (later.From + ToleranceNs < until)
                {
                    yield return new(Rules.OneLease, task, $"{later.Agent} received attempt {later.Attempt} {(until - later.From) / 1e6:F0} ms before attempt {earlier.Attempt} of {earlier.Agent}, which had been promised, was over");
                }
            }
        }
    }

    private static Dictionary<string, Dictionary<string, Holding>> Holdings(CrashRecord record)
    {
        var tasks = new Dictionary<string, Dictionary<string, Holding>>(StringComparer.Ordinal);
        foreach (var journal in record.Journals)
        {
            foreach (var line in journal.Lines)
            {
                if (line is not { Task: { } task, Token: { } token }) { continue; }
                if (!tasks.TryGetValue(task, out var holdings)) { tasks.Add(task, holdings = new(StringComparer.Ordinal)); }
                if (!holdings.TryGetValue(token, out var holding))
                {
                    if (line.Event != JournalEvents.Leased) { continue; }
                    holdings.Add(token, holding = new(journal.AgentId, line.Attempt ?? 0, line.AtNs));
                }
                if (line is { Event: JournalEvents.Leased or JournalEvents.Renewed, GoodForNs: { } good }) { holding.Promises.Add((line.AtNs, line.AtNs + good)); }
                else if (line.Event == JournalEvents.Sent) { holding.LetGo = Math.Min(holding.LetGo, line.AtNs); }
            }
        }
        return tasks;
    }
}
