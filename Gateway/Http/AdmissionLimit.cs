namespace NexusActors.Http;

/// <summary>
/// How many requests are let in at once: all, until those inside would take longer to answer than they may, at the rate at which answers come; then as many as are answered in a seventh of that time, and more
/// again as the wait becomes short. A few that hang, as when a silo has died, close the door to nobody; neither do the first requests after a start, which are slow: until more is known, <see cref="RateAtFirst"/>
/// is taken for what can be done. Thread-safe.
/// </summary>
/// <param name="waitMax">How long those inside may take together.</param>
/// <param name="now">The time.</param>
internal sealed class AdmissionLimit(TimeSpan waitMax, DateTimeOffset now)
{
    /// <summary>Never fewer: as many are let in whatever they take.</summary>
    public const int Least = 64;

    /// <summary>Answers per second that a start is trusted with; in twenty seconds of less, a tenth of that trust is left.</summary>
    public const double RateAtFirst = 3000;

    /// <summary>What is judged together.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private const double Growth = 1.2, Memory = 0.97, ShortShare = 0.2, AimShare = 1 / 7.0;
    private const int Most = 8192;
    private readonly Lock _gate = new();
    private DateTimeOffset _since = now;
    private int _answered, _inside;
    private double _rate = RateAtFirst, _limit = double.PositiveInfinity;

    /// <summary>Requests that are let in at once now; null: all.</summary>
    public int? Limit { get { lock (_gate) { return double.IsPositiveInfinity(_limit) ? null : (int)_limit; } } }

    /// <summary>Whether one more may come in; whoever does must <see cref="Leave"/>.</summary>
    public bool TryEnter(DateTimeOffset now)
    {
        lock (_gate)
        {
            Judge_NeedsLock(now);
            if (_inside >= _limit) { return false; }
            _inside++;
            return true;
        }
    }

    /// <summary>One has gone.</summary>
    /// <param name="answered">Whether it was answered: a failure shows no capacity.</param>
    /// <param name="now">The time.</param>
    public void Leave(bool answered, DateTimeOffset now)
    {
        lock (_gate)
        {
            Judge_NeedsLock(now);
            _inside--;
            if (answered) { _answered++; }
        }
    }

    private void Judge_NeedsLock(DateTimeOffset now)
    {
        if (now - _since < Window) { return; }
        var rate = _answered / (now - _since).TotalSeconds;
        (_since, _answered) = (now, 0);
        // What could be done a moment ago can be done: when too much is inside, less is.
        _rate = Math.Max(rate, Memory * _rate);
        var wait = _inside / Math.Max(rate, 1);
        if (_inside > Least && wait > waitMax.TotalSeconds) { _limit = Math.Max(Least, AimShare * waitMax.TotalSeconds * _rate); }
        else if (_inside <= Least || wait < ShortShare * waitMax.TotalSeconds) { _limit = _limit > Most ? double.PositiveInfinity : _limit * Growth; }
    }
}
