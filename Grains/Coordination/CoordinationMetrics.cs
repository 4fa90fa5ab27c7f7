using System.Diagnostics.Metrics;
using NexusActors.Learning.Rules;
using NexusActors.Telemetry;

namespace NexusActors.Coordination;

/// <summary>Instruments of coordination.</summary>
internal sealed class CoordinationMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _submitted = meters.Create(NexusTelemetry.Name).CreateCounter<long>("nexus.coordination.submitted", "{task}", "Tasks accepted, by type.");
    private readonly Counter<long> _moved = meters.Create(NexusTelemetry.Name).CreateCounter<long>("nexus.coordination.transitions", "{transition}", "Transitions of tasks on disk, by event.");
    private readonly Histogram<double> _wait = meters.Create(NexusTelemetry.Name).CreateHistogram<double>("nexus.coordination.wait", "s", "Time from ready to given out.", advice: NexusTelemetry.Seconds);
    private readonly Histogram<double> _run = meters.Create(NexusTelemetry.Name).CreateHistogram<double>("nexus.coordination.run", "s", "Time from start to end of completed tasks.", advice: NexusTelemetry.Seconds);
    private readonly Counter<long> _stale = meters.Create(NexusTelemetry.Name).CreateCounter<long>("nexus.coordination.stale_reports", "{report}", "Reports refused because the lease was lost.");

    private readonly Counter<long> _fit = meters.Create(NexusTelemetry.Name).CreateCounter<long>("nexus.coordination.fit", "{assignment}", "Assignments to passive agents of which experience has an opinion, by whether the least loaded agent is who it would choose.");

    private readonly Counter<long> _rules = meters.Create(NexusTelemetry.Name).CreateCounter<long>("nexus.coordination.rules", "{assignment}", "Assignments to passive agents whom adaptation rules confirmed, or which they changed or, in shadow, would have, by effect.");

    public void Ruled(RuleEffect effect) => _rules.Add(1, new KeyValuePair<string, object?>("effect", effect == RuleEffect.Changed ? "changed" : "confirmed"));

    public void Fit(bool agrees) => _fit.Add(1, new KeyValuePair<string, object?>("agrees", agrees));

    public void Submitted(TaskSpec spec) => _submitted.Add(1, new KeyValuePair<string, object?>("type", spec.Type.Wire()));

    public void Moved(TaskDecision decision)
    {
        foreach (var happened in decision.Events) { _moved.Add(1, new KeyValuePair<string, object?>("event", happened.Type)); }
        if (decision.State is { View: { Status: WorkStatus.Completed, ActualSeconds: { } seconds } }) { _run.Record(seconds); }
    }

    public void Waited(long ticks) => _wait.Record(Math.Max(0, ticks) / (double)TimeSpan.TicksPerSecond);

    public void Stale() => _stale.Add(1);
}
