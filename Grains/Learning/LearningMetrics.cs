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

    public LearningMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NexusTelemetry.Name);
        _appended = meter.CreateCounter<long>("nexus.learning.experiences", "{experience}", "Experiences offered through the API, by outcome (None: stored).");
        _trainings = meter.CreateHistogram<double>("nexus.learning.training", "s", "Trainings of streams that ended, by cause (first, growth, schedule, drift, request).", advice: NexusTelemetry.Seconds);
        _plans = meter.CreateCounter<long>("nexus.learning.plans", "{plan}", "Versions of strategic plans that were made, by whether all their constraints are kept.");
    }

    public void Planned(bool isKept) => _plans.Add(1, new KeyValuePair<string, object?>("constraints", isKept ? "kept" : "broken"));

    public void Appended(NexusError outcome) => _appended.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Trained(string cause, TimeSpan took) => _trainings.Record(took.TotalSeconds, new KeyValuePair<string, object?>("cause", cause));
}
