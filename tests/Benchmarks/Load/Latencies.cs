using System.Diagnostics;
using System.Globalization;
using HdrHistogram;

namespace NexusActors.Benchmarks;

/// <summary>Latencies of many threads: a histogram for the table, and every single value for those who want to score them.</summary>
internal sealed class Latencies
{
    private readonly LongHistogram _histogram = new(TimeSpan.TicksPerMinute * 10, 3);
    private readonly List<long> _raw = [];
    private readonly Lock _gate = new();

    /// <summary>How many.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _raw.Count;
            }
        }
    }

    /// <summary>Takes values in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(IReadOnlyList<long> stopwatchTicks)
    {
        lock (_gate)
        {
            foreach (var ticks in stopwatchTicks)
            {
                _histogram.RecordValue(Math.Max(1, ticks));
                _raw.Add(ticks);
            }
        }
    }

    /// <summary>Milliseconds at a percentile.</summary>
    public double Ms(double percentile) => Count == 0 ? double.NaN : _histogram.GetValueAtPercentile(percentile) * 1000.0 / Stopwatch.Frequency;

    /// <summary>Writes one line per value, in microseconds.</summary>
    public void Write(string? folder, string name)
    {
        if (folder is null)
        {
            return;
        }
        Directory.CreateDirectory(folder);
        using var file = new StreamWriter(Path.Combine(folder, name + ".csv"));
        file.WriteLine("latency_us");
        foreach (var ticks in _raw)
        {
            file.WriteLine((ticks * 1e6 / Stopwatch.Frequency).ToString("F1", CultureInfo.InvariantCulture));
        }
    }
}
