namespace NexusActors.Coordination;

/// <summary>
/// The order of a queue, told as plainly as can be: a list that is searched from end to end. Rates are counted in exact decimals.
/// Written from the stated rule: priority with ageing, then the key furthest behind its weighted share, then due time, then age.
/// </summary>
internal sealed class BacklogReference(BacklogOrder order, Func<string, KeyLimits> limits, long start)
{
    public sealed class Item
    {
        public required WaitingTask Task { get; init; }
        public required WaitPhase Phase { get; set; }
        public required long ReadySince { get; set; }
        public long ExpiresAt => Phase == WaitPhase.Blocked || Task.QueueWait == 0 ? Task.EndsAt : Math.Min(Task.EndsAt, ReadySince + Task.QueueWait);
    }

    private sealed class Key
    {
        public double Served;
        public int Running;
        public decimal Tokens;
        public long At;
    }

    private readonly Dictionary<string, Key> _keys = new(StringComparer.Ordinal);
    private double _served;

    public List<Item> Items { get; } = [];

    public int Running(string key) => Of(key).Running;

    public int CountOf(WaitPhase phase) => Items.Count(item => item.Phase == phase);

    public Item? Find(long seq) => Items.Find(item => item.Task.Seq == seq);

    public void Add(WaitingTask task, bool arrives = true)
    {
        if (task.Phase == WaitPhase.Ready && arrives) { Arrive(task.Key); }
        Items.Add(new() { Task = task, Phase = task.Phase, ReadySince = task.ReadySince });
    }

    public bool Remove(long seq) => Items.RemoveAll(item => item.Task.Seq == seq) > 0;

    public void Unblock(long seq, long notBefore, long now)
    {
        if (Find(seq) is not { } item) { return; }
        Items.Remove(item);
        item.ReadySince = Math.Max(notBefore, now);
        item.Phase = notBefore > now ? WaitPhase.Delayed : WaitPhase.Ready;
        if (item.Phase == WaitPhase.Ready) { Arrive(item.Task.Key); }
        Items.Add(item);
    }

    public Item? Peek(IBid bid, long now) => Items
        .Where(item => item.Phase == WaitPhase.Ready && AdmitsAt(item.Task.Key, now) <= now && bid.Suits(item.Task.Needs))
        .OrderByDescending(item => Level(item, now)).ThenBy(item => Of(item.Task.Key).Served).ThenBy(Due).ThenBy(item => item.Task.Seq)
        .FirstOrDefault();

    public Item? Pick(IBid bid, long now)
    {
        if (Peek(bid, now) is not { } item) { return null; }
        var key = Of(item.Task.Key);
        _served = Math.Max(_served, key.Served);
        key.Served += item.Task.Needs.Units / limits(item.Task.Key).Weight;
        key.Running++;
        Refill(item.Task.Key, now);
        key.Tokens--;
        Items.Remove(item);
        return item;
    }

    public void Return(Item item, long now)
    {
        var key = Of(item.Task.Key);
        key.Served -= item.Task.Needs.Units / limits(item.Task.Key).Weight;
        key.Running--;
        Refill(item.Task.Key, now);
        key.Tokens = Math.Min(limits(item.Task.Key).Burst, key.Tokens + 1);
        Items.Add(item);
    }

    public void Occupy(string key) => Of(key).Running++;

    public void Vacate(string key) => Of(key).Running--;

    /// <summary>Call before the limits change. A changed rate starts with a full bucket.</summary>
    public void Relimit(string key, KeyLimits next, long now)
    {
        var old = limits(key);
        Refill(key, now);
        if (next.RatePerSecond != old.RatePerSecond || next.Burst != old.Burst) { Of(key).Tokens = next.Burst; }
    }

    public void Advance(long now)
    {
        foreach (var item in Items.Where(item => item.Phase == WaitPhase.Delayed && item.ReadySince <= now).ToList())
        {
            Arrive(item.Task.Key);
            item.Phase = WaitPhase.Ready;
        }
    }

    /// <summary>When something will be different although nobody does anything.</summary>
    public long NextChange(long now)
    {
        var next = long.MaxValue;
        foreach (var item in Items)
        {
            if (item.Phase == WaitPhase.Delayed) { next = Math.Min(next, item.ReadySince); }
            if (item.ExpiresAt > now) { next = Math.Min(next, item.ExpiresAt); }
            if (item.Phase != WaitPhase.Ready) { continue; }
            var level = Level(item, now);
            if (level < 5) { next = Math.Min(next, item.ReadySince + ((level - item.Task.Priority + 1) * order.AgeingStep.Ticks)); }
            if (AdmitsAt(item.Task.Key, now) is var opens && opens > now) { next = Math.Min(next, opens); }
        }
        return next;
    }

    public long AdmitsAt(string key, long now)
    {
        if (Of(key).Running >= (limits(key).Concurrency ?? int.MaxValue)) { return long.MaxValue; }
        if (limits(key).RatePerSecond is not { } rate) { return now; }
        Refill(key, now);
        return Of(key).Tokens >= 1 ? now : now + (long)Math.Ceiling((1 - Of(key).Tokens) / (decimal)rate * TimeSpan.TicksPerSecond);
    }

    public int Level(Item item, long now) => (int)Math.Min(5, item.Task.Priority + Math.Max(0, (now - item.ReadySince) / order.AgeingStep.Ticks));

    private long Due(Item item) => item.Task.Deadline == long.MaxValue ? item.ReadySince + order.ImpliedSlack.Ticks : Math.Max(item.Task.Deadline, item.ReadySince);

    /// <summary>A key that had nothing ready starts level with the one served last.</summary>
    private void Arrive(string key)
    {
        if (!Items.Any(item => item.Phase == WaitPhase.Ready && item.Task.Key == key)) { Of(key).Served = Math.Max(Of(key).Served, _served); }
    }

    private Key Of(string name)
    {
        if (!_keys.TryGetValue(name, out var key)) { _keys.Add(name, key = new() { Served = _served, Tokens = limits(name).Burst, At = start }); }
        return key;
    }

    private void Refill(string name, long now)
    {
        var key = Of(name);
        var rate = (decimal)(limits(name).RatePerSecond ?? 0);
        key.Tokens = Math.Min(limits(name).Burst, key.Tokens + ((now - key.At) * rate / TimeSpan.TicksPerSecond));
        key.At = now;
    }
}
