namespace NexusActors.Coordination;

/// <summary>A key's share of its queue and its limits. Times are UTC ticks.</summary>
internal sealed class KeyShare(string name, KeyLimits limits, long now)
{
    private TokenBucket _bucket = new(limits.RatePerSecond ?? 1, limits.Burst, now);
    private KeyLimits _limits = limits;

    public string Name { get; } = name;

    /// <summary>Virtual time: units served divided by weight (start-time fair queueing; Goyal, Vin and Cheng 1996).</summary>
    public double Served { get; set; }

    /// <summary>Tasks of the key that run now.</summary>
    public int Running { get; set; }

    /// <summary>Its lanes that hold tasks.</summary>
    public List<Lane> Lanes { get; } = [];

    /// <summary>Whether its lanes are closed because a limit is reached.</summary>
    public bool Held { get; set; }

    /// <summary>Whether it stands in line to be forgotten.</summary>
    public bool Resting { get; set; }

    /// <summary>Whether nothing of it waits or runs.</summary>
    public bool IsIdle => Lanes.Count == 0 && Running == 0;

    /// <summary>When its rate forgets what it started: now, or later.</summary>
    public long FullAt(long now) => _limits.RatePerSecond is null ? now : _bucket.FullAt(now);

    /// <summary>When it may start its next task: now, later (rate), or <see cref="long.MaxValue"/>: when one of its tasks ends (concurrency).</summary>
    public long AdmitsAt(long now) =>
        Running >= (_limits.Concurrency ?? int.MaxValue) ? long.MaxValue : _limits.RatePerSecond is null ? now : _bucket.NextAt(now);

    public void Relimit(KeyLimits limits, long now)
    {
        if (limits.RatePerSecond != _limits.RatePerSecond || limits.Burst != _limits.Burst) { _bucket = new(limits.RatePerSecond ?? 1, limits.Burst, now); }
        _limits = limits;
    }

    /// <summary>A task of the key starts.</summary>
    public void Charge(int units, long now)
    {
        Running++;
        Served += units / _limits.Weight;
        if (_limits.RatePerSecond is not null) { _bucket.Take(now); }
    }

    /// <summary>Undoes <see cref="Charge"/>.</summary>
    public void Refund(int units)
    {
        Running = Math.Max(0, Running - 1);
        Served -= units / _limits.Weight;
        if (_limits.RatePerSecond is not null) { _bucket.Return(); }
    }
}
