namespace NexusActors.Learning.Bandits;

/// <summary>The newest outcomes of a policy. Not thread-safe.</summary>
internal sealed class PolicyBook
{
    /// <summary>Outcomes that are kept.</summary>
    public const int OutcomesMax = 2_000;

    /// <summary>It is worth learning anew when there are so many more, as a share of those learned from.</summary>
    private const double Growth = 0.1;

    private readonly Queue<PolicyOutcome> _kept = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private int _added;
    private int _learnedAt;

    /// <summary>How many are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Whether there is enough new to learn from.</summary>
    public bool IsDue => _kept.Count >= PolicyModel.OutcomesMin && (_learnedAt == 0 || _added - _learnedAt >= Math.Max(1, Growth * Math.Min(_learnedAt, OutcomesMax)));

    /// <summary>Whether an outcome is kept.</summary>
    public bool Has(string decisionId) => _ids.Contains(decisionId);

    /// <summary>Takes an outcome, newer than all before; one that it has changes nothing.</summary>
    public void Add(PolicyOutcome outcome)
    {
        if (!_ids.Add(outcome.DecisionId)) { return; }
        _kept.Enqueue(outcome);
        _added++;
        if (_kept.Count > OutcomesMax) { _ids.Remove(_kept.Dequeue().DecisionId); }
    }

    /// <summary>All that are kept, oldest first, to learn from; it is not due any more then.</summary>
    public PolicyOutcome[] TakeForLearning()
    {
        _learnedAt = _added;
        return [.. _kept];
    }

    /// <summary>All that are kept, oldest first.</summary>
    public IReadOnlyCollection<PolicyOutcome> All => _kept;
}
