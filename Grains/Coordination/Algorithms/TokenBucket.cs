namespace NexusActors.Coordination;

/// <summary>
/// Token bucket: <c>burst</c> tokens at most, refilled at a steady rate (the scheme of RFC 2697, one rate). Times are UTC ticks.
/// </summary>
internal struct TokenBucket(double ratePerSecond, int burst, long now)
{
    private double _tokens = burst;
    private long _at = now;

    /// <summary>Takes one token.</summary>
    public void Take(long now)
    {
        Refill(now);
        _tokens -= 1;
    }

    /// <summary>Gives one token back.</summary>
    public void Return() => _tokens = Math.Min(burst, _tokens + 1);

    /// <summary>When a whole token is there: now, or the tick at which it will be.</summary>
    public long NextAt(long now)
    {
        Refill(now);
        return _tokens >= 1 ? now : now + (long)Math.Ceiling((1 - _tokens) / ratePerSecond * TimeSpan.TicksPerSecond);
    }

    private void Refill(long now)
    {
        if (now <= _at) { return; }
        // The small addend absorbs rounding: a token promised by NextAt is there at that tick.
        _tokens = Math.Min(burst, _tokens + ((now - _at) * ratePerSecond / TimeSpan.TicksPerSecond) + 1e-9);
        _at = now;
    }
}
