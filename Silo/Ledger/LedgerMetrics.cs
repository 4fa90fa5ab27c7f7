using System.Diagnostics.Metrics;
using NexusActors.Telemetry;

namespace NexusActors.Ledger;

/// <summary>What the ledger's writer does.</summary>
internal sealed class LedgerMetrics
{
    private readonly Counter<long> _commits;
    private readonly Counter<long> _failures;
    private readonly Histogram<int> _entries;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _trimmed;
    private Func<int>? _depth;

    /// <summary>Makes the instruments.</summary>
    public LedgerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NexusTelemetry.Name);
        _commits = meter.CreateCounter<long>("nexus.ledger.commits", "{transaction}", "Transactions committed.");
        _failures = meter.CreateCounter<long>("nexus.ledger.failures", "{transaction}", "Transactions that failed, by cause: storage or defect.");
        _entries = meter.CreateHistogram<int>("nexus.ledger.commit.entries", "{entry}", "Entries in a transaction.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] });
        _duration = meter.CreateHistogram<double>("nexus.ledger.commit.duration", "s", "Time from the start of a transaction until it is on disk.", advice: NexusTelemetry.Seconds);
        _trimmed = meter.CreateCounter<long>("nexus.ledger.trimmed", "{row}", "Old rows removed, by kind: event, operation or experience.");
        meter.CreateObservableGauge("nexus.ledger.queue.depth", () => _depth?.Invoke() ?? 0, "{call}", "Calls that wait for the writer.");
    }

    /// <summary>Says where the depth of the writer's queue is read.</summary>
    public void Observe(Func<int> depth) => _depth = depth;

    /// <summary>A transaction is on disk.</summary>
    public void Committed(int entries, TimeSpan duration)
    {
        _commits.Add(1);
        _entries.Record(entries);
        _duration.Record(duration.TotalSeconds);
    }

    /// <summary>Old facts were removed.</summary>
    public void Trimmed(int events, int operations, int experiences)
    {
        if (events > 0) { _trimmed.Add(events, new KeyValuePair<string, object?>("kind", "event")); }
        if (operations > 0) { _trimmed.Add(operations, new KeyValuePair<string, object?>("kind", "operation")); }
        if (experiences > 0) { _trimmed.Add(experiences, new KeyValuePair<string, object?>("kind", "experience")); }
    }

    /// <summary>A transaction failed.</summary>
    public void Failed(bool storage) => _failures.Add(1, new KeyValuePair<string, object?>("cause", storage ? "storage" : "defect"));
}
