namespace NexusActors.Learning;

/// <summary>
/// Gives each experience of a stream once, from reads of its newest ones. Positions are given before a commit and become readable after it, so that a lower one may appear after a higher one: each read looks back to what
/// was the newest position <see cref="Settled"/> ago, and what was seen is left out. Not for several threads at once.
/// </summary>
internal sealed class ExperienceTail
{
    /// <summary>After so long no commit is under way any more.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(20);

    private readonly SortedSet<long> _seen = [];
    private readonly Queue<(DateTimeOffset At, long Newest)> _reads = new();

    /// <summary>The newest position seen; 0: none.</summary>
    public long Newest => _seen.Count == 0 ? Floor : _seen.Max;

    /// <summary>Nothing new appears at this position or below.</summary>
    public long Floor { get; private set; }

    /// <summary>Whether a position has not been seen yet.</summary>
    public bool IsUnseen(long seq) => seq > Floor && !_seen.Contains(seq);

    /// <summary>Whether a position is seen for the first time, as it is from now on.</summary>
    public bool IsNew(long seq) => seq > Floor && _seen.Add(seq);

    /// <summary>What lies at a position or below is left out from now on.</summary>
    public void Skip(long upTo) => Floor = Math.Max(Floor, upTo);

    /// <summary>A read that began at that moment has been taken in wholly.</summary>
    public void Completed(DateTimeOffset begun)
    {
        _reads.Enqueue((begun, Newest));
        while (_reads.TryPeek(out var read) && begun - read.At >= Settled)
        {
            _reads.Dequeue();
            Floor = Math.Max(Floor, read.Newest);
        }
        while (_seen.Count > 0 && _seen.Min <= Floor) { _seen.Remove(_seen.Min); }
    }
}
