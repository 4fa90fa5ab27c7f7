namespace NexusActors.Ledger.Sqlite;

/// <summary>
/// The newest positions over several stretches of an index, each ordered by position. A stretch is one value of the index's leading columns;
/// reading the stretches one after another with a rising floor costs at most the limit per stretch and no sort of the whole.
/// </summary>
/// <param name="limit">How many at most.</param>
internal sealed class NewestSeqs(int limit)
{
    private readonly PriorityQueue<long, long> _kept = new();

    /// <summary>Positions at or below this cannot enter any more.</summary>
    public long Floor => _kept.Count < limit ? 0 : _kept.Peek();

    /// <summary>How many at most.</summary>
    public int Limit => limit;

    /// <summary>Reads one stretch: the statement gives positions, newest first.</summary>
    public void Take(Statement stretch)
    {
        while (stretch.Step())
        {
            var seq = stretch.Long(0);
            if (_kept.Count < limit) { _kept.Enqueue(seq, seq); }
            else if (seq > _kept.Peek()) { _kept.DequeueEnqueue(seq, seq); }
            else { break; }
        }
        stretch.Reset();
    }

    /// <summary>What was kept, newest first.</summary>
    public List<long> Newest()
    {
        var seqs = new List<long>(_kept.Count);
        while (_kept.TryDequeue(out var seq, out _)) { seqs.Add(seq); }
        seqs.Reverse();
        return seqs;
    }
}
