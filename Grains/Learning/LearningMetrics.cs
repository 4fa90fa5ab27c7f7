using System.Diagnostics.Metrics;
using NexusActors.Errors;
using NexusActors.Telemetry;

namespace NexusActors.Learning;

/// <summary>What the learning room counts.</summary>
internal sealed class LearningMetrics
{
    private readonly Counter<long> _appended;
    private readonly Histogram<double> _trainings;
    private readonly Counter<long> _plans;
    private readonly Histogram<double> _decisions;
    private readonly Counter<long> _outcomes;
    private readonly Histogram<double> _comparisons;

    public LearningMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NexusTelemetry.Name);
        _appended = meter.CreateCounter<long>("nexus.learning.experiences", "{experience}", "Experiences offered through the API, by outcome (None: stored).");
        _trainings = meter.CreateHistogram<double>("nexus.learning.training", "s", "Trainings of streams that ended, by cause (first, growth, schedule, drift, request).", advice: NexusTelemetry.Seconds);
        _plans = meter.CreateCounter<long>("nexus.learning.plans", "{plan}", "Versions of strategic plans that were made, by whether all their constraints are kept.");
        _decisions = meter.CreateHistogram("nexus.learning.decisions", "s", "Decisions made, by scenario type, and how long each took.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _outcomes = meter.CreateCounter<long>("nexus.learning.decision_outcomes", "{outcome}", "Outcomes of decisions that were told, by scenario type and whether they were good.");
        _comparisons = meter.CreateHistogram("nexus.learning.comparisons", "s", "Searches for similar experiences, with the reading of those that were found.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10] });
    }

    public void Compared(TimeSpan took) => _comparisons.Record(took.TotalSeconds);

    public void Planned(bool isKept) => _plans.Add(1, new KeyValuePair<string, object?>("constraints", isKept ? "kept" : "broken"));

    public void Appended(NexusError outcome) => _appended.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Trained(string cause, TimeSpan took) => _trainings.Record(took.TotalSeconds, new KeyValuePair<string, object?>("cause", cause));

    public void Decided(string scenario, double seconds) => _decisions.Record(seconds, new KeyValuePair<string, object?>("scenario", scenario));

    public void Reported(string scenario, bool success) => _outcomes.Add(1, new KeyValuePair<string, object?>("scenario", scenario), new KeyValuePair<string, object?>("success", success));
}
