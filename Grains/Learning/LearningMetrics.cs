using System.Diagnostics.Metrics;
using NexusActors.Errors;
using NexusActors.Telemetry;

namespace NexusActors.Learning;

/// <summary>What the learning room counts.</summary>
internal sealed class LearningMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _appended = meters.Create(NexusTelemetry.Name)
        .CreateCounter<long>("nexus.learning.experiences", "{experience}", "Experiences offered through the API, by outcome (None: stored).");

    public void Appended(NexusError outcome) => _appended.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
}
