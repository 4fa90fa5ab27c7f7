namespace NexusActors.Ledger.Postgres;

/// <summary>
/// Cuts a list of entries into stretches that may each be written set by set instead of one by one: no two entries of a stretch have to see what the other did.
/// Entries of many callers rarely touch the same thing, so nearly always there is one stretch.
/// </summary>
internal static class Waves
{
    /// <summary>The kinds of things that an entry can touch.</summary>
    private enum Kind
    {
        TaskId,
        TaskSeq,
        Agent,
        Queue,
        Setting,
        Experience,
        Document,
        Operation,
    }

    /// <summary>Ends of the stretches: each begins where the one before ends.</summary>
    public static List<int> Cut(IReadOnlyList<PreparedEntry> entries)
    {
        var ends = new List<int>();
        var alone = new HashSet<(Kind, string, long)>();                           // may be touched once in a stretch
        var shared = new HashSet<(Kind, string, long)>();                          // may be touched often, where order among the touches does not matter
        var own = new List<((Kind, string, long) Thing, bool Shared)>();
        for (var i = 0; i < entries.Count; i++)
        {
            own.Clear();
            Things(entries[i].Entry, own);
            foreach (var (thing, isShared) in own)
            {
                if (!alone.Contains(thing) && (isShared || !shared.Contains(thing))) { continue; }
                ends.Add(i);
                alone.Clear();
                shared.Clear();
                break;
            }
            foreach (var (thing, isShared) in own) { (isShared ? shared : alone).Add(thing); }
        }
        if (entries.Count > 0) { ends.Add(entries.Count); }
        return ends;
    }

    private static void Things(LedgerEntry entry, List<((Kind, string, long), bool)> things)
    {
        switch (entry.Change)
        {
            case TaskInsert(var task): things.Add(((Kind.TaskId, task.Id, 0), false)); break;
            case TaskUpdate(var next, _): things.Add(((Kind.TaskSeq, "", next.Seq), false)); break;
            case AgentInsert(var agent): things.Add(((Kind.Agent, agent.Profile.Id, 0), false)); break;
            case AgentUpdate(var agent): things.Add(((Kind.Agent, agent.Profile.Id, 0), false)); break;
            case AgentDelete(var id): things.Add(((Kind.Agent, id, 0), false)); break;
            case QueuePut(var name, _): things.Add(((Kind.Queue, name, 0), false)); break;
            case SettingPut(var name, _): things.Add(((Kind.Setting, name, 0), false)); break;
            case DocumentInsert(var document): things.Add(((Kind.Document, $"{document.Kind}/{document.Id}", 0), false)); break;
            case DocumentUpdate(var document): things.Add(((Kind.Document, $"{document.Kind}/{document.Id}", 0), false)); break;
            case DocumentDelete(var kind, var id, _): things.Add(((Kind.Document, $"{kind}/{id}", 0), false)); break;
            case ExperienceInsert(var experience): things.Add(((Kind.Experience, experience.Id, 0), false)); break;
        }
        if (entry.Experience is { } gained) { things.Add(((Kind.Experience, gained.Id, 0), false)); }
        if (entry.Operation is { } operation) { things.Add(((Kind.Operation, operation.Key, 0), false)); }
        if (!entry.Tallies.IsDefaultOrEmpty)
        {
            foreach (var tally in entry.Tallies) { things.Add(((Kind.Agent, tally.AgentId, 0), true)); }
        }
        if (!entry.Touches.IsDefaultOrEmpty)
        {
            foreach (var touch in entry.Touches)
            {
                things.Add(touch switch
                {
                    AgentSeen(var id, _) => ((Kind.Agent, id, 0), true),
                    TaskProgressed(var seq, _) => ((Kind.TaskSeq, "", seq), true),
                    _ => throw new InvalidOperationException($"No ledger knows the touch {touch.GetType().Name}."),
                });
            }
        }
    }
}
