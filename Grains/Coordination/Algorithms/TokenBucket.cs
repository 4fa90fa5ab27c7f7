namespace NexusActors.Coordination;

/// <summary>
/// Token bucket: <c>burst</c> tokens at most, refilled at a steady rate (the scheme of RFC 2697, one rate). Times are UTC ticks.
/// </summary>
internal struct TokenBucket(double ratePerSecond, int burst, long now)
{
    /// <summary>About 3,000 years: further away is the same, and a sum with it stays a tick.</summary>
    private const double WaitMax = 1e18;
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
    public long NextAt(long now) => HoldsAt(1, now);

    /// <summary>When it is full: now, or the tick at which it will be.</summary>
    public long FullAt(long now) => HoldsAt(burst, now);

    private long HoldsAt(double tokens, long now)
    {
        Refill(now);
        return _tokens >= tokens ? now : now + (long)Math.Min(WaitMax, Math.Ceiling((tokens - _tokens) / ratePerSecond * TimeSpan.TicksPerSecond));
    }

    private void Refill(long now)
    {
        if (now <= _at) { return; }
        // The small addend absorbs rounding: a token promised by NextAt is there at that tick.
        _tokens = Math.Min(burst, _tokens + ((now - _at) * ratePerSecond / TimeSpan.TicksPerSecond) + 1e-9);
        _at = now;
    }
}
