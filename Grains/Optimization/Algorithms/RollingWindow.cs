namespace NexusActors.Optimization;

/// <summary>
/// The newest values of one metric, in arrival order, bounded in number and read by time. Memory grows with use up to the bound.
/// A clock that steps back spoils nothing: each value is judged by its own moment.
/// </summary>
internal sealed class RollingWindow(int capacityMax)
{
    private (long Ticks, double Value)[] _ring = new (long, double)[Math.Min(16, capacityMax)];
    private int _start;
    private int _count;

    /// <summary>Adds a value; at the bound the oldest arrival makes room.</summary>
    public void Add(DateTimeOffset at, double value)
    {
        if (_count == _ring.Length && _count < capacityMax) { Grow(); }
        _ring[(_start + _count) % _ring.Length] = (at.UtcTicks, value);
        if (_count < _ring.Length) { _count++; }
        else { _start = (_start + 1) % _ring.Length; }
    }

    /// <summary>The values later than a moment; null where there is none.</summary>
    public MetricSummary? After(DateTimeOffset moment)
    {
        var (count, sum, min, max, current) = (0, 0.0, double.PositiveInfinity, double.NegativeInfinity, 0.0);
        for (var i = 0; i < _count; i++)
        {
            var (ticks, value) = _ring[(_start + i) % _ring.Length];
            if (ticks <= moment.UtcTicks) { continue; }
            count++;
            sum += value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            current = value;
        }

        return count == 0 ? null : new(current, Math.Clamp(sum / count, min, max), min, max, count);
    }

    private void Grow()
    {
        var larger = new (long, double)[Math.Min(_ring.Length * 2, capacityMax)];
        for (var i = 0; i < _count; i++) { larger[i] = _ring[(_start + i) % _ring.Length]; }
        (_ring, _start) = (larger, 0);
    }
}
