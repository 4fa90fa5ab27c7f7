namespace NexusActors.Coordination;

/// <summary>What became of a child when one of its parents ended.</summary>
internal enum ParentNews
{
    /// <summary>The child does not wait here.</summary>
    None = 0,
    /// <summary>It waits for others still.</summary>
    Waiting,
    /// <summary>All parents have ended in a way that lets it run.</summary>
    Free,
    /// <summary>A parent ended without success and the edge forbids it to run.</summary>
    Broken,
}

/// <summary>The children of a queue that wait for parents, and for which. Pure; not thread-safe.</summary>
internal sealed class ParentBook
{
    private readonly Dictionary<string, Dictionary<string, ParentFailureRule>> _unmet = new(StringComparer.Ordinal);

    /// <summary>How many children wait.</summary>
    public int Count => _unmet.Count;

    /// <summary>The children that wait.</summary>
    public IEnumerable<string> Children => _unmet.Keys;

    /// <summary>Parents that a child waits for; empty when it waits for none.</summary>
    public IReadOnlyCollection<string> UnmetOf(string childId) => _unmet.TryGetValue(childId, out var unmet) ? unmet.Keys : [];

    /// <summary>Writes down that a child waits for a parent.</summary>
    public void Add(string childId, string parentId, ParentFailureRule rule)
    {
        if (!_unmet.TryGetValue(childId, out var unmet)) { _unmet.Add(childId, unmet = new(StringComparer.Ordinal)); }
        unmet[parentId] = rule;
    }

    /// <summary>Forgets a child.</summary>
    public void Remove(string childId) => _unmet.Remove(childId);

    /// <summary>A parent has ended.</summary>
    /// <param name="childId">The child.</param>
    /// <param name="parentId">The parent.</param>
    /// <param name="succeeded">Whether it completed.</param>
    /// <param name="rule">The edge's rule.</param>
    public ParentNews Ended(string childId, string parentId, bool succeeded, out ParentFailureRule rule)
    {
        rule = ParentFailureRule.None;
        if (!_unmet.TryGetValue(childId, out var unmet) || !unmet.TryGetValue(parentId, out rule)) { return ParentNews.None; }
        if (!succeeded && rule != ParentFailureRule.Run) { return ParentNews.Broken; }
        unmet.Remove(parentId);
        if (unmet.Count > 0) { return ParentNews.Waiting; }
        _unmet.Remove(childId);
        return ParentNews.Free;
    }
}
