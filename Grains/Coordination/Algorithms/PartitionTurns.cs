namespace NexusActors.Coordination;

/// <summary>
/// Which partition of a queue an agent asks first. It stays with one for a moment, so that a fast agent's counters are not written by all silos at once, and then goes on to the next:
/// every partition is first in its turn, so that none with work is passed over for ever. Pure; not thread-safe.
/// </summary>
/// <param name="start">Where it begins; agents that begin apart stay apart.</param>
internal sealed class PartitionTurns(int start)
{
    /// <summary>How long an agent stays.</summary>
    public static readonly TimeSpan Stay = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, (int Turn, DateTimeOffset Since)> _turns = new(StringComparer.Ordinal);

    /// <summary>The count of turns; modulo the number of partitions it is the place to ask first.</summary>
    public int Next(string queue, DateTimeOffset now)
    {
        var (turn, since) = _turns.GetValueOrDefault(queue, (start, now));
        _turns[queue] = now - since < Stay ? (turn, since) : ((turn + 1) & int.MaxValue, now);
        return _turns[queue].Turn;
    }

    /// <summary>A partition has work for the agent.</summary>
    public void MoveTo(string queue, int place, DateTimeOffset now) => _turns[queue] = (place, now);
}
